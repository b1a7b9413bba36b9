//! The optional bodies of publish, go live and cancel (contract, "Every request" and "Cancel").

use serde_json::{Map, Value};
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaType, Type};

use crate::json::{self, Fault, JsonError, json5};
use crate::{emails, path};

/// The longest reason of a cancel, in characters.
pub const LONGEST_REASON: usize = 1000;

/// What such a body may say; everything is optional, unknown members are ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActionBody {
    /// `metadata.notification-emails`: addresses separated by commas, as sent.
    pub notification_emails: Option<String>,
    /// `metadata.reason`: why, in the words of a person.
    pub reason: Option<String>,
    /// `operationId`: the one operation that a cancel means, as sent.
    pub operation_id: Option<String>,
    /// `force`: of a cancel, give up undoing and end the operation now.
    pub force: bool,
}

/// What a call reads of an [`ActionBody`]; for its description.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// A publish or golive.
    Start,
    /// A cancel or kill of one offer's operation.
    Cancel,
    /// The cancel of many.
    CancelMany,
}

impl ActionBody {
    /// The members that count for `action`.
    pub fn schema_for(action: Action) -> Object {
        let optional = |schema_type: Type, text: &str| {
            ObjectBuilder::new()
                .schema_type(SchemaType::from_iter([schema_type, Type::Null]))
                .description(Some(text))
        };
        let emails =
            optional(Type::String, "Addresses separated by commas.").pattern(Some(emails::LIST_PATTERN));
        let reason = optional(Type::String, "Of a cancel: why, in the words of a person.");
        let metadata = optional(Type::Object, "What the request says about itself.")
            .property("notification-emails", emails)
            .property("reason", reason.max_length(Some(LONGEST_REASON)));
        let mut body = optional(Type::Object, "Everything is optional; an empty body and `null` are valid.")
            .property("metadata", metadata);
        if action == Action::Start {
            return body.build();
        }
        if action == Action::Cancel {
            let text = "This operation and no other (cancel rule 7); an empty text is none.";
            body = body.property(
                "operationId",
                optional(Type::String, text).pattern(Some(format!("^({})?$", path::GUID_PATTERN))),
            );
        }
        let text = "For owners: give up undoing, end the operation now and list what is left behind.";
        body.property("force", optional(Type::Boolean, text)).build()
    }
}

/// The body cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// Neither JSON nor, where it was tried, JSON5; says where the JSON ends.
    #[error("{}", .0.of_body())]
    Syntax(#[from] JsonError),
    /// JSON in which a member has the wrong type.
    #[error("{field} must be {expected}")]
    WrongType {
        /// The member's path, or `the body`.
        field: &'static str,
        /// What it may be.
        expected: &'static str,
    },
}

impl ActionBody {
    /// Reads a body: nothing, blanks and `null` are valid; JSON is tried first, then JSON5.
    pub fn parse(body: &[u8]) -> Result<Self, BodyError> {
        let text = json::text(body)?;
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let value = match json::check(text) {
            Ok(()) => serde_json::from_str(text).map_err(JsonError::from)?,
            Err(error) if error.fault != Fault::Syntax => return Err(error.into()),
            Err(error) => json5::value(text).ok_or(error)??,
        };
        let Some(members) = object(&value, "the body")? else {
            return Ok(Self::default());
        };
        let metadata = match members.get("metadata") {
            Some(metadata) => object(metadata, "metadata")?,
            None => None,
        };
        let of_metadata = |name, field| metadata.map_or(Ok(None), |metadata| string(metadata, name, field));
        Ok(Self {
            notification_emails: of_metadata("notification-emails", "metadata.notification-emails")?,
            reason: of_metadata("reason", "metadata.reason")?,
            operation_id: string(members, "operationId", "operationId")?,
            force: boolean(members, "force")?,
        })
    }
}

fn object<'a>(value: &'a Value, field: &'static str) -> Result<Option<&'a Map<String, Value>>, BodyError> {
    match value {
        Value::Null => Ok(None),
        Value::Object(members) => Ok(Some(members)),
        _ => Err(BodyError::WrongType { field, expected: "an object or null" }),
    }
}

fn string(
    members: &Map<String, Value>,
    name: &str,
    field: &'static str,
) -> Result<Option<String>, BodyError> {
    match members.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(BodyError::WrongType { field, expected: "a string or null" }),
    }
}

