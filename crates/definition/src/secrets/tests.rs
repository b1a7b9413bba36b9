//! Documents whose secrets are taken out, kept, replaced and removed.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn document(definition: &Value) -> Document {
    Document::parse(&definition.to_string(), None).unwrap()
}

/// What is stored where nothing was found.
const NONE: &str = r#"{"/~2/list":2}"#;

/// Everything that was found, as it is stored.
fn stored(secrets: &Secrets, part: &str) -> Value {
    let stored: Value = serde_json::from_str(&secrets.to_stored()).unwrap();
    stored[format!("/~2/{part}")].clone()
}

/// What is kept of `before` when `put` follows.
fn kept(before: &Value, put: &Value) -> (Value, Value) {
    let earlier = document(before).split(None);
    let mut put = document(put);
    let mut secrets = put.split(None);
    secrets.keep(&put, earlier);
    (put.definition, stored(&secrets, "definition"))
}

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
        "[ab*]{0,3}".prop_map(Value::from),
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
    fn what_was_put_keeps_its_secrets_when_it_is_put_back_without_them(definition in any_definition()) {
        let mut first = document(&definition);
        let secrets = first.split(None);
        prop_assert_eq!(document(&first.definition).split(None).to_stored(), NONE);
        let mut again = document(&first.definition);
        let mut kept = again.split(None);
        kept.keep(&again, secrets.clone());
        prop_assert_eq!(kept.to_stored(), secrets.to_stored());
        let read = Secrets::from_stored(Some(&secrets.to_stored())).unwrap();
        prop_assert_eq!(read, secrets);
    }

    #[test]
    fn a_document_without_secrets_is_left_alone(definition in any_definition()) {
        let mut document = document(&definition);
        if document.split(None).to_stored() == NONE && !definition.to_string().contains("***") {
            prop_assert_eq!(document.definition_text(), definition.to_string());
        }
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
            "client_secret": "k",
            "hasPassword": true,
            "requiresToken": "False",
            "credentials": {},
            "credentials2": {"user": "u", "pwd": "k"},
        },
        "plans": [{"planId": "a", "keys": [{"accessKey": "k"}, {"accessKey": ""}]}],
    });
    let mut document = document(&definition);
    let secrets = document.split(None);
    assert_eq!(
        stored(&secrets, "definition"),
        json!({
            "offer": {
                "microsoft-azure-marketplace.tableLeadConfiguration": {"connectionString": ["k"]},
                "microsoft-azure-marketplace.marketoLeadConfiguration": {"apiKey": ["k"]},
                "microsoft-azure-marketplace.crmLeadConfiguration": {"password": ["k"]},
                "microsoft-azure-marketplace-testdrive.functionKey": ["k"],
                "client_secret": ["k"],
                "credentials2": {"pwd": ["k"]},
            },
            "plans": {"planId=a": {"keys": {"0": {"accessKey": ["k"]}}}},
        })
    );
    assert_eq!(document.definition["offer"]["hasPassword"], true);
    assert_eq!(document.definition["offer"]["credentials"], json!({}));
}

