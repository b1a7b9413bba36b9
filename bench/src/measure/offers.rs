//! Offers that can be published and cancelled as often as one likes: no step that must be undone begins meanwhile.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use crate::Error;
use crate::bare_durable::Call;
use crate::client::Connection;
use crate::load::{self, Load, Requests, Seen};
use crate::server::{self, Mode, Server};
use crate::stats::Sample;

const DRAFT: &str = include_str!("../../../examples/sample-vm-offer.json");
/// How long one pass over all offers may take.
const LONGEST_PASS: Duration = Duration::from_mins(1);

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
            Self::Long => Duration::from_hours(1),
            Self::Spread { first, each } => first + each * u32::try_from(number).unwrap_or(u32::MAX),
        };
        let first = first.as_millis();
        format!(
            r#"{{"steps":{{"displaydummycertify":{{"duration":"{first}ms"}},"displaycertify":{{"duration":"1h"}}}}}}"#
        )
    }
}

/// The name of an offer by its number.
pub(super) type Name = Arc<dyn Fn(usize) -> String + Send + Sync>;

/// The offers that are measured.
pub(super) fn bench(number: usize) -> String {
    format!("bench-{number:06}")
}

/// Those beside them.
pub(super) fn other(number: usize) -> String {
    format!("other-{number:06}")
}

/// Which offers.
#[derive(Clone)]
pub(super) struct Which {
    /// Whose they are, in turn.
    pub(super) publishers: Vec<String>,
    pub(super) name: Name,
    pub(super) count: usize,
}

impl Which {
    /// The first `count` offers of contoso with these names.
    pub(super) fn of_contoso(name: fn(usize) -> String, count: usize) -> Self {
        Self { publishers: vec!["contoso".to_owned()], name: Arc::new(name), count }
    }

    /// The path of the offer with this number.
    fn path(&self, number: usize) -> String {
        let publisher = &self.publishers[number % self.publishers.len()];
        format!("/api/publishers/{publisher}/offers/{}", (self.name)(number))
    }

    /// The path of a call for it.
    fn action(&self, call: Call, number: usize) -> String {
        format!("{}/{}", self.path(number), call.name())
    }
}

/// The body of a call.
fn body(call: Call) -> &'static str {
    match call {
        Call::Publish => r#"{"metadata":{"notification-emails":"release@contoso.example"}}"#,
        Call::Cancel => r#"{"metadata":{"reason":"measured"}}"#,
    }
}

/// A number of offers on one server, or on one store behind several.
pub(super) struct Offers {
    addresses: Vec<SocketAddr>,
    mode: Mode,
    token: Arc<str>,
    which: Arc<Which>,
    /// Open connections, as clients keep them.
    connections: tokio::sync::Mutex<Vec<Connection>>,
}

impl Offers {
    /// Puts `count` drafts of contoso, each with its scenario.
    pub(super) async fn prepare(
        server: &Server,
        name: fn(usize) -> String,
        count: usize,
        steps: Steps,
    ) -> Result<Self, Error> {
        let offers = Self::on(&[server], Which::of_contoso(name, count)).await?;
        offers.put(steps).await?;
        Ok(offers)
    }

    /// Offers that are there, or will be put. Their publishers come into being if they are not there.
    pub(super) async fn on(servers: &[&Server], which: Which) -> Result<Self, Error> {
        let first = servers.first().ok_or("no server")?;
        let token: Arc<str> = first.token().await?.into();
        let mut connection = Connection::open(first.address).await?;
        let seeded = |publisher: &str| publisher == "contoso" && first.mode == Mode::Development;
        for publisher in which.publishers.iter().filter(|publisher| !seeded(publisher)) {
            let mut request = Vec::new();
            let path = format!("/api/publishers/{publisher}");
            server::request(&mut request, "PUT", &path, &token, "{}");
            if !matches!(connection.ask(&request).await?, 200 | 201) {
                return Err(format!("{publisher}: {}", String::from_utf8_lossy(connection.body())).into());
            }
        }
        let addresses = servers.iter().map(|server| server.address).collect();
        let connections = tokio::sync::Mutex::default();
        Ok(Self { addresses, mode: first.mode, token, which: which.into(), connections })
    }

    /// Offers on a server that asks for no token.
    pub(super) fn without_token(address: SocketAddr, which: Which) -> Self {
        Self {
            addresses: vec![address],
            mode: Mode::Production,
            token: "none".into(),
            which: which.into(),
            connections: tokio::sync::Mutex::default(),
        }
    }

    /// Writes the call for the offer with this number.
    pub(super) fn request(&self, call: Call, number: usize, into: &mut Vec<u8>) {
        server::request(into, "POST", &self.which.action(call, number), &self.token, body(call));
    }

    /// Puts every draft, and the scenario of each.
    pub(super) async fn put(&self, steps: Steps) -> Result<(), Error> {
        self.pass(64, 201, "PUT", Which::path, |_| DRAFT.to_owned(), None).await?;
        self.steer(steps).await
    }

    /// Puts the scenario of every offer, where there are scenarios.
    pub(super) async fn steer(&self, steps: Steps) -> Result<(), Error> {
        if self.mode == Mode::Production {
            return Ok(());
        }
        let path = |which: &Which, number: usize| {
            let publisher = &which.publishers[number % which.publishers.len()];
            format!("/_signoff/scenarios/{publisher}/{}", (which.name)(number))
        };
        self.pass(64, 200, "PUT", path, move |number| steps.scenario(number), None).await?;
        Ok(())
    }

    /// Publishes every offer once. Each reply says that a new operation is durable.
    pub(super) async fn publish(&self, connections: usize) -> Result<Sample, Error> {
        self.post(connections, 202, Call::Publish, None).await
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
        self.post(connections, 202, Call::Publish, Some(seen)).await?;
        let addresses = std::mem::take(&mut *addresses.lock());
        Ok(addresses)
    }

    /// Cancels every offer's operation. Each reply says that it is canceled, durably.
    pub(super) async fn cancel(&self, connections: usize) -> Result<Sample, Error> {
        self.post(connections, 200, Call::Cancel, None).await
    }

    async fn post(
        &self,
        connections: usize,
        expected: u16,
        call: Call,
        seen: Option<Seen>,
    ) -> Result<Sample, Error> {
        let path = move |which: &Which, number: usize| which.action(call, number);
        self.pass(connections, expected, "POST", path, move |_| body(call), seen).await
    }

    async fn pass<B: AsRef<str>>(
        &self,
        connections: usize,
        expected: u16,
        method: &'static str,
        path: impl Fn(&Which, usize) -> String + Send + Sync + 'static,
        body: impl Fn(usize) -> B + Send + Sync + 'static,
        seen: Option<Seen>,
    ) -> Result<Sample, Error> {
        let (token, which, count) = (self.token.clone(), self.which.clone(), self.which.count);
        let requests: Requests = Arc::new(move |number, into| {
            server::request(into, method, &path(&which, number), &token, body(number).as_ref());
        });
        let load = Load { connections, requests, count: Some(count), time: LONGEST_PASS, expected, seen };
        let mut kept = self.connections.lock().await;
        let sample = load::run_over(&mut kept, &self.addresses, &load).await?;
        if sample.latencies.len() == count {
            Ok(sample)
        } else {
            Err(format!("only {} of {count} calls in time", sample.latencies.len()).into())
        }
    }
}
