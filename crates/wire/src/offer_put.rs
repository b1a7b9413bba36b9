//! The document that a PUT of an offer sends (contract, "Shapes" and "Concurrency").

use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;
use utoipa::openapi::schema::{AdditionalProperties, Array, Object, ObjectBuilder, SchemaType, Type};

use crate::json::{self, JsonError};
use crate::words::PcMigrationStatus;

/// A PUT document, taken apart. What a client got may be put back whole: read-only members are ignored.
#[derive(Clone)]
pub struct OfferPut {
    /// What kind of offer; may be missing when the offer exists.
    pub offer_type_id: Option<String>,
    /// As sent; the path decides.
    pub publisher_id: Option<String>,
    /// As sent; the path decides.
    pub id: Option<String>,
    /// The definition as text, an object.
    pub definition: Box<RawValue>,
    /// `definition.displayText`.
    pub display_text: Option<String>,
    /// Whether the offer counts as migrated from now on.
    pub pc_migration_status: Option<PcMigrationStatus>,
    /// `eTag` or `Etag`, unless empty.
    pub etag: Option<String>,
    /// As text, an object.
    pub offer_type_versions: Option<Box<RawValue>>,
    /// Unknown members, in their order.
    pub other: Vec<(String, Box<RawValue>)>,
}

impl OfferPut {
    /// The document for descriptions; `offer_types` are the ids that `offerTypeId` may name.
    pub fn described(offer_types: impl Iterator<Item = String>) -> Object {
        let member = |schema_type: Type, text: &str| {
            ObjectBuilder::new().schema_type(schema_type).description(Some(text))
        };
        let optional = |schema_type: Type, text: &str| {
            let or_null = SchemaType::from_iter([schema_type, Type::Null]);
            ObjectBuilder::new().schema_type(or_null).description(Some(text))
        };
        let or_null = |words: Vec<String>| words.into_iter().map(Value::from).chain([Value::Null]);
        let plans = Array::builder()
            .schema_type(SchemaType::from_iter([Type::Array, Type::Null]))
            .items(member(Type::Object, "What holds for one plan."));
        let definition = member(Type::Object, "The offer itself; unknown members are kept as they are.")
            .property("displayText", optional(Type::String, "The offer's name for people."))
            .property("offer", optional(Type::Object, "What holds for the offer as a whole."))
            .property("plans", plans)
            .additional_properties(Some(AdditionalProperties::FreeForm(true)));
        let migration = PcMigrationStatus::WORDS.iter().map(|word| (*word).to_owned()).collect();
        member(
            Type::Object,
            "A draft. What a client got may be put back whole: read-only members are ignored.",
        )
        .property(
            "offerTypeId",
            optional(Type::String, "One of `/api/offerTypes`; needed to create.")
                .enum_values(Some(or_null(offer_types.collect()))),
        )
        .property("definition", definition)
        .required("definition")
        .property(
            "pcMigrationStatus",
            optional(Type::String, "Whether the offer counts as migrated from now on.")
                .enum_values(Some(or_null(migration))),
        )
        .property("offerTypeVersions", optional(Type::Object, "Kept as it is."))
        .property("publisherId", optional(Type::String, "The path decides."))
        .property("id", optional(Type::String, "The path decides."))
        .property("eTag", optional(Type::String, "Stands for `If-Match` in the dialect `observed` only."))
        .additional_properties(Some(AdditionalProperties::FreeForm(true)))
        .build()
    }
}

impl fmt::Debug for OfferPut {
    // The definition and the unknown members may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OfferPut")
            .field("offer_type_id", &self.offer_type_id)
            .field("display_text", &self.display_text)
            .field("pc_migration_status", &self.pc_migration_status)
            .finish_non_exhaustive()
    }
}

/// The document cannot be stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OfferPutError {
    /// Not JSON, nested too deep, or a member is repeated.
    #[error("{}", .0.of_body())]
    Syntax(#[from] JsonError),
    /// JSON in which a member has the wrong type.
    #[error("{member} must be {expected}")]
    WrongType {
        /// The member's path, or `the body`.
        member: &'static str,
        /// What it may be.
        expected: &'static str,
    },
    /// A member that must be there is not.
    #[error("{member} is missing")]
    Missing {
        /// Its path.
        member: &'static str,
    },
}

impl OfferPutError {
    /// The member at fault, for `error.target`.
    pub fn target(&self) -> Option<&str> {
        match self {
            Self::Syntax(_) => None,
            Self::WrongType { member, .. } | Self::Missing { member } => Some(member),
        }
    }
}

