//! From an `Authorization` header to the caller.

use std::sync::Arc;

use http::HeaderValue;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};
use serde::Deserialize;
use signoff_store::contract::PrincipalId;

use super::cache::{Remembered, TokenCache};
use super::claims::{TokenClaims, Version};
use super::external::{ExternalIssuer, ExternalIssuerError, ExternalKeys};
use super::{AuthError, Challenge, Clock, Issuer};

/// Longer headers are no tokens, bytes.
pub const LENGTH_LIMIT: usize = 16 * 1024;
/// Of a name for people so much is kept, in characters.
const LONGEST_NAME: usize = 200;
/// Verified tokens that are remembered.
const CACHED_TOKENS: usize = 10_000;
/// Seconds that another issuer's clock may be off, or another node's when it comes to a token's start.
const LEEWAY: i64 = 60;

/// Who sent a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The client or the person, and the tenant that vouches for it.
    pub principal: PrincipalId,
    /// The name in the token, for people to read.
    pub name: Option<String>,
    /// From when on the token is refused, seconds since the Unix epoch.
    pub expires_at: i64,
    /// Which keys of another issuer it was verified with, by how often they had changed; `None`: with our own.
    pub keys: Option<u64>,
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
    /// The issuer, and how often its keys had changed.
    External(&'a ExternalKeys, u64),
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

    /// The challenge for a caller without a good token. `login_host` is the host that answers instead of the token
    /// hosts, if the request came for one of the portal's names.
    pub fn challenge(&self, login_host: Option<&str>) -> Challenge {
        let audience = |of: &[String]| of.first().cloned().unwrap_or_default();
        match (&self.own, &self.external) {
            (None, Some(external)) => {
                // Where the tenant shows with the token only, any may sign in.
                let authority = external.issuer().replace("{tenantid}", "common");
                Challenge { authority, audience: audience(&self.external_audience) }
            }
            (own, _) => {
                let base = own.as_ref().and_then(|own| own.settings().public_base.as_deref());
                let base = login_host.or(base).unwrap_or("https://login.microsoftonline.com");
                let authority = format!("{}/common/oauth2/authorize", base.trim_end_matches('/'));
                Challenge { authority, audience: audience(&self.audiences) }
            }
        }
    }

    /// Who sent a request with this `Authorization` header.
    ///
    /// A token seen before costs a look-up; one never seen, an RSA verification and perhaps the fetch of keys.
    pub async fn verify(&self, authorization: Option<&HeaderValue>) -> Result<Arc<Caller>, AuthError> {
        let token = bearer_token(authorization.ok_or(AuthError::Missing)?).ok_or(AuthError::Malformed)?;
        let now = (self.clock)();
        if let Some(external) = &self.external {
            external.look_if_due(now).await;
        }
        match self.cache.get(token, now, self.generation()) {
            Some(Remembered::Caller(caller)) => return Ok(caller),
            Some(Remembered::Over) => return Err(AuthError::Expired),
            None => {}
        }
        let (caller, forget_at) = self.check(token, now).await?;
        let caller = self.cache.insert(token, caller, forget_at, now);
        // A token that was seen before counts no longer than it did.
        if now < caller.expires_at { Ok(caller) } else { Err(AuthError::Expired) }
    }

    /// The issuer whose tokens are trusted beside our own, as their `iss` claim names it.
    pub fn external_issuer(&self) -> Option<&str> {
        self.external.as_ref().map(ExternalKeys::issuer)
    }

    /// How often the other issuer's keys have changed.
    fn generation(&self) -> u64 {
        self.external.as_ref().map_or(0, ExternalKeys::generation)
    }

    /// Forgets which tokens were verified.
    pub fn forget(&self) {
        self.cache.clear();
    }

    /// How long the token of this caller is still good; not at all once the keys are others than those it was
    /// verified with: it has to be looked at again.
    pub fn seconds_left(&self, caller: &Caller) -> u64 {
        if caller.keys.is_some_and(|keys| keys != self.generation()) {
            return 0;
        }
        u64::try_from(caller.expires_at.saturating_sub((self.clock)())).unwrap_or(0)
    }

    /// The caller, and when the token itself says that it is over.
    async fn check(&self, token: &str, now: i64) -> Result<(Caller, i64), AuthError> {
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
            let counts = own.counts(&caller.0.principal).await.map_err(|error| {
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
            let (key, generation) = external.key(header.kid.as_deref()).await?;
            return Ok((key, Signer::External(external, generation)));
        }
        let tenant = claimed.tid.as_deref().unwrap_or_default();
        if self.own.is_some() && is_own_issuer(&claimed.iss, tenant) {
            return Err(AuthError::Signature);
        }
        Err(AuthError::untrusted(&claimed.iss))
    }

    fn check_claims(
        &self,
        claims: &TokenClaims,
        signer: &Signer<'_>,
        now: i64,
    ) -> Result<(Caller, i64), AuthError> {
        let (trusted, audiences, leeway) = match signer {
            Signer::Own => {
                (is_own_issuer(&claims.iss, claims.tenant().unwrap_or_default()), &self.audiences, 0)
            }
            Signer::External(external, _) => {
                (external.trusts(&claims.iss, claims.tenant()), &self.external_audience, LEEWAY)
            }
        };
        if !trusted {
            return Err(AuthError::untrusted(&claims.iss));
        }
        if !claims.is_for(audiences) {
            return Err(AuthError::Audience { expected: audiences.join(", ") });
        }
        let forget_at = claims.exp.saturating_add(leeway);
        let (expires_at, keys) = match signer {
            Signer::Own => (forget_at, None),
            // Without a word on when it was issued it counts from when it is seen first.
            Signer::External(external, keys) => {
                let issued_at = claims.iat.unwrap_or(now).min(now);
                (forget_at.min(issued_at.saturating_add(external.most_age())), Some(*keys))
            }
        };
        if now >= expires_at {
            return Err(AuthError::Expired);
        }
        if claims.nbf.is_some_and(|start| start > now.saturating_add(LEEWAY)) {
            return Err(AuthError::NotYetValid);
        }
        let principal = claims.principal().ok_or(AuthError::Malformed)?;
        let name = claims.name().map(|name| name.chars().take(LONGEST_NAME).collect());
        Ok((Caller { principal, name, expires_at, keys }, forget_at))
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
