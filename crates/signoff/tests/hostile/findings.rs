//! What a test of the adversary sent and found.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

/// Counts requests and routes, and collects what is not as it must be, so that one run shows all of it.
pub(crate) struct Findings {
    kind: &'static str,
    requests: Cell<usize>,
    routes: RefCell<BTreeSet<String>>,
    found: RefCell<Vec<String>>,
}

impl Findings {
    pub(crate) fn of(kind: &'static str) -> Self {
        Self { kind, requests: Cell::default(), routes: RefCell::default(), found: RefCell::default() }
    }

    /// One more request to a route.
    pub(crate) fn sent(&self, route: &str) {
        self.requests.set(self.requests.get() + 1);
        self.routes.borrow_mut().insert(route.to_owned());
    }

    /// Notes what is wrong unless `holds`.
    pub(crate) fn check(&self, holds: bool, wrong: impl FnOnce() -> String) {
        if !holds {
            self.found.borrow_mut().push(wrong());
        }
    }

    /// Prints the summary.
    pub(crate) fn end(self) {
        let (requests, routes, found) =
            (self.requests.get(), self.routes.into_inner(), self.found.into_inner());
        println!("{}: {requests} requests, {} routes, {} findings", self.kind, routes.len(), found.len());
        assert!(requests > 0, "{} sent nothing", self.kind);
        assert!(found.is_empty(), "{}", found.join("\n"));
    }
}
