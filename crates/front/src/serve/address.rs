//! Whose request it is, by network address.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use http::{HeaderMap, HeaderName};

use super::settings::ServeSettings;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The address that sent a request: the peer's, or what trusted proxies say of it.
///
/// Proxies add who asked them behind what they were sent. What is left of the first address that is no trusted proxy's
/// may be invented.
pub(super) fn client(settings: &ServeSettings, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let mut asked = peer;
    if settings.trusts(peer) {
        let lines: Vec<&str> =
            headers.get_all(FORWARDED_FOR).iter().map(|line| line.to_str().unwrap_or("?")).collect();
        for hop in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
            let Some(address) = address(hop.trim()) else { break };
            asked = address;
            if !settings.trusts(address) {
                break;
            }
        }
    }
    asked.to_canonical()
}

/// An address, with or without a port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| text.parse().ok().map(|address: SocketAddr| address.ip()))
}

/// What counts as one address: of IPv6 everybody has at least 64 bits to choose from.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(trusted: &[&str], peer: &str, lines: &[&str]) -> String {
        let trusted_proxies = trusted.iter().map(|network| network.parse().unwrap()).collect();
        let settings = ServeSettings { trusted_proxies, ..ServeSettings::default() };
        let headers = lines.iter().map(|line| (FORWARDED_FOR, line.parse().unwrap())).collect();
        client(&settings, peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn only_what_trusted_proxies_say_counts() {
        for (trusted, peer, lines, expected) in [
            (&[][..], "10.0.0.1", &["192.0.2.7"][..], "10.0.0.1"),
            (&["10.0.0.0/8"], "10.0.0.1", &["192.0.2.7"], "192.0.2.7"),
            (&["10.0.0.0/8"], "::ffff:10.0.0.1", &["192.0.2.7"], "192.0.2.7"),
            (&["10.0.0.0/8"], "10.0.0.1", &["198.51.100.9, 192.0.2.7"], "192.0.2.7"),
            (&["10.0.0.0/8"], "10.0.0.1", &["198.51.100.9, 192.0.2.7, 10.0.0.2"], "192.0.2.7"),
            (&["10.0.0.0/8"], "10.0.0.1", &["198.51.100.9", "192.0.2.7:4711"], "192.0.2.7"),
            (&["10.0.0.0/8"], "10.0.0.1", &["[2001:db8::1]:80"], "2001:db8::1"),
            // What is no address is no word of a proxy's.
            (&["10.0.0.0/8"], "10.0.0.1", &["192.0.2.7, unknown"], "10.0.0.1"),
            (&["10.0.0.0/8"], "10.0.0.1", &[], "10.0.0.1"),
            (&["10.0.0.0/8"], "192.0.2.1", &["192.0.2.7"], "192.0.2.1"),
        ] {
            assert_eq!(asked(trusted, peer, lines), expected, "{trusted:?} {peer} {lines:?}");
        }
    }

    #[test]
    fn the_last_half_of_an_ipv6_address_makes_nobody_another() {
        let same = |a: &str, b: &str| network(a.parse().unwrap()) == network(b.parse().unwrap());
        assert!(same("2001:db8::1", "2001:db8::ffff:2"));
        assert!(!same("2001:db8::1", "2001:db8:0:1::1"));
        assert!(same("::ffff:192.0.2.1", "192.0.2.1"));
        assert!(!same("192.0.2.1", "192.0.2.2"));
    }
}
