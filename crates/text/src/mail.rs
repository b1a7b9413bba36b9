//! The mails of an operation: one per event and recipient.

use signoff_lifecycle::operation::Goal;

use crate::{
    Lang, clean,
    loader::lookup,
    message::{Args, Argument, Clean, messages},
};

/// What every mail names.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MailContext {
    /// The publisher id.
    pub publisher: String,
    /// The offer id.
    pub offer: String,
    /// The operation id; of the cancellation where the event is one's.
    pub operation: String,
    /// What it is for; of a cancellation, what it cancels is for.
    pub kind: Goal,
}

impl Argument for MailContext {
    fn append(&self, _name: &'static str, clean: Clean, args: &mut Args) {
        self.publisher.append("publisher", clean, args);
        self.offer.append("offer", clean, args);
        self.operation.append("operation", clean, args);
        self.kind.append("kind", clean, args);
    }
}

messages! {
    /// An event that the people behind an offer hear of by mail.
    pub enum MailText {
        /// The operation began.
        Started {
            /// The operation that began.
            context: MailContext,
        } => "mail-started",
        /// The preview is there and waits for the publisher.
        WaitingForSignoff {
            /// The publish that waits.
            context: MailContext,
        } => "mail-waiting-for-signoff",
        /// The operation failed.
        Failed {
            /// The operation that failed.
            context: MailContext,
            /// Why, one sentence each.
            findings: Vec<String>,
        } => "mail-failed",
        /// The operation is canceled, and nothing of it is left.
        Canceled {
            /// The operation that was canceled.
            context: MailContext,
            /// Who asked for it.
            by: String,
            /// `metadata.reason` of the cancel.
            reason: Option<String>,
        } => "mail-canceled",
        /// A cancellation failed, and its target with it.
        CancellationFailed {
            /// The operation that was to be canceled, or its cancellation.
            context: MailContext,
            /// What is still there, one item each.
            left: Vec<String>,
        } => "mail-cancellation-failed",
        /// The offer is live.
        Live {
            /// The go live that ended well.
            context: MailContext,
            /// The offer version that is live.
            version: u32,
        } => "mail-live",
    }
}

impl MailText {
    /// The subject: one line, also if an argument has several.
    pub fn subject(&self, lang: Lang) -> String {
        let (key, args) = self.parts(clean::one_line);
        clean::one_line(&lookup(lang, &format!("{key}-subject"), &args))
    }

    /// The body as plain text: its lines are separated by `\n`, and no argument can add one.
    pub fn body(&self, lang: Lang) -> String {
        let (key, args) = self.parts(clean::one_line);
        lookup(lang, &format!("{key}-body"), &args)
    }
}

/// The sentence about what a step left behind, as it stands in a mail among the findings.
pub fn left_behind(step: &str, lang: Lang) -> String {
    lookup(lang, LEFT_BEHIND, &[("step", clean::one_line(step).into())])
}

/// Its key.
pub(crate) const LEFT_BEHIND: &str = "mail-left-behind";

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str = "x\r\nBcc: everyone@contoso.example\u{85}\u{2028}\n.\r";

    fn hostile_context() -> MailContext {
        MailContext {
            publisher: HOSTILE.to_owned(),
            offer: HOSTILE.to_owned(),
            operation: HOSTILE.to_owned(),
            kind: Goal::Publish,
        }
    }

    fn canceled(context: MailContext, reason: Option<&str>) -> MailText {
        let reason = reason.map(str::to_owned);
        MailText::Canceled { context, by: "owner".to_owned(), reason }
    }

    fn sample_context() -> MailContext {
        MailContext {
            publisher: "contoso".to_owned(),
            offer: "sample-vm".to_owned(),
            operation: "c0ffee00".to_owned(),
            kind: Goal::Publish,
        }
    }

    #[test]
    fn a_subject_is_one_line() {
        for lang in Lang::ALL {
            for mail in MailText::samples().into_iter().chain([canceled(hostile_context(), None)]) {
                let subject = mail.subject(lang);
                assert_eq!(subject, clean::one_line(&subject), "{lang:?} {mail:?}");
                assert!(!subject.trim().is_empty());
            }
        }
    }

    #[test]
    fn an_argument_adds_no_line_to_a_body() {
        for lang in Lang::ALL {
            let lines = |mail: &MailText| mail.body(lang).lines().count();
            let plain = canceled(sample_context(), Some("late"));
            assert_eq!(lines(&canceled(hostile_context(), Some(HOSTILE))), lines(&plain));
        }
    }

    #[test]
    fn a_body_names_publisher_offer_and_operation_and_escapes_nothing() {
        for lang in Lang::ALL {
            for mail in MailText::samples() {
                let body = mail.body(lang);
                for needle in ["<publisher>", "<offer>", "<operation>"] {
                    assert!(body.contains(needle), "{lang:?}: {body}");
                }
                assert!(body.lines().count() > 3, "{body}");
            }
        }
    }

    #[test]
    fn findings_stand_one_a_line() {
        let findings = vec!["first".to_owned(), "second".to_owned()];
        let mail = MailText::Failed { context: sample_context(), findings };
        for lang in Lang::ALL {
            let body = mail.body(lang);
            assert!(body.contains("\n- first\n- second\n"), "{body}");
        }
    }
}
