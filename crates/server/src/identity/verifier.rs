//! From an `Authorization` header to the caller.

use std::sync::Arc;

use http::HeaderValue;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};
use serde::Deserialize;
use signoff_store::contract::PrincipalId;

use super::cache::TokenCache;
use super::claims::{TokenClaims, Version};
use super::external::{ExternalIssuer, ExternalIssuerError, ExternalKeys};
use super::{AuthError, Clock, Issuer};

/// Longer headers are no tokens, bytes.
pub(crate) const LENGTH_LIMIT: usize = 16 * 1024;
/// Verified tokens that are remembered.
const CACHED_TOKENS: usize = 10_000;
/// Seconds that another issuer's clock may be off, or another node's when it comes to a token's start.
const LEEWAY: i64 = 60;

/// Who sent a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The client and the tenant that vouches for it.
    pub principal: PrincipalId,
    /// From when on the token is refused, seconds since the Unix epoch.
    pub expires_at: i64,
}

/// Verifies tokens by published keys, RS256 only (contract, "Every request": the 401 row).
pub struct Verifier {
    own: Option<Arc<Issuer>>,
    external: Option<ExternalKeys>,
    audiences: Vec<String>,
    external_audience: Vec<String>,
    clock: Clock,
    rules: Validation,
    cache: TokenCache,
}

/// Whose key signed a token.
enum Signer<'a> {
    Own,
    External(&'a ExternalKeys),
}

impl Verifier {
    /// Trusts the tokens of `own` (development only: it may vouch for any tenant) that are for one of `audiences` (empty: [`super::DEFAULT_AUDIENCE`]), and those
    /// of `external` that are for the audience named there.
    pub fn new(
        own: Option<Arc<Issuer>>,
        external: Option<ExternalIssuer>,
        mut audiences: Vec<String>,
        clock: Clock,
    ) -> Result<Self, ExternalIssuerError> {
        if audiences.is_empty() {
            audiences.push(super::DEFAULT_AUDIENCE.to_owned());
        }
        let external_audience = external.iter().map(|external| external.audience.clone()).collect();
        let external =
            external.map(|settings| ExternalKeys::new(settings, Arc::clone(&clock))).transpose()?;
        // The library would ask the real clock and wants one audience for all; `check_claims` does both.
        let mut rules = Validation::new(Algorithm::RS256);
        rules.validate_exp = false;
        rules.validate_aud = false;
        rules.required_spec_claims.clear();
        let cache = TokenCache::new(CACHED_TOKENS);
        Ok(Self { own, external, audiences, external_audience, clock, rules, cache })
    }

    /// Who sent a request with this `Authorization` header.
    ///
    /// A token seen before costs a look-up; one never seen, an RSA verification and perhaps the fetch of keys.
    pub async fn verify(&self, authorization: Option<&HeaderValue>) -> Result<Arc<Caller>, AuthError> {
        let token = bearer_token(authorization.ok_or(AuthError::Missing)?).ok_or(AuthError::Malformed)?;
        let now = (self.clock)();
        if let Some(caller) = self.cache.get(token, now) {
            return Ok(caller);
        }
        let caller = Arc::new(self.check(token, now).await?);
        self.cache.insert(token, Arc::clone(&caller), now);
        Ok(caller)
    }

    /// Forgets which tokens were verified.
    pub(crate) fn forget(&self) {
        self.cache.clear();
    }

    /// How long the token of this caller is still good.
    pub(crate) fn seconds_left(&self, caller: &Caller) -> u64 {
        u64::try_from(caller.expires_at.saturating_sub((self.clock)())).unwrap_or(0)
    }

