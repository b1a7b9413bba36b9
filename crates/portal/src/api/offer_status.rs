//! `GET /api/publishers/{publisherId}/offers/{offerId}/status` (page `retrieve-offer-status`).

use axum::extract::State;
use axum::response::Response;
use axum::routing::on;
use http::StatusCode;
use serde_json::json;
use signoff_front::context::Context;
use signoff_front::path_params::Segments;
use signoff_front::reply;
use signoff_front::wait::Wait;
use signoff_lifecycle::access::{Action, Role};
use signoff_lifecycle::ids::OfferKey;
use signoff_lifecycle::operation::Operation;
use signoff_wire::ErrorCode;
use signoff_wire::operation::StatusReply;

use super::resolve_offer;
use crate::endpoint::{Endpoint, Least};
use crate::error::ApiError;
use crate::openapi::{Answer, Call, samples};
use crate::{Portal, view};

pub(crate) const ENDPOINT: Endpoint =
    Endpoint::get("/api/publishers/{publisher}/offers/{offer}/status", |method| on(method, handle))
        .least(Least::Member(Role::Reader))
        .described(describe);

async fn handle(
    State(app): State<Portal>,
    context: Context,
    Segments(named): Segments<OfferKey>,
    wait: Wait,
) -> Result<Response, ApiError> {
    app.authorise(&context, &named.publisher, Action::Read).await?;
    let mut state = resolve_offer(app.engine(), &named).await?.aggregate;
    let waited = match state.target() {
        Some(target) => wait.past(&app, &context, &named.publisher, &target.head).await.is_some(),
        None => true,
    };
    if wait.is_wanted() {
        // The membership may have ended meanwhile.
        app.authorise(&context, &named.publisher, Action::Read).await?;
        state = resolve_offer(app.engine(), &named).await?.aggregate;
    }
    let now = app.engine().clock().now(&named.publisher);
    let target = state.target();
    let steps = target.map(|target| view::steps(Operation::Submission(target), app.dialect(), now).steps);
    let emails = target.filter(|target| !target.head.migrated).map(|target| target.head.emails.join(","));
    let body = StatusReply {
        status: view::tag(&state).status,
        messages: target.map(|target| view::operation_messages(&target.head)).unwrap_or_default(),
        steps: steps.unwrap_or_default(),
        preview_links: Vec::new(),
        live_links: Vec::new(),
        notification_emails: emails.map(Into::into),
    };
    let response = reply::with_tag(reply::json(StatusCode::OK, &body), &view::tag(&state).to_string());
    Ok(if waited { wait.applied(response) } else { response })
}

fn describe(call: Call) -> Call {
    let status = json!({
        "status": "running",
        "messages": [],
        "steps": [samples::step()],
        "previewLinks": [],
        "liveLinks": [],
    });
    call.named("offers", "getOfferStatus")
        .says(
            "Get where publishing stands",
            "The steps are those of the newest publish or golive. Page retrieve-offer-status.",
        )
        .takes(&["Prefer"])
        .answers(
            Answer::of::<StatusReply<'_>>(200, "The status.", status)
                .headers(&["ETag", "Preference-Applied"]),
        )
        .refuses(&[ErrorCode::Forbidden, ErrorCode::InvalidId, ErrorCode::OfferNotFound])
}
