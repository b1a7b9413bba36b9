//! Offers that can be published and cancelled as often as one likes: no step that must be undone begins meanwhile.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use crate::Error;
use crate::client::Connection;
use crate::load::{self, Load, Requests, Seen};
use crate::server::{self, Server};
use crate::stats::Sample;

const DRAFT: &str = include_str!("../../../examples/sample-vm-offer.json");
const PUBLISH: &str = r#"{"metadata":{"notification-emails":"release@contoso.example"}}"#;
const CANCEL: &str = r#"{"metadata":{"reason":"measured"}}"#;
/// How long one pass over all offers may take.
const LONGEST_PASS: Duration = Duration::from_secs(60);

/// How long the first two steps take.
#[derive(Clone, Copy)]
pub(super) enum Steps {
    /// No step ends while something is measured.
    Long,
    /// The first step of the first offer takes `first`, that of each further one takes `each` longer.
    Spread { first: Duration, each: Duration },
}

impl Steps {
    /// The scenario of the offer with this number.
    fn scenario(self, number: usize) -> String {
        let first = match self {
            Self::Long => Duration::from_secs(3600),
            Self::Spread { first, each } => first + each * u32::try_from(number).unwrap_or(u32::MAX),
        };
        let first = first.as_millis();
        format!(
            r#"{{"steps":{{"displaydummycertify":{{"duration":"{first}ms"}},"displaycertify":{{"duration":"1h"}}}}}}"#
        )
    }
}

/// A number of offers of contoso on one server.
pub(super) struct Offers<'a> {
    server: &'a Server,
    token: Arc<str>,
    prefix: &'static str,
    count: usize,
    /// Open connections, as clients keep them.
    connections: tokio::sync::Mutex<Vec<Connection>>,
}

impl<'a> Offers<'a> {
    /// Puts `count` drafts, each with its scenario.
    pub(super) async fn prepare(
        server: &'a Server,
        prefix: &'static str,
        count: usize,
        steps: Steps,
    ) -> Result<Self, Error> {
        let token = server.token().await?.into();
        let offers = Self { server, token, prefix, count, connections: tokio::sync::Mutex::default() };
        let draft = |_| DRAFT.to_owned();
        offers.pass(64, 201, "PUT", "/api/publishers/contoso/offers", "", draft, None).await?;
        let scenario = move |number| steps.scenario(number);
        offers.pass(64, 200, "PUT", "/_signoff/scenarios/contoso", "", scenario, None).await?;
        Ok(offers)
    }

    /// Publishes every offer once. Each reply says that a new operation is durable.
    pub(super) async fn publish(&self, connections: usize) -> Result<Sample, Error> {
        self.post(connections, 202, "/publish", PUBLISH, None).await
    }

    /// Publishes every offer once; answers the addresses of the operations, without their queries.
    pub(super) async fn publish_and_locate(&self, connections: usize) -> Result<Vec<String>, Error> {
        let addresses: Arc<Mutex<Vec<String>>> = Arc::default();
        let kept = addresses.clone();
        let seen: Seen = Arc::new(move |connection: &Connection| {
            let reply: serde_json::Value = serde_json::from_slice(connection.body())?;
            let location = reply["location"].as_str().ok_or("a publish without a location")?;
            let path = location.split('?').next().unwrap_or_default();
            kept.lock().push(path.to_owned());
            Ok(())
        });
        self.post(connections, 202, "/publish", PUBLISH, Some(seen)).await?;
        let addresses = std::mem::take(&mut *addresses.lock());
        Ok(addresses)
    }

    /// Cancels every offer's operation. Each reply says that it is canceled, durably.
    pub(super) async fn cancel(&self, connections: usize) -> Result<Sample, Error> {
        self.post(connections, 200, "/cancel", CANCEL, None).await
    }

    async fn post(
        &self,
        connections: usize,
        expected: u16,
        behind: &'static str,
        body: &'static str,
        seen: Option<Seen>,
    ) -> Result<Sample, Error> {
        let before = "/api/publishers/contoso/offers";
        self.pass(connections, expected, "POST", before, behind, move |_| body, seen).await
    }

    #[expect(clippy::too_many_arguments, reason = "each says one thing of the calls")]
    async fn pass<B: AsRef<str>>(
        &self,
        connections: usize,
        expected: u16,
        method: &'static str,
        before: &'static str,
        behind: &'static str,
        body: impl Fn(usize) -> B + Send + Sync + 'static,
        seen: Option<Seen>,
    ) -> Result<Sample, Error> {
        let (token, prefix) = (self.token.clone(), self.prefix);
        let requests: Requests = Arc::new(move |number, into| {
            let path = format!("{before}/{prefix}-{number:06}{behind}");
            server::request(into, method, &path, &token, body(number).as_ref());
        });
        let load =
            Load { connections, requests, count: Some(self.count), time: LONGEST_PASS, expected, seen };
        let mut kept = self.connections.lock().await;
        let sample = load::run_over(&mut kept, self.server.address, &load).await?;
        if sample.latencies.len() == self.count {
            Ok(sample)
        } else {
            Err(format!("only {} of {} calls in time", sample.latencies.len(), self.count).into())
        }
    }
}
