//! Secret-type fields of a definition: stored, never returned (contract, "Offer").

use std::{collections::HashMap, sync::LazyLock};

use serde::Deserialize;
use serde_json::{Map, Value};

/// Marks a segment of an address that stands for the item of a list with this `planId`, so that a secret stays
/// with its plan when the client changes the order of plans.
const PLAN_MARK: &str = "planId=";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    endings: Vec<String>,
}

static RULES: LazyLock<Rules> = LazyLock::new(|| {
    toml::from_str(include_str!("../../data/secrets.toml"))
        .expect("the data file is part of the program, and the tests read it")
});

/// The addresses of all secrets in `definition`, in its order.
///
/// An address is a JSON pointer (RFC 6901) from `definition` on, in which an item of a list that has a `planId`
/// of its own reads `planId=<id>` instead of its position. `null` and `""` hold no secret, nor do `true` and
/// `false`.
pub fn secrets(definition: &Value) -> Vec<String> {
    let mut found = Vec::new();
    collect(definition, "", &mut found);
    found
}

/// Takes all secrets out of `definition`: address ([`secrets`]) → value. Everything else keeps its order.
pub fn split_secrets(definition: &mut Value) -> Map<String, Value> {
    let addresses = secrets(definition);
    let mut taken = Map::new();
    for address in addresses {
        let (parent, name) = split_address(&address);
        let value = object_at(definition, parent).and_then(|object| object.shift_remove(&name));
        taken.extend(value.map(|value| (address, value)));
    }
    taken
}

/// Puts secrets that [`split_secrets`] took from this or an earlier definition into `definition`, where the
/// object that held them is still there and says nothing of its own about the member: another value replaces
/// the old secret, `null` or `""` removes it.
pub fn merge_secrets(definition: &mut Value, secrets: &Map<String, Value>) {
    for (address, secret) in secrets {
        let (parent, name) = split_address(address);
        if let Some(object) = object_at(definition, parent) {
            object.entry(name).or_insert_with(|| secret.clone());
        }
    }
}

fn collect(value: &Value, address: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let address = format!("{address}/{}", escape(name));
                if is_secret_name(name) && holds_secret(value) {
                    found.push(address);
                } else {
                    collect(value, &address, found);
                }
            }
        }
        Value::Array(items) => {
            for (segment, item) in segments(items).into_iter().zip(items) {
                collect(item, &format!("{address}/{}", escape(&segment)), found);
            }
        }
        _ => {}
    }
}

fn is_secret_name(name: &str) -> bool {
    let own = name.rsplit_once('.').map_or(name, |(_, own)| own).to_ascii_lowercase();
    RULES.endings.iter().any(|ending| own.ends_with(ending))
}

fn holds_secret(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) => false,
        Value::String(text) => !text.is_empty(),
        Value::Number(_) | Value::Array(_) | Value::Object(_) => true,
    }
}

/// What each item of a list is called in addresses: by its plan id if no other item has the same.
fn segments(items: &[Value]) -> Vec<String> {
    let plan_id = |item: &Value| item.get("planId").and_then(Value::as_str).map(str::to_owned);
    let mut counts: HashMap<String, usize> = HashMap::new();
    for id in items.iter().filter_map(plan_id) {
        *counts.entry(id).or_default() += 1;
    }
    let name = |(position, item): (usize, &Value)| {
        plan_id(item)
            .filter(|id| counts.get(id) == Some(&1))
            .map_or_else(|| position.to_string(), |id| format!("{PLAN_MARK}{id}"))
    };
    items.iter().enumerate().map(name).collect()
}

/// The address of the object that holds the member, and the member's name.
fn split_address(address: &str) -> (&str, String) {
    let (parent, name) = address.rsplit_once('/').unwrap_or(("", address));
    (parent, unescape(name))
}

fn object_at<'a>(definition: &'a mut Value, address: &str) -> Option<&'a mut Map<String, Value>> {
    let mut place = definition;
    for segment in address.split('/').skip(1).map(unescape) {
        place = match place {
            Value::Object(members) => members.get_mut(&segment)?,
            Value::Array(items) => {
                let position = segments(items).iter().position(|known| *known == segment)?;
                &mut items[position]
            }
            _ => return None,
        };
    }
    place.as_object_mut()
}

