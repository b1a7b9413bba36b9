//! The proxy that this machine uses itself: where one is set, other hosts are reached through it.

use std::fmt;
use std::sync::Arc;

use axum::body::Body;
use http::{HeaderValue, Method, Request, StatusCode, Uri, header};
use hyper::client::conn::http1;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use super::target::Target;

/// The port of a proxy whose address names none, as curl has it.
const DEFAULT_PORT: u16 = 1080;

/// A connection to another host, direct or through a proxy.
pub(super) type Stream = Box<dyn Duplex>;

/// What can be read and written.
pub(super) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Duplex for S {}

/// The machine's own proxies, from the variables that programs read: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and
/// `NO_PROXY`, each also in lower case, which counts first.
#[derive(Clone, Default)]
pub struct Upstream {
    matcher: Option<Arc<Matcher>>,
    unusable: Vec<&'static str>,
}

/// Addresses may hold a name and a password.
impl fmt::Debug for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upstream").field("set", &self.matcher.is_some()).finish_non_exhaustive()
    }
}

impl Upstream {
    /// Reads the variables; `variable` looks one up. A value that is empty counts as none.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Self {
        let first = |lower: &str, upper: &str| {
            [lower, upper]
                .into_iter()
                .filter_map(&variable)
                .map(|value| value.trim().to_owned())
                .find(|value| !value.is_empty())
                .unwrap_or_default()
        };
        let all = first("all_proxy", "ALL_PROXY");
        let http = first("http_proxy", "HTTP_PROXY");
        let https = first("https_proxy", "HTTPS_PROXY");
        let given = [("HTTPS_PROXY", &https), ("HTTP_PROXY", &http), ("ALL_PROXY", &all)];
        let unusable =
            given.into_iter().filter(|(_, value)| !is_usable(value)).map(|(name, _)| name).collect();
        let is_set = given.iter().any(|(_, value)| !value.is_empty());
        let matcher = is_set.then(|| {
            let no = first("no_proxy", "NO_PROXY");
            Arc::new(Matcher::builder().all(all).http(http).https(https).no(no).build())
        });
        Self { matcher, unusable }
    }

    /// The variables, in upper case, whose values are no addresses of proxies and are ignored.
    pub fn unusable(&self) -> &[&'static str] {
        &self.unusable
    }

    /// The proxy through which `target` is reached, if not directly. This machine itself never is.
    pub(super) fn of(&self, scheme: &str, target: &Target) -> Option<Via> {
        if target.is_loopback() {
            return None;
        }
        let uri = format!("{scheme}://{target}/").parse().ok()?;
        self.matcher.as_ref()?.intercept(&uri).map(Via)
    }
}

fn is_usable(value: &str) -> bool {
    let any = Uri::from_static("http://host/");
    value.is_empty() || Matcher::builder().all(value).build().intercept(&any).is_some()
}

/// A proxy to go through.
#[derive(Debug)]
pub(super) struct Via(Intercept);

/// Host and port, never the name and the password.
impl fmt::Display for Via {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (host, port) = self.address();
        write!(out, "{host}:{port}")
    }
}

impl Via {
    /// Connects to the proxy itself.
    pub(super) async fn connect(&self) -> Result<TcpStream, String> {
        let scheme = self.0.uri().scheme_str().unwrap_or_default();
        if scheme != "http" {
            return Err(format!(
                "the proxy {self} that the environment names speaks `{scheme}`, and only http:// proxies can be gone \
                 through: set HTTPS_PROXY and HTTP_PROXY to one"
            ));
        }
        let (host, port) = self.address();
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let stream = TcpStream::connect((host, port))
            .await
            .map_err(|error| format!("the proxy {self} that the environment names: {error}"))?;
        // The bytes are passed on as they come; holding them back only delays the client.
        let _ = stream.set_nodelay(true);
        Ok(stream)
    }

