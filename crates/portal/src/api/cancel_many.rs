//! `POST /api/publishers/{publisherId}/cancel`: a cancel for each offer that the filter finds. Each is a cancel of its
//! own, guarded by the operation that the filter saw: what began since is never canceled.

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use axum::routing::on;
use futures_util::{StreamExt as _, stream};
use http::{HeaderMap, StatusCode, Uri, header};
use serde_json::json;
use signoff_engine::{CancelReceipt, CancelRequest, Done, Engine, EngineError};
use signoff_front::context::Context;
use signoff_front::path_params::Segments;
use signoff_front::reply;
use signoff_lifecycle::access::{Action, Role};
use signoff_lifecycle::actor::Actor;
use signoff_lifecycle::command::{Guard, StopLevel};
use signoff_lifecycle::decision::StopReply;
use signoff_lifecycle::refusal::{Reference, Refusal};
use signoff_store::contract::OfferSummary as Found;
use signoff_text::Lang;
use signoff_wire::ErrorCode;
use signoff_wire::body::{Action as ActionKind, ActionBody};
use signoff_wire::bulk::{CancelResult, CancelResults};
use signoff_wire::filter::{Condition, OfferFilter};
use signoff_wire::operation::Accepted;
use signoff_wire::words::{OfferStatus, OperationState};

use super::action::{ActionRequest, read};
use super::cancel::{accepts_ended, answer};
use super::offer_list::{filter, narrowed};
use super::page;
use crate::endpoint::{Endpoint, Least};
use crate::error::ApiError;
use crate::openapi::{Answer, Call, samples};
use crate::query::parameter;
use crate::refusal::Subject;
use crate::{Portal, openapi, view};

pub(crate) const ENDPOINT: Endpoint =
    Endpoint::post("/api/publishers/{publisher}/cancel", |method| on(method, handle))
        .least(Least::Member(Role::Contributor))
        .described(describe);

/// At most so many cancels in one call.
pub(crate) const MOST: u64 = 100;
/// At most so many offers are looked at in one call.
const LOOKED_AT: usize = 5000;
/// So many cancels are under way at once, so that they share the store's transactions.
const AT_ONCE: usize = 16;

async fn handle(
    State(app): State<Portal>,
    context: Context,
    Segments(publisher): Segments<String>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let standing = app.authorise(&context, &publisher, Action::ChangeOffers).await?;
    let request = read(&headers, body).await?;
    if request.force {
        app.authorise(&context, &publisher, Action::Force).await?;
    }
    let query = uri.query().unwrap_or_default();
    refuse_what_names_one(query, &request, &headers)?;
    let filter = filter(query)?;
    let dry_run = page::switch(query, "dryRun")?;
    let top = page::number(query, "$top", MOST)?.unwrap_or(MOST);
    let after = parameter(query, "after").filter(|after| !after.is_empty());
    let (found, next) = find(&app, &publisher, &filter, after, top).await?;
    let accept_language = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let many = Many {
        app: &app,
        engine: &app.engine_for(&context, standing),
        publisher: &publisher,
        by: &context.actor(),
        request: &request,
        lang: Lang::negotiate(accept_language),
    };
    let one = async |found: Found| if dry_run { many.foresee(found).await } else { many.cancel(found).await };
    let results = stream::iter(found).map(one).buffered(AT_ONCE).collect().await;
    Ok(reply::json(StatusCode::OK, &CancelResults { dry_run, results, next: next.map(Into::into) }))
}

/// A call about many offers names no operation and no tag: to look past such a guard would be worse than to refuse.
fn refuse_what_names_one(query: &str, request: &ActionRequest, headers: &HeaderMap) -> Result<(), ApiError> {
    let in_query = parameter(query, "operationId").is_some_and(|id| !id.is_empty());
    if in_query || request.operation_id.is_some() {
        return Err(reply::invalid_body("operationId", "absent when many offers are canceled").into());
    }
    match reply::if_match(headers) {
        Some(sent) if sent.trim() != "*" => {
            let subject = Subject { sent_tag: Some(sent), ..Subject::default() };
            Err(subject.refused(Refusal::PreconditionFailed))
        }
        _ => Ok(()),
    }
}

