//! `GET /api/publishers/{publisherId}/audit`: who changed what, for owners and the operator; and `GET /api/audit`, who
//! changed what belongs to no publisher, for the operator.

use axum::extract::State;
use axum::response::Response;
use axum::routing::on;
use http::{StatusCode, Uri};
use serde_json::{Value, json};
use signoff_front::context::Context;
use signoff_front::path_params::Segments;
use signoff_front::reply;
use signoff_lifecycle::access::{Action, Role};
use signoff_lifecycle::actor::Actor;
use signoff_store::contract::{AuditRow, SERVER};
use signoff_text::ErrorText;
use signoff_wire::ErrorCode;
use signoff_wire::audit::{AuditEntry, AuditPage};
use signoff_wire::me::{self, CallerKind};

use super::page;
use crate::endpoint::{Endpoint, Least};
use crate::error::ApiError;
use crate::openapi::{Answer, Call};
use crate::{Portal, view};

pub(crate) const OF_THE_SERVER: Endpoint = Endpoint::get("/api/audit", |method| on(method, of_the_server))
    .least(Least::Operator)
    .described(describe_server);

pub(crate) const OF_A_PUBLISHER: Endpoint =
    Endpoint::get("/api/publishers/{publisher}/audit", |method| on(method, list))
        .least(Least::Member(Role::Owner))
        .described(describe);

/// So many entries are shown unless `$top` says otherwise.
const USUAL: u64 = 100;
/// At most so many.
pub(crate) const MOST: u64 = 500;

async fn list(
    State(app): State<Portal>,
    context: Context,
    Segments(publisher): Segments<String>,
    uri: Uri,
) -> Result<Response, ApiError> {
    app.authorise(&context, &publisher, Action::ReadAudit).await?;
    page_of(&app, &publisher, Some(&publisher), &uri).await
}

async fn of_the_server(State(app): State<Portal>, context: Context, uri: Uri) -> Result<Response, ApiError> {
    if context.principal().is_some() {
        return Err(context.forbidden(ErrorText::OperatorOnly).into());
    }
    page_of(&app, SERVER, None, &uri).await
}

/// The part of a log that the query asks for.
async fn page_of(app: &Portal, log: &str, publisher: Option<&str>, uri: &Uri) -> Result<Response, ApiError> {
    let query = uri.query().unwrap_or_default();
    let top = page::number(query, "$top", MOST)?.unwrap_or(USUAL);
    let before = page::number(query, "before", u64::MAX)?;
    let wanted = usize::try_from(top).unwrap_or(usize::MAX);
    // One more tells whether there is more.
    let mut rows = app.engine().store().audit(log, before, wanted + 1).await?;
    let more = rows.len() > wanted;
    rows.truncate(wanted);
    let next = rows.last().filter(|_| more).map(|row| row.number);
    let entries = rows.iter().map(|row| entry(publisher, row)).collect();
    Ok(reply::json(StatusCode::OK, &AuditPage { entries, next }))
}

fn entry<'a>(publisher: Option<&'a str>, row: &'a AuditRow) -> AuditEntry<'a> {
    let AuditRow { number, entry } = row;
    let text = |text: &'a Option<String>| text.as_deref().map(Into::into);
    AuditEntry {
        number: *number,
        time: view::time(entry.at),
        by: entry.by.in_full().into(),
        actor: Some(actor(&entry.by)).filter(|_| !matches!(entry.by, Actor::Named(_))),
        role: entry.role.as_str().into(),
        action: entry.action.as_str().into(),
        publisher_id: publisher.map(Into::into),
        offer_id: text(&entry.offer),
        operation_id: entry.operation.map(view::guid),
        subject: text(&entry.subject),
        outcome: entry.outcome.as_str().into(),
        reason: text(&entry.reason),
        request_id: entry.request.as_str().into(),
    }
}

/// Who acted, in parts.
pub(super) fn actor(actor: &Actor) -> me::Actor<'_> {
    let (kind, tenant, id) = match actor {
        Actor::Person { tenant, id } => (CallerKind::Person, Some(tenant), Some(id)),
        Actor::App { tenant, id } => (CallerKind::App, Some(tenant), Some(id)),
        Actor::Named(name) => (CallerKind::App, None, Some(name)),
        Actor::Operator => (CallerKind::Operator, None, None),
    };
    me::Actor {
        kind,
        tenant: tenant.map(|tenant| tenant.as_str().into()),
        id: id.map(|id| id.as_str().into()),
    }
}

fn describe_server(call: Call) -> Call {
    call.named("publishers", "readServerAudit")
            .says(
                "Read who changed what belongs to no publisher",
                "For the operator: which clients of the server's own token endpoint got secrets, the newest first.",
            )
            .takes(&["$top", "before"])
            .answers(Answer::of::<AuditPage<'_>>(200, "A part of the log.", sample_of_the_server()))
            .refuses(&[ErrorCode::Forbidden, ErrorCode::InvalidFilter])
}

fn describe(call: Call) -> Call {
    call.named("publishers", "readAudit")
            .says(
                "Read who changed what",
                "For owners and the operator: every change that somebody asked for and that went through, the newest \
                 first.",
            )
            .takes(&["$top", "before"])
            .answers(Answer::of::<AuditPage<'_>>(200, "A part of the log.", sample()))
            .refuses(&[ErrorCode::Forbidden, ErrorCode::InvalidId])
            .refuses(&[ErrorCode::InvalidFilter])
}

fn sample() -> Value {
    json!({
        "entries": [{
            "number": 42,
            "time": "2026-11-21T08:00:00.1234560Z",
            "by": "11111111-1111-1111-1111-111111111111/contoso-owner",
            "actor": {
                "kind": "app",
                "tenant": "11111111-1111-1111-1111-111111111111",
                "id": "contoso-owner",
            },
            "role": "owner",
            "action": "force",
            "publisherId": "contoso",
            "offerId": "sample-vm",
            "operationId": "5a63deb5-925b-4ee0-938b-7c86fbf287c5",
            "outcome": "givenUp",
            "reason": "the replication hangs",
            "requestId": "019a1b2c-0000-7000-8000-000000000000",
        }],
        "next": 42,
    })
}

fn sample_of_the_server() -> Value {
    json!({
        "entries": [{
            "number": 1,
            "time": "2026-11-21T08:00:00.1234560Z",
            "by": "operator",
            "actor": { "kind": "operator" },
            "role": "operator",
            "action": "putPrincipal",
            "subject": "11111111-1111-1111-1111-111111111111/contoso-reader",
            "outcome": "created",
            "requestId": "019a1b2c-0000-7000-8000-000000000000",
        }],
    })
}
