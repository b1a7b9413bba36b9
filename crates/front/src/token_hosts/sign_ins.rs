//! How often sign-ins from one address may fail.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::Extension;
use axum::extract::ConnectInfo;
use signoff_lifecycle::ids::{Micros, RealTime};

use super::token_error::TokenError;
use crate::quota::Quota;

const MINUTE: Micros = Micros::from_millis(60_000);

/// Where a request comes from, if that is known.
pub(super) type Peer = Option<Extension<ConnectInfo<SocketAddr>>>;

/// The sign-ins that failed lately, by the addresses that they came from.
pub(super) struct SignIns(Option<Quota<IpAddr, RealTime>>);

/// A sign-in under way: it counts as failed until it is known better.
pub(super) struct Attempt(Option<IpAddr>);

impl SignIns {
    /// So many may fail in a minute; `None`: any number.
    pub(super) fn new(most: Option<u32>) -> Self {
        Self(most.map(|most| Quota::new(most, MINUTE)))
    }

    /// Begins a sign-in at `now`, seconds since the Unix epoch.
    pub(super) fn begin(&self, peer: &Peer, now: i64) -> Result<Attempt, TokenError> {
        let (Some(quota), Some(Extension(ConnectInfo(peer)))) = (&self.0, peer) else {
            return Ok(Attempt(None));
        };
        let network = network(peer.ip());
        let now = RealTime(now.saturating_mul(1_000_000));
        match quota.take(&network, 1, now) {
            Ok(()) => Ok(Attempt(Some(network))),
            Err(wait) => Err(TokenError::too_many(wait.0.div_ceil(1_000_000))),
        }
    }

    /// The sign-in did not fail.
    pub(super) fn succeeded(&self, attempt: &Attempt) {
        if let (Some(quota), Attempt(Some(network))) = (&self.0, attempt) {
            quota.release(network, 1);
        }
    }
}

/// What one customer has of an address: a single one of the old kind, the first half of one of the new.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        old @ IpAddr::V4(_) => old,
    }
}

#[cfg(test)]
mod tests {
    use super::network;

    #[test]
    fn who_owns_many_addresses_is_one() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2:3::4"), of("2001:db8:1:2:ffff::1"));
        assert_ne!(of("2001:db8:1:2::"), of("2001:db8:1:3::"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
    }
}
