//! Everything random about identity: keys, salts, identifiers.
#![expect(clippy::disallowed_methods, reason = "identity draws its random numbers here and nowhere else")]

use rsa::RsaPrivateKey;
use rsa::rand_core::OsRng;
use uuid::{Builder, Uuid};

const KEY_BITS: usize = 2048;

/// A new RSA key. Takes a good part of a second: call it off the async threads.
pub(super) fn rsa_key() -> Result<RsaPrivateKey, rsa::Error> {
    RsaPrivateKey::new(&mut OsRng, KEY_BITS)
}

/// A salt for one hashed secret.
pub(super) fn salt() -> [u8; 16] {
    rand::random()
}

/// What a secret is made of.
pub(super) fn secret() -> [u8; 32] {
    rand::random()
}

/// An identifier of a token or of a reply.
pub fn identifier() -> Uuid {
    Builder::from_random_bytes(rand::random()).into_uuid()
}
