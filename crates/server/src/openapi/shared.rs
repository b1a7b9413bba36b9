//! What several calls share: parameters, headers, and errors that have a status to themselves.

use serde_json::{Value, json};
use signoff_wire::repeatability::{ACCEPTED, FIRST_SENT, REJECTED, REQUEST_ID, RESULT};
use signoff_wire::words::{OfferStatus, OperationState};
use signoff_wire::{ErrorCode, api_version};
use utoipa::openapi::example::Example;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{Components, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{ComponentsBuilder, Ref, RefOr, Required};

use super::call::{refusal_example, refusal_response, stands_alone};

/// The relative address of an operation, for examples.
pub(super) const LOCATION: &str = "/api/publishers/contoso/offers/sample-vm/operations/\
    5a63deb5-925b-4ee0-938b-7c86fbf287c5?api-version=2017-10-31";
/// The id of an operation, for examples.
pub(super) const OPERATION: &str = "5a63deb5-925b-4ee0-938b-7c86fbf287c5";
/// A tag of an offer, for examples.
const TAG: &str = "W/\"datetime'2026-11-21T08%3A00%3A00.1234560Z;12;3;running'\"";

/// A reference to a shared parameter.
pub(super) fn parameter(name: &str) -> Ref {
    Ref::new(format!("#/components/parameters/{}", key(name)))
}

/// A reference to a shared header.
pub(super) fn header(name: &str) -> Ref {
    Ref::new(format!("#/components/headers/{name}"))
}

/// A reference to the example of an error.
pub(super) fn example(code: ErrorCode) -> RefOr<Example> {
    RefOr::Ref(Ref::new(format!("#/components/examples/{code}")))
}

/// The name of a parameter as a key, which knows no `$`.
fn key(name: &str) -> &str {
    name.trim_start_matches('$')
}

/// Everything that calls refer to, but for the schemas; `refusals` are the errors that some call comes to.
pub(super) fn components(refusals: &[ErrorCode]) -> Components {
    let mut components = ComponentsBuilder::new();
    for (name, text, schema, example) in path_parameters() {
        components = add(components, name, name, ParameterIn::Path, text, schema, example);
    }
    for (key, name, text, schema, example) in
        query_parameters().into_iter().chain(query_parameters_of_parts())
    {
        components = add(components, key, name, ParameterIn::Query, text, schema, example);
    }
    for (name, text, example) in header_parameters() {
        components = add(components, name, name, ParameterIn::Header, text, string(), example);
    }
    for (name, text, schema) in headers() {
        components = components
            .header(name, HeaderBuilder::new().schema(Some(schema)).description(Some(text)).build());
    }
    for code in ErrorCode::ALL.iter().filter(|code| refusals.contains(code)) {
        components = components.example(code.as_str(), refusal_example(*code));
        if stands_alone(*code) {
            components = components.response(code.as_str(), refusal_response(&[*code]));
        }
    }
    components.build()
}

fn add(
    components: ComponentsBuilder,
    key: &str,
    name: &str,
    place: ParameterIn,
    text: &str,
    schema: ObjectBuilder,
    example: Value,
) -> ComponentsBuilder {
    let required = place == ParameterIn::Path || ["api-version", "authorization_endpoint"].contains(&key);
    let parameter = ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(if required { Required::True } else { Required::False })
        .description(Some(text))
        .schema(Some(schema))
        .example(Some(example))
        .build();
    components.parameter(key, parameter)
}

pub(super) fn string() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn uuid() -> ObjectBuilder {
    string().format(Some(SchemaFormat::Custom("uuid".to_owned())))
}

fn one_of(words: &[&'static str]) -> ObjectBuilder {
    string().enum_values(Some(words.iter().copied()))
}

fn path_parameters() -> Vec<(&'static str, &'static str, ObjectBuilder, Value)> {
    let number = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1));
    vec![
        ("publisherId", "The publisher's id.", string(), json!("contoso")),
        ("offerId", "The offer's id: its slug or its GUID.", string(), json!("sample-vm")),
        ("operationId", "The operation's id.", uuid(), json!(OPERATION)),
        ("version", "A version of the draft, from 1.", number, json!(1)),
        ("slot", "In any letter case.", one_of(&["draft", "preview", "production"]), json!("preview")),
        ("step", "The id of a step of the operation.", string(), json!("displaycertify")),
        (
            "address",
            "`{publisherId}${offerId}${publishingVersion}${preview|production}` (contract, \"Location\").",
            string(),
            json!("fabrikam$sample-vm$1$preview"),
        ),
        (
            "tenant",
            "A tenant: a GUID or a domain name.",
            string(),
            json!("11111111-1111-1111-1111-111111111111"),
        ),
        ("client", "A client id.", string(), json!("contoso-owner")),
        ("faultId", "The id that the rule was given.", uuid(), json!(OPERATION)),
    ]
}

