//! What operators ask a server.

use serde_json::json;
use utoipa::openapi::path::HttpMethod::Get;
use utoipa::openapi::schema::{ObjectBuilder, Type};

use super::call::{Answer, Call, JSON};
use super::forms::string;

const TAG: &str = "node";

pub(super) fn calls() -> Vec<Call> {
    let status = || ObjectBuilder::new().property("status", string()).required("status");
    let says = |code, text: &str, word: &str| {
        Answer::empty(code, text).with_body(JSON, status(), Some(json!({ "status": word })))
    };
    vec![
        Call::new(TAG, Get, "/_signoff/healthz", "getHealth")
            .says("Ask whether the server is alive", "Answers as long as the process does.")
            .answers(says(200, "It is alive.", "alive")),
        Call::new(TAG, Get, "/_signoff/readyz", "getReadiness")
            .says(
                "Ask whether the server is ready",
                "Ready means that the store answers and that nobody told the server to stop. A load balancer that asks \
                 sends requests to ready servers only. The status of one that is not: `starting`; `draining`, when it \
                 still answers everything but goes away; `the store does not answer`.",
            )
            .answers(says(200, "It is ready.", "ready"))
            .answers(says(503, "It is not.", "draining").headers(&["Retry-After"])),
        Call::new(TAG, Get, "/_signoff/metrics", "getMetrics")
            .says("Get the server's numbers", "In the text format of Prometheus.")
            .answers(Answer::empty(200, "The numbers.").with_body("text/plain", string(), None))
            .answers(Answer::empty(404, "Another program in this process collects numbers.")),
        Call::new(TAG, Get, "/_signoff/openapi.json", "getDescription")
            .says("Get this document", "`signoff openapi` prints it without a server.")
            .answers(Answer::empty(200, "The document.").with_body(
                JSON,
                ObjectBuilder::new().schema_type(Type::Object),
                None,
            )),
    ]
}
