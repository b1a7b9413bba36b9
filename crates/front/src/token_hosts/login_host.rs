//! What a request to a token host says about where it went: the tenant and the host.

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use http::header::HOST;
use http::uri::Authority;
use http::{HeaderMap, Uri};

use super::token_error::TokenError;

/// The hosts that released clients ask for tokens.
pub(super) const LOGIN_HOSTS: [&str; 3] =
    ["login.microsoftonline.com", "login.windows.net", "login.microsoft.com"];

/// The path segment of a request to a token host that names the tenant.
pub(super) type TenantSegment = Result<Path<String>, PathRejection>;

/// The tenant of the path: a GUID or a domain name.
pub(super) fn tenant(segment: TenantSegment) -> Result<String, TokenError> {
    const LONGEST_DOMAIN: usize = 253;
    let Path(tenant) = segment.map_err(|_| TokenError::tenant())?;
    let known_characters = tenant.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte));
    if tenant.is_empty() || tenant.len() > LONGEST_DOMAIN || !known_characters {
        return Err(TokenError::tenant());
    }
    Ok(tenant)
}

/// Whether the segment stands for tenants in general, which discovery serves but nobody can be a client of.
pub(super) fn is_shared(tenant: &str) -> bool {
    ["common", "organizations", "consumers"].contains(&tenant)
}

/// Scheme and host, without a path, of the addresses that a reply to this request names.
pub(super) fn base(uri: &Uri, headers: &HeaderMap, public_base: Option<&str>) -> Result<String, TokenError> {
    let asked = authority(uri, headers);
    if let Some(asked) = &asked
        && matches!(asked.port_u16(), None | Some(443))
        && LOGIN_HOSTS.iter().any(|host| host.eq_ignore_ascii_case(asked.host()))
    {
        return Ok(format!("https://{}", asked.host().to_ascii_lowercase()));
    }
    match (public_base, asked) {
        (Some(base), _) => Ok(base.trim_end_matches('/').to_owned()),
        (None, Some(asked)) => Ok(format!("https://{asked}")),
        (None, None) => Err(TokenError::host()),
    }
}

/// The host that was asked, with its port if one was given: from the request line if it is absolute (HTTP/2),
/// else from `Host`. Nothing but a plain host gets into addresses.
fn authority(uri: &Uri, headers: &HeaderMap) -> Option<Authority> {
    let asked = match uri.authority() {
        Some(authority) => authority.clone(),
        None => Authority::try_from(headers.get(HOST)?.as_bytes()).ok()?,
    };
    let plain = asked.as_str().bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte));
    (plain && !asked.host().is_empty()).then_some(asked)
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, Uri};

    use super::base;

    fn based(host: &str, public_base: Option<&str>) -> Option<String> {
        let headers = HeaderMap::from_iter([(http::header::HOST, HeaderValue::from_str(host).unwrap())]);
        base(&Uri::from_static("/t/discovery/keys"), &headers, public_base).ok()
    }

    #[test]
    fn login_hosts_keep_their_name_whatever_the_server_is_called() {
        for host in ["login.microsoftonline.com", "LOGIN.microsoftonline.com:443"] {
            let base = based(host, Some("http://127.0.0.1:8080"));
            assert_eq!(base.as_deref(), Some("https://login.microsoftonline.com"));
        }
    }

    #[test]
    fn other_hosts_are_taken_as_asked_or_as_configured() {
        assert_eq!(based("127.0.0.1:8443", None).as_deref(), Some("https://127.0.0.1:8443"));
        assert_eq!(based("[::1]:8443", None).as_deref(), Some("https://[::1]:8443"));
        assert_eq!(based("x", Some("http://127.0.0.1:80/")).as_deref(), Some("http://127.0.0.1:80"));
    }

    #[test]
    fn a_host_that_is_none_gets_into_no_address() {
        for host in ["", "user@evil.example", "a b", "evil.example/path", "evil\"", "%41.example", ":80"] {
            assert_eq!(based(host, None), None, "{host:?}");
        }
        assert!(base(&Uri::from_static("/"), &HeaderMap::new(), None).is_err());
    }

    #[test]
    fn an_absolute_request_line_names_the_host() {
        let uri = Uri::from_static("https://login.windows.net/t/discovery/keys");
        let base = base(&uri, &HeaderMap::new(), None).ok();
        assert_eq!(base.as_deref(), Some("https://login.windows.net"));
    }
}
