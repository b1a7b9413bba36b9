//! Stand-ins for the tests of the front: a door, and servers on loopback.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use http::request::Parts;
use http::{HeaderValue, Method, StatusCode, header};
use signoff_identity::Issuer;
use tokio::task::JoinHandle;

use crate::door::{Door, Doors, Reader, Refusal, Refused};
use crate::problem::Problem;
use crate::serve::Routes;
use crate::token_hosts::login_router;

/// It refuses as `{"error":{"code","message"}}`, the code being the problem's kind.
struct TestDoor;

#[derive(Debug)]
struct TestRefusal(Problem);

impl Door for TestDoor {
    fn is_at(&self, path: &str) -> bool {
        path.starts_with("/api/")
    }

    fn admit(&self, _: &Parts) -> Result<(), Refused> {
        Ok(())
    }

    fn is_repeatable(&self, _: &Method, _: &str) -> bool {
        false
    }

    fn refuse(&self, problem: Problem) -> Arc<dyn Refusal> {
        Arc::new(TestRefusal(problem))
    }
}

impl Refusal for TestRefusal {
    fn code(&self) -> &'static str {
        "test"
    }

    fn status(&self) -> StatusCode {
        self.0.status()
    }

    fn reply(&self, to: &Reader<'_>) -> http::Response<Vec<u8>> {
        let (code, message) = (format!("{:?}", self.0.kind), self.0.words(to.lang));
        let body = serde_json::json!({ "error": { "code": code, "message": message } });
        let mut response = http::Response::new(body.to_string().into_bytes());
        *response.status_mut() = self.0.status();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if self.0.status() == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(to.retry_after));
        }
        response
    }

    fn refuses_repeatability(&self) -> bool {
        false
    }
}

/// A server's doors: one.
pub(crate) fn doors() -> Doors {
    Doors::new(TestDoor, [])
}

/// Routes of a test, before that door.
pub(crate) fn routes(router: Router) -> Routes {
    Routes { router, doors: doors() }
}

/// A real server on loopback that ends with its test.
pub(crate) struct Served {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Served {
    pub(crate) async fn router(router: Router) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, task }
    }

    pub(crate) async fn issuer(issuer: &Arc<Issuer>) -> Self {
        Self::router(login_router(Arc::clone(issuer), None)).await
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A client that talks to loopback only.
pub(crate) fn http() -> reqwest::Client {
    let _chosen_before = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}
