//! How many connections there may be, how long each may take, and who stands in front of the server.

use std::net::IpAddr;
use std::time::Duration;

use ipnet::IpNet;

/// Connections open at once, on all listeners together.
pub const CONNECTIONS: usize = 1024;
/// Connections of one address that have not yet sent a whole request with a good token.
pub const STRANGERS: usize = 512;
/// Connections beyond those, on which health checks alone are answered.
pub const RESERVE: usize = 32;
/// How long a request's first line and headers may take to arrive; also how long a connection may be idle that has
/// sent no good token.
pub const HEAD_TIME: Duration = Duration::from_secs(10);
/// How long a connection may be idle that has sent a good token. Longer than load balancers keep theirs.
pub const IDLE_TIME: Duration = Duration::from_secs(75);
/// How long a body may take to arrive.
pub const BODY_TIME: Duration = Duration::from_secs(30);
/// How long a peer may take no byte of a reply.
pub const WRITE_TIME: Duration = Duration::from_secs(30);
/// After this time without a whole request a connection makes room for others when there is none.
const SILENCE: Duration = Duration::from_secs(1);

/// The bounds on connections.
#[derive(Clone, Debug)]
pub struct ServeSettings {
    /// Connections open at once, on all listeners together.
    pub connections: usize,
    /// Connections of one address that have not yet sent a whole request with a good token.
    pub strangers: usize,
    /// Connections beyond those, on which health checks alone are answered.
    pub reserve: usize,
    /// How long a request's first line and headers may take to arrive.
    pub head: Duration,
    /// How long a connection may be idle that has sent a good token.
    pub idle: Duration,
    /// How long a body may take to arrive.
    pub body: Duration,
    /// How long a peer may take no byte of a reply.
    pub write: Duration,
    /// How long a connection is silent before it has to make room for others.
    pub silence: Duration,
    /// The networks of the proxies whose `X-Forwarded-For` counts.
    pub trusted_proxies: Vec<IpNet>,
}

impl Default for ServeSettings {
    fn default() -> Self {
        Self {
            connections: CONNECTIONS,
            strangers: STRANGERS,
            reserve: RESERVE,
            head: HEAD_TIME,
            idle: IDLE_TIME,
            body: BODY_TIME,
            write: WRITE_TIME,
            silence: SILENCE,
            trusted_proxies: Vec::new(),
        }
    }
}

impl ServeSettings {
    /// Whether the address is that of a proxy that is trusted.
    pub(crate) fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.trusted_proxies.iter().any(|network| network.contains(&address))
    }
}
