//! `/api/publishers/{publisherId}/members`: an owner decides who may do what.

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use axum::routing::on;
use http::{HeaderMap, StatusCode};
use serde_json::json;
use signoff_front::context::Context;
use signoff_front::first_use::checked_principal;
use signoff_front::membership::Standing;
use signoff_front::path_params::Segments;
use signoff_front::reply;
use signoff_identity::principal_id;
use signoff_lifecycle::access::{Action, Role};
use signoff_store::contract::{AuditEntry, PrincipalId};
use signoff_text::ErrorText;
use signoff_wire::publisher::{Member, MemberPut};
use signoff_wire::{ErrorCode, json};

use crate::Portal;
use crate::endpoint::{Endpoint, Least};
use crate::error::ApiError;
use crate::openapi::{Answer, Call, samples};

pub(crate) const LIST: Endpoint =
    Endpoint::get("/api/publishers/{publisher}/members", |method| on(method, list))
        .least(Least::Member(Role::Owner))
        .described(describe_list);

pub(crate) const PUT: Endpoint =
    Endpoint::put("/api/publishers/{publisher}/members/{tenant}/{client}", |method| on(method, put))
        .least(Least::Member(Role::Owner))
        .described(describe_put);

pub(crate) const DELETE: Endpoint =
    Endpoint::delete("/api/publishers/{publisher}/members/{tenant}/{client}", |method| on(method, delete))
        .least(Least::Member(Role::Owner))
        .described(describe_delete);

/// `GET …/members`.
async fn list(
    State(app): State<Portal>,
    context: Context,
    Segments(publisher): Segments<String>,
) -> Result<Response, ApiError> {
    app.authorise(&context, &publisher, Action::ManageMembers).await?;
    let members = app.engine().store().members(&publisher).await?;
    let shown: Vec<Member<'_>> = members
        .iter()
        .map(|(principal, role)| Member {
            tenant: principal.tenant.as_str().into(),
            client: principal.client.as_str().into(),
            role: role.as_str().into(),
        })
        .collect();
    Ok(reply::json(StatusCode::OK, &shown))
}

/// `PUT …/members/{tenant}/{client}`.
async fn put(
    State(app): State<Portal>,
    context: Context,
    Segments((publisher, tenant, client)): Segments<(String, String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let standing = app.authorise(&context, &publisher, Action::ManageMembers).await?;
    exists(&app, &publisher).await?;
    let bytes = reply::body(&headers, body).await?;
    let put: MemberPut = json::from_body(&bytes).map_err(reply::invalid_json)?;
    let role: Role = put
        .role
        .parse()
        .map_err(|_| reply::invalid_body("role", "one of owner, contributor, reviewer, reader"))?;
    let principal = checked_principal(&app, &tenant, &client)?;
    change(&app, &context, standing, &publisher, &principal, Some(role)).await?;
    let (tenant, client) = (principal.tenant.into(), principal.client.into());
    Ok(reply::json(StatusCode::OK, &Member { tenant, client, role: role.as_str().into() }))
}

/// `DELETE …/members/{tenant}/{client}`.
async fn delete(
    State(app): State<Portal>,
    context: Context,
    Segments((publisher, tenant, client)): Segments<(String, String, String)>,
) -> Result<StatusCode, ApiError> {
    let standing = app.authorise(&context, &publisher, Action::ManageMembers).await?;
    exists(&app, &publisher).await?;
    let principal = principal_id(&tenant, &client);
    change(&app, &context, standing, &publisher, &principal, None).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Changes the membership. The last owner stays, unless it is the operator who asks.
async fn change(
    app: &Portal,
    context: &Context,
    standing: Standing,
    publisher: &str,
    principal: &PrincipalId,
    role: Option<Role>,
) -> Result<(), ApiError> {
    let audit = audited(app, context, standing, publisher, principal, role);
    let store = app.engine().store();
    let changed = match standing {
        Standing::Operator => store.put_member(publisher, principal, role, audit).await.map(|()| true)?,
        Standing::Member(_) | Standing::Anybody => {
            store.put_member_if_an_owner_stays(publisher, principal, role, audit).await?
        }
    };
    app.directory_changed();
    if changed {
        return Ok(());
    }
    let text = ErrorText::LastOwner { publisher: publisher.to_owned() };
    Err(ApiError::new(ErrorCode::LastOwner, text))
}

/// The entry of the audit log that goes with the change.
fn audited(
    app: &Portal,
    context: &Context,
    standing: Standing,
    publisher: &str,
    principal: &PrincipalId,
    role: Option<Role>,
) -> Option<AuditEntry> {
    let action = if role.is_some() { "putMember" } else { "removeMember" };
    let now = app.engine().clock().now(publisher);
    let outcome = role.map_or("removed", Role::as_str);
    let entry = app.engine_for(context, standing).audit_entry_for(action, outcome, now)?;
    Some(AuditEntry { subject: Some(principal.to_string()), ..entry })
}

async fn exists(app: &Portal, publisher: &str) -> Result<(), ApiError> {
    if app.engine().store().publisher(publisher).await?.is_some() {
        return Ok(());
    }
    let text = ErrorText::PublisherNotFound { publisher: publisher.to_owned() };
    Err(ApiError::new(ErrorCode::NotFound, text))
}

fn describe_list(call: Call) -> Call {
    call.named("publishers", "listMembers")
        .says("List the members of a publisher", "For owners. Contract, \"Every request\".")
        .answers(Answer::list::<Member<'_>>("The members.", samples::member()))
        .refuses(&[ErrorCode::Forbidden, ErrorCode::InvalidId])
}

fn describe_put(call: Call) -> Call {
    call.named("publishers", "putMember")
            .says(
                "Add a member or change its role",
                "For owners. The client of a person is `user:` and the person's object id (or subject). The last owner \
                 stays one, unless the operator says otherwise. Contract, \"Every request\".",
            )
            .body::<MemberPut>(true, "The role.", json!({ "role": "reader" }))
            .reads_json()
            .answers(Answer::of::<Member<'_>>(200, "The member as it is now.", samples::member()))
            .refuses(&[ErrorCode::Forbidden, ErrorCode::InvalidId])
            .refuses(&[ErrorCode::NotFound, ErrorCode::LastOwner])
}

fn describe_delete(call: Call) -> Call {
    call.named("publishers", "deleteMember")
            .says(
                "Remove a member",
                "For owners. Removing one that is none changes nothing. The last owner stays, unless it is the operator \
                 who removes them.",
            )
            .answers(Answer::empty(204, "The principal is no member."))
            .refuses(&[ErrorCode::Forbidden, ErrorCode::InvalidId])
            .refuses(&[ErrorCode::NotFound, ErrorCode::LastOwner])
}
