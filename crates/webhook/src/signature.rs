//! Signatures in the manner of the Standard Webhooks specification: HMAC-SHA256 over id, time and body, under a
//! secret that both sides know.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use signoff_lifecycle::ids::RealTime;

/// How far the clock of the other side may be off, in seconds.
const TOLERANCE: u64 = 5 * 60;
/// What a secret begins with.
const PREFIX: &str = "whsec_";
/// The specification asks for 24 to 64 random bytes.
const BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// The secret of one hook. No log and no error shows it.
#[derive(Clone)]
pub struct HookSecret {
    bytes: Vec<u8>,
    /// Where it is read again for each message; if that fails, what was there at the start counts.
    source: Option<Arc<dyn Fn() -> Option<String> + Send + Sync>>,
}

/// The text is no secret of a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be whsec_ followed by the base64 of 24 to 64 random bytes; openssl rand -base64 32 makes some")]
pub struct BadSecret;

impl fmt::Debug for HookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HookSecret(…)")
    }
}

impl HookSecret {
    /// Reads `whsec_` and the base64 of 24 to 64 bytes.
    ///
    /// # Errors
    /// [`BadSecret`], which says what a secret looks like and nothing of this one.
    pub fn parse(text: &str) -> Result<Self, BadSecret> {
        let encoded = text.trim().strip_prefix(PREFIX).ok_or(BadSecret)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| BadSecret)?;
        if BYTES.contains(&bytes.len()) { Ok(Self { bytes, source: None }) } else { Err(BadSecret) }
    }

    /// The same, read again from `source` for each message: it may be replaced while the server runs.
    #[must_use]
    pub fn read_from(self, source: impl Fn() -> Option<String> + Send + Sync + 'static) -> Self {
        Self { source: Some(Arc::new(source)), ..self }
    }

    fn present(&self) -> Vec<u8> {
        let read = self.source.as_ref().and_then(|source| Self::parse(&source()?).ok());
        read.map_or_else(|| self.bytes.clone(), |secret| secret.bytes)
    }

    /// Signs a body at `now`.
    pub fn sign(&self, id: &str, now: RealTime, body: &[u8]) -> Signed {
        let timestamp = seconds(now).to_string();
        let code = self.code(id, &timestamp, body).finalize().into_bytes();
        let signature = format!("v1,{}", STANDARD.encode(code));
        Signed { id: id.to_owned(), timestamp, signature }
    }

    /// Whether the body was signed under this secret not long before or after `now`.
    pub fn verifies(&self, signed: &Signed, now: RealTime, body: &[u8]) -> bool {
        let Ok(at) = signed.timestamp.parse::<i64>() else { return false };
        if at.abs_diff(seconds(now)) > TOLERANCE || signed.id.is_empty() {
            return false;
        }
        // Several signatures stand side by side while a secret is replaced.
        let codes =
            signed.signature.split(' ').filter_map(|one| STANDARD.decode(one.strip_prefix("v1,")?).ok());
        let code = self.code(&signed.id, &signed.timestamp, body);
        // Compares in constant time.
        codes.take(8).any(|sent| code.clone().verify_slice(&sent).is_ok())
    }

    fn code(&self, id: &str, timestamp: &str, body: &[u8]) -> Hmac<Sha256> {
        let mut code =
            Hmac::<Sha256>::new_from_slice(&self.present()).expect("HMAC takes a key of any length");
        for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
            code.update(part);
        }
        code
    }
}

fn seconds(at: RealTime) -> i64 {
    at.0.div_euclid(1_000_000)
}

/// The three headers of a signed message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signed {
    /// `webhook-id`.
    pub id: String,
    /// `webhook-timestamp`: seconds since the Unix epoch.
    pub timestamp: String,
    /// `webhook-signature`: `v1,` and the base64 of the code; several are parted by spaces.
    pub signature: String,
}

impl Signed {
    /// The names of the headers, in the order of the members.
    pub const HEADERS: [&str; 3] = ["webhook-id", "webhook-timestamp", "webhook-signature"];