fn boolean(members: &Map<String, Value>, name: &'static str) -> Result<bool, BodyError> {
    match members.get(name) {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(value)) => Ok(*value),
        Some(_) => Err(BodyError::WrongType { field: name, expected: "true, false or null" }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn emails(list: &str) -> ActionBody {
        ActionBody { notification_emails: Some(list.into()), ..ActionBody::default() }
    }

    #[test]
    fn bodies_that_say_nothing() {
        for body in ["", " \r\n", "null", "{}", r#"{"metadata":null}"#, r#"{"metadata":{}}"#, "\u{feff}{}"] {
            assert_eq!(ActionBody::parse(body.as_bytes()), Ok(ActionBody::default()), "{body}");
        }
        let nulls = r#"{"metadata":{"notification-emails":null,"reason":null},"operationId":null,"force":null,"x":[1]}"#;
        assert_eq!(ActionBody::parse(nulls.as_bytes()), Ok(ActionBody::default()));
    }

    #[test]
    fn every_member() {
        let body = r#"{"metadata":{"notification-emails":"a@x,b@y","reason":"wrong image"},"operationId":"56","force":true}"#;
        assert_eq!(
            ActionBody::parse(body.as_bytes()).unwrap(),
            ActionBody {
                notification_emails: Some("a@x,b@y".into()),
                reason: Some("wrong image".into()),
                operation_id: Some("56".into()),
                force: true,
            }
        );
    }

    #[test]
    fn single_quotes_trailing_commas_and_comments_pass() {
        for body in [
            "{ 'metadata': { 'notification-emails': 'jdoe@contoso.com' } }",
            "{metadata: {\"notification-emails\": 'jdoe@contoso.com',},} // why",
        ] {
            assert_eq!(ActionBody::parse(body.as_bytes()), Ok(emails("jdoe@contoso.com")), "{body}");
        }
    }

    #[test]
    fn a_large_body_is_not_tried_as_json5() {
        let body = |length: usize| format!("{{'x': '{}'}}", "a".repeat(length - "{'x': ''}".len()));
        let most = json::LARGEST_JSON5;
        assert_eq!(ActionBody::parse(body(most).as_bytes()), Ok(ActionBody::default()));
        assert!(matches!(ActionBody::parse(body(most + 1).as_bytes()), Err(BodyError::Syntax(_))));
    }

    #[test]
    fn wrong_types_are_named() {
        for (body, message) in [
            ("[]", "the body must be an object or null"),
            ("\"x\"", "the body must be an object or null"),
            (r#"{"metadata":"x"}"#, "metadata must be an object or null"),
            (
                r#"{"metadata":{"notification-emails":["a@x"]}}"#,
                "metadata.notification-emails must be a string or null",
            ),
            (r#"{"metadata":{"reason":1}}"#, "metadata.reason must be a string or null"),
            ("{'operationId': 5}", "operationId must be a string or null"),
            (r#"{"force":"yes"}"#, "force must be true, false or null"),
            (r#"{"force":1}"#, "force must be true, false or null"),
        ] {
            assert_eq!(ActionBody::parse(body.as_bytes()).unwrap_err().to_string(), message, "{body}");
        }
    }

    #[test]
    fn what_is_neither_is_pointed_at_as_json() {
        let error = ActionBody::parse(b"{\n\"metadata\": oops}").unwrap_err();
        assert_eq!(error.to_string(), "the body is not JSON: expected value at line 2, column 13");
        assert!(ActionBody::parse(b"{").is_err());
        assert!(ActionBody::parse(b"\xff").is_err());
    }

    #[test]
    fn no_member_is_repeated_in_either_form() {
        for body in [
            r#"{"metadata":{"reason":"a","reason":null}}"#,
            "{metadata:{reason:'a','reason':null}}",
            "{'metadata':{'x':[{a:1}],reason:'a',\"re\\u0061son\":null}}",
        ] {
            let BodyError::Syntax(error) = ActionBody::parse(body.as_bytes()).unwrap_err() else { panic!() };
            assert_eq!(error.fault, Fault::Repeated("metadata.reason".into()), "{body}");
        }
    }

    #[test]
    fn hostile_nesting_is_refused_and_does_not_exhaust_the_stack() {
        for bracket in ["[", "{'a':", "{\"a\":", "[//\n", "'['+["] {
            let error = ActionBody::parse(bracket.repeat(100_000).as_bytes()).unwrap_err();
            assert!(matches!(error, BodyError::Syntax(_)), "{error}");
        }
        let closers_in_strings = "[']',".repeat(100_000);
        assert!(ActionBody::parse(closers_in_strings.as_bytes()).is_err());
        let balanced = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(ActionBody::parse(balanced.as_bytes()).is_err());
    }

    proptest! {
        #[test]
        fn reading_never_panics(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = ActionBody::parse(&body);
        }

        #[test]
        fn near_json5_never_panics(body in r#"[{}\[\]'",:/*+\\a0xn \n-]{0,120}"#) {
            let _ = ActionBody::parse(body.as_bytes());
        }

        #[test]
        fn any_reason_survives(reason in ".{0,80}") {
            let body = serde_json::json!({"metadata": {"reason": reason}}).to_string();
            prop_assert_eq!(ActionBody::parse(body.as_bytes()).unwrap().reason, Some(reason));
        }
    }
}
