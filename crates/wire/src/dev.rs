//! The bodies of `/_signoff/*`: scenarios, the test clock, fault rules, the mailbox. Development only.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaType, Type};
use uuid::Uuid;

use crate::duration::Span;

/// `PUT /_signoff/scenarios/{publisher}/{offer}`: what the next operations' steps do; an empty map clears it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// By step id.
    pub steps: BTreeMap<String, StepScenario>,
}

/// What one step does; what is left out stays as the pipeline says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StepScenario {
    /// How long it works, like `1h`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<Span>,
    /// How it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// What it says at its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// With `outcome: fail`: how many attempts fail, as passing errors, before one succeeds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 4_294_967_295_u32)]
    pub fail_times: Option<u32>,
    /// What a cancel does to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancel: Option<CancelPolicy>,
    /// How long undoing it takes, like `300ms`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo_duration: Option<Span>,
    /// How long it takes from the switch of the production slot to the end, like `1h`; of `live` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub propagate_duration: Option<Span>,
    /// How undoing it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo_outcome: Option<Outcome>,
    /// Whether it stops after its duration, before its result is recorded, until it is released.
    #[serde(default)]
    pub hold: bool,
    /// Which executor runs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub executor: Option<String>,
}

/// How a step or its undo ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// Well.
    Succeed,
    /// Badly.
    Fail,
}

/// What a cancel does to a step that began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum CancelPolicy {
    /// Stops it on the spot.
    Interrupt,
    /// Undoes it, which takes work.
    Undo,
    /// Nothing: it is a point of no return.
    Refuse,
}

/// `POST /_signoff/scenarios/{publisher}/{offer}/release`: lets a held step go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// The step's id.
    pub step: String,
}

/// `POST /_signoff/clock/{publisher}/advance`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Advance {
    /// How far, like `3d`.
    pub by: Span,
}

/// What time it is for a publisher.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClockNow {
    /// RFC 3339.
    pub now: String,
}

/// A rule that makes some requests go wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FaultRule {
    /// Given by the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "uuid")]
    pub id: Option<Uuid>,
    /// Which method, in any letter case; every one when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Which paths: `*` stands for any run of characters, slashes too.
    #[schema(pattern = "^[/*]")]
    pub path: String,
    /// The status of the reply, 400 to 599.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 400, maximum = 599)]
    pub status: Option<u16>,
    /// Instead of a reply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut: Option<Cut>,
    /// Whether the request was carried out.
    #[serde(default)]
    pub when: FaultTime,
    /// How long the reply is held back, like `300ms`; at most 60s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = latency)]
    pub latency: Option<Span>,
    /// How many requests it applies to; all when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 4_294_967_295_u32)]
    pub count: Option<u32>,
    /// The message of the error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

fn latency() -> Object {
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
        .pattern(Some("^([0-5]?[0-9]{1,4}ms|[0-5]?[0-9]s|[01]m|60s)$"))
        .build()
}

/// What happens instead of a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Cut {
    /// The connection closes.
    Connection,
}

/// When a fault strikes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum FaultTime {
    /// Before anything was changed.
    #[default]
    Before,
    /// After the change was committed.
    After,
}

/// A fault rule that could never do what it says; names the member.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidFault {
    /// The path is empty or relative.
    #[error("path must start with / or *, like /api/publishers/*/offers/*/cancel")]
    Path,
    /// No error status.
    #[error("status must be 400 to 599, not {0}")]
    Status(u16),
    /// Both `status` and `cut`.
    #[error("status and cut exclude each other: a cut connection carries no status")]
    Both,
    /// Nothing would happen.
    #[error("one of status, cut and latency must be given")]
    Nothing,
    /// A rule for no request.
    #[error("count must be at least 1")]
    Count,
}

impl FaultRule {
    /// Whether the rule could do what it says.
    pub fn check(&self) -> Result<(), InvalidFault> {
        if !self.path.starts_with(['/', '*']) {
            return Err(InvalidFault::Path);
        }
        if self.count == Some(0) {
            return Err(InvalidFault::Count);
        }
        match (self.status, self.cut, self.latency) {
            (Some(status), _, _) if !(400..=599).contains(&status) => Err(InvalidFault::Status(status)),
            (Some(_), Some(_), _) => Err(InvalidFault::Both),
            (None, None, None) => Err(InvalidFault::Nothing),
            _ => Ok(()),
        }
    }

    /// Whether the rule concerns a request.
    pub fn concerns(&self, method: &str, path: &str) -> bool {
        self.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
            && pattern_matches(&self.path, path)
    }
}

/// Whether `*` in `pattern`, each standing for any run of characters, can be filled so that it reads `text`.
pub fn pattern_matches(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut text) = text.strip_prefix(first) else {
        return false;
    };
    // Taking the first place for each piece in between is enough: a later one leaves less for those after it.
    let mut rest = rest;
    while let Some((piece, after)) = rest.split_once('*') {
        let Some(at) = text.find(piece) else {
            return false;
        };
        text = &text[at + piece.len()..];
        rest = after;
    }
    text.ends_with(rest)
}

