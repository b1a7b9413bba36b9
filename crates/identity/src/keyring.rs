//! The server's own signing keys, ready for use.
//!
//! Crate `rsa` makes keys and reads them; ring signs, for its time does not tell of the key (SECURITY.md).

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, Header};
use rsa::RsaPrivateKey;
use rsa::pkcs8::{DecodePrivateKey, EncodePrivateKey, LineEnding};
use rsa::traits::{PrivateKeyParts, PublicKeyParts};
use rustls::SignatureScheme;
use rustls::crypto::ring::sign::any_supported_type;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde::Serialize;
use signoff_store::StoreError;
use signoff_store::contract::SigningKey;

use super::jwks::{PublishedKey, thumbprint};
use super::random;

/// Why the server's own keys are not at hand.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("no signing key could be made: {0}")]
    Generation(String),
    #[error("the token could not be signed: {0}")]
    Signing(String),
}

/// One key in every form that is needed of it.
pub(super) struct RingKey {
    pub(super) kid: String,
    signing: Arc<dyn rustls::sign::SigningKey>,
    /// For tokens that the server would not sign.
    #[cfg(test)]
    pub(super) encoding: jsonwebtoken::EncodingKey,
    pub(super) decoding: DecodingKey,
    pub(super) published: PublishedKey,
}

impl RingKey {
    /// A token of these claims, signed with RS256.
    pub(super) fn sign(&self, claims: &impl Serialize) -> Result<String, KeyError> {
        let failed = |reason: &dyn std::fmt::Display| KeyError::Signing(reason.to_string());
        let header = Header { kid: Some(self.kid.clone()), ..Header::new(Algorithm::RS256) };
        let header = serde_json::to_vec(&header).map_err(|error| failed(&error))?;
        let claims = serde_json::to_vec(claims).map_err(|error| failed(&error))?;
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signer = self.signing.choose_scheme(&[SignatureScheme::RSA_PKCS1_SHA256]);
        let signer = signer.ok_or_else(|| failed(&"the key is none of RSA"))?;
        let signature = signer.sign(message.as_bytes()).map_err(|error| failed(&error))?;
        Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

/// The keys of the store, the newest first.
pub(super) struct KeyRing {
    newest: RingKey,
    older: Vec<RingKey>,
}

impl KeyRing {
    /// Reads the stored keys; `None` if there are none.
    pub(super) fn read(stored: &[SigningKey]) -> Result<Option<Self>, StoreError> {
        let mut keys = stored.iter().map(ready).collect::<Result<Vec<_>, _>>()?.into_iter();
        Ok(keys.next().map(|newest| Self { newest, older: keys.collect() }))
    }

    /// The key that signs.
    pub(super) fn newest(&self) -> &RingKey {
        &self.newest
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &RingKey> {
        std::iter::once(&self.newest).chain(&self.older)
    }

    pub(super) fn find(&self, kid: &str) -> Option<&RingKey> {
        self.all().find(|key| key.kid == kid)
    }
}

/// Makes a key to be stored; `now` in seconds since the Unix epoch. Slow: call it off the async threads.
pub(super) fn generate(now: i64) -> Result<SigningKey, KeyError> {
    let failed = |reason: String| KeyError::Generation(reason);
    let private = random::rsa_key().map_err(|error| failed(error.to_string()))?;
    let pem = private.to_pkcs8_pem(LineEnding::LF).map_err(|error| failed(error.to_string()))?;
    Ok(SigningKey {
        kid: thumbprint(&private.to_public_key()),
        private_pem: pem.as_str().to_owned(),
        created_at: now.saturating_mul(1_000_000),
    })
}

fn ready(stored: &SigningKey) -> Result<RingKey, StoreError> {
    let corrupt = |_| StoreError::Corrupt(format!("signing key {}", stored.kid));
    let private = RsaPrivateKey::from_pkcs8_pem(&stored.private_pem).map_err(corrupt)?;
    let public = private.to_public_key();
    let published = PublishedKey::of(&public, &stored.kid);
    let unusable = || StoreError::Corrupt(format!("signing key {} is too short", stored.kid));
    Ok(RingKey {
        signing: signing(&private)
            .ok_or_else(|| StoreError::Corrupt(format!("signing key {}", stored.kid)))?,
        #[cfg(test)]
        encoding: jsonwebtoken::EncodingKey::from_rsa_pem(stored.private_pem.as_bytes())
            .map_err(|_| StoreError::Corrupt(format!("signing key {}", stored.kid)))?,
        decoding: published.decoding_key().ok_or_else(unusable)?,
        kid: stored.kid.clone(),
        published,
    })
}

/// The key for ring, which wants the larger prime first.
fn signing(private: &RsaPrivateKey) -> Option<Arc<dyn rustls::sign::SigningKey>> {
    let mut primes = private.primes().to_vec();
    primes.sort_by(|one, other| other.cmp(one));
    let (n, e, d) = (private.n().clone(), private.e().clone(), private.d().clone());
    let ordered = RsaPrivateKey::from_components(n, e, d, primes).ok()?;
    let der = ordered.to_pkcs8_der().ok()?;
    any_supported_type(&PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(der.as_bytes().to_vec()))).ok()
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::Validation;
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_key_signs_whichever_of_its_primes_comes_first_and_the_published_key_verifies() {
        let made = generate(1).unwrap();
        let private = RsaPrivateKey::from_pkcs8_pem(&made.private_pem).unwrap();
        let primes: Vec<_> = private.primes().iter().rev().cloned().collect();
        let (n, e, d) = (private.n().clone(), private.e().clone(), private.d().clone());
        let turned = RsaPrivateKey::from_components(n, e, d, primes).unwrap();
        let turned = turned.to_pkcs8_pem(LineEnding::LF).unwrap().as_str().to_owned();
        assert_ne!(turned, made.private_pem);
        for private_pem in [made.private_pem.clone(), turned] {
            let ring = KeyRing::read(&[SigningKey { private_pem, ..made.clone() }]).unwrap().unwrap();
            let claims = json!({ "exp": 4_102_444_800_u64, "n": "é" });
            let token = ring.newest().sign(&claims).unwrap();
            let mut rules = Validation::new(Algorithm::RS256);
            rules.validate_aud = false;
            let read = jsonwebtoken::decode::<Value>(&token, &ring.newest().decoding, &rules).unwrap();
            assert_eq!((read.claims, read.header.kid), (claims, Some(made.kid.clone())));
        }
    }
}
