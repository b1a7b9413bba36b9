//! A door for the tests of the front.

use std::sync::Arc;

use axum::Router;
use http::request::Parts;
use http::{HeaderValue, Method, StatusCode, header};

use crate::door::{Door, Doors, Reader, Refusal, Refused};
use crate::problem::Problem;
use crate::serve::Routes;

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
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
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
