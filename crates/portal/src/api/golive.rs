//! `POST /api/publishers/{publisherId}/offers/{offerId}/golive` (page `go-live`).

use axum::response::Response;
use axum::routing::on;
use serde_json::json;
use signoff_engine::{Done, GoLiveRequest};
use signoff_lifecycle::access::Role;
use signoff_lifecycle::decision::Started;
use signoff_wire::ErrorCode;
use signoff_wire::body::Action as ActionKind;

use super::action::{Acting, described, described_start};
use crate::endpoint::{Endpoint, Least};
use crate::error::ApiError;
use crate::openapi::Call;

pub(crate) const ENDPOINT: Endpoint =
    Endpoint::post("/api/publishers/{publisher}/offers/{offer}/golive", |method| on(method, handle))
        .least(Least::Member(Role::Contributor))
        .repeatable()
        .described(describe);

async fn handle(acting: Acting) -> Result<Response, ApiError> {
    // The addresses of the publish are told; those sent here are checked and count for nothing.
    let request = GoLiveRequest {
        by: acting.context.actor(),
        guard: acting.guard(),
        repeat: acting.repeat("golive", &[]),
    };
    let Acting { app, context, key, .. } = &acting;
    // Whom the publish named hears of this, too; one of them at least.
    let taken = app.take_start(context, &key.publisher, 1)?;
    let done = acting.engine().golive(key, request).await;
    match &done {
        Ok(done) => app.charge_recipients(&key.publisher, recipients(done).saturating_sub(1)),
        Err(_) => app.release_quota(&key.publisher, taken),
    }
    acting.started(done).await
}

/// How many addresses the golive tells.
fn recipients(done: &Done<Started>) -> usize {
    let golive = done.state.target().filter(|target| !target.head.migrated);
    golive.map_or(0, |golive| golive.head.emails.len())
}

fn describe(call: Call) -> Call {
    let text =
        "May be empty. Its addresses are checked and otherwise ignored: those of the publish are told.";
    let example = json!({});
    described(call.named("operations", "goLive"), ActionKind::Start, text, example)
        .says(
            "Take the preview live",
            "Completes the publish that waits for sign-off and starts an operation of its own. Page \
             go-live.",
        )
        .answers(described_start("The golive runs."))
        .refuses(&[ErrorCode::OperationInProgress, ErrorCode::NotReadyForGoLive])
}
