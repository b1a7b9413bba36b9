//! `[identity]`: the issuer of an identity provider.

use std::ops::RangeInclusive;

use serde::Deserialize;
use signoff_identity::MOST_AGE;
use signoff_wire::duration::Span;

use super::{BadSetting, bad};

/// `[identity]`: the real issuer whose tokens are trusted.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentityFile {
    /// The `iss` of its tokens; `{tenantid}` stands for the token's tenant.
    pub issuer: String,
    /// The `aud` of tokens for this server.
    pub audience: String,
    /// Where its keys are published.
    pub keys_url: String,
    /// How long a token counts from its `iat` on, at most: a span like 28h.
    pub max_token_age: Option<String>,
}

/// The shortest and the longest span that a token may count for, in microseconds.
const TOKEN_AGES: RangeInclusive<u64> = 60_000_000..=30 * 86_400_000_000;

impl IdentityFile {
    /// For how many seconds a token counts from its `iat` on.
    ///
    /// # Errors
    /// If the span cannot be read, or is too short or too long.
    pub fn most_age(&self) -> Result<i64, BadSetting> {
        let Some(word) = self.max_token_age.as_deref() else { return Ok(MOST_AGE) };
        let span: Option<Span> = word.parse().ok();
        let micros = span.map(Span::micros).filter(|micros| TOKEN_AGES.contains(micros));
        let seconds = micros.and_then(|micros| i64::try_from(micros / 1_000_000).ok());
        let problem = || format!("{word:?} is no span between 1m and 30d; write one like 28h");
        seconds.ok_or_else(|| bad("identity.max_token_age", problem()))
    }
}

pub(super) fn checked(identity: IdentityFile) -> Result<IdentityFile, BadSetting> {
    identity.most_age().map(|_| identity)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_counts_for_28_hours_unless_told_otherwise() {
        let most_age = |word: Option<&str>| {
            let file = IdentityFile {
                issuer: "i".to_owned(),
                audience: "a".to_owned(),
                keys_url: "k".to_owned(),
                max_token_age: word.map(str::to_owned),
            };
            file.most_age().map_err(|error| error.to_string())
        };
        assert_eq!(most_age(None), Ok(28 * 3600));
        assert_eq!(most_age(Some("90m")), Ok(5400));
        for word in ["", "28", "1s", "31d"] {
            let problem = "is no span between 1m and 30d; write one like 28h";
            assert_eq!(most_age(Some(word)), Err(format!("identity.max_token_age: {word:?} {problem}")));
        }
    }
}
