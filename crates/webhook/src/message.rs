//! What is said to a third party, and what it answers.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use signoff_lifecycle::command::{WebhookReport, WorkOutcome};
use signoff_lifecycle::ids::Micros;
use signoff_lifecycle::plan::Outcome;
use signoff_lifecycle::webhook::{Answer, Ask, Finding};

/// How much of a third party's words is kept, in characters.
pub const LONGEST_TEXT: usize = 500;
/// How much of a code or a target is kept, in characters.
const LONGEST_NAME: usize = 200;
/// How many findings are kept.
pub const MOST_FINDINGS: usize = 100;

/// The body of a request, in the form of the Standard Webhooks specification.
#[derive(Serialize)]
pub(crate) struct Message<'a> {
    /// `step.run`, `step.cancel` or `step.poll`.
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) timestamp: String,
    pub(crate) data: Data<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Data<'a> {
    pub(crate) idempotency_key: &'a str,
    /// What a `step.poll` asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) of: Option<&'static str>,
    pub(crate) publisher_id: &'a str,
    pub(crate) offer_id: &'a str,
    pub(crate) offer_type_id: &'a str,
    pub(crate) offer_version: u32,
    pub(crate) operation_id: String,
    pub(crate) step: &'a str,
    pub(crate) attempt: u32,
    pub(crate) callback_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) deadline: Option<String>,
}

/// What the message asks for.
pub(crate) fn kind(ask: Ask, accepted: bool) -> &'static str {
    match (ask, accepted) {
        (_, true) => "step.poll",
        (Ask::Run, false) => "step.run",
        (Ask::Cancel, false) => "step.cancel",
    }
}

/// Microseconds since the Unix epoch in RFC 3339, in UTC.
pub(crate) fn time(micros: i64) -> String {
    jiff::Timestamp::from_microsecond(micros).map(|time| time.to_string()).unwrap_or_default()
}

/// What a third party says of a step or of its undo: the body of its reply, and of a callback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookAnswer {
    /// The key of the request that it speaks of; callbacks must name it.
    pub key: Option<String>,
    /// What it says.
    pub said: WebhookReport,
}

/// Why a body is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadAnswer {
    /// It is no JSON, or a member is missing or has another type.
    #[error("the answer is not as it must be: {detail}")]
    Shape {
        /// What is wrong.
        detail: String,
        /// Where: line and column, from 1.
        at: (usize, usize),
        /// Whether it is JSON at all.
        is_json: bool,
    },
    /// A member has a value that it cannot have.
    #[error("{field} must be {expected}")]
    Member {
        /// Its name.
        field: &'static str,
        /// What helps.
        expected: &'static str,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawAnswer {
    status: String,
    #[serde(default)]
    idempotency_key: Option<String>,
    #[serde(default)]
    progress: Option<u64>,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    findings: Option<Vec<Object<RawFinding>>>,
}

#[derive(Deserialize)]
struct RawFinding {
    #[serde(default)]
    code: Option<String>,
    message: String,
    #[serde(default)]
    target: Option<String>,
}

/// A shape that an object alone stands for: to the derived readers an array of its members would be as good.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members(PhantomData)).map(Self)
    }
}

struct Members<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(members))
    }
}

impl HookAnswer {
    /// Reads `{"status", "progress", "message", "findings": [{"code", "message", "target"}]}`. Text is kept as one
    /// line of bounded length.
    ///
    /// # Errors
    /// [`BadAnswer`], which names the member and what it must be.
    pub fn parse(body: &[u8]) -> Result<Self, BadAnswer> {
        let Object(raw): Object<RawAnswer> =
            serde_json::from_slice(body).map_err(|error| BadAnswer::Shape {
                detail: clip(&error.to_string(), 200),
                at: (error.line(), error.column()),
                is_json: error.is_data(),
            })?;
        let progress =
            raw.progress.map(|percent| u8::try_from(percent).ok().filter(|percent| *percent <= 100));
        let bad = |field, expected| BadAnswer::Member { field, expected };
        if progress == Some(None) {
            return Err(bad("progress", "a whole number from 0 to 100"));
        }
        let message =
            raw.message.map(|text| clip(&text, LONGEST_TEXT)).filter(|text| !text.trim().is_empty());
        let findings =
            raw.findings.unwrap_or_default().into_iter().take(MOST_FINDINGS).map(|Object(finding)| Finding {
                code: finding.code.map_or_else(|| "Finding".to_owned(), |code| clip(&code, LONGEST_NAME)),
                target: finding.target.map_or_else(|| "-".to_owned(), |target| clip(&target, LONGEST_NAME)),
                text: clip(&finding.message, LONGEST_TEXT),
            });
        let ended = |outcome| Answer { outcome, message: message.clone(), findings: findings.collect() };
        let said = match raw.status.as_str() {
            "inProgress" => WebhookReport::Progress { progress: progress.flatten(), message },
            "succeeded" => WebhookReport::Ended(ended(Outcome::Succeed)),
            "failed" => WebhookReport::Ended(ended(Outcome::Fail)),
            _ => return Err(bad("status", "inProgress, succeeded or failed")),
        };
        Ok(Self { key: raw.idempotency_key, said })
    }

