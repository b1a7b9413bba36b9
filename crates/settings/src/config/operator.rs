//! The operator's token.

use signoff_front::operator_token::OperatorToken;

use super::secrets::{again, secret};
use super::{BadSetting, bad};

/// The shortest operator token, in characters.
const SHORTEST_TOKEN: usize = 16;

const OPERATOR_TOKEN: &str = "SIGNOFF_OPERATOR_TOKEN";

/// The token, from the environment only, so that it shows in no list of processes and in no file by accident.
pub(super) fn token() -> Result<Option<OperatorToken>, BadSetting> {
    // Read here as well, so that what is wrong with it is told at the start.
    let Some(token) = secret(OPERATOR_TOKEN)?.map(fit_token).transpose()? else { return Ok(None) };
    Ok(Some(match again(OPERATOR_TOKEN) {
        Some(read) => OperatorToken::read_from(move || fit_token(read()?).map_err(|error| error.to_string())),
        None => OperatorToken::new(token),
    }))
}

/// A token that is too long to guess and has no blanks: a header would lose one at its end.
fn fit_token(token: String) -> Result<String, BadSetting> {
    if token.len() >= SHORTEST_TOKEN && token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(token);
    }
    Err(bad(OPERATOR_TOKEN, "must have at least 16 characters, all of them visible ASCII without blanks"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operator_token_is_long_and_visible() {
        assert_eq!(fit_token("0123456789abcdef".to_owned()).unwrap(), "0123456789abcdef");
        for token in [
            "",
            "0123456789abcde",
            "                ",
            "0123456789 abcdef",
            "0123456789abcdef\t",
            "0123456789abcdé",
        ] {
            let problem = fit_token(token.to_owned()).unwrap_err().to_string();
            assert!(problem.starts_with("SIGNOFF_OPERATOR_TOKEN: must have at least 16"), "{token:?}");
        }
    }
}