    async fn check(&self, token: &str, now: i64) -> Result<Caller, AuthError> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| AuthError::Malformed)?;
        // No extension is understood here, so one that must be understood ends it (RFC 7515, section 4.1.11).
        if header.crit.is_some() {
            return Err(AuthError::Malformed);
        }
        if header.alg != Algorithm::RS256 {
            return Err(AuthError::Signature);
        }
        let (key, signer) = self.find_key(&header, token).await?;
        let claims = jsonwebtoken::decode::<TokenClaims>(token, &key, &self.rules)
            .map_err(|error| match error.kind() {
                ErrorKind::InvalidSignature => AuthError::Signature,
                _ => AuthError::Malformed,
            })?
            .claims;
        let caller = self.check_claims(&claims, &signer, now)?;
        if let (Signer::Own, Some(own)) = (&signer, &self.own) {
            let counts = own.counts(&caller.principal).await.map_err(|error| {
                tracing::warn!(%error, "the clients are out of reach");
                AuthError::KeysUnavailable
            })?;
            if !counts {
                return Err(AuthError::Signature);
            }
        }
        Ok(caller)
    }

    /// The key that the token says it is signed with, if that is a trusted issuer's.
    async fn find_key(&self, header: &Header, token: &str) -> Result<(DecodingKey, Signer<'_>), AuthError> {
        if let (Some(own), Some(kid)) = (&self.own, &header.kid) {
            let key = own.verifying_key(kid).await.map_err(|error| {
                tracing::warn!(%error, "the signing keys are out of reach");
                AuthError::KeysUnavailable
            })?;
            if let Some(key) = key {
                return Ok((key, Signer::Own));
            }
        }
        let claimed = unverified(token)?;
        if let Some(external) = &self.external
            && external.trusts(&claimed.iss, claimed.tid.as_deref())
        {
            return Ok((external.key(header.kid.as_deref()).await?, Signer::External(external)));
        }
        let tenant = claimed.tid.as_deref().unwrap_or_default();
        if self.own.is_some() && is_own_issuer(&claimed.iss, tenant) {
            return Err(AuthError::Signature);
        }
        Err(AuthError::untrusted(&claimed.iss))
    }

    fn check_claims(&self, claims: &TokenClaims, signer: &Signer<'_>, now: i64) -> Result<Caller, AuthError> {
        let (trusted, audiences, leeway) = match signer {
            Signer::Own => {
                (is_own_issuer(&claims.iss, claims.tenant().unwrap_or_default()), &self.audiences, 0)
            }
            Signer::External(external) => {
                (external.trusts(&claims.iss, claims.tenant()), &self.external_audience, LEEWAY)
            }
        };
        if !trusted {
            return Err(AuthError::untrusted(&claims.iss));
        }
        if !claims.is_for(audiences) {
            return Err(AuthError::Audience { expected: audiences.join(", ") });
        }
        let expires_at = claims.exp.saturating_add(leeway);
        if now >= expires_at {
            return Err(AuthError::Expired);
        }
        if claims.nbf.is_some_and(|start| start > now.saturating_add(LEEWAY)) {
            return Err(AuthError::NotYetValid);
        }
        Ok(Caller { principal: claims.principal().ok_or(AuthError::Malformed)?, expires_at })
    }
}

/// The token of a `Bearer` header that is not absurdly long.
fn bearer_token(authorization: &HeaderValue) -> Option<&str> {
    if authorization.len() > LENGTH_LIMIT {
        return None;
    }
    let (scheme, token) = authorization.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("Bearer").then_some(token.trim_matches(' '))
}

/// What a token says of its origin. Good for choosing the key and for saying why there is none; nothing else.
#[derive(Deserialize)]
struct Unverified {
    iss: String,
    tid: Option<String>,
}

fn unverified(token: &str) -> Result<Unverified, AuthError> {
    jsonwebtoken::dangerous::insecure_decode_claims(token).map_err(|_| AuthError::Malformed)
}

fn is_own_issuer(issuer: &str, tenant: &str) -> bool {
    [Version::V1, Version::V2].iter().any(|version| version.issuer(tenant) == issuer)
}

#[cfg(test)]
mod tests;