    /// The outcome of the work. A third party that is still at work is asked again after `again`.
    pub fn outcome(self, again: Micros) -> WorkOutcome {
        match self.said {
            WebhookReport::Progress { progress, message } => {
                WorkOutcome::Waiting { progress, message, again }
            }
            WebhookReport::Ended(answer) => WorkOutcome::Answered(answer),
        }
    }
}

/// One line of at most `longest` characters.
fn clip(text: &str, longest: usize) -> String {
    let line = |c: char| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c };
    let mut characters = text.chars();
    let mut kept: String = characters.by_ref().take(longest).map(line).collect();
    if characters.next().is_some() {
        kept.push('…');
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(body: &str) -> Result<HookAnswer, BadAnswer> {
        HookAnswer::parse(body.as_bytes())
    }

    #[test]
    fn an_answer_is_read() {
        let answer = parse(r#"{"status":"inProgress","progress":40,"message":"a\nb","more":1}"#).unwrap();
        assert_eq!(
            answer.said,
            WebhookReport::Progress { progress: Some(40), message: Some("a b".to_owned()) }
        );
        let body = r#"{"status":"failed","idempotencyKey":"k","findings":[{"message":"m"},
            {"code":"C","message":"n","target":"t"}],"message":" "}"#;
        let answer = parse(body).unwrap();
        assert_eq!(answer.key.as_deref(), Some("k"));
        let WebhookReport::Ended(Answer { outcome: Outcome::Fail, message: None, findings }) = answer.said
        else {
            panic!("{answer:?}")
        };
        let found = findings.iter().map(|it| (it.code.as_str(), it.target.as_str(), it.text.as_str()));
        assert_eq!(found.collect::<Vec<_>>(), [("Finding", "-", "m"), ("C", "t", "n")]);
    }

    #[test]
    fn what_is_no_answer_says_what_helps() {
        for (body, words) in [
            ("", "not as it must be"),
            ("[]", "not as it must be"),
            ("{}", "status"),
            (r#"{"status":"done"}"#, "status must be inProgress, succeeded or failed"),
            (r#"{"status":"inProgress","progress":101}"#, "progress must be a whole number from 0 to 100"),
            (r#"{"status":"inProgress","progress":-1}"#, "not as it must be"),
            (r#"{"status":"failed","findings":[{}]}"#, "message"),
            (r#"["k","succeeded",null,null,null]"#, "expected an object"),
            (r#"["succeeded"]"#, "expected an object"),
            (r#"{"status":"failed","findings":[{"message":"m"},["c","m","t"]]}"#, "expected an object"),
        ] {
            let said = parse(body).unwrap_err().to_string();
            assert!(said.contains(words), "{body}: {said}");
        }
    }

    #[test]
    fn a_long_answer_is_cut_short() {
        let findings = vec![serde_json::json!({"code": "c".repeat(900), "message": "m".repeat(900)}); 300];
        let body = serde_json::json!({
            "status": "failed", "message": "é".repeat(900), "findings": findings,
        });
        let WebhookReport::Ended(answer) = parse(&body.to_string()).unwrap().said else { panic!() };
        assert_eq!(answer.findings.len(), MOST_FINDINGS);
        let lengths =
            [answer.message.unwrap(), answer.findings[0].text.clone(), answer.findings[0].code.clone()]
                .map(|text| text.chars().count());
        assert_eq!(lengths, [LONGEST_TEXT + 1, LONGEST_TEXT + 1, LONGEST_NAME + 1]);
    }
}
