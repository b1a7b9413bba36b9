//! The caller of the client commands inside `run`: `signoff offer list` works there without settings.

use std::collections::BTreeMap;
use std::ffi::OsString;

use signoff_server::TENANT;

/// A client, and its publisher, that a private server knows from the start.
const SEEDED: [(&str, &str); 4] = [
    ("SIGNOFF_TENANT", TENANT),
    ("SIGNOFF_CLIENT_ID", "contoso-owner"),
    ("SIGNOFF_CLIENT_SECRET", "contoso-secret"),
    ("SIGNOFF_PUBLISHER", "contoso"),
];

/// Variables to remove: a token of another server means nothing to this one, and would count before any client.
pub const REMOVED: [&str; 1] = ["SIGNOFF_TOKEN"];

/// Variables that say who calls and who gives out tokens at the server `url`. A client that is `known` stays the
/// caller, since any client comes into being on first use, and only what it lacks is added; without one, or where only
/// seeded ones are let in (`strict`), it is a seeded client for its own publisher.
pub fn variables(known: &[&str], strict: bool, url: &str) -> BTreeMap<&'static str, OsString> {
    let keep = known.contains(&"SIGNOFF_CLIENT_ID") && !strict;
    let wanted = SEEDED.into_iter().filter(|(name, _)| !(keep && known.contains(name)));
    let mut variables: BTreeMap<_, OsString> = wanted.map(|(name, value)| (name, value.into())).collect();
    variables.insert("SIGNOFF_AUTHORITY", url.into());
    variables
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(known: &[&str], strict: bool) -> Vec<&'static str> {
        variables(known, strict, "http://127.0.0.1:9000").into_keys().collect()
    }

    #[test]
    fn a_client_that_is_known_stays_and_gets_what_it_lacks() {
        let all = [
            "SIGNOFF_AUTHORITY",
            "SIGNOFF_CLIENT_ID",
            "SIGNOFF_CLIENT_SECRET",
            "SIGNOFF_PUBLISHER",
            "SIGNOFF_TENANT",
        ];
        assert_eq!(set(&[], false), all);
        assert_eq!(set(&["SIGNOFF_PUBLISHER"], false), all, "a seeded client keeps to its publisher");
        let client = ["SIGNOFF_TENANT", "SIGNOFF_CLIENT_ID", "SIGNOFF_CLIENT_SECRET"];
        assert_eq!(set(&client, false), ["SIGNOFF_AUTHORITY", "SIGNOFF_PUBLISHER"]);
        assert_eq!(set(&client, true), all, "only seeded ones are let in");
    }
}
