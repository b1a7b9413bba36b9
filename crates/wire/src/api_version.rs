//! The `api-version` query parameter (contract, "Every request").

/// The version that every address the server gives out carries.
pub const CURRENT: &str = "2017-10-31";

/// Every version the server knows; the second is an alias of the first.
pub const KNOWN: [&str; 2] = [CURRENT, "2016-08-01-preview"];

/// `api-version` is missing or unknown; the text lists the known ones.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidApiVersion {
    /// The parameter is not there, or empty.
    #[error("the query parameter api-version is required; known versions: {}", KNOWN.join(", "))]
    Missing,
    /// The parameter names another version.
    #[error("api-version {0:?} is not known; known versions: {known}", known = KNOWN.join(", "))]
    Unknown(String),
}

/// Checks the value of the query parameter.
pub fn check(given: Option<&str>) -> Result<(), InvalidApiVersion> {
    match given {
        None | Some("") => Err(InvalidApiVersion::Missing),
        Some(version) if KNOWN.contains(&version) => Ok(()),
        Some(version) => Err(InvalidApiVersion::Unknown(version.chars().take(64).collect())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_ones_pass_others_are_told_the_known_ones() {
        assert_eq!(check(Some("2017-10-31")), Ok(()));
        assert_eq!(check(Some("2016-08-01-preview")), Ok(()));
        assert_eq!(check(None), Err(InvalidApiVersion::Missing));
        assert_eq!(check(Some("")), Err(InvalidApiVersion::Missing));
        assert_eq!(
            check(Some("2020-01-01")).unwrap_err().to_string(),
            "api-version \"2020-01-01\" is not known; known versions: 2017-10-31, 2016-08-01-preview"
        );
    }
}
