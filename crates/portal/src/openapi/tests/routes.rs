//! The routes of a server: the portal's by its list, the others as the sources register them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::api::ENDPOINTS;

/// A call with its parameters unnamed, for the contract and the code name them differently.
pub(super) fn without_names(call: &str) -> String {
    let mut pieces = call.split('{');
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |text, piece| text + "{" + &piece[piece.find('}').unwrap()..])
}

/// Method and path of every `.route(…)` of a server, but for those of tests.
pub(super) fn of_the_sources() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for of in ["front", "portal", "dev"] {
        read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(of).join("src"), &mut found);
    }
    found.extend(ENDPOINTS.iter().map(|endpoint| {
        let method = endpoint.verb.as_str().to_lowercase();
        without_names(&format!("{method} {}", endpoint.path))
    }));
    found
}

fn read(place: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(place).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let is_of_tests = name.ends_with("tests") || name == "testing";
        if path.is_dir() && !is_of_tests {
            read(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !is_of_tests {
            registered(&fs::read_to_string(&path).unwrap(), found);
        }
    }
}

fn registered(source: &str, found: &mut BTreeSet<String>) {
    for rest in source.split(".route(").skip(1) {
        let mut open = 1;
        let end = rest.find(|character| {
            open += i32::from(character == '(') - i32::from(character == ')');
            open == 0
        });
        let arguments = &rest[..end.unwrap()];
        let Some((_, from_path)) = arguments.split_once('"') else {
            assert!(arguments.starts_with("endpoint.path"), "a path that this test cannot read: {arguments}");
            continue;
        };
        let (path, methods) = from_path.split_once('"').unwrap();
        let mut any = false;
        for method in super::METHODS {
            let called = [format!(" {method}("), format!(".{method}(")];
            if called.iter().any(|called| methods.contains(called)) {
                found.insert(without_names(&format!("{method} {path}")));
                any = true;
            }
        }
        assert!(any, "{path} has a method that this test does not know: {methods}");
    }
}

#[test]
fn routes_are_found_in_sources() {
    let mut found = BTreeSet::new();
    let source = r#"
        .route("/a", get(list))
        .route(
            "/a/{id}/b",
            put(offers::put).delete(remove),
        )"#;
    registered(source, &mut found);
    let expected = ["get /a", "put /a/{}/b", "delete /a/{}/b"];
    assert_eq!(found, expected.map(str::to_owned).into());
}