/// The members of an object in their order, each as text.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}

impl OfferPut {
    /// Reads a document strictly as JSON.
    pub fn parse(body: &[u8]) -> Result<Self, OfferPutError> {
        let text = json::text(body)?;
        json::check(text)?;
        if !text.trim_start().starts_with('{') {
            return Err(wrong("the body", "an object"));
        }
        let Members(members) = serde_json::from_str(text).map_err(JsonError::from)?;
        let mut document = Document::default();
        for (name, value) in &members {
            document.take(name, value)?;
        }
        document.finish()
    }
}

/// A document of which some members are still to come.
#[derive(Default)]
struct Document {
    offer_type_id: Option<String>,
    publisher_id: Option<String>,
    id: Option<String>,
    definition: Option<Box<RawValue>>,
    display_text: Option<String>,
    pc_migration_status: Option<PcMigrationStatus>,
    etag: Option<String>,
    offer_type_versions: Option<Box<RawValue>>,
    other: Vec<(String, Box<RawValue>)>,
}

impl Document {
    fn take(&mut self, name: &str, value: &RawValue) -> Result<(), OfferPutError> {
        match name {
            "offerTypeId" => self.offer_type_id = string("offerTypeId", value)?,
            "publisherId" => self.publisher_id = string("publisherId", value)?,
            "id" => self.id = string("id", value)?,
            "definition" => {
                self.display_text = display_text(value)?;
                self.definition = Some(value.to_owned());
            }
            "pcMigrationStatus" => self.pc_migration_status = migration(value)?,
            "eTag" | "Etag" => {
                let etag = string("eTag", value)?.filter(|tag| !tag.trim().is_empty());
                self.etag = self.etag.take().or(etag);
            }
            "offerTypeVersions" => self.offer_type_versions = object("offerTypeVersions", value)?,
            "status" | "version" | "changedTime" | "warnings" => {}
            _ => self.other.push((name.to_owned(), value.to_owned())),
        }
        Ok(())
    }

    fn finish(self) -> Result<OfferPut, OfferPutError> {
        Ok(OfferPut {
            offer_type_id: self.offer_type_id,
            publisher_id: self.publisher_id,
            id: self.id,
            definition: self.definition.ok_or(OfferPutError::Missing { member: "definition" })?,
            display_text: self.display_text,
            pc_migration_status: self.pc_migration_status,
            etag: self.etag,
            offer_type_versions: self.offer_type_versions,
            other: self.other,
        })
    }
}

fn wrong(member: &'static str, expected: &'static str) -> OfferPutError {
    OfferPutError::WrongType { member, expected }
}

fn string(member: &'static str, value: &RawValue) -> Result<Option<String>, OfferPutError> {
    serde_json::from_str(value.get()).map_err(|_| wrong(member, "a string or null"))
}

fn object(member: &'static str, value: &RawValue) -> Result<Option<Box<RawValue>>, OfferPutError> {
    match value.get().bytes().next() {
        Some(b'{') => Ok(Some(value.to_owned())),
        Some(b'n') => Ok(None),
        _ => Err(wrong(member, "an object or null")),
    }
}

fn migration(value: &RawValue) -> Result<Option<PcMigrationStatus>, OfferPutError> {
    let refused = || wrong("pcMigrationStatus", "\"none\", \"migrated\" or null");
    let word = string("pcMigrationStatus", value).map_err(|_| refused())?;
    word.map(|word| word.to_ascii_lowercase().parse().map_err(|_| refused())).transpose()
}

/// Checks the outermost shape of a definition and reads its name for people.
fn display_text(value: &RawValue) -> Result<Option<String>, OfferPutError> {
    #[derive(Deserialize)]
    struct Outline<'a> {
        #[serde(borrow, default, rename = "displayText")]
        display_text: Option<&'a RawValue>,
        #[serde(borrow, default)]
        offer: Option<&'a RawValue>,
        #[serde(borrow, default)]
        plans: Option<&'a RawValue>,
    }

    if !value.get().starts_with('{') {
        return Err(wrong("definition", "an object"));
    }
    let outline: Outline<'_> =
        serde_json::from_str(value.get()).map_err(|_| wrong("definition", "an object"))?;
    if let Some(offer) = outline.offer {
        object("definition.offer", offer)?;
    }
    if outline.plans.is_some_and(|plans| !plans.get().starts_with(['[', 'n'])) {
        return Err(wrong("definition.plans", "an array or null"));
    }
    outline.display_text.map_or(Ok(None), |text| string("definition.displayText", text))
}

