//! `POST /api/publishers/{publisherId}/offers/{offerId}/publish` (page `publish-offer`).

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode, Uri};
use signoff_definition::Report;
use signoff_engine::PublishRequest;
use signoff_lifecycle::access::Action;
use signoff_lifecycle::decision::Reply;
use signoff_text::Lang;
use signoff_wire::error::ErrorItem;
use signoff_wire::operation::{Accepted, VALID, Validation};
use signoff_wire::words::OperationState;

use super::{Segments, accepted, offer_slug, page, read_action, resolve_offer};
use crate::app::App;
use crate::context::Context;
use crate::error::ApiError;
use crate::refusal::Subject;
use crate::wait::Wait;
use crate::{reply, view};

pub(crate) async fn handle(
    State(app): State<App>,
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

/// The reply to a started publish or golive.
pub(super) async fn started(
    app: &App,
    context: &Context,
    subject: &Subject<'_>,
    done: Result<signoff_engine::Done, signoff_engine::EngineError>,
    wait: &Wait,
) -> Result<Response, ApiError> {
    let done = match done {
        Ok(done) => done,
        Err(error) => return Err(subject.error(error)),
    };
    let Reply::Started(reference) = &done.told.reply else {
        return Err(signoff_store::StoreError::Corrupt("a start that started nothing".to_owned()).into());
    };
    let location = view::location(subject.publisher, subject.offer, reference);
    let started = done.state.target.as_ref().filter(|operation| operation.id == reference.id);
    let moved = match started {
        Some(operation) => wait.past(app, context, subject.publisher, operation).await,
        None => None,
    };
    let state = moved.as_ref().map(|viewed| view::state_word(&viewed.operation, app.settings().dialect));
    let body = Accepted::new(location, view::guid(reference.id), state.unwrap_or(OperationState::Running));
    let response = accepted(app, StatusCode::ACCEPTED, &body);
    Ok(if moved.is_some() { wait.applied(response) } else { response })
}
