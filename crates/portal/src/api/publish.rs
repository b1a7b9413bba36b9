//! `POST /api/publishers/{publisherId}/offers/{offerId}/publish` (page `publish-offer`).

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode, Uri};
use signoff_engine::PublishRequest;
use signoff_engine::catalogue::Report;
use signoff_lifecycle::access::Action;
use signoff_text::Lang;
use signoff_wire::error::ErrorItem;
use signoff_wire::operation::{VALID, Validation};

use super::started::started;
use super::{offer_slug, page, read_action, resolve_offer};
use crate::Portal;
use crate::error::ApiError;
use crate::refusal::Subject;
use signoff_front::context::Context;
use signoff_front::reply;
use signoff_front::segments::Segments;
use signoff_front::wait::Wait;

pub(crate) async fn handle(
    State(app): State<Portal>,
    context: Context,
    Segments((publisher, offer)): Segments<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
    wait: Wait,
    body: Body,
) -> Result<Response, ApiError> {
    let standing = app.authorise(&context, &publisher, Action::ChangeOffers).await?;
    let offer = offer_slug(app.engine(), &publisher, &offer).await?;
    let action = read_action(&app, &publisher, &offer, &headers, body).await?;
    let only = match page::flag(uri.query().unwrap_or_default(), "validateOnly") {
        Ok(only) => only,
        Err(error) => {
            // An offer that does not exist is told first.
            resolve_offer(app.engine(), &publisher, &offer).await?;
            return Err(error);
        }
    };
    let sent_tag = reply::if_match(&headers);
    let subject = Subject { sent_tag, ..Subject::offer(&publisher, &offer) };
    let call = ["publish", &publisher, &offer, if only { "validateOnly" } else { "" }];
    let repeat = action.repeat(&context, &headers, &call);
    let request =
        PublishRequest { by: context.actor(), emails: action.emails, guard: reply::guard(sent_tag), repeat };
    if only {
        let report = app.engine().validate(&publisher, &offer, request).await;
        return Ok(valid(report.map_err(|error| subject.error(error))?.as_ref(), reply::lang(&headers)));
    }
    let taken = app.take_start(&context, &publisher, request.emails.len())?;
    let done = app.engine_for(&context, standing).publish(&publisher, &offer, request).await;
    if done.is_err() {
        app.give_back(&publisher, taken);
    }
    started(&app, &context, &subject, done, &wait).await
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
