//! Why a request is not let in, and how it is told.

/// What a caller without a good token is told: whose tokens are taken, and for whom.
#[derive(Clone, Debug)]
pub struct Challenge {
    /// Where the issuer in force is.
    pub authority: String,
    /// The audience of tokens for this server.
    pub audience: String,
}

/// Why a request has no [`Caller`](super::Caller): 401 (contract, "Every request"), except
/// [`KeysUnavailable`](Self::KeysUnavailable), which is 503.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// No `Authorization` header.
    #[error("the Authorization header is missing; send 'Authorization: Bearer <token>'")]
    Missing,
    /// Another scheme than Bearer, or not a JWT of at most 16 KiB whose claims name its issuer, audience, expiry
    /// and caller.
    #[error("the Authorization header must be 'Bearer ' and a JSON Web Token as the token endpoint gave it")]
    Malformed,
    /// The token was valid once.
    #[error("the token has expired; get a new one from the token endpoint")]
    Expired,
    /// The token becomes valid later, by the server's clock.
    #[error("the token is not valid yet; compare the clocks of its issuer and of this server")]
    NotYetValid,
    /// Not signed with RS256 by a key of a trusted issuer.
    #[error("the token's signature is not one of a trusted issuer's RS256 keys; get a new token")]
    Signature,
    /// The token is meant for somebody else.
    #[error("the token is for another audience; ask the token endpoint for resource or scope {expected}")]
    Audience {
        /// The audiences that are accepted, separated by `, `.
        expected: String,
    },
    /// The token's issuer is not trusted.
    #[error("the token's issuer '{issuer}' is not trusted here")]
    Issuer {
        /// The issuer that the token names: printable ASCII without quotes, at most 200 characters.
        issuer: String,
    },
    /// The keys that would tell are out of reach just now; the same request may go through later.
    #[error("the issuer's keys are out of reach, so the token cannot be checked; try again later")]
    KeysUnavailable,
}

impl AuthError {
    /// The value of the `WWW-Authenticate` header of the 401 (RFC 6750, section 3), ASCII.
    pub fn www_authenticate(&self, challenge: &Challenge) -> String {
        let authority = quotable(&challenge.authority, usize::MAX);
        let audience = quotable(&challenge.audience, usize::MAX);
        let wanted = format!("Bearer authorization_uri=\"{authority}\", resource_id=\"{audience}\"");
        match self {
            // RFC 6750: a request without credentials gets a challenge without an error code.
            Self::Missing => wanted,
            refused => format!(
                "{wanted}, error=\"invalid_token\", error_description=\"{}\"",
                quotable(&refused.to_string(), usize::MAX)
            ),
        }
    }

    /// The refusal of a token that names `issuer`, which may be any text.
    pub(super) fn untrusted(issuer: &str) -> Self {
        const SHOWN: usize = 200;
        Self::Issuer { issuer: quotable(issuer, SHOWN) }
    }
}

/// The part of `text` that may stand within a quoted string of a header.
fn quotable(text: &str, limit: usize) -> String {
    text.chars().filter(|c| matches!(c, ' '..='~') && !matches!(c, '"' | '\\')).take(limit).collect()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::{AuthError, Challenge};

    fn challenge() -> Challenge {
        Challenge {
            authority: "https://a.example/t\"".to_owned(),
            audience: "https://b.example\n".to_owned(),
        }
    }

    #[test]
    fn only_a_missing_token_is_no_error() {
        let missing = AuthError::Missing.www_authenticate(&challenge());
        let wanted = "Bearer authorization_uri=\"https://a.example/t\", resource_id=\"https://b.example\"";
        assert_eq!(missing, wanted);
        assert!(!missing.contains("error"));
        let expired = AuthError::Expired.www_authenticate(&challenge());
        assert!(expired.contains("error=\"invalid_token\", error_description=\"the token has expired;"));
    }

    #[test]
    fn foreign_text_cannot_break_out_of_the_header() {
        let error = AuthError::untrusted("https://x\"\r\nSet-Cookie: a=b\\\u{e9}");
        let header = error.www_authenticate(&challenge());
        assert_eq!(error, AuthError::Issuer { issuer: "https://xSet-Cookie: a=b".to_owned() });
        assert_eq!(header.matches('"').count(), 8);
        HeaderValue::from_str(&header).unwrap();
        let AuthError::Issuer { issuer } = AuthError::untrusted(&"x".repeat(5000)) else { unreachable!() };
        assert_eq!(issuer.len(), 200);
        let audience = AuthError::Audience { expected: "a\"b\n".to_owned() };
        HeaderValue::from_str(&audience.www_authenticate(&challenge())).unwrap();
    }
}