#[test]
fn what_remains_keeps_its_order_and_its_digits() {
    let text = r#"{"offer":{"z":1.10,"password":"k","b":1e400,"a":{"apiKey":"k"},"c":[]}}"#;
    let mut document = Document::parse(text, None).unwrap();
    document.split(None);
    assert_eq!(document.definition_text(), r#"{"offer":{"z":1.10,"b":1e+400,"a":{},"c":[]}}"#);
}

#[test]
fn a_client_keeps_replaces_and_removes_secrets() {
    let before = json!({"a": {"password": "1"}, "b": {"password": "2"}, "c": {"password": "3"},
        "d": {"password": "4"}, "e": {"password": "5"}, "f": {"password": "6"}, "g": {"credentials": {"x": 7}}});
    let put = json!({"a": {}, "b": {"password": "new"}, "c": {"password": null}, "d": {"password": ""},
        "f": {"password": "********"}, "g": {"credentials": {}}});
    let (shown, secrets) = kept(&before, &put);
    let expected = json!({"a": {}, "b": {}, "c": {"password": null}, "d": {"password": ""}, "f": {},
        "g": {"credentials": {}}});
    assert_eq!(shown, expected);
    let expected = json!({"a": {"password": ["1"]}, "b": {"password": ["new"]}, "f": {"password": ["6"]}});
    assert_eq!(secrets, expected);
}

#[test]
fn a_mask_of_nothing_is_no_secret() {
    for mask in ["***", "•••••", "●●●●"] {
        let mut document = document(&json!({"password": mask}));
        assert_eq!(document.split(None).to_stored(), NONE, "{mask}");
        assert_eq!(document.definition_text(), "{}");
    }
}

#[test]
fn a_secret_stays_with_its_plan() {
    let before = json!({"plans": [{"planId": "a", "key": {"password": "1"}}, {"planId": "b"}]});
    let put = json!({"plans": [{"planId": "b", "key": {}}, {"planId": "a", "key": {}}]});
    let (_, secrets) = kept(&before, &put);
    assert_eq!(secrets, json!({"plans": {"planId=a": {"key": {"password": ["1"]}}}}));
}

#[test]
fn members_beside_the_definition_are_looked_at() {
    let extra = r#"[["token","t"],["x",{"z":1.10,"api_key":"k"}],["y",[1]]]"#;
    let mut first = Document::parse("{}", Some(extra)).unwrap();
    let earlier = first.split(None);
    assert_eq!(first.extra_text().unwrap(), r#"[["x",{"z":1.10}],["y",[1]]]"#);
    assert_eq!(stored(&earlier, "extra"), json!({"token": ["t"], "x": {"api_key": ["k"]}}));
    let mut again = Document::parse("{}", Some(r#"[["x", {}]]"#)).unwrap();
    let mut secrets = again.split(None);
    secrets.keep(&again, earlier);
    assert_eq!(again.extra_text().unwrap(), r#"[["x", {}]]"#);
    assert_eq!(stored(&secrets, "extra"), json!({"token": ["t"], "x": {"api_key": ["k"]}}));
}

#[test]
fn null_and_nothing_remove_secrets_beside_the_definition() {
    let before = r#"[["token","t"],["passwd","p"],["x",{"api_key":"k"}]]"#;
    let earlier = Document::parse("{}", Some(before)).unwrap().split(None);
    assert_eq!(stored(&earlier, "extra"), json!({"token": ["t"], "passwd": ["p"], "x": {"api_key": ["k"]}}));
    let after = r#"[["token",null],["passwd",""],["x",{"api_key":null}]]"#;
    let mut put = Document::parse("{}", Some(after)).unwrap();
    let mut secrets = put.split(None);
    secrets.keep(&put, earlier);
    assert_eq!(secrets.to_stored(), NONE);
}

#[test]
fn secrets_of_earlier_releases_are_kept() {
    let earlier = r#"{"/plans/planId=a/key/x~1y.password":"1","/offer/apiKey":2}"#;
    let mut put = Document::parse(r#"{"offer":{},"plans":[{},{"planId":"a","key":{"z":1}}]}"#, None).unwrap();
    let mut secrets = put.split(None);
    let earlier = Secrets::from_stored(Some(earlier)).unwrap();
    assert!(earlier.may_lack_some() && !secrets.may_lack_some());
    secrets.keep(&put, earlier);
    let expected = json!({"offer": {"apiKey": [2]}, "plans": {"planId=a": {"key": {"x/y.password": ["1"]}}}});
    assert_eq!(stored(&secrets, "definition"), expected);
}

#[test]
fn what_was_stored_under_an_earlier_list_is_shown_without_secrets() {
    let old = shown(None, r#"{"client_secret":"k","a":1}"#, Some(r#"[["passwd","k"]]"#), None).unwrap();
    assert_eq!((old.0.as_ref(), old.1), (r#"{"a":1}"#, None));
    let new = shown(None, r#"{"client_secret":null}"#, Some("[]"), Some(NONE)).unwrap();
    assert_eq!((new.0.as_ref(), new.1.as_deref()), (r#"{"client_secret":null}"#, Some("[]")));
}
