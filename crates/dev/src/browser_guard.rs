//! A development server asks for no token, so a page in its user's browser could give it orders. These
//! checks keep pages out and let every other client in.
//!
//! What a page may send without asking the server first has one of three content types, none of them JSON; so a request
//! that changes something and has an `Origin`, as those of browsers do, must declare JSON. A page may also have its own
//! name lead to this machine (DNS rebinding); then the browser takes the server for the page's own, and only the `Host`
//! tells. So below `/_signoff` it must be a name of this machine or one that the settings allow.
//!
//! The API and the token hosts demand credentials, but those of a development server are in its documentation. They are
//! reached by other names, too: those of the portal, which no page can have lead anywhere, and whatever a container is
//! called. So there the name counts only where a browser sends an `Origin`, which it does with every request for a
//! token.

use std::net::IpAddr;

use http::uri::Authority;
use http::{Method, Request, header};
use signoff_front::problem::{Kind, Problem};
use signoff_front::reply;
use signoff_front::tls::is_portal_host;
use signoff_text::ErrorText;

/// What a web page could not read or change anything with.
const HARMLESS: [&str; 3] = ["/_signoff/healthz", "/_signoff/readyz", "/_signoff/metrics"];

/// Lets a request pass that no web page could have sent.
pub(crate) fn check<B>(request: &Request<B>, allowed: &[String]) -> Result<(), Problem> {
    let path = request.uri().path();
    if HARMLESS.contains(&path) {
        return Ok(());
    }
    let origin = request.headers().contains_key(header::ORIGIN);
    if !origin && !path.starts_with("/_signoff") {
        return Ok(());
    }
    let host = host(request);
    let own = is_of_this_machine(&host) || allowed.iter().any(|name| name.eq_ignore_ascii_case(&host));
    if !path.starts_with("/_signoff") {
        return if own || is_portal_host(&host) { Ok(()) } else { Err(not_allowed(&host)) };
    }
    if !own {
        return Err(not_allowed(&host));
    }
    let changes = ![Method::GET, Method::HEAD].contains(request.method());
    if changes && origin && !reply::is_json(request.headers()) {
        let error = Problem::new(Kind::UnsupportedMediaType, ErrorText::OriginNeedsJson);
        return Err(error.target("Content-Type"));
    }
    reply::refuse_encoding(request.headers())
}

/// The host that the request is for, without port and brackets; empty if it names none.
fn host<B>(request: &Request<B>) -> String {
    let named = request.uri().authority().cloned().or_else(|| {
        let header = request.headers().get(header::HOST)?;
        Authority::try_from(header.as_bytes()).ok()
    });
    let host = named.as_ref().map(Authority::host).unwrap_or_default();
    host.trim_start_matches('[').trim_end_matches(']').to_owned()
}

fn is_of_this_machine(host: &str) -> bool {
    let name = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    name == "localhost"
        || name.ends_with(".localhost")
        || host.parse().is_ok_and(|address: IpAddr| address.to_canonical().is_loopback())
}

fn not_allowed(host: &str) -> Problem {
    let host = host.chars().take(80).collect();
    Problem::new(Kind::Forbidden, ErrorText::HostNotAllowed { host }).target("Host")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The status of a request with these headers, 200 if it passes.
    fn asked(method: &str, path: &str, headers: &[(&str, &str)]) -> u16 {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(()).unwrap();
        check(&request, &["signoff".to_owned()]).map_or_else(|error| error.status().as_u16(), |()| 200)
    }

    #[test]
    fn a_name_of_this_machine_or_an_allowed_one() {
        for host in [
            "localhost",
            "LOCALHOST:8080",
            "a.localhost",
            "127.0.0.1:8080",
            "127.1.2.3",
            "[::1]:8080",
            "Signoff:80",
        ] {
            assert_eq!(asked("GET", "/_signoff/snapshot", &[("host", host)]), 200, "{host}");
        }
        for host in [
            "evil.example",
            "localhost.evil.example",
            "10.0.0.1",
            "0.0.0.0",
            "cloudpartner.azure.com",
            "",
            "signoff.x",
        ] {
            assert_eq!(asked("GET", "/_signoff/snapshot", &[("host", host)]), 403, "{host}");
            assert_eq!(asked("POST", "/_signoff/reset", &[("host", host)]), 403, "{host}");
            for path in HARMLESS {
                assert_eq!(asked("GET", path, &[("host", host)]), 200, "{host}{path}");
            }
        }
        assert_eq!(asked("GET", "/_signoff/snapshot", &[]), 403);
        // The request line counts before the header.
        let line = "http://evil.example/_signoff/snapshot";
        assert_eq!(asked("GET", line, &[("host", "localhost")]), 403);
    }

    #[test]
    fn the_api_is_reached_by_any_name_but_not_from_pages_of_others() {
        for path in ["/api/publishers", "/t/oauth2/token", "/"] {
            for host in ["evil.example", "signoff", "cloudpartner.azure.com", "localhost"] {
                assert_eq!(asked("POST", path, &[("host", host)]), 200, "{host}{path}");
                let expected = if host == "evil.example" { 403 } else { 200 };
                let headers = [("host", host), ("origin", "http://evil.example")];
                assert_eq!(asked("POST", path, &headers), expected, "{host}{path}");
            }
        }
    }

    #[test]
    fn a_page_has_to_declare_json() {
        let kinds = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"];
        for origin in ["https://evil.example", "null", "http://localhost"] {
            for kind in kinds {
                let headers = [("host", "localhost"), ("origin", origin), ("content-type", kind)];
                for method in ["POST", "PUT", "DELETE", "PATCH"] {
                    assert_eq!(asked(method, "/_signoff/reset", &headers), 415, "{method} {origin} {kind}");
                }
                assert_eq!(asked("GET", "/_signoff/mailbox", &headers), 200);
                assert_eq!(
                    asked("POST", "/_signoff/reset", &[headers[0], headers[2]]),
                    200,
                    "no page sent it"
                );
            }
            let headers = [("host", "localhost"), ("origin", origin)];
            assert_eq!(asked("POST", "/_signoff/reset", &headers), 415);
            let json = ("content-type", "Application/JSON; charset=utf-8");
            assert_eq!(asked("POST", "/_signoff/reset", &[headers[0], headers[1], json]), 200);
        }
    }
}
