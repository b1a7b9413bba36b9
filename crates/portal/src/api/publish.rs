//! `POST /api/publishers/{publisherId}/offers/{offerId}/publish` (page `publish-offer`).

use axum::response::Response;
use axum::routing::on;
use http::StatusCode;
use serde_json::json;
use signoff_definition::Report;
use signoff_engine::PublishRequest;
use signoff_front::reply;
use signoff_lifecycle::access::Role;
use signoff_text::Lang;
use signoff_wire::ErrorCode;
use signoff_wire::body::Action as ActionKind;
use signoff_wire::error::ErrorItem;
use signoff_wire::operation::{VALID, Validation};
use signoff_wire::repeatability::RESULT;

use super::action::{Acting, described, described_start};
use super::{page, resolve_offer};
use crate::endpoint::{Endpoint, Least};
use crate::error::ApiError;
use crate::openapi::{Answer, Call};

pub(crate) const ENDPOINT: Endpoint =
    Endpoint::post("/api/publishers/{publisher}/offers/{offer}/publish", |method| on(method, handle))
        .least(Least::Member(Role::Contributor))
        .repeatable()
        .described(describe);

async fn handle(mut acting: Acting) -> Result<Response, ApiError> {
    let only = match page::flag(acting.query(), "validateOnly") {
        Ok(only) => only,
        Err(error) => {
            // An offer that does not exist is told first.
            resolve_offer(acting.app.engine(), &acting.key).await?;
            return Err(error);
        }
    };
    let emails = std::mem::take(&mut acting.said.emails);
    let (guard, repeat) =
        (acting.guard(), acting.repeat("publish", &[if only { "validateOnly" } else { "" }]));
    let request = PublishRequest { by: acting.context.actor(), emails, guard, repeat };
    let Acting { app, context, key, .. } = &acting;
    if only {
        let report = app.engine().validate(key, request).await;
        let report = report.map_err(|error| acting.subject().error(error))?;
        return Ok(valid(report.as_ref(), reply::lang(&acting.headers)));
    }
    let taken = app.take_start(context, &key.publisher, request.emails.len())?;
    let done = acting.engine().publish(key, request).await;
    if done.is_err() {
        app.release_quota(&key.publisher, taken);
    }
    acting.started(done).await
}

/// The reply to a call for the checks alone: what they found does not stop a publish.
fn valid(report: &Report, lang: Lang) -> Response {
    let warnings = report.findings.iter().map(|finding| ErrorItem {
        code: finding.detail.code().into(),
        message: finding.detail.render(lang),
        target: Some(finding.target.clone()),
    });
    let validation = Validation {
        status: VALID.into(),
        warnings: warnings.collect(),
        omitted: report.omitted_warnings as u64,
    };
    reply::json(StatusCode::OK, &validation)
}

fn describe(call: Call) -> Call {
    let warning = json!({
        "code": "SasIncomplete",
        "message": "The address may not work for long enough.",
        "target": "definition.plans[0].microsoft-azure-virtualmachines.vmImages",
    });
    let valid = json!({ "status": "valid", "warnings": [warning] });
    let text = "Whom to notify; migrated offers notify the seller contact instead.";
    let example = json!({ "metadata": { "notification-emails": "dev@contoso.example,ops@contoso.example" } });
    described(call.named("operations", "publishOffer"), ActionKind::Start, text, example)
        .says(
            "Publish the draft",
            "Works on a snapshot of the draft and ends at the sign-off. With `validateOnly=true` it makes \
             the checks of a publish and answers as one would, but starts and writes nothing: 200 where a \
             publish would start. Page publish-offer; contract, \"Operations otherwise\".",
        )
        .takes(&["validateOnly"])
        .answers(
            Answer::of::<Validation<'_>>(200, "With `validateOnly=true`: a publish would start.", valid)
                .headers(&[RESULT]),
        )
        .answers(described_start("The publish runs."))
        .refuses(&[ErrorCode::InvalidParameter, ErrorCode::OperationInProgress, ErrorCode::ValidationFailed])
}
