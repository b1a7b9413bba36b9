//! `GET /api/me`: whom the server takes the caller for.

use axum::extract::State;
use axum::response::Response;
use axum::routing::on;
use http::StatusCode;
use serde_json::{Value, json};
use signoff_front::context::Context;
use signoff_front::reply;
use signoff_wire::me::{Me, MyRole};
use signoff_wire::time::rfc3339;

use super::audit::actor;
use crate::Portal;
use crate::endpoint::{Endpoint, Least};
use crate::error::ApiError;
use crate::openapi::{Answer, Call};

pub(crate) const ENDPOINT: Endpoint =
    Endpoint::get("/api/me", |method| on(method, handle)).least(Least::Anybody).described(describe);

async fn handle(State(app): State<Portal>, context: Context) -> Result<Response, ApiError> {
    let caller = context.caller();
    let own = match caller {
        Some(caller) => app.engine().store().publishers_of(&caller.principal).await?,
        None => Vec::new(),
    };
    let who = context.actor();
    let shown = actor(&who);
    let publishers = own
        .iter()
        .map(|(publisher, role)| MyRole { id: publisher.id.as_str().into(), role: role.as_str().into() });
    let body = Me {
        kind: shown.kind,
        tenant: shown.tenant,
        id: shown.id,
        client: caller.map(|caller| caller.principal.client.as_str().into()),
        name: caller.and_then(|caller| caller.name.as_deref()).map(Into::into),
        publishers: publishers.collect(),
        expires: caller.map(|caller| rfc3339(caller.expires_at.saturating_mul(1_000_000)).into()),
    };
    Ok(reply::json(StatusCode::OK, &body))
}

fn describe(call: Call) -> Call {
    call.named("publishers", "whoAmI")
            .says(
                "Say whom the server takes the caller for",
                "A person, an app or the operator; what they are to which publisher; how they are named as a member.",
            )
            .answers(Answer::of::<Me<'_>>(200, "The caller.", sample()))
}

fn sample() -> Value {
    json!({
        "kind": "person",
        "tenant": "11111111-1111-1111-1111-111111111111",
        "id": "6f9619ff-8b86-d011-b42d-00c04fc964ff",
        "client": "user:6f9619ff-8b86-d011-b42d-00c04fc964ff",
        "name": "Ann Example",
        "publishers": [{ "id": "contoso", "role": "reviewer" }],
        "expires": "2026-11-21T09:00:00.0000000Z",
    })
}