fn escape(segment: &str) -> String {
    segment.replace('~', "~0").replace('/', "~1")
}

fn unescape(segment: &str) -> String {
    segment.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn any_definition() -> impl Strategy<Value = Value> {
        let name = prop_oneof![
            Just("connectionString".to_owned()),
            Just("x.crmLeadConfiguration".to_owned()),
            Just("x.PASSWORD".to_owned()),
            Just("planId".to_owned()),
            "[a-z/~0-9.=]{0,4}",
        ];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            "[ab]{0,2}".prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 60, 6, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::vec((name.clone(), inner), 0..5)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn splitting_and_merging_gives_the_definition_back(definition in any_definition()) {
            let mut changed = definition.clone();
            let taken = split_secrets(&mut changed);
            prop_assert_eq!(taken.len(), secrets(&definition).len());
            prop_assert!(secrets(&changed).is_empty());
            merge_secrets(&mut changed, &taken);
            prop_assert_eq!(changed, definition);
        }
    }

    #[test]
    fn secrets_are_found_by_name_wherever_they_stand() {
        let definition = json!({
            "offer": {
                "microsoft-azure-marketplace.tableLeadConfiguration": {"connectionString": "k"},
                "microsoft-azure-marketplace.salesForceLeadConfiguration": {"organizationId": "not secret"},
                "microsoft-azure-marketplace.marketoLeadConfiguration": {"serverId": "1", "apiKey": "k"},
                "microsoft-azure-marketplace.crmLeadConfiguration": {"userName": "u", "password": "k"},
                "microsoft-azure-marketplace-testdrive.functionKey": "k",
                "hasPassword": true,
            },
            "plans": [{"planId": "a", "keys": [{"accessKey": "k"}, {"accessKey": ""}]}],
        });
        assert_eq!(
            secrets(&definition),
            [
                "/offer/microsoft-azure-marketplace.tableLeadConfiguration/connectionString",
                "/offer/microsoft-azure-marketplace.marketoLeadConfiguration/apiKey",
                "/offer/microsoft-azure-marketplace.crmLeadConfiguration/password",
                "/offer/microsoft-azure-marketplace-testdrive.functionKey",
                "/plans/planId=a/keys/0/accessKey",
            ]
        );
    }

    #[test]
    fn what_remains_keeps_its_order_and_its_digits() {
        let text = r#"{"offer":{"z":1.10,"password":"k","b":1e400,"a":{"apiKey":"k"},"c":[]}}"#;
        let mut definition: Value = text.parse().expect("valid");
        split_secrets(&mut definition);
        assert_eq!(definition.to_string(), r#"{"offer":{"z":1.10,"b":1e+400,"a":{},"c":[]}}"#);
    }

    #[test]
    fn a_client_keeps_replaces_and_removes_secrets() {
        let taken = split_secrets(
            &mut json!({"a": {"password": "1"}, "b": {"password": "2"}, "c": {"password": "3"},
            "d": {"password": "4"}, "e": {"password": "5"}}),
        );
        let mut put =
            json!({"a": {}, "b": {"password": "new"}, "c": {"password": null}, "d": {"password": ""}});
        merge_secrets(&mut put, &taken);
        let expected = json!({"a": {"password": "1"}, "b": {"password": "new"}, "c": {"password": null},
            "d": {"password": ""}});
        assert_eq!(put, expected);
    }

    #[test]
    fn a_secret_stays_with_its_plan() {
        let taken = split_secrets(
            &mut json!({"plans": [{"planId": "a", "key": {"password": "1"}}, {"planId": "b"}]}),
        );
        let mut put = json!({"plans": [{"planId": "b", "key": {}}, {"planId": "a", "key": {}}]});
        merge_secrets(&mut put, &taken);
        let expected =
            json!({"plans": [{"planId": "b", "key": {}}, {"planId": "a", "key": {"password": "1"}}]});
        assert_eq!(put, expected);
    }
}
