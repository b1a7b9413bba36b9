//! Where a request wants to go, and whether it may.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use http::{StatusCode, Uri};

use super::{Event, Shared};
use crate::tls::is_portal_host;

/// Host and port that a client asks the proxy for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// In lower case, an IPv6 address without brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
}

/// What the proxy does with a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Answered by the private server.
    Portal,
    /// Reached as asked.
    Through,
}

impl Target {
    /// Reads the target of a CONNECT request (`host:port`) or of an absolute address, whose port may be left
    /// out where `default_port` says what it is then. The error is a sentence for the client.
    pub(crate) fn of(uri: &Uri, default_port: Option<u16>) -> Result<Self, String> {
        let authority = uri.authority().ok_or("the request names no host")?;
        let host = authority.host().trim_start_matches('[').trim_end_matches(']');
        if host.is_empty() {
            return Err("the request names no host".to_owned());
        }
        // A port beyond 65535 reads as none at all, and must not become the default.
        let portless = authority.as_str().ends_with(authority.host());
        let port = authority
            .port_u16()
            .or_else(|| default_port.filter(|_| portless))
            .ok_or_else(|| format!("`{authority}` names no port: ask for HOST:PORT"))?;
        Ok(Self { host: host.to_ascii_lowercase(), port })
    }

    /// Whether this is `address`, spelled as an address or as `localhost`.
    pub(super) fn is(&self, address: SocketAddr) -> bool {
        self.port == address.port()
            && match self.host.parse::<IpAddr>() {
                Ok(ip) => ip == address.ip(),
                Err(_) => self.is_loopback() && address.ip().is_loopback(),
            }
    }

    /// Whether this machine itself is meant: a loopback address, or a name that stands for one (RFC 6761).
    pub(super) fn is_loopback(&self) -> bool {
        if let Ok(ip) = self.host.parse::<IpAddr>() {
            return ip.to_canonical().is_loopback();
        }
        let host = self.host.strip_suffix('.').unwrap_or(&self.host);
        host == "localhost" || host.ends_with(".localhost")
    }
}

impl fmt::Display for Target {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(out, "[{}]:{}", self.host, self.port)
        } else {
            write!(out, "{}:{}", self.host, self.port)
        }
    }
}

impl Shared {
    /// Decides on `target`; a refusal is put on record and comes with status and text for the client. The
    /// portal answers on `portal_port` only, and its other ports are refused rather than passed on: nothing
    /// that is meant for the private server may reach the real one.
    pub(crate) fn admit(&self, target: &Target, portal_port: u16) -> Result<Way, (StatusCode, String)> {
        let why = if is_portal_host(&target.host) {
            if target.port == portal_port {
                return Ok(Way::Portal);
            }
            format!(
                "`{target}`: the private server answers this host on ports 443 (https) and 80 (http) only"
            )
        } else if !self.settings.offline || target.is_loopback() {
            return Ok(Way::Through);
        } else {
            format!(
                "`{target}` is not the portal, and this proxy is offline: run without --offline to reach it"
            )
        };
        self.log.record(Event::Refused, target, None);
        Err((StatusCode::FORBIDDEN, why))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(text: &str, default_port: Option<u16>) -> Result<Target, String> {
        Target::of(&text.parse().unwrap(), default_port)
    }

    #[test]
    fn targets_are_read_in_every_form() {
        for (text, shown) in [
            ("Example.COM:443", "example.com:443"),
            ("127.0.0.1:8080", "127.0.0.1:8080"),
            ("[::1]:443", "[::1]:443"),
            ("http://user:word@host:81/x", "host:81"),
        ] {
            assert_eq!(target(text, None).unwrap().to_string(), shown);
        }
        assert_eq!(target("http://host/x", Some(80)).unwrap().port, 80);
        assert_eq!(target("http://[::1]/x", Some(80)).unwrap().host, "::1");
    }

    #[test]
    fn a_target_without_port_or_host_is_an_error() {
        assert!(target("host", None).unwrap_err().contains("HOST:PORT"));
        assert!(target("host:99999", Some(80)).is_err());
        assert!(target("/path", Some(80)).unwrap_err().contains("no host"));
    }

    #[test]
    fn this_machine_is_known_by_its_names_and_addresses() {
        for text in
            ["localhost:1", "LOCALHOST.:1", "x.localhost:1", "127.8.9.1:1", "[::1]:1", "[::ffff:127.0.0.1]:1"]
        {
            assert!(target(text, None).unwrap().is_loopback(), "{text}");
        }
        for text in ["localhost.example:1", "notlocalhost:1", "128.0.0.1:1", "[::2]:1", "0.0.0.0:1"] {
            assert!(!target(text, None).unwrap().is_loopback(), "{text}");
        }
    }

    #[test]
    fn an_address_of_ones_own_is_known_by_both_names() {
        let own = "127.0.0.1:9000".parse().unwrap();
        for text in ["127.0.0.1:9000", "localhost:9000"] {
            assert!(target(text, None).unwrap().is(own), "{text}");
        }
        for text in ["127.0.0.1:9001", "127.0.0.2:9000", "localhost.example:9000"] {
            assert!(!target(text, None).unwrap().is(own), "{text}");
        }
    }
}
