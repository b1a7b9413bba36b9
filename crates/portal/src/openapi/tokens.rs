//! The token hosts.

use serde_json::{Value, json};
use utoipa::openapi::path::HttpMethod::{Get, Post};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Type};

use super::call::{Answer, Call, JSON};
use super::forms::{matching, one_of, string};

const TAG: &str = "tokens";
const PLACE: &str = "Contract, \"Tokens\".";

pub(super) fn calls() -> Vec<Call> {
    vec![
        token("/{tenant}/oauth2/token", "getTokenV1", "resource", "https://cloudpartner.azure.com")
            .says("Get a token, v1", "The numbers of the reply are strings. Contract, \"Tokens\"."),
        token(
            "/{tenant}/oauth2/v2.0/token",
            "getTokenV2",
            "scope",
            "https://cloudpartner.azure.com/.default",
        )
        .says("Get a token, v2", PLACE),
        document("/{tenant}/.well-known/openid-configuration", "getConfigurationV1", "issuer")
            .says("Discover the endpoints, v1", PLACE),
        document("/{tenant}/v2.0/.well-known/openid-configuration", "getConfigurationV2", "issuer")
            .says("Discover the endpoints, v2", PLACE),
        document("/{tenant}/discovery/instance", "getInstance", "tenant_discovery_endpoint")
            .takes(&["authorization_endpoint", "discoveryVersion"])
            .says("Ask whether this is a token host", PLACE),
        keys("/{tenant}/discovery/keys", "getKeysV1")
            .says("Get the keys that tokens are signed with, v1", PLACE),
        keys("/{tenant}/discovery/v2.0/keys", "getKeysV2")
            .says("Get the keys that tokens are signed with, v2", PLACE),
    ]
}

/// What token hosts say when they refuse; their own shape, not that of the publishing API.
fn refusal(status: u16, text: &str) -> Answer {
    let shape = ObjectBuilder::new()
        .property("error", string())
        .required("error")
        .property("error_description", string())
        .property("error_codes", ArrayBuilder::new().items(ObjectBuilder::new().schema_type(Type::Integer)));
    let example = json!({
        "error": "invalid_request",
        "error_description": "The request must contain 'resource', and it must not be empty.",
        "error_codes": [900_144],
    });
    Answer::empty(status, text).with_body(JSON, shape, Some(example))
}

fn token(path: &'static str, id: &str, audience: &str, value: &str) -> Call {
    let wanted = match audience {
        "resource" => matching("^[^\\x00-\\x1f\\x7f-\\x9f]+$").max_length(Some(2048)),
        _ => matching("^[^\\x00- \\x7f-\\x9f]+/\\.default$").max_length(Some(2048)),
    };
    let form = ObjectBuilder::new()
        .property("grant_type", one_of(&["client_credentials"]))
        .property("client_id", matching("^[!-~]{1,128}$"))
        .property("client_secret", string().min_length(Some(1)))
        .property(audience, wanted);
    let form = ["grant_type", "client_id", "client_secret", audience]
        .iter()
        .fold(form, |form, name| form.required(*name));
    let mut example = json!({
        "grant_type": "client_credentials",
        "client_id": "contoso-owner",
        "client_secret": "contoso-secret",
    });
    example[audience] = Value::from(value);
    let lifetime = if audience == "resource" { json!("3599") } else { json!(3599) };
    let reply = ObjectBuilder::new()
        .property("token_type", string())
        .required("token_type")
        .property("access_token", string())
        .required("access_token");
    let reply_example = json!({ "token_type": "Bearer", "expires_in": lifetime, "access_token": "eyJ0…" });
    let says =
        "The grant. Id and secret of the client may come by HTTP Basic instead, and then not in the form.";
    Call::new(TAG, Post, path, id)
        .raw_body("application/x-www-form-urlencoded", form, true, says, Some(example))
        .answers(Answer::empty(200, "A token.").with_body(JSON, reply, Some(reply_example)))
        .answers(refusal(400, "The form or the tenant is wrong."))
        .answers(refusal(401, "The client or its secret is unknown."))
        .answers(refusal(413, "The form is larger than 64 KiB."))
        .answers(refusal(503, "The keys cannot be read now.").headers(&["Retry-After"]))
}

fn document(path: &'static str, id: &str, member: &str) -> Call {
    let shape = ObjectBuilder::new().property(member, string()).required(member);
    Call::new(TAG, Get, path, id)
        .answers(Answer::empty(200, "The document.").with_body(JSON, shape, None))
        .answers(refusal(400, "The tenant or a parameter is wrong."))
}

fn keys(path: &'static str, id: &str) -> Call {
    let key = ObjectBuilder::new().schema_type(Type::Object);
    let shape = ObjectBuilder::new().property("keys", ArrayBuilder::new().items(key)).required("keys");
    Call::new(TAG, Get, path, id)
        .answers(Answer::empty(200, "The key set, the same for all tenants.").with_body(JSON, shape, None))
        .answers(refusal(400, "The tenant is wrong."))
        .answers(refusal(503, "The keys cannot be read now.").headers(&["Retry-After"]))
}
