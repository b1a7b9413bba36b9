//! Which members are secret, by their names and values.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

use crate::OfferType;

/// What clients and people put in the place of a secret that they do not show.
const MASKS: [char; 3] = ['*', '•', '●'];
/// So many of them make a mask.
const SHORTEST_MASK: usize = 3;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    endings: Vec<String>,
}

static RULES: LazyLock<Rules> = LazyLock::new(|| {
    toml::from_str(include_str!("../../data/secrets.toml"))
        .expect("the data file is part of the program, and the tests read it")
});

/// The names that are secret in offers of one type.
pub(super) struct Names {
    of_type: Vec<String>,
}

impl Names {
    /// `None`: the type is not known; what is secret everywhere still is.
    pub(super) fn of(offer_type: Option<&OfferType>) -> Self {
        let fields = offer_type.map_or(&[][..], |known| &known.secret_fields);
        Self { of_type: fields.iter().map(|name| fold(name)).collect() }
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        let folded = fold(name);
        RULES.endings.iter().any(|ending| folded.ends_with(ending)) || self.of_type.contains(&folded)
    }
}

/// A name without what does not tell names apart: letter case, punctuation, blanks of any kind.
fn fold(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether the value of a member with a secret name is a secret: what is empty holds none, and a truth value tells of
/// one at most.
pub(super) fn is_secret(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) => false,
        Value::String(text) => {
            !text.is_empty() && !["true", "false"].iter().any(|word| text.eq_ignore_ascii_case(word))
        }
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        Value::Number(_) => true,
    }
}

/// Whether the value stands for a secret that is not shown.
pub(super) fn is_mask(value: &Value) -> bool {
    value
        .as_str()
        .is_some_and(|text| text.chars().all(|c| MASKS.contains(&c)) && text.chars().count() >= SHORTEST_MASK)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::OfferTypes;

    #[test]
    fn a_name_is_secret_however_it_is_written() {
        let names = Names::of(None);
        for name in [
            "password",
            "PassWord",
            "x.crm.password",
            "client_secret",
            "api_key",
            "access-key",
            "passwd",
            "adminPwd",
            "token",
            "credentials",
            "connection string",
            "password ",
            "password\u{a0}",
            "password.",
            "pass\u{200b}word",
            "shared access signature",
            "microsoft-azure-marketplace-testdrive.functionKey",
        ] {
            assert!(names.contains(name), "{name:?}");
        }
    }

    #[test]
    fn what_virtual_machine_offers_hold_otherwise_is_not() {
        let names = Names::of(OfferTypes::load().get("microsoft-azure-virtualmachines"));
        for name in [
            "planId",
            "microsoft-azure-virtualmachines.skuTitle",
            "microsoft-azure-virtualmachines.vmImages",
            "osVhdUrl",
            "lunVhdUrl",
            "microsoft-azure-marketplace.leadDestination",
            "microsoft-azure-marketplace.privacyURL",
            "microsoft-azure-marketplace.offerMarketingUrlIdentifier",
            "tokenCount",
            "maxTokens",
            "passwordPolicy",
            "sshPublicKey",
            "keywords",
            "",
            ".",
        ] {
            assert!(!names.contains(name), "{name:?}");
        }
        for known in OfferTypes::load().all() {
            let names = Names::of(Some(known));
            for field in known.offer_fields.iter().chain(&known.plan_fields) {
                assert!(!names.contains(&field.key), "{} {}", known.id, field.key);
            }
        }
    }

    #[test]
    fn a_type_may_name_fields_of_its_own() {
        let containers = OfferTypes::load().get("microsoft-azure-containers");
        assert!(Names::of(containers).contains("registry_key"));
        assert!(!Names::of(None).contains("registryKey"));
    }
}
