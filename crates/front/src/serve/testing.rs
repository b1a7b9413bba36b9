//! Replies without an end, for tests of clients that do not read them.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use bytes::Bytes;
use futures_util::stream;
use tokio::sync::Notify;

use super::{Front, ServeSettings};
use crate::testing::doors;

/// Tells that the reply it is part of is given up.
struct GivenUp(Arc<Notify>);

impl Drop for GivenUp {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

/// The route `/endless`, and what is told when a reply of it is given up.
pub(crate) fn endless() -> (Router, Arc<Notify>) {
    let given_up = Arc::new(Notify::new());
    let told = given_up.clone();
    let reply = get(move || {
        let part = GivenUp(told.clone());
        async move {
            Body::from_stream(stream::repeat_with(move || {
                let _alive = &part;
                Ok::<_, Infallible>(Bytes::from_static(&[b'.'; 16 * 1024]))
            }))
        }
    });
    (Router::new().route("/endless", reply), given_up)
}

/// A front that leaves a peer at once that takes no byte.
pub(crate) fn leaving_early(routes: Router) -> Front {
    let settings = ServeSettings { write: Duration::from_millis(1), ..ServeSettings::default() };
    let front = Front::new(settings, doors());
    front.open(routes);
    front
}