/// The members to keep beside the definition, as pairs in their order.
pub fn extra(versions: Option<Box<RawValue>>, mut other: Vec<(String, Box<RawValue>)>) -> Option<String> {
    if let Some(versions) = versions {
        other.insert(0, ("offerTypeVersions".to_owned(), versions));
    }
    if other.is_empty() { None } else { serde_json::to_string(&other).ok() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_document_that_a_get_gave_goes_back_whole() {
        let put = OfferPut::parse(
            br#"{"offerTypeId":"t","publisherId":"contoso","status":7,"id":"vm","version":{"any":1},
                "definition": {"z":1.10, "displayText":"VM","plans":[{}],"offer":{}},"changedTime":null,
                "pcMigrationStatus":"Migrated","offerTypeVersions":{"t":87},"Etag":"W/\"x\"",
                "zeta":1e400,"alpha":[ 1 ]}"#,
        )
        .unwrap();
        assert_eq!(put.offer_type_id.as_deref(), Some("t"));
        assert_eq!((put.publisher_id.as_deref(), put.id.as_deref()), (Some("contoso"), Some("vm")));
        assert_eq!(put.definition.get(), r#"{"z":1.10, "displayText":"VM","plans":[{}],"offer":{}}"#);
        assert_eq!(put.display_text.as_deref(), Some("VM"));
        assert_eq!(put.pc_migration_status, Some(PcMigrationStatus::Migrated));
        assert_eq!(put.etag.as_deref(), Some("W/\"x\""));
        assert_eq!(put.offer_type_versions.unwrap().get(), r#"{"t":87}"#);
        let other: Vec<_> = put.other.iter().map(|(name, value)| (name.as_str(), value.get())).collect();
        assert_eq!(other, [("zeta", "1e400"), ("alpha", "[ 1 ]")]);
    }

    #[test]
    fn an_empty_tag_is_none_in_either_spelling() {
        let etag = |member: &str| {
            OfferPut::parse(format!(r#"{{"definition":{{}},{member}}}"#).as_bytes()).unwrap().etag
        };
        assert_eq!(etag(r#""Etag":"""#), None);
        assert_eq!(etag(r#""eTag":null"#), None);
        assert_eq!(etag(r#""eTag":"","Etag":"b""#).as_deref(), Some("b"));
    }

    #[test]
    fn errors_name_the_member() {
        let table: Vec<String> = [
            "",
            "{\n\"definition\": oops}",
            "{'definition':{}}",
            "[]",
            "null",
            "{}",
            r#"{"definition":null}"#,
            r#"{"definition":[]}"#,
            r#"{"definition":{"displayText":5}}"#,
            r#"{"definition":{"offer":[]}}"#,
            r#"{"definition":{"plans":{}}}"#,
            r#"{"definition":{"plans":[],"plans":[]}}"#,
            r#"{"definition":{"offer":{"a":[{"b":1,"b":2}]}}}"#,
            r#"{"definition":{},"offerTypeId":5}"#,
            r#"{"definition":{},"pcMigrationStatus":"maybe"}"#,
            r#"{"definition":{},"offerTypeVersions":[]}"#,
            r#"{"definition":{},"eTag":1}"#,
            r#"{"definition":{},"definition":{}}"#,
            r#"{"definition":{}} x"#,
        ]
        .iter()
        .map(|body| format!("{body:50} {}", OfferPut::parse(body.as_bytes()).unwrap_err()))
        .collect();
        insta::assert_snapshot!(table.join("\n"));
    }

    #[test]
    fn nesting_of_a_thousand_is_refused_with_its_place() {
        let body = format!(r#"{{"definition":{{"a":{}{}}}}}"#, "[".repeat(1000), "]".repeat(1000));
        let error = OfferPut::parse(body.as_bytes()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the body is not JSON: nested deeper than 100 levels at line 1, column 118"
        );
    }

    #[test]
    fn no_debug_output_shows_a_secret() {
        let put = OfferPut::parse(br#"{"definition":{"password":"hunter2"},"other":"hunter2"}"#).unwrap();
        assert!(!format!("{put:?}").contains("hunter2"));
    }

    proptest! {
        #[test]
        fn reading_never_panics(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = OfferPut::parse(&body);
        }

        #[test]
        fn near_json_never_panics(members in r#"("(definition|eTag|x|plans)":)?[{}\[\]",:0a]{0,40}"#) {
            let _ = OfferPut::parse(format!("{{{members}}}").as_bytes());
        }
    }
}
