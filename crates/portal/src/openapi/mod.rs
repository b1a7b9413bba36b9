//! The description of the API in OpenAPI 3.1, made from the list of endpoints and, for what is not the portal's (token
//! hosts, health, development mode), from a file for each part.
//!
//! A test compares it with the routes in the sources, so that a route without a description fails. The committed copy is
//! `docs/openapi.json` (`cargo xtask generate`).

mod call;
mod development;
pub(crate) mod forms;
mod node;
pub(crate) mod samples;
mod shared;
mod tokens;

use std::sync::LazyLock;

use signoff_wire::Dialect;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, Paths};

pub(crate) use self::call::{Answer, Call, JSON};
use crate::api::ENDPOINTS;
use crate::endpoint::Endpoint;

/// Built when somebody asks for it, never at the start.
static DOCUMENTED: LazyLock<String> = LazyLock::new(|| text(Dialect::Documented));
static OBSERVED: LazyLock<String> = LazyLock::new(|| text(Dialect::Observed));

/// The tags and what they stand for.
const TAGS: [(&str, &str); 6] = [
    ("publishers", "Publishers, their members and the clients of this server's token endpoints."),
    ("offers", "Drafts, versions and slots of offers (contract, \"Endpoints\" and \"Concurrency\")."),
    (
        "operations",
        "Publish, go live, cancel, and what came of them (contract, \"Cancel\" and \"Location\").",
    ),
    ("tokens", "The token hosts, played by this server (contract, \"Tokens\")."),
    ("node", "What operators ask a server. No token needed."),
    ("development", "Only on a server started with --dev. No token needed."),
];

/// The OpenAPI document: pretty-printed JSON that ends with a line break. The same for every server of this version
/// and dialect, whatever its other settings.
pub fn document(dialect: Dialect) -> String {
    match dialect {
        Dialect::Documented => DOCUMENTED.clone(),
        Dialect::Observed => OBSERVED.clone(),
    }
}

fn text(dialect: Dialect) -> String {
    let mut text = build(dialect).to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

fn build(dialect: Dialect) -> OpenApi {
    let mut paths = Paths::new();
    let calls: Vec<Call> = calls().collect();
    let refusals: Vec<_> = calls.iter().flat_map(Call::refusals).copied().collect();
    let mut components = shared::components(&refusals, dialect);
    for call in calls {
        let (path, method, operation, schemas) = call.finish();
        paths.add_path_operation(path, vec![method], operation);
        components.schemas.extend(schemas);
    }
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some("A token whose audience is https://cloudpartner.azure.com (contract, \"Tokens\")."))
        .build();
    components.security_schemes.insert("bearer".to_owned(), SecurityScheme::Http(bearer).into());
    let info = InfoBuilder::new()
        .title("signoff")
        .description(Some(
            "The Cloud Partner Portal publishing API, api-version 2017-10-31. Statuses and bodies are those of \
             the dialect `documented`; where the dialect `observed` differs, the description says so. A trailing \
             slash means the same path.",
        ))
        .version(env!("CARGO_PKG_VERSION"))
        .license(Some(
            LicenseBuilder::new().name("MIT OR Apache-2.0").identifier(Some("MIT OR Apache-2.0")).build(),
        ))
        .build();
    let tags = TAGS.map(|(name, text)| TagBuilder::new().name(name).description(Some(text)).build());
    OpenApiBuilder::new().info(info).paths(paths).components(Some(components)).tags(Some(tags)).build()
}

/// Every call of the API.
fn calls() -> impl Iterator<Item = Call> {
    ENDPOINTS
        .iter()
        .map(Endpoint::call)
        .chain(tokens::calls())
        .chain(node::calls())
        .chain(development::calls())
}

#[cfg(test)]
mod tests;
