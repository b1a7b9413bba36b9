//! What several calls share: parameters, headers, and errors that have a status to themselves.

use serde_json::{Value, json};
use signoff_wire::repeatability::{
    ACCEPTED, FIRST_SENT, FIXDATE_PATTERN, ID_PATTERN, REJECTED, REQUEST_ID, RESULT,
};
use signoff_wire::words::OfferStatus;
use signoff_wire::{Dialect, ErrorCode, api_version};
use utoipa::openapi::example::Example;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{Components, ObjectBuilder};
use utoipa::openapi::{ComponentsBuilder, Ref, RefOr, Required};

use super::call::{refusal_example, refusal_response, stands_alone};
use super::forms::{self, boolean, matching, one_of, string};
use super::samples::OPERATION;
use crate::api::page::SKIP;

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
pub(super) fn components(refusals: &[ErrorCode], dialect: Dialect) -> Components {
    let mut components = ComponentsBuilder::new();
    for (key, text, schema, example) in path_parameters() {
        let name = match key {
            "memberTenant" | "anyTenant" => "tenant",
            "anyClient" => "client",
            key => key,
        };
        components = add(components, key, name, ParameterIn::Path, text, schema, Some(example));
    }
    for (key, name, text, schema, example) in
        query_parameters(dialect).into_iter().chain(query_parameters_of_parts())
    {
        components = add(components, key, name, ParameterIn::Query, text, schema, Some(example));
    }
    for (name, text, schema, example) in header_parameters() {
        components = add(components, name, name, ParameterIn::Header, text, schema, example);
    }
    for (key, text, always, schema) in headers() {
        let mut header = HeaderBuilder::new().schema(Some(schema)).description(Some(text));
        if always {
            // The library has no word for it.
            header = header.extensions(Some(Extensions::from_iter([("required", true)])));
        }
        components = components.header(key, header.build());
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
    example: Option<Value>,
) -> ComponentsBuilder {
    let required = place == ParameterIn::Path || ["api-version", "authorization_endpoint"].contains(&key);
    let parameter = ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(if required { Required::True } else { Required::False })
        .description(Some(text))
        .schema(Some(schema))
        .example(example)
        .build();
    components.parameter(key, parameter)
}

fn path_parameters() -> Vec<(&'static str, &'static str, ObjectBuilder, Value)> {
    let tenant = json!("11111111-1111-1111-1111-111111111111");
    vec![
        ("publisherId", "The publisher's id.", forms::id(), json!("contoso")),
        ("offerId", "The offer's id: its slug or its GUID.", forms::id(), json!("sample-vm")),
        (
            "offerTypeId",
            "The offer type's id, or another name of it.",
            string().min_length(Some(1)),
            json!("microsoft-azure-virtualmachines"),
        ),
        ("operationId", "The operation's id.", forms::guid(), json!(OPERATION)),
        ("version", "A version of the draft, from 1.", forms::number(1), json!(1)),
        ("slot", "In any letter case.", one_of(&["draft", "preview", "production"]), json!("preview")),
        ("step", "The id of a step of the operation.", string().min_length(Some(1)), json!("displaycertify")),
        (
            "address",
            "`{publisherId}${offerId}${publishingVersion}${preview|production}` (contract, \"Location\").",
            forms::address(),
            json!("fabrikam$sample-vm$1$preview"),
        ),
        ("tenant", "A tenant: a GUID or a domain name.", forms::tenant(), tenant.clone()),
        ("memberTenant", "The tenant that vouches for the client.", forms::name(), tenant.clone()),
        ("anyTenant", "The tenant that vouches for the client.", string().min_length(Some(1)), tenant),
        ("anyClient", "A client id.", string().min_length(Some(1)), json!("contoso-reader")),
        ("client", "A client id.", forms::name(), json!("contoso-reader")),
        ("faultId", "The id that the rule was given.", forms::guid(), json!(OPERATION)),
    ]
}

type Query = (&'static str, &'static str, &'static str, ObjectBuilder, Value);

fn query_parameters(dialect: Dialect) -> Vec<Query> {
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
            forms::offer_filter(),
            json!(format!("status eq '{}'", OfferStatus::Running)),
        ),
        (
            "includeAllPricing",
            "includeAllPricing",
            "Whether generated prices are shown too (page retrieve-specific-offer).",
            boolean(),
            json!(true),
        ),
        (
            "status",
            "status",
            "Only operations in this state (page retrieve-operations); `submissionState` says the same.",
            forms::operation_state(dialect),
            json!("running"),
        ),
        (
            "submissionState",
            "submissionState",
            "Only operations in this state; `status` says the same. Sent together, both must name the same state.",
            forms::operation_state(dialect),
            json!("running"),
        ),
        (
            "cancelOperationId",
            "operationId",
            "Cancel this operation and no other. A member of the body does the same.",
            forms::guid(),
            json!(OPERATION),
        ),
        (
            "validateOnly",
            "validateOnly",
            "Whether only the checks are made: nothing starts.",
            boolean(),
            json!(true),
        ),
        (
            "authorization_endpoint",
            "authorization_endpoint",
            "The address that is asked about; its path starts with a tenant.",
            forms::authorization_endpoint(),
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
        ("dryRun", "dryRun", "Change nothing and say what would come of it.", boolean(), json!(true)),
        ("top", "$top", "At most so many.", forms::number(1).maximum(Some(500)), json!(50)),
        ("topOfMany", "$top", "At most so many.", forms::number(1).maximum(Some(100)), json!(50)),
        ("topOfList", "$top", "At most so many.", forms::number(1).maximum(Some(1000)), json!(50)),
        ("behindOffer", SKIP, "Where the list goes on: part of the address in `Link`.", string(), json!("b")),
        (
            "behindOperation",
            SKIP,
            "Where the list goes on: part of the address in `Link`.",
            forms::behind_operation(),
            json!(format!("12.{OPERATION}")),
        ),
        (
            "after",
            "after",
            "Go on behind this offer: `next` of the last reply.",
            string(),
            json!("sample-vm"),
        ),
        (
            "from",
            "from",
            "The content that was: a slot or a version; production.",
            forms::content(),
            json!(1),
        ),
        (
            "to",
            "to",
            "The content that is: a slot or a version; the draft.",
            forms::content(),
            json!("draft"),
        ),
        (
            "before",
            "before",
            "Go on with older entries than this number: `next` of the last reply.",
            forms::number(1).maximum(Some(usize::MAX)),
            json!(42),
        ),
    ]
}

/// A header of a request: its name, what it says, its form, and an example that is right at any time.
type RequestHeader = (&'static str, &'static str, ObjectBuilder, Option<Value>);

fn header_parameters() -> Vec<RequestHeader> {
    vec![
        (
            REQUEST_ID,
            "An id of the request, best a random GUID. The same request gets the same reply for 24 hours and is \
             carried out once. Goes with `Repeatability-First-Sent` (OASIS \"Repeatable Requests\" 1.0).",
            matching(ID_PATTERN),
            None,
        ),
        (
            FIRST_SENT,
            "When the request was first sent: an IMF-fixdate of the last 24 hours, like \
             `Sat, 21 Nov 2026 08:00:00 GMT`. Goes with `Repeatability-Request-ID`.",
            matching(FIXDATE_PATTERN),
            None,
        ),
        (
            "If-Match",
            "The `ETag` of an earlier read (contract, \"Concurrency\"). A PUT compares its draft, publish, golive \
             and cancel its newest operation; `*` matches all.",
            string(),
            Some(json!(TAG)),
        ),
        (
            "Prefer",
            "`wait=N`: reply when the operation has moved or ended, after N seconds at the latest (60; RFC 7240). With \
             `If-None-Match`: when it is no longer as the tag says.",
            string(),
            Some(json!("wait=30")),
        ),
        (
            "Last-Event-ID",
            "The id of the last event that was read.",
            string(),
            Some(json!("1763712002000000")),
        ),
        (
            "If-None-Match",
            "The `ETag` of an earlier read; 304 if it is still good.",
            string(),
            Some(json!(TAG)),
        ),
        ("Accept-Language", "The language of messages: en, nl, sv, tr, hu, pl.", string(), Some(json!("nl"))),
        ("webhook-id", "An id of the message, of the sender's choice.", string(), Some(json!("msg_1"))),
        (
            "webhook-timestamp",
            "When it was sent, in seconds since the Unix epoch.",
            string(),
            Some(json!("1614265330")),
        ),
        (
            "webhook-signature",
            "`v1,` and the base64 of the HMAC-SHA256 of `{webhook-id}.{webhook-timestamp}.{body}` under the \
             hook's secret.",
            string(),
            Some(json!("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")),
        ),
    ]
}

/// The key of a header for replies that may do without it.
pub(super) const MAYBE: &str = "MayHave";

/// Headers of replies: key, what it says, whether each reply that is described with it has it, and its form.
fn headers() -> Vec<(String, &'static str, bool, ObjectBuilder)> {
    let seconds = || forms::number(0);
    let location = "The relative address of the operation (contract, \"Location\").";
    let result = "Of a repeatable request: `rejected` if its headers were refused, else `accepted`.";
    let address = || matching("^/api/");
    let (always, maybe) = (|name: &str| name.to_owned(), |name: &str| format!("{MAYBE}-{name}"));
    vec![
        (always("x-ms-request-id"), "The id of the request, also in the server's log.", true, forms::guid()),
        (always("ETag"), "An opaque tag (contract, \"Concurrency\").", true, matching("^(W/)?\"[^\"]*\"$")),
        (always("Location"), location, true, address()),
        (always("Operation-Location"), "The same as `Location`.", true, address()),
        (maybe("Location"), location, false, address()),
        (maybe("Operation-Location"), "The same as `Location`.", false, address()),
        (maybe("Link"), "`<…>; rel=\"next\"`: where the list goes on, if it does.", false, string()),
        (always("Retry-After"), "When to ask again, in seconds.", true, seconds()),
        (
            always("Preference-Applied"),
            "`wait=N`: the server can wait, and did as far as there was a need.",
            false,
            matching("^wait=[0-9]+$"),
        ),
        (
            always("WWW-Authenticate"),
            "Which token is wanted, or `Webhook` where a signature is.",
            true,
            string(),
        ),
        (always(RESULT), result, false, one_of(&[ACCEPTED, REJECTED])),
    ]
}