/// The next offers that are to be canceled, and the id after which to go on.
async fn find(
    app: &Portal,
    publisher: &str,
    filter: &OfferFilter,
    after: Option<String>,
    top: u64,
) -> Result<(Vec<Found>, Option<String>), ApiError> {
    let Some(narrowed) = narrowed(filter) else { return Ok((Vec::new(), None)) };
    let wanted = signoff_store::contract::OfferFilter { after, limit: Some(LOOKED_AT), ..narrowed };
    let found = app.engine().store().list(publisher, wanted).await?;
    let looked_at_all = found.len() < LOOKED_AT;
    let last = found.last().map(|found| found.offer.id.clone());
    let by_status = filter.conditions().iter().any(|condition| matches!(condition, Condition::Status(_)));
    let mut matching: Vec<Found> = found
        .into_iter()
        .filter(|found| {
            let status = view::offer_status(found);
            // Unless a status is asked for, what has nothing in progress is left out.
            let in_progress = matches!(status, OfferStatus::Running | OfferStatus::WaitingForPublisherReview);
            filter.matches(&found.offer.offer_type, status) && (by_status || in_progress)
        })
        .collect();
    let top = usize::try_from(top).unwrap_or(usize::MAX);
    if matching.len() > top {
        matching.truncate(top);
        let next = matching.last().map(|found| found.offer.id.clone());
        return Ok((matching, next));
    }
    Ok((matching, last.filter(|_| !looked_at_all)))
}

/// What all the cancels of a call share.
struct Many<'a> {
    app: &'a Portal,
    engine: &'a Engine,
    publisher: &'a str,
    by: &'a Actor,
    request: &'a ActionRequest,
    lang: Lang,
}

impl Many<'_> {
    fn level(&self) -> StopLevel {
        if self.request.force { StopLevel::Force } else { StopLevel::Cancel }
    }

    fn request_for(&self, found: &Found) -> CancelRequest {
        CancelRequest {
            by: self.by.clone(),
            reason: self.request.reason.clone(),
            emails: self.request.emails.clone(),
            operation: None,
            guard: as_seen(found),
            level: self.level(),
            accepts_ended: accepts_ended(self.app, self.level()),
            repeat: None,
        }
    }

    async fn cancel(&self, found: Found) -> CancelResult<'static> {
        let request = self.request_for(&found);
        let taken = match self.app.take_recipients(self.publisher, request.emails.len()) {
            Ok(taken) => taken,
            Err(problem) => return self.refused(found, &problem.into()),
        };
        let done = self.engine.cancel(&found.offer.key(), request).await;
        if done.is_err() {
            self.app.release_quota(self.publisher, taken);
        }
        match self.answer(&found, done).await {
            Ok((status, body)) => CancelResult {
                status_code: status.as_u16(),
                status: Some(body.status),
                operation_id: Some(body.operation_id),
                location: Some(body.location),
                ..empty(found.offer.id)
            },
            Err(error) => self.refused(found, &error),
        }
    }

    async fn answer(
        &self,
        found: &Found,
        done: Result<Done<CancelReceipt>, EngineError>,
    ) -> Result<(StatusCode, Accepted<'static>), ApiError> {
        let key = found.offer.key();
        let done = done.map_err(|error| Subject::offer(&key).error(error))?;
        answer(self.app, &key, &done.receipt).await
    }

    async fn foresee(&self, found: Found) -> CancelResult<'static> {
        let key = found.offer.key();
        let subject = Subject::offer(&key);
        let request = self.request_for(&found);
        let done = match self.engine.preview_cancel(&key, request).await {
            Ok(done) => done,
            Err(error) => {
                let error = subject.error(error);
                return self.refused(found, &error);
            }
        };
        let target = done.state.target().map(Reference::from);
        let (status_code, status, target) = match done.receipt {
            CancelReceipt::Stopped { reply, .. } => {
                let (status_code, status) = foreseen(&reply);
                (status_code, Some(status), target)
            }
            CancelReceipt::NothingToCancel(newest) => (202, None, Some(newest)),
        };
        CancelResult {
            status_code,
            status,
            operation_id: target.as_ref().map(|target| view::guid(target.id)),
            location: target.map(|target| view::location(&key, &target).into()),
            ..empty(found.offer.id)
        }
    }

    fn refused(&self, found: Found, error: &ApiError) -> CancelResult<'static> {
        CancelResult {
            status_code: error.status().as_u16(),
            code: Some(error.code),
            location: error.location.clone().map(Into::into),
            message: Some(error.words(self.lang).into()),
            ..empty(found.offer.id)
        }
    }
}

