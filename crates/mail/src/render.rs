//! A letter in words.

use jiff::fmt::rfc2822::DateTimePrinter;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};
use signoff_lifecycle::decision::Event;
use signoff_lifecycle::ids::PublisherTime;
use signoff_store::contract::Mail;
use signoff_text::{Lang, MailContext, MailText, left_behind};

/// A message as it is sent, and as the mailbox of the development mode shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rendered {
    /// The recipient's address.
    pub to: String,
    /// The subject, one line.
    pub subject: String,
    /// The body: plain text, lines separated by `\n`.
    pub text: String,
    /// Further headers by name; an object in JSON. `Message-ID` is not among them.
    #[serde(serialize_with = "as_object")]
    pub headers: Vec<(String, String)>,
    /// `Message-ID` with its angle brackets. The same letter has the same one, however often it is sent.
    pub message_id: String,
}

fn as_object<S: Serializer>(headers: &[(String, String)], serializer: S) -> Result<S::Ok, S::Error> {
    let mut object = serializer.serialize_map(Some(headers.len()))?;
    for (name, value) in headers {
        object.serialize_entry(name, value)?;
    }
    object.end()
}

/// Puts the letter into words. The same letter always gives the same message.
pub fn render(mail: &Mail, lang: Lang) -> Rendered {
    let text = text_of(mail, lang);
    let headers = [
        ("Date", date(mail.at)),
        // Keeps programs that answer mail from answering this one.
        ("Auto-Submitted", "auto-generated".to_owned()),
        ("Content-Language", lang.tag().to_owned()),
        ("X-Signoff-Operation", mail.operation.to_string()),
        ("X-Signoff-Event", mail.event.name().to_owned()),
    ];
    Rendered {
        to: mail.recipient.clone(),
        subject: text.subject(lang),
        text: text.body(lang),
        headers: headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        message_id: message_id(mail),
    }
}

fn text_of(mail: &Mail, lang: Lang) -> MailText {
    let context = MailContext {
        publisher: mail.publisher.clone(),
        offer: mail.offer.clone(),
        operation: mail.operation.to_string(),
        kind: mail.kind,
    };
    match mail.event.clone() {
        Event::Started => MailText::Started { context },
        Event::WaitingForSignoff => MailText::WaitingForSignoff { context },
        Event::Failed { mut findings, left } => {
            findings.extend(left.iter().map(|step| left_behind(step, lang)));
            MailText::Failed { context, findings }
        }
        Event::Canceled { by, reason } => MailText::Canceled { context, by, reason },
        Event::CancellationFailed { left } => MailText::CancellationFailed { context, left },
        Event::Live { version } => MailText::Live { context, version },
    }
}

/// The recipient's part is hashed: everybody who gets a forwarded copy sees the header.
fn message_id(mail: &Mail) -> String {
    let hash = Sha256::digest(mail.recipient.as_bytes());
    let short = hash.iter().take(8).fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
    format!("<{}.{}.{short:016x}@signoff>", mail.operation, mail.event.name())
}

/// The time as mail writes it, e.g. `Thu, 05 Mar 2026 09:08:07 +0000`.
fn date(at: PublisherTime) -> String {
    let at = jiff::Timestamp::from_microsecond(at.0).unwrap_or(jiff::Timestamp::MAX);
    let written = DateTimePrinter::new().timestamp_to_rfc9110_string(&at).unwrap_or_default();
    // HTTP's form of a date is mail's but for the name of the zone, which mail holds obsolete.
    written.replace("GMT", "+0000")
}

#[cfg(test)]
mod tests {
    use signoff_lifecycle::ids::OperationId;
    use signoff_lifecycle::operation::Goal;

    use super::*;

    fn mail(event: Event) -> Mail {
        Mail {
            publisher: "contoso".to_owned(),
            offer: "sample-vm".to_owned(),
            operation: OperationId::of(7),
            kind: Goal::GoLive,
            recipient: "seller@contoso.example".to_owned(),
            event,
            at: PublisherTime(1_772_701_687_000_000),
            deliver: true,
        }
    }

    #[test]
    fn a_letter_in_json_is_what_the_mailbox_shows() {
        let rendered = render(&mail(Event::Live { version: 3 }), Lang::En);
        insta::assert_json_snapshot!(rendered, @r#"
        {
          "to": "seller@contoso.example",
          "subject": "contoso/sample-vm: version 3 is live",
          "text": "Version 3 of the offer is live.\n\nPublisher: contoso\nOffer: sample-vm\nOperation: 00000000-0000-0000-0000-000000000007 (go live)\n\nYou receive this mail because your address is on the list of those who follow this operation.",
          "headers": {
            "Date": "Thu, 05 Mar 2026 09:08:07 +0000",
            "Auto-Submitted": "auto-generated",
            "Content-Language": "en",
            "X-Signoff-Operation": "00000000-0000-0000-0000-000000000007",
            "X-Signoff-Event": "live"
          },
          "messageId": "<00000000-0000-0000-0000-000000000007.live.ac83c2ea2e7e018d@signoff>"
        }
        "#);
    }

    #[test]
    fn a_failure_tells_findings_and_what_is_left() {
        let event = Event::Failed {
            findings: vec!["the image is unreachable".to_owned()],
            left: vec!["displayprovision".to_owned()],
        };
        let text = render(&mail(event), Lang::En).text;
        assert!(text.contains("\n- the image is unreachable\n"), "{text}");
        assert!(text.contains("'displayprovision' left this behind"), "{text}");
    }

    #[test]
    fn the_message_id_tells_operation_event_and_recipient_apart() {
        let first = mail(Event::Started);
        let mut ids = vec![message_id(&first), message_id(&mail(Event::WaitingForSignoff))];
        ids.push(message_id(&Mail { operation: OperationId::of(8), ..first.clone() }));
        ids.push(message_id(&Mail { recipient: "other@contoso.example".to_owned(), ..first.clone() }));
        assert_eq!(message_id(&first), ids[0]);
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 4);
    }

    #[test]
    fn every_time_is_a_date() {
        for at in [i64::MIN, -1, 0, i64::MAX] {
            let date = date(PublisherTime(at));
            assert!(date.ends_with(" +0000"), "{date}");
        }
        assert_eq!(date(PublisherTime(0)), "Thu, 01 Jan 1970 00:00:00 +0000");
    }

    #[test]
    fn an_address_with_line_breaks_adds_no_header() {
        let mut hostile = mail(Event::Canceled { by: "x\r\nBcc: y@z.example".to_owned(), reason: None });
        hostile.offer = "o\r\nBcc: y@z.example".to_owned();
        let rendered = render(&hostile, Lang::En);
        assert!(!rendered.subject.contains(['\r', '\n']));
        assert!(!rendered.text.lines().any(|line| line.starts_with("Bcc")));
        assert_eq!(serde_json::to_value(&rendered).unwrap()["headers"].as_object().unwrap().len(), 5);
    }
}
