//! What a client asks a token endpoint for.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use signoff_identity::Version;
use signoff_wire::names;
use url::form_urlencoded;

use super::token_error::TokenError;

/// Characters of a client id.
pub const LONGEST_CLIENT: usize = 128;
/// Bytes of a resource.
pub const LONGEST_RESOURCE: usize = 2048;

/// A complete request for a token with the grant `client_credentials`.
pub(super) struct TokenRequest {
    pub(super) client: String,
    pub(super) secret: String,
    /// What the token is for: its audience.
    pub(super) resource: String,
}

impl TokenRequest {
    /// Reads the form, and the client's credentials from it or from HTTP Basic.
    pub(super) fn read(version: Version, headers: &HeaderMap, body: &[u8]) -> Result<Self, TokenError> {
        let form = Form::read(headers, body)?;
        if form.required("grant_type")? != "client_credentials" {
            return Err(TokenError::grant());
        }
        let (client, secret) = credentials(&form, headers)?;
        let resource = match version {
            Version::V1 => form.required("resource")?.to_owned(),
            Version::V2 => resource_of_scope(form.required("scope")?)?.to_owned(),
        };
        if resource.len() > LONGEST_RESOURCE || resource.chars().any(char::is_control) {
            let field = if version == Version::V1 { "resource" } else { "scope" };
            return Err(TokenError::invalid(field, "at most 2048 bytes, none of them a control character"));
        }
        Ok(Self { client, secret, resource })
    }
}

/// The fields of a form, each at most once.
struct Form<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Form<'a> {
    fn read(headers: &HeaderMap, body: &'a [u8]) -> Result<Self, TokenError> {
        let named = headers.get(CONTENT_TYPE).map(|value| value.to_str().unwrap_or_default());
        let media_type = named.and_then(|value| value.split(';').next()).map(str::trim);
        if media_type.is_some_and(|kind| !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")) {
            let text = "The Content-Type must be application/x-www-form-urlencoded.";
            return Err(TokenError::body(StatusCode::BAD_REQUEST, text));
        }
        let fields: Vec<_> = form_urlencoded::parse(body).collect();
        let read = ["grant_type", "client_id", "client_secret", "resource", "scope"];
        for name in read {
            if fields.iter().filter(|(field, _)| field == name).count() > 1 {
                return Err(TokenError::invalid(name, "it must not be given twice"));
            }
        }
        Ok(Self(fields))
    }

    fn get(&self, name: &str) -> Option<&str> {
        let value = self.0.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_ref());
        value.filter(|value| !value.is_empty())
    }

    fn required(&self, name: &str) -> Result<&str, TokenError> {
        self.get(name).ok_or_else(|| TokenError::missing(name))
    }
}

fn credentials(form: &Form<'_>, headers: &HeaderMap) -> Result<(String, String), TokenError> {
    let (client, secret) = match headers.get(AUTHORIZATION) {
        None => (form.required("client_id")?.to_owned(), form.required("client_secret")?.to_owned()),
        Some(header) => {
            let (client, secret) = basic(header.as_bytes())?;
            if form.get("client_secret").is_some() {
                return Err(TokenError::invalid(
                    "client_secret",
                    "send it in the form or as HTTP Basic, not both",
                ));
            }
            if form.get("client_id").is_some_and(|named| named != client) {
                return Err(TokenError::invalid(
                    "client_id",
                    "it differs from that of the Authorization header",
                ));
            }
            (client, secret)
        }
    };
    let is_plain = client.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'/');
    let is_taken = client.starts_with(names::PERSON) || names::is_operator(&client);
    if client.len() > LONGEST_CLIENT || !is_plain || is_taken {
        let remedy = "1 to 128 visible ASCII characters without blanks and '/', neither 'operator' nor with 'user:' \
                      before it";
        return Err(TokenError::invalid("client_id", remedy));
    }
    Ok((client, secret))
}

/// Client and secret of HTTP Basic, each form-encoded within it (RFC 6749, section 2.3.1).
fn basic(header: &[u8]) -> Result<(String, String), TokenError> {
    let wrong = || TokenError::invalid("Authorization", "it must be HTTP Basic with client id and secret");
    let (scheme, encoded) = header.split_at_checked("Basic ".len()).ok_or_else(wrong)?;
    if !scheme.eq_ignore_ascii_case(b"Basic ") {
        return Err(wrong());
    }
    let decoded = STANDARD.decode(encoded.trim_ascii()).map_err(|_| wrong())?;
    let text = String::from_utf8(decoded).map_err(|_| wrong())?;
    let (client, secret) = text.split_once(':').ok_or_else(wrong)?;
    let (client, secret) = (form_decoded(client), form_decoded(secret));
    if client.is_empty() || secret.is_empty() { Err(wrong()) } else { Ok((client, secret)) }
}

fn form_decoded(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_encoding::percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

/// `https://a.example/.default` asks for `https://a.example`.
fn resource_of_scope(scope: &str) -> Result<&str, TokenError> {
    let resource = scope.trim_matches(' ').strip_suffix("/.default").ok_or_else(TokenError::scope)?;
    if resource.is_empty() || resource.contains(' ') { Err(TokenError::scope()) } else { Ok(resource) }
}
