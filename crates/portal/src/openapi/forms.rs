//! The forms of texts and numbers, as schemas: what the server takes, no more and no less.

use signoff_definition::OfferTypes;
use signoff_wire::{Dialect, diff, filter, names, path};
use utoipa::openapi::schema::{ObjectBuilder, SchemaFormat, Type};

/// A tenant as token hosts know it: a GUID or a domain name.
const TENANT: &str = "^[A-Za-z0-9.-]{1,253}$";
/// An https address whose path starts with a tenant.
const AUTHORIZATION_ENDPOINT: &str =
    "^https://[a-z][a-z0-9]*(\\.[a-z][a-z0-9]*)*/[A-Za-z0-9-]{1,253}(/[A-Za-z0-9._/-]*)?$";

pub(crate) fn string() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

/// A text of this form.
pub(crate) fn matching(pattern: impl Into<String>) -> ObjectBuilder {
    string().pattern(Some(pattern))
}

pub(crate) fn boolean() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Boolean)
}

/// A whole number from `least` on.
pub(crate) fn number(least: usize) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(least))
}

pub(crate) fn one_of(words: &[&'static str]) -> ObjectBuilder {
    string().enum_values(Some(words.iter().copied()))
}

/// Where a list of operations goes on.
pub(super) fn behind_operation() -> ObjectBuilder {
    string().pattern(Some(format!(r"^([0-9]{{1,19}}\.{})?$", path::GUID_PATTERN)))
}

/// A GUID with its hyphens.
pub(crate) fn guid() -> ObjectBuilder {
    string().format(Some(SchemaFormat::Custom("uuid".to_owned())))
}

/// The id of a publisher or an offer.
pub(crate) fn id() -> ObjectBuilder {
    matching(path::ID_PATTERN).min_length(Some(1)).max_length(Some(path::ID_LONGEST))
}

/// A tenant, a client or a person, as members are named.
pub(crate) fn name() -> ObjectBuilder {
    matching(names::PATTERN).max_length(Some(names::LONGEST))
}

/// `publisher$offer$publishingVersion$slot`.
pub(crate) fn address() -> ObjectBuilder {
    matching(path::ADDRESS_PATTERN)
}

/// The tenant in the path of a token host.
pub(crate) fn tenant() -> ObjectBuilder {
    matching(TENANT)
}

/// The address that instance discovery is asked about.
pub(crate) fn authorization_endpoint() -> ObjectBuilder {
    matching(AUTHORIZATION_ENDPOINT)
}

/// `$filter` of offers.
pub(crate) fn offer_filter() -> ObjectBuilder {
    matching(filter::pattern())
}

/// A slot or a version, as the diff of an offer takes it.
pub(super) fn content() -> ObjectBuilder {
    matching(diff::PATTERN)
}

/// What `status` of the operations list takes; an empty text is no filter.
pub(crate) fn operation_state(dialect: Dialect) -> ObjectBuilder {
    string().enum_values(Some(filter::states(dialect).chain([""])))
}

/// The ids of offer types, and the other names that they are known by.
pub(crate) fn offer_types() -> impl Iterator<Item = String> {
    let types = OfferTypes::load().all().iter();
    types.flat_map(|known| [&known.id].into_iter().chain(&known.aliases)).cloned()
}
