//! What reached a server, counted for the report of `signoff run`.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::Response;
use http::Method;
use parking_lot::Mutex;
use signoff_front::cut_reply::CutConnection;
use signoff_front::serve::Routes;

/// What changes where an offer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// `POST …/publish`.
    Publish,
    /// `POST …/golive`.
    GoLive,
    /// `POST …/cancel`, of one offer or of many.
    Cancel,
}

impl Action {
    fn of(method: &Method, path: &str) -> Option<Self> {
        if method != Method::POST {
            return None;
        }
        let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        match segments[..] {
            ["api", "publishers", _, "offers", _, "publish"] => Some(Self::Publish),
            ["api", "publishers", _, "offers", _, "golive"] => Some(Self::GoLive),
            ["api", "publishers", _, "offers", _, "cancel"] | ["api", "publishers", _, "cancel"] => {
                Some(Self::Cancel)
            }
            _ => None,
        }
    }
}

/// The numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Requests to the API and to the token hosts; what `/_signoff` is asked does not count.
    pub calls: u64,
    /// How often each action was answered with each status; `None`: the connection was cut instead.
    pub actions: BTreeMap<(Action, Option<u16>), u64>,
}

/// Counts that its clones share.
#[derive(Clone, Debug, Default)]
pub struct Tally(Arc<Mutex<Counts>>);

impl Tally {
    /// The routes, with every call to them counted.
    pub fn around(&self, routes: Routes) -> Routes {
        let counted = routes.router.layer(middleware::from_fn_with_state(self.clone(), count));
        Routes { router: counted, ..routes }
    }

    /// The numbers so far.
    pub fn counts(&self) -> Counts {
        self.0.lock().clone()
    }
}

async fn count(State(tally): State<Tally>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if path == "/_signoff" || path.starts_with("/_signoff/") {
        return next.run(request).await;
    }
    let action = Action::of(request.method(), path);
    tally.0.lock().calls += 1;
    let response = next.run(request).await;
    if let Some(action) = action {
        let cut = response.extensions().get::<CutConnection>().is_some();
        let status = (!cut).then(|| response.status().as_u16());
        *tally.0.lock().actions.entry((action, status)).or_default() += 1;
    }
    response
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::response::IntoResponse as _;
    use http::StatusCode;
    use tower::ServiceExt as _;

    use super::*;
    use crate::PortalDoor;
    use signoff_front::door::Doors;

    #[tokio::test]
    async fn calls_are_counted_and_actions_by_their_answer() {
        let routes = Router::new().fallback(async |request: Request| match request.uri().path() {
            path if path.ends_with("/publish/") => StatusCode::ACCEPTED.into_response(),
            path if path.ends_with("/b/cancel") => CutConnection.into_response(),
            _ => StatusCode::OK.into_response(),
        });
        let tally = Tally::default();
        let routes = tally.around(Routes { router: routes, doors: Doors::new(PortalDoor, []) }).router;
        for (method, path) in [
            (Method::POST, "/api/publishers/p/offers/a/publish/"),
            (Method::POST, "/api/publishers/p/offers/a/publish/"),
            (Method::GET, "/api/publishers/p/offers/a/publish/"),
            (Method::POST, "/api/publishers/p/offers/a/golive"),
            (Method::POST, "/api/publishers/p/offers/a/cancel"),
            (Method::POST, "/api/publishers/p/offers/b/cancel"),
            (Method::POST, "/api/publishers/p/cancel?$filter=x"),
            (Method::POST, "/api/publishers/p/offers/publish"),
            (Method::POST, "/tenant/oauth2/token"),
            (Method::POST, "/_signoff/reset"),
        ] {
            let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
            let Ok(_) = routes.clone().oneshot(request).await;
        }
        let counts = tally.counts();
        assert_eq!(counts.calls, 9);
        let expected = [
            ((Action::Publish, Some(202)), 2),
            ((Action::GoLive, Some(200)), 1),
            ((Action::Cancel, None), 1),
            ((Action::Cancel, Some(200)), 2),
        ];
        assert_eq!(counts.actions.into_iter().collect::<Vec<_>>(), expected);
    }
}