    /// Asks the proxy, at the other end of `stream`, for a tunnel to `target`.
    pub(super) async fn tunnel(&self, stream: TcpStream, target: &Target) -> Result<Stream, String> {
        let wrong =
            |error: &dyn fmt::Display| format!("the proxy {self} that the environment names: {error}");
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(|error| wrong(&error))?;
        tokio::spawn(connection.with_upgrades());
        let mut request = Request::builder().method(Method::CONNECT).uri(target.to_string());
        request = request.header(header::HOST, target.to_string());
        if let Some(credentials) = self.credentials() {
            request = request.header(header::PROXY_AUTHORIZATION, credentials);
        }
        let request = request.body(Body::empty()).map_err(|error| wrong(&error))?;
        let response = sender.send_request(request).await.map_err(|error| wrong(&error))?;
        match response.status() {
            status if status.is_success() => {}
            StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
                return Err(wrong(&"it wants a name and a password (407): http://NAME:PASSWORD@HOST:PORT"));
            }
            status => return Err(wrong(&format_args!("it answered {status}"))),
        }
        let upgraded = hyper::upgrade::on(response).await.map_err(|error| wrong(&error))?;
        Ok(Box::new(TokioIo::new(upgraded)))
    }

    /// What the proxy wants in `Proxy-Authorization`, where its address has a name and a password.
    pub(super) fn credentials(&self) -> Option<HeaderValue> {
        self.0.basic_auth().cloned()
    }

    fn address(&self) -> (&str, u16) {
        let uri = self.0.uri();
        (uri.host().unwrap_or_default(), uri.port_u16().unwrap_or(DEFAULT_PORT))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upstream(variables: &'static [(&str, &str)]) -> Upstream {
        Upstream::from_variables(|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    fn way(upstream: &Upstream, scheme: &str, host: &str) -> String {
        let target = Target { host: host.to_owned(), port: 443 };
        upstream.of(scheme, &target).map_or_else(|| "direct".to_owned(), |via| via.to_string())
    }

    #[test]
    fn each_scheme_has_its_proxy_and_lower_case_counts_first() {
        let both = upstream(&[
            ("HTTPS_PROXY", "http://upper:1"),
            ("https_proxy", "http://lower:2"),
            ("HTTP_PROXY", "plain:3"),
        ]);
        assert_eq!(way(&both, "https", "a.example"), "lower:2");
        assert_eq!(way(&both, "http", "a.example"), "plain:3");
        let all = upstream(&[("ALL_PROXY", "http://[::1]:4"), ("https_proxy", " ")]);
        assert_eq!(way(&all, "https", "a.example"), "[::1]:4");
        assert_eq!(way(&upstream(&[]), "https", "a.example"), "direct");
        assert_eq!(way(&upstream(&[("ALL_PROXY", "http://p")]), "https", "a.example"), "p:1080");
    }

    #[test]
    fn exceptions_and_this_machine_are_reached_directly() {
        let some = upstream(&[("ALL_PROXY", "http://p:1"), ("NO_PROXY", "b.example, 10.0.0.0/8")]);
        for host in ["b.example", "x.b.example", "10.1.2.3", "localhost", "127.9.9.9", "::1", "a.localhost"] {
            assert_eq!(way(&some, "https", host), "direct", "{host}");
        }
        for host in ["a.example", "notb.example", "11.1.2.3", "2001:db8::1"] {
            assert_eq!(way(&some, "https", host), "p:1", "{host}");
        }
    }

    #[test]
    fn a_password_shows_nowhere() {
        let secret = upstream(&[("ALL_PROXY", "http://me:hush%21@p:1")]);
        let via = secret.of("https", &Target { host: "a.example".to_owned(), port: 443 }).unwrap();
        let shown = format!("{secret:?} {via:?} {via} {:?}", via.credentials());
        assert!(!shown.contains("hush") && !shown.contains("me:"), "{shown}");
        // me:hush!
        assert_eq!(via.credentials().unwrap(), "Basic bWU6aHVzaCE=");
    }

    #[test]
    fn what_is_no_address_is_named() {
        let odd = upstream(&[("HTTPS_PROXY", "ftp://p:1"), ("http_proxy", "http://"), ("ALL_PROXY", "p:1")]);
        assert_eq!(odd.unusable(), ["HTTPS_PROXY", "HTTP_PROXY"]);
        assert_eq!(way(&odd, "https", "a.example"), "p:1");
    }

    #[tokio::test]
    async fn a_proxy_of_another_kind_is_not_gone_round_in_silence() {
        let socks = upstream(&[("ALL_PROXY", "socks5h://me:hush@p:1")]);
        let via = socks.of("https", &Target { host: "a.example".to_owned(), port: 443 }).unwrap();
        let error = via.connect().await.unwrap_err();
        assert!(
            error.contains("socks5h") && error.contains("HTTPS_PROXY") && !error.contains("hush"),
            "{error}"
        );
    }
}
