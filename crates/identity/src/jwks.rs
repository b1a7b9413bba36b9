//! Public keys as key sets publish them (RFC 7517).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::DecodingKey;
use rsa::RsaPublicKey;
use rsa::traits::PublicKeyParts;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Shorter RSA keys are not trusted, bits.
const LEAST_KEY_BITS: usize = 2048;

/// One key of a key set. Members that do not concern RSA signatures are left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PublishedKey {
    kty: String,
    #[serde(rename = "use", skip_serializing_if = "Option::is_none")]
    usage: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) kid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alg: Option<String>,
    #[serde(default)]
    n: String,
    #[serde(default)]
    e: String,
}

impl PublishedKey {
    /// The published form of one of the server's own keys.
    pub(super) fn of(key: &RsaPublicKey, kid: &str) -> Self {
        Self {
            kty: "RSA".to_owned(),
            usage: Some("sig".to_owned()),
            kid: Some(kid.to_owned()),
            alg: Some("RS256".to_owned()),
            n: URL_SAFE_NO_PAD.encode(key.n().to_bytes_be()),
            e: URL_SAFE_NO_PAD.encode(key.e().to_bytes_be()),
        }
    }

    /// What verifies RS256 signatures with this key; `None` if it is made for anything else.
    pub(super) fn decoding_key(&self) -> Option<DecodingKey> {
        let for_signatures = self.usage.as_deref().is_none_or(|usage| usage == "sig");
        let for_rs256 = self.alg.as_deref().is_none_or(|alg| alg == "RS256");
        if self.kty != "RSA" || !for_signatures || !for_rs256 {
            return None;
        }
        let modulus = URL_SAFE_NO_PAD.decode(&self.n).ok()?;
        let exponent = URL_SAFE_NO_PAD.decode(&self.e).ok()?;
        let first = modulus.iter().position(|byte| *byte != 0)?;
        if (modulus.len() - first) * 8 < LEAST_KEY_BITS {
            return None;
        }
        Some(DecodingKey::from_rsa_raw_components(&modulus, &exponent))
    }
}

/// The key's thumbprint (RFC 7638), which names it the same on every node.
pub(super) fn thumbprint(key: &RsaPublicKey) -> String {
    let n = URL_SAFE_NO_PAD.encode(key.n().to_bytes_be());
    let e = URL_SAFE_NO_PAD.encode(key.e().to_bytes_be());
    URL_SAFE_NO_PAD.encode(Sha256::digest(format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#)))
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::json;

    use super::PublishedKey;

    fn key(changes: &serde_json::Value) -> PublishedKey {
        let mut key =
            json!({"kty": "RSA", "kid": "1", "n": URL_SAFE_NO_PAD.encode([0xAB; 256]), "e": "AQAB"});
        for (name, value) in changes.as_object().unwrap() {
            key[name] = value.clone();
        }
        serde_json::from_value(key).unwrap()
    }

    #[test]
    fn bare_and_complete_rsa_keys_are_taken() {
        assert!(key(&json!({})).decoding_key().is_some());
        assert!(key(&json!({"use": "sig", "alg": "RS256", "x5c": ["ignored"]})).decoding_key().is_some());
    }

    #[test]
    fn keys_for_anything_else_are_left_out() {
        let short = URL_SAFE_NO_PAD.encode([0xAB; 128]);
        let padded = URL_SAFE_NO_PAD.encode([vec![0; 128], vec![0xAB; 128]].concat());
        for changes in [
            json!({"kty": "EC"}),
            json!({"kty": "oct"}),
            json!({"use": "enc"}),
            json!({"alg": "HS256"}),
            json!({"alg": "PS256"}),
            json!({"n": "not base64!"}),
            json!({"n": ""}),
            json!({"n": short}),
            json!({"n": padded}),
        ] {
            assert!(key(&changes).decoding_key().is_none(), "{changes}");
        }
    }
}
