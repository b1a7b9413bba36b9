//! The server's own signing keys, ready for use.

use jsonwebtoken::{DecodingKey, EncodingKey};
use rsa::RsaPrivateKey;
use rsa::pkcs8::{DecodePrivateKey, EncodePrivateKey, LineEnding};
use signoff_store::StoreError;
use signoff_store::contract::SigningKey;

use super::jwks::{PublishedKey, thumbprint};
use super::random;

/// Why the server's own keys are not at hand.
#[derive(Debug, thiserror::Error)]
pub(super) enum KeyError {
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
    pub(super) encoding: EncodingKey,
    pub(super) decoding: DecodingKey,
    pub(super) published: PublishedKey,
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
    let public = RsaPrivateKey::from_pkcs8_pem(&stored.private_pem).map_err(corrupt)?.to_public_key();
    let published = PublishedKey::of(&public, &stored.kid);
    let unusable = || StoreError::Corrupt(format!("signing key {} is too short", stored.kid));
    Ok(RingKey {
        encoding: EncodingKey::from_rsa_pem(stored.private_pem.as_bytes())
            .map_err(|_| StoreError::Corrupt(format!("signing key {}", stored.kid)))?,
        decoding: published.decoding_key().ok_or_else(unusable)?,
        kid: stored.kid.clone(),
        published,
    })
}
