//! Offers that can be published and cancelled as often as one likes: their first step lasts an hour.

use std::sync::Arc;
use std::time::Duration;

use crate::Error;
use crate::load::{self, Load, Requests};
use crate::server::{self, Server};
use crate::stats::Sample;

const DRAFT: &str = include_str!("../../../examples/sample-vm-offer.json");
/// No step ends while something is measured.
const SCENARIO: &str = r#"{"steps":{"displaydummycertify":{"duration":"1h"}}}"#;
const PUBLISH: &str = r#"{"metadata":{"notification-emails":"release@contoso.example"}}"#;
const CANCEL: &str = r#"{"metadata":{"reason":"measured"}}"#;
/// How long one pass over all offers may take.
const LONGEST_PASS: Duration = Duration::from_secs(60);

/// A number of offers of contoso on one server.
pub(super) struct Offers<'a> {
    server: &'a Server,
    token: Arc<str>,
    count: usize,
}

impl<'a> Offers<'a> {
    /// Puts `count` drafts, each with its scenario.
    pub(super) async fn prepare(server: &'a Server, count: usize) -> Result<Self, Error> {
        let offers = Self { server, token: server.token().await?.into(), count };
        offers.pass(64, 201, "PUT", "/api/publishers/contoso/offers/bench-", "", DRAFT).await?;
        offers.pass(64, 200, "PUT", "/_signoff/scenarios/contoso/bench-", "", SCENARIO).await?;
        Ok(offers)
    }

    /// Publishes every offer once. Each reply says that a new operation is durable.
    pub(super) async fn publish(&self, connections: usize) -> Result<Sample, Error> {
        let path = "/api/publishers/contoso/offers/bench-";
        self.pass(connections, 202, "POST", path, "/publish", PUBLISH).await
    }

    /// Cancels every offer's operation. Each reply says that it is canceled, durably.
    pub(super) async fn cancel(&self, connections: usize) -> Result<Sample, Error> {
        let path = "/api/publishers/contoso/offers/bench-";
        self.pass(connections, 200, "POST", path, "/cancel", CANCEL).await
    }

    async fn pass(
        &self,
        connections: usize,
        expected: u16,
        method: &'static str,
        before: &'static str,
        behind: &'static str,
        body: &'static str,
    ) -> Result<Sample, Error> {
        let token = self.token.clone();
        let requests: Requests = Arc::new(move |number, into| {
            server::request(into, method, &format!("{before}{number:06}{behind}"), &token, body);
        });
        let load = Load { connections, requests, count: Some(self.count), time: LONGEST_PASS, expected };
        let sample = load::run(self.server.address, &load).await?;
        if sample.latencies.len() == self.count {
            Ok(sample)
        } else {
            Err(format!("only {} of {} calls in time", sample.latencies.len(), self.count).into())
        }
    }
}