type Query = (&'static str, &'static str, &'static str, ObjectBuilder, Value);

fn query_parameters() -> Vec<Query> {
    vec![
        (
            "api-version",
            "api-version",
            "The version of the API (contract, \"Every request\").",
            one_of(&api_version::KNOWN),
            json!("2017-10-31"),
        ),
        (
            "filter",
            "$filter",
            "`offerTypeId eq '…'`, `status eq '…'`, joined by `and` (page retrieve-offers). Statuses: those of \
             `OfferStatus`.",
            string(),
            json!(format!("status eq '{}'", OfferStatus::Running)),
        ),
        (
            "includeAllPricing",
            "includeAllPricing",
            "Whether generated prices are shown too (page retrieve-specific-offer).",
            ObjectBuilder::new().schema_type(Type::Boolean),
            json!(true),
        ),
        (
            "status",
            "status",
            "Only operations in this state (page retrieve-operations); `submissionState` says the same.",
            one_of(OperationState::WORDS),
            json!("running"),
        ),
        (
            "submissionState",
            "submissionState",
            "Only operations in this state; `status` says the same.",
            one_of(OperationState::WORDS),
            json!("running"),
        ),
        (
            "cancelOperationId",
            "operationId",
            "Cancel this operation and no other. A member of the body does the same.",
            uuid(),
            json!(OPERATION),
        ),
        (
            "validateOnly",
            "validateOnly",
            "Whether only the checks are made: nothing starts.",
            ObjectBuilder::new().schema_type(Type::Boolean),
            json!(true),
        ),
        (
            "authorization_endpoint",
            "authorization_endpoint",
            "The address that is asked about; its path starts with a tenant.",
            string(),
            json!("https://login.microsoftonline.com/common/oauth2/authorize"),
        ),
        (
            "discoveryVersion",
            "api-version",
            "The version of the reply.",
            one_of(&["1.0", "1.1"]),
            json!("1.1"),
        ),
    ]
}

/// Those of calls that read or act in parts.
fn query_parameters_of_parts() -> Vec<Query> {
    vec![
        (
            "dryRun",
            "dryRun",
            "Change nothing and say what would come of it.",
            ObjectBuilder::new().schema_type(Type::Boolean),
            json!(true),
        ),
        (
            "top",
            "$top",
            "At most so many; a call that acts takes up to 100, the audit log up to 500, a list up to 1000.",
            ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).maximum(Some(1000)),
            json!(50),
        ),
        (
            "skiptoken",
            "$skiptoken",
            "Where a list goes on: part of the address in `Link`. For operations a number, for offers an id.",
            string(),
            json!("12"),
        ),
        (
            "after",
            "after",
            "Go on behind this offer: `next` of the last reply.",
            string(),
            json!("sample-vm"),
        ),
        (
            "before",
            "before",
            "Go on with older entries than this number: `next` of the last reply.",
            ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)),
            json!(42),
        ),
    ]
}

fn header_parameters() -> [(&'static str, &'static str, Value); 10] {
    [
        (
            REQUEST_ID,
            "An id of the request, best a random GUID. The same request gets the same reply for 24 hours and is \
             carried out once. Goes with `Repeatability-First-Sent` (OASIS \"Repeatable Requests\" 1.0).",
            json!(OPERATION),
        ),
        (
            FIRST_SENT,
            "When the request was first sent: an IMF-fixdate of the last 24 hours.",
            json!("Sat, 21 Nov 2026 08:00:00 GMT"),
        ),
        (
            "If-Match",
            "The `ETag` of an earlier read (contract, \"Concurrency\"). A PUT compares its draft, publish, golive \
             and cancel its newest operation; `*` matches all.",
            json!(TAG),
        ),
        (
            "Prefer",
            "`wait=N`: reply when the operation has moved or ended, after N seconds at the latest (60; RFC 7240). With \
             `If-None-Match`: when it is no longer as the tag says.",
            json!("wait=30"),
        ),
        ("Last-Event-ID", "The id of the last event that was read.", json!("1763712002000000")),
        ("If-None-Match", "The `ETag` of an earlier read; 304 if it is still good.", json!(TAG)),
        ("Accept-Language", "The language of messages: en, nl, sv, tr, hu, pl.", json!("nl")),
        ("webhook-id", "An id of the message, of the sender's choice.", json!("msg_1")),
        ("webhook-timestamp", "When it was sent, in seconds since the Unix epoch.", json!("1614265330")),
        (
            "webhook-signature",
            "`v1,` and the base64 of the HMAC-SHA256 of `{webhook-id}.{webhook-timestamp}.{body}` under the \
             hook's secret.",
            json!("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        ),
    ]
}

fn headers() -> [(&'static str, &'static str, ObjectBuilder); 9] {
    let seconds = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0));
    [
        ("x-ms-request-id", "The id of the request, also in the server's log.", string()),
        ("ETag", "An opaque tag (contract, \"Concurrency\").", string()),
        ("Link", "`<…>; rel=\"next\"`: where the list goes on, if it does.", string()),
        ("Location", "The relative address of the operation (contract, \"Location\").", string()),
        ("Operation-Location", "The same as `Location`.", string()),
        ("Retry-After", "When to ask again, in seconds.", seconds),
        (
            "Preference-Applied",
            "`wait=N`: the server can wait, and did as far as there was a need.",
            string(),
        ),
        ("WWW-Authenticate", "Which token is wanted, or `Webhook` where a signature is.", string()),
        (
            RESULT,
            "Of a repeatable request: `rejected` if its headers were refused, else `accepted`.",
            one_of(&[ACCEPTED, REJECTED]),
        ),
    ]
}
