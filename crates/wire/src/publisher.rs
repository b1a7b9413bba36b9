//! Publishers and their members (contract, "Shapes" and "Every request").

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaType, Type};

use crate::words::PcMigrationStatus;
use crate::{emails, names};

/// A publisher as its members see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Publisher<'a> {
    /// The publisher's id.
    pub id: Cow<'a, str>,
    /// Counts its changes, from 1.
    #[serde(default)]
    pub version: u64,
    /// What is known of it.
    pub definition: PublisherDefinition<'a>,
}

/// What is known of a publisher. The last three members are this server's own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PublisherDefinition<'a> {
    /// Its name for people.
    #[serde(default)]
    pub display_text: Cow<'a, str>,
    /// The offer types it may sell.
    #[serde(default)]
    pub offer_type_categories: Vec<Cow<'a, str>>,
    /// Its number as a seller.
    #[serde(default)]
    pub seller_id: i64,
    /// Where notifications of migrated offers go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seller_contact: Option<Cow<'a, str>>,
    /// What new offers start with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pc_migration_status: Option<PcMigrationStatus>,
    /// Whether who started a publish may approve its steps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub self_review: Option<bool>,
}

/// The body of `PUT /api/publishers/{publisherId}`: members that are left out stay as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PublisherPut {
    /// Its name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = plain_name)]
    pub display_text: Option<String>,
    /// The offer types it may sell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer_type_categories: Option<Vec<String>>,
    /// Its number as a seller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = seller_id)]
    pub seller_id: Option<i64>,
    /// Where notifications of migrated offers go; one e-mail address, or an empty text for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = one_address)]
    pub seller_contact: Option<String>,
    /// What offers without a setting of their own count as, for later operations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pc_migration_status: Option<PcMigrationStatus>,
    /// Whether who started a publish may approve its steps. New publishers say no, but in development.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub self_review: Option<bool>,
}

/// The body of `PUT /api/principals/{tenant}/{client}`.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PrincipalPut {
    /// What the client proves itself with: at least 32 characters, 8 with `--dev`. Without it the server makes one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 8, max_length = 4096, pattern = r"\S")]
    pub secret: Option<String>,
}

/// A client of the server's own token endpoint.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct Principal<'a> {
    /// Its tenant.
    pub tenant: Cow<'a, str>,
    /// Its client id.
    pub client: Cow<'a, str>,
    /// The secret, if the server made it: it is shown this once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<Cow<'a, str>>,
}

/// A member of a publisher: a principal and what it may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Member<'a> {
    /// The tenant of the principal.
    pub tenant: Cow<'a, str>,
    /// The client id of the principal; of a person `user:` and the person's object id (or subject).
    pub client: Cow<'a, str>,
    /// `owner`, `contributor`, `reviewer` or `reader`.
    pub role: Cow<'a, str>,
}

/// The body of `PUT /api/publishers/{publisherId}/members/{tenant}/{client}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberPut {
    /// `owner`, `contributor`, `reviewer` or `reader`.
    #[schema(schema_with = role)]
    pub role: String,
}

fn seller_id() -> Object {
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::Integer, Type::Null]))
        .minimum(Some(isize::MIN))
        .maximum(Some(isize::MAX))
        .build()
}

fn one_address() -> Object {
    let text = SchemaType::from_iter([Type::String, Type::Null]);
    ObjectBuilder::new().schema_type(text).pattern(Some(emails::ONE_OR_NONE_PATTERN)).build()
}

fn plain_name() -> Object {
    let text = SchemaType::from_iter([Type::String, Type::Null]);
    ObjectBuilder::new().schema_type(text).pattern(Some(names::PLAIN_PATTERN)).max_length(Some(200)).build()
}

fn role() -> Object {
    let roles = ["owner", "contributor", "reviewer", "reader"];
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(roles)).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shape() {
        let mut publisher = Publisher {
            id: "contoso".into(),
            version: 1,
            definition: PublisherDefinition {
                display_text: "Contoso".into(),
                offer_type_categories: vec!["microsoft-azure-virtualmachines".into()],
                seller_id: 4_021_455,
                seller_contact: None,
                pc_migration_status: None,
                self_review: None,
            },
        };
        insta::assert_json_snapshot!(publisher);
        publisher.definition.seller_contact = Some("seller@contoso.example".into());
        publisher.definition.pc_migration_status = Some(PcMigrationStatus::Migrated);
        publisher.definition.self_review = Some(false);
        let text = serde_json::to_string(&publisher).unwrap();
        assert_eq!(serde_json::from_str::<Publisher<'_>>(&text).unwrap(), publisher);
    }

    #[test]
    fn a_change_names_the_member_it_does_not_know() {
        let change = serde_json::from_str::<PublisherPut>(r#"{"sellerContact":"a@x"}"#).unwrap();
        assert_eq!(serde_json::to_string(&change).unwrap(), r#"{"sellerContact":"a@x"}"#);
        let error = serde_json::from_str::<PublisherPut>(r#"{"contact":"a@x"}"#).unwrap_err();
        assert!(error.to_string().starts_with("unknown field `contact`, expected one of"), "{error}");
    }
}
