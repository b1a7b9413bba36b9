use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use signoff_wire::{Dialect, ErrorCode};

use super::document;

mod routes;

const METHODS: [&str; 4] = ["get", "put", "post", "delete"];

fn parsed() -> Value {
    serde_json::from_str(&document(Dialect::Documented)).unwrap()
}

/// Every operation with its method and path.
fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    let all = paths.iter().flat_map(|(path, item)| {
        item.as_object().unwrap().iter().map(move |(method, operation)| {
            assert!(METHODS.contains(&method.as_str()), "{path} {method}");
            (format!("{method} {path}"), operation)
        })
    });
    all.collect()
}

/// What a reference leads to.
fn follow<'a>(document: &'a Value, reference: &str) -> Option<&'a Value> {
    document.pointer(reference.strip_prefix('#')?)
}

fn references<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str));
            members.values().for_each(|member| references(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

#[test]
fn it_is_openapi_3_1_and_the_same_each_time() {
    let document = parsed();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
    assert!(super::document(Dialect::Documented).ends_with("}\n"));
    assert_eq!(
        super::build(Dialect::Documented).to_pretty_json().unwrap() + "\n",
        super::document(Dialect::Documented)
    );
}

#[test]
fn every_route_is_described_and_every_description_has_a_route() {
    let document = parsed();
    let described: BTreeSet<String> =
        operations(&document).iter().map(|(call, _)| routes::without_names(call)).collect();
    assert_eq!(described, routes::of_the_sources());
}

#[test]
fn references_lead_somewhere_and_nothing_lies_around() {
    let document = parsed();
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    for reference in &found {
        assert!(follow(&document, reference).is_some(), "{reference} leads nowhere");
    }
    for (kind, components) in document["components"].as_object().unwrap() {
        for name in components.as_object().unwrap().keys().filter(|_| kind != "securitySchemes") {
            let reference = format!("#/components/{kind}/{name}");
            assert!(found.contains(reference.as_str()), "nothing refers to {reference}");
        }
    }
}

#[test]
fn operations_have_names_of_their_own_words_and_a_known_tag() {
    let document = parsed();
    let known: Vec<&Value> = document["tags"].as_array().unwrap().iter().map(|tag| &tag["name"]).collect();
    let mut seen = BTreeMap::new();
    for (call, operation) in operations(&document) {
        let id = operation["operationId"].as_str().unwrap();
        assert_eq!(seen.insert(id, call.clone()), None, "{id} is there twice");
        assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{call}");
        assert!(operation["description"].as_str().is_some_and(|text| text.ends_with('.')), "{call}");
        assert!(known.contains(&&operation["tags"][0]), "{call}");
    }
}

#[test]
fn parameters_are_those_of_the_path_and_no_parameter_is_there_twice() {
    let document = parsed();
    for (call, operation) in operations(&document) {
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let mut seen = BTreeSet::new();
        for parameter in &parameters {
            let parameter = follow(&document, parameter["$ref"].as_str().unwrap()).unwrap();
            let place = (parameter["in"].to_string(), parameter["name"].as_str().unwrap());
            assert!(parameter["schema"].is_object() && seen.insert(place), "{call} {parameter}");
        }
        let of_path = seen.iter().filter(|(place, _)| place == "\"path\"").map(|(_, name)| *name);
        let in_braces = call.split('{').skip(1).filter_map(|rest| rest.split('}').next());
        assert_eq!(of_path.collect::<BTreeSet<_>>(), in_braces.collect(), "{call}");
    }
}

#[test]
fn replies_carry_the_headers_that_the_contract_promises() {
    let document = parsed();
    for (call, operation) in operations(&document) {
        for (status, response) in operation["responses"].as_object().unwrap() {
            let response = match response["$ref"].as_str() {
                Some(reference) => follow(&document, reference).unwrap(),
                None => response,
            };
            assert!(!response["description"].as_str().unwrap().is_empty(), "{call} {status}");
            let has = |name: &str| response["headers"].get(name).is_some();
            assert!(has("x-ms-request-id"), "{call} {status}");
            assert!(
                has("Retry-After") || !["202", "429", "503"].contains(&status.as_str()),
                "{call} {status}"
            );
            assert_eq!(has("Location"), has("Operation-Location"), "{call} {status}");
            assert!(has("Location") || status != "202", "{call} {status}");
            let is_post_or_put = call.starts_with("post /api") || call.starts_with("put /api");
            assert!(
                !is_post_or_put || response["content"]["application/json"].is_object(),
                "{call} {status}"
            );
        }
    }
}

#[test]
fn calls_of_the_publishing_api_need_a_token_and_a_version_and_no_others_do() {
    let document = parsed();
    for (call, operation) in operations(&document) {
        let publishing = call.contains(" /api/");
        // Third parties sign instead.
        let by_token = publishing && !call.ends_with("/callback");
        assert_eq!(operation["security"][0].get("bearer").is_some(), by_token, "{call}");
        let text = operation["parameters"].to_string();
        assert_eq!(text.contains("#/components/parameters/api-version"), publishing, "{call}");
        assert_eq!(
            operation["responses"].get("401").is_some(),
            publishing || call.contains("/token"),
            "{call}"
        );
    }
}

#[test]
fn examples_of_errors_are_errors() {
    let document = parsed();
    for (call, operation) in operations(&document) {
        for (status, response) in operation["responses"].as_object().unwrap() {
            let examples = &response["content"]["application/json"]["examples"];
            for (name, example) in examples.as_object().into_iter().flatten() {
                let code: ErrorCode = name.parse().unwrap();
                let example = follow(&document, example["$ref"].as_str().unwrap()).unwrap();
                assert_eq!(example["value"]["error"]["code"], name.as_str(), "{call}");
                assert_eq!(code.status().to_string(), *status, "{call}");
            }
        }
    }
}

#[test]
fn the_page_for_people_has_every_error_with_its_status_and_every_call() {
    let page = include_str!("../../../../docs/api.md");
    for code in ErrorCode::ALL {
        let row = format!("| {} `{code}` |", code.status());
        assert!(page.contains(&row), "docs/api.md has no row {row:?}");
    }
    for (call, _) in operations(&parsed()).iter().filter(|(call, _)| call.contains(" /api/")) {
        let (method, path) = call.split_once(' ').unwrap();
        let short = path.replace("/api/publishers/{publisherId}/offers/{offerId}", "{offer}");
        let short = short.replace("/api/publishers/{publisherId}", "{publisher}");
        let row = format!("| {} `{short}` |", method.to_uppercase());
        assert!(page.contains(&row), "docs/api.md has no row {row:?}");
    }
}

#[test]
fn the_committed_copy_is_the_document() {
    let committed = include_str!("../../../../docs/openapi.json");
    assert!(
        document(Dialect::Documented) == committed,
        "run `cargo xtask generate` and look at the difference"
    );
}