/// What a dry run says of a cancel: its status code, and the state that the operation would then be in.
fn foreseen(reply: &StopReply) -> (u16, OperationState) {
    match reply {
        StopReply::Canceling(_) => (202, OperationState::Running),
        StopReply::GivenUp(_) => (202, OperationState::Failed),
        StopReply::Canceled(_) | StopReply::CancellationEnded(_) | StopReply::Completed(_) => {
            (200, OperationState::Canceled)
        }
    }
}

/// Nothing but the operation that the filter saw is canceled: one that began since has another number.
fn as_seen(found: &Found) -> Guard {
    Guard::Newest(vec![found.offer.publishing_version])
}

fn empty(offer: String) -> CancelResult<'static> {
    CancelResult {
        offer_id: offer.into(),
        status_code: 0,
        code: None,
        status: None,
        operation_id: None,
        location: None,
        message: None,
    }
}

fn describe(call: Call) -> Call {
    let results = json!({
        "dryRun": false,
        "results": [
            { "offerId": "one", "statusCode": 202, "status": "running", "operationId": samples::OPERATION, "location": samples::LOCATION },
            {
                "offerId": "two",
                "statusCode": 400,
                "code": "OperationNotCancellable",
                "message": "The step 'live' has begun and cannot be called back.",
            },
        ],
        "next": "two",
    });
    call.named("operations", "cancelOperations")
        .says(
            "Cancel the operations of many offers",
            "A cancel for each offer that the filter finds, in the order of their ids, guarded by the operation that \
             was in progress then: one that begins later is not canceled. Unless the filter asks for a status, offers \
             without an operation in progress are left out. At most 100 in a call; `next` leads on.",
        )
        .takes(&["$filter", "dryRun", "topOfMany", "after"])
        .raw_body(
            openapi::JSON,
            ActionBody::schema_for(ActionKind::CancelMany),
            false,
            "As of a cancel, without `operationId`.",
            Some(json!({ "metadata": { "reason": "wrong image" } })),
        )
        .reads_json()
        .answers(Answer::of::<CancelResults<'_>>(200, "What came of each.", results))
        .refuses(&[
            ErrorCode::Forbidden,
            ErrorCode::InvalidId,
            ErrorCode::InvalidEmail,
            ErrorCode::InvalidFilter,
            ErrorCode::PreconditionFailed,
        ])
}

#[cfg(test)]
mod tests {
    use signoff_lifecycle::ids::{OfferGuid, OperationId, PublisherTime};
    use signoff_lifecycle::offer::{Draft, Offer};

    use super::*;

    #[test]
    fn a_cancel_is_guarded_by_the_operation_that_the_filter_saw() {
        let offer = Offer {
            publisher: "contoso".to_owned(),
            id: "vm".to_owned(),
            guid: OfferGuid::of(1),
            offer_type: "t".to_owned(),
            version: 2,
            draft: Draft { revision: 5, changed_at: PublisherTime(1), content_version: 2 },
            migrated: None,
            publishing_version: 7,
            newest: Some(OperationId::of(3)),
            preview: None,
            displaced: None,
            production: None,
            leftovers: Vec::new(),
        };
        let found = Found {
            offer,
            status: signoff_lifecycle::offer::OfferStatus::Running,
            display_text: "VM".to_owned(),
        };
        assert_eq!(as_seen(&found), Guard::Newest(vec![7]));
    }
}