/// One mail in `GET /_signoff/mailbox`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Mail<'a> {
    /// The recipient.
    pub to: Cow<'a, str>,
    /// The subject.
    pub subject: Cow<'a, str>,
    /// The text, line breaks as `\n`.
    pub text: Cow<'a, str>,
    /// By name.
    pub headers: BTreeMap<String, String>,
    /// The `Message-ID` without its brackets.
    pub message_id: Cow<'a, str>,
    /// The operation it is about.
    #[schema(value_type = String, format = "uuid")]
    pub operation: Uuid,
    /// What happened.
    pub event: Cow<'a, str>,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::json::from_body;

    #[test]
    fn a_scenario_reads_and_prints() {
        let body = br#"{"steps":{"displaycertify":{"duration":"1h","outcome":"fail","message":"no","failTimes":2,
            "cancel":"undo","undoDuration":"300ms","undoOutcome":"fail","hold":true,"executor":"simulated"}}}"#;
        let scenario: Scenario = from_body(body).unwrap();
        insta::assert_json_snapshot!(scenario);
        assert_eq!(from_body::<Scenario>(br#"{"steps":{}}"#), Ok(Scenario::default()));
    }

    #[test]
    fn errors_name_what_is_wrong() {
        let table: Vec<String> = [
            "{}",
            r#"{"steps":{"live":{"duraton":"1h"}}}"#,
            r#"{"steps":{"live":{"duration":"1 hour"}}}"#,
            r#"{"steps":{"live":{"duration":5}}}"#,
            r#"{"steps":{"live":{"outcome":"explode"}}}"#,
            r#"{"steps":{"live":{"cancel":"maybe"}}}"#,
            r#"{"steps":{"live":{"failTimes":-1}}}"#,
            r#"{"steps":{},"step":{}}"#,
        ]
        .iter()
        .map(|body| format!("{body:50} {}", from_body::<Scenario>(body.as_bytes()).unwrap_err()))
        .collect();
        insta::assert_snapshot!(table.join("\n"));
    }

    #[test]
    fn small_bodies() {
        assert_eq!(from_body::<Release>(br#"{"step":"live"}"#).unwrap().step, "live");
        assert_eq!(from_body::<Advance>(br#"{"by":"3d"}"#).unwrap().by.micros(), 259_200_000_000);
        assert!(from_body::<Advance>(br#"{"by":"3d","and":"1s"}"#).is_err());
    }

    fn rule(body: &str) -> FaultRule {
        from_body(body.as_bytes()).unwrap()
    }

    #[test]
    fn fault_rules_are_checked() {
        assert_eq!(rule(r#"{"path":"/api/*","status":503,"count":2,"latency":"1s"}"#).check(), Ok(()));
        assert_eq!(rule(r#"{"path":"*","cut":"connection","when":"after"}"#).check(), Ok(()));
        for (body, error) in [
            (r#"{"path":"","status":503}"#, InvalidFault::Path),
            (r#"{"path":"api","status":503}"#, InvalidFault::Path),
            (r#"{"path":"/","status":200}"#, InvalidFault::Status(200)),
            (r#"{"path":"/","status":503,"cut":"connection"}"#, InvalidFault::Both),
            (r#"{"path":"/"}"#, InvalidFault::Nothing),
            (r#"{"path":"/","status":503,"count":0}"#, InvalidFault::Count),
        ] {
            assert_eq!(rule(body).check(), Err(error), "{body}");
        }
    }

    #[test]
    fn fault_rules_concern_method_and_path() {
        let cancel = rule(r#"{"method":"post","path":"/api/publishers/*/offers/*/cancel","status":503}"#);
        assert!(cancel.concerns("POST", "/api/publishers/contoso/offers/vm/cancel"));
        assert!(!cancel.concerns("GET", "/api/publishers/contoso/offers/vm/cancel"));
        assert!(!cancel.concerns("POST", "/api/publishers/contoso/offers/vm/publish"));
    }

    #[test]
    fn patterns_table() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("*", "/anything", true),
            ("/a", "/a", true),
            ("/a", "/ab", false),
            ("/a*", "/ab/c", true),
            ("*a", "aba", true),
            ("/a*a", "/a", false),
            ("*ab*ab", "ab", false),
            ("*ab*ab", "abab", true),
            ("a**b", "ab", true),
        ] {
            assert_eq!(pattern_matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn a_mail() {
        insta::assert_json_snapshot!(Mail {
            to: "a@x.example".into(),
            subject: "sample-vm waits for your sign-off".into(),
            text: "Hello\n".into(),
            headers: BTreeMap::from([("X-Signoff-Event".into(), "waiting".into())]),
            message_id: "1@signoff".into(),
            operation: Uuid::nil(),
            event: "waiting".into(),
        });
    }

    /// The definition of a pattern, without regard to cost.
    fn slow_matches(pattern: &[u8], text: &[u8]) -> bool {
        match (pattern.split_first(), text.split_first()) {
            (None, _) => text.is_empty(),
            (Some((b'*', rest)), _) => {
                slow_matches(rest, text) || text.split_first().is_some_and(|(_, t)| slow_matches(pattern, t))
            }
            (Some((p, rest)), Some((t, text))) => p == t && slow_matches(rest, text),
            (Some(_), None) => false,
        }
    }

    proptest! {
        #[test]
        fn patterns_match_as_defined(pattern in "[ab*]{0,8}", text in "[ab]{0,10}") {
            prop_assert_eq!(pattern_matches(&pattern, &text), slow_matches(pattern.as_bytes(), text.as_bytes()));
        }
    }
}
