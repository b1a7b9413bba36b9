//! Client secrets at rest.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::random;

const SCHEME: &str = "sha256";

/// A stored text that no secret matches: comparing with it takes as long as with any other.
const NOBODYS: &str = "sha256$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A secret made here: 43 characters of base64url, 256 bits at random.
pub fn made() -> String {
    URL_SAFE_NO_PAD.encode(random::secret())
}

/// Compares `secret` with a made-up one, which takes as long as with a real one.
pub(super) fn match_nobody(secret: &str) {
    std::hint::black_box(matches(std::hint::black_box(secret), NOBODYS));
}

/// The text to keep instead of `secret`: `sha256$salt$hash`, salt and hash in base64url.
///
/// One salted round is enough because client secrets are long random strings, not passwords.
pub fn secret_hash(secret: &str) -> String {
    let salt = random::salt();
    let hash = digest(&salt, secret);
    format!("{SCHEME}${}${}", URL_SAFE_NO_PAD.encode(salt), URL_SAFE_NO_PAD.encode(hash))
}

/// Whether `secret` is the one that `stored` was made of. Text that [`secret_hash`] did not write matches nothing.
pub(super) fn matches(secret: &str, stored: &str) -> bool {
    let Some((salt, hash)) = parse(stored) else {
        tracing::error!("a stored client secret hash is unreadable; set the client's secret again");
        return false;
    };
    same(&digest(&salt, secret), &hash)
}

fn parse(stored: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    let (salt, hash) = stored.strip_prefix(SCHEME)?.strip_prefix('$')?.split_once('$')?;
    Some((URL_SAFE_NO_PAD.decode(salt).ok()?, URL_SAFE_NO_PAD.decode(hash).ok()?))
}

fn digest(salt: &[u8], secret: &str) -> [u8; 32] {
    Sha256::new().chain_update(salt).chain_update(secret).finalize().into()
}

/// Compares every byte, also after the first difference, so that timing tells nothing.
fn same(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len() && left.iter().zip(right).fold(0, |seen, (l, r)| seen | (l ^ r)) == 0
}

#[cfg(test)]
mod tests {
    use super::{NOBODYS, made, matches, parse, secret_hash};

    #[test]
    fn a_hash_matches_its_secret_only() {
        let stored = secret_hash("contoso-secret");
        assert!(matches("contoso-secret", &stored));
        assert!(!matches("contoso-secre", &stored));
        assert!(!matches("", &stored));
    }

    #[test]
    fn a_hash_is_salted_and_hides_the_secret() {
        let (one, two) = (secret_hash("contoso-secret"), secret_hash("contoso-secret"));
        assert_ne!(one, two);
        assert!(one.starts_with("sha256$") && !one.contains("contoso"));
    }

    #[test]
    fn nobodys_secret_is_hashed_like_any_other() {
        let (salt, hash) = parse(NOBODYS).unwrap();
        let (other_salt, other_hash) = parse(&secret_hash("s")).unwrap();
        assert_eq!((salt.len(), hash.len()), (other_salt.len(), other_hash.len()));
        assert!(!matches("", NOBODYS));
    }

    #[test]
    fn secrets_made_here_are_long_and_differ() {
        let (one, two) = (made(), made());
        assert_eq!(one.len(), 43);
        assert_ne!(one, two);
    }

    #[test]
    fn unreadable_hashes_match_nothing() {
        for stored in ["", "sha256", "sha256$", "sha256$$", "sha256$AA", "plain", "md5$AA$AA", "sha256$AA$!"]
        {
            assert!(!matches("", stored), "{stored}");
        }
    }
}
