//! Who asks, and whether the door takes the request: the first two checks of every call (contract, "Every request").

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, header};
use signoff_engine::AuditActor;
use signoff_identity::{AuthError, Caller};
use signoff_lifecycle::actor::Actor;
use signoff_store::contract::PrincipalId;
use signoff_text::{CallerKind, ErrorText};

use crate::app::App;
use crate::door::Refused;
use crate::membership::Standing;
use crate::problem::{Kind, Problem};
use crate::repeat;
use crate::request_log::{By, Call};
use crate::serve::On;
use crate::tls::is_portal_host;

/// Who asks, and in which request.
#[derive(Clone)]
pub struct Context {
    who: Who,
    call: Call,
}

#[derive(Clone)]
enum Who {
    /// A principal with a token.
    Principal(Arc<Caller>),
    /// The operator of this server.
    Operator,
}

impl Context {
    /// Who asks, as it is recorded.
    pub fn actor(&self) -> Actor {
        self.principal().map_or(Actor::Operator, PrincipalId::actor)
    }

    /// The token's caller; `None`: it is the operator.
    pub fn caller(&self) -> Option<&Caller> {
        match &self.who {
            Who::Principal(caller) => Some(caller),
            Who::Operator => None,
        }
    }

    /// The refusal of a right, which says whom the server takes the caller for.
    pub fn forbidden(&self, text: ErrorText) -> Problem {
        let mut problem = Problem::new(Kind::Forbidden, text);
        problem.caller = Some(self.taken_for());
        problem
    }

    /// Whom the server takes the caller for, in words.
    pub fn taken_for(&self) -> ErrorText {
        let actor = self.actor();
        let kind = match &actor {
            Actor::Person { .. } => CallerKind::Person,
            Actor::Operator => CallerKind::Operator,
            Actor::App { .. } | Actor::Named(_) => CallerKind::App,
        };
        ErrorText::TakenFor { kind, caller: actor.in_full() }
    }

    /// `None`: it is the operator.
    pub fn principal(&self) -> Option<&PrincipalId> {
        self.caller().map(|caller| &caller.principal)
    }

    /// Who asks in this standing, for the audit log.
    pub(crate) fn audit_actor(&self, standing: Standing) -> AuditActor {
        AuditActor {
            by: self.actor(),
            role: standing.as_str().to_owned(),
            request: self.call.id().to_owned(),
        }
    }
}

impl<S: AsRef<App> + Send + Sync> FromRequestParts<S> for Context {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        let app = state.as_ref();
        let context = authenticate(app, parts).await?;
        repeat::refuse_others(app.doors(), parts)?;
        Ok(context)
    }
}

impl App {
    /// How many seconds the caller's token is still good for; `None`: it does not expire.
    pub fn seconds_left(&self, context: &Context) -> Option<u64> {
        match &context.who {
            Who::Principal(caller) => Some(self.inner.verifier.seconds_left(caller)),
            Who::Operator => None,
        }
    }
}

/// The checks themselves, for calls that no route answers, too.
pub(crate) async fn authenticate(app: &App, request: &Parts) -> Result<Context, Refused> {
    let who = caller(app, &request.headers).await?;
    if let Some(on) = request.extensions.get::<On>() {
        on.good_token();
    }
    let call: Call = request.extensions.get().cloned().unwrap_or_default();
    call.is_by(match &who {
        Who::Principal(caller) => By::Principal(caller.clone()),
        Who::Operator => By::Operator,
    });
    if let Some(door) = app.doors().at(request.uri.path()) {
        door.admit(request)?;
    }
    Ok(Context { who, call })
}

async fn caller(app: &App, headers: &HeaderMap) -> Result<Who, Problem> {
    let mut authorizations = headers.get_all(header::AUTHORIZATION).iter();
    let authorization = authorizations.next();
    if authorizations.next().is_some() {
        // With two tokens it is not clear which one counts.
        return Err(unauthorised(app, headers, AuthError::Malformed));
    }
    if let Some(token) = &app.settings().operator_token {
        let sent = authorization.and_then(|value| value.as_bytes().split_at_checked("Bearer ".len()));
        let sent = sent.filter(|(scheme, _)| scheme.eq_ignore_ascii_case(b"Bearer "));
        let now = app.engine().clock().ticks();
        if sent.is_some_and(|(_, sent)| token.is(sent, now)) {
            return Ok(Who::Operator);
        }
    }
    app.inner
        .verifier
        .verify(authorization)
        .await
        .map(Who::Principal)
        .map_err(|error| unauthorised(app, headers, error))
}

fn unauthorised(app: &App, headers: &HeaderMap, error: AuthError) -> Problem {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default();
    let login_host = is_portal_host(host).then_some("https://login.microsoftonline.com");
    let www_authenticate = error.www_authenticate(&app.inner.verifier.challenge(login_host));
    let text = match error {
        AuthError::Missing => ErrorText::TokenMissing,
        AuthError::Malformed => ErrorText::TokenMalformed,
        AuthError::Expired | AuthError::NotYetValid => ErrorText::TokenExpired,
        AuthError::Signature => ErrorText::TokenSignature,
        AuthError::Audience { expected } => ErrorText::TokenAudience { expected },
        AuthError::Issuer { issuer } => ErrorText::TokenIssuer { issuer },
        AuthError::KeysUnavailable => {
            return Problem::new(Kind::Unavailable, ErrorText::Unavailable);
        }
    };
    let mut problem = Problem::new(Kind::Unauthenticated, text);
    problem.www_authenticate = Some(www_authenticate);
    problem
}