    /// What the headers of a message say; `header` looks one up, and what is missing is empty.
    pub fn of<'a>(header: impl Fn(&'static str) -> Option<&'a str>) -> Self {
        let [id, timestamp, signature] =
            Self::HEADERS.map(|name| header(name).unwrap_or_default().to_owned());
        Self { id, timestamp, signature }
    }

    /// The headers with their values.
    pub fn headers(&self) -> [(&'static str, &str); 3] {
        let [id, timestamp, signature] = Self::HEADERS;
        [(id, &self.id), (timestamp, &self.timestamp), (signature, &self.signature)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's reference libraries.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const AT: i64 = 1_614_265_330;
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    fn at(seconds: i64) -> RealTime {
        RealTime(seconds * 1_000_000 + 7)
    }

    fn secret() -> HookSecret {
        HookSecret::parse(SECRET).unwrap()
    }

    #[test]
    fn it_signs_as_the_specification_does() {
        let signed = secret().sign(ID, at(AT), BODY);
        assert_eq!((signed.timestamp.as_str(), signed.signature.as_str()), ("1614265330", SIGNATURE));
        assert!(secret().verifies(&signed, at(AT), BODY));
    }

    #[test]
    fn whatever_is_changed_is_noticed() {
        let signed = secret().sign(ID, at(AT), BODY);
        let other = |change: fn(&mut Signed)| {
            let mut signed = signed.clone();
            change(&mut signed);
            signed
        };
        for wrong in [
            other(|signed| signed.id.push('x')),
            other(|signed| signed.id.clear()),
            other(|signed| "1614265331".clone_into(&mut signed.timestamp)),
            other(|signed| signed.timestamp.clear()),
            other(|signed| signed.signature = signed.signature.replace("v1,g", "v1,h")),
            other(|signed| signed.signature = signed.signature.replace("v1,", "")),
            other(|signed| signed.signature = "v1,".to_owned()),
            other(|signed| signed.signature.clear()),
            Signed::default(),
        ] {
            assert!(!secret().verifies(&wrong, at(AT), BODY), "{wrong:?}");
        }
        assert!(!secret().verifies(&signed, at(AT), b"{}"));
        let theirs = HookSecret::parse("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").unwrap();
        assert!(!theirs.verifies(&signed, at(AT), BODY));
        let both = other(|signed| signed.signature = format!("v1,AAAA v2,x {}", signed.signature));
        assert!(secret().verifies(&both, at(AT), BODY), "one of several is enough");
    }

    #[test]
    fn it_is_good_for_five_minutes() {
        let signed = secret().sign(ID, at(AT), BODY);
        for (off, good) in [(-301, false), (-300, true), (300, true), (301, false)] {
            assert_eq!(secret().verifies(&signed, at(AT + off), BODY), good, "{off}");
        }
    }

    #[test]
    fn a_secret_that_was_replaced_counts_from_the_next_message_on() {
        let place = Arc::new(parking_lot::Mutex::new(Some(SECRET.to_owned())));
        let read = place.clone();
        let secret = secret().read_from(move || read.lock().clone());
        assert_eq!(secret.sign(ID, at(AT), BODY).signature, SIGNATURE);
        *place.lock() = Some("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned());
        let signed = secret.sign(ID, at(AT), BODY);
        assert_ne!(signed.signature, SIGNATURE);
        assert!(secret.verifies(&signed, at(AT), BODY));
        for broken in [None, Some("half a sec".to_owned())] {
            *place.lock() = broken;
            assert_eq!(secret.sign(ID, at(AT), BODY).signature, SIGNATURE, "the first one");
        }
    }

    #[test]
    fn a_secret_has_its_form_and_shows_nowhere() {
        for bad in ["", "whsec_", "whsec_AAAA", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_not base64!"] {
            assert_eq!(HookSecret::parse(bad).err(), Some(BadSecret), "{bad}");
        }
        assert_eq!(format!("{:?}", secret()), "HookSecret(…)");
    }
}
