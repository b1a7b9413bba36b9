//! Pairs of documents and their changes.

use proptest::prelude::*;
use serde_json::json;

use super::*;

/// The changes between two definitions, as a PUT of each would store it.
fn between(from: &Value, to: &Value) -> Diff {
    let stored = |definition: &Value| {
        let mut document = Document::parse(&definition.to_string(), None).unwrap();
        let secrets = document.split(None).to_stored();
        (document.definition_text().into_owned(), secrets)
    };
    let (from, to) = (stored(from), stored(to));
    let side = |(definition, secrets)| Stored { definition, extra: None, secrets: Some(secrets) };
    diff(None, side((&from.0, &from.1)), side((&to.0, &to.1))).unwrap()
}

/// Each change as a line: `~ path: from → to`, `+ path: to`, `- path: from`.
fn lines(diff: &Diff) -> Vec<String> {
    let line = |change: &Change| match (&change.from, &change.to) {
        (Some(from), Some(to)) => format!("~ {}: {from} → {to}", change.path),
        (None, Some(to)) => format!("+ {}: {to}", change.path),
        (Some(from), None) => format!("- {}: {from}", change.path),
        (None, None) => panic!("{} is no change", change.path),
    };
    diff.changes.iter().map(line).collect()
}

fn parsed(text: &str) -> Value {
    text.parse().unwrap()
}

#[test]
fn each_difference_is_a_change_at_its_place() {
    for (from, to, expected) in [
        (r#"{"a":1,"b":[2]}"#, r#"{"b":[2],"a":1}"#, &[][..]),
        (r#"{"a":{"b":"x"}}"#, r#"{"a":{"b":"y"}}"#, &[r#"~ definition.a.b: "x" → "y""#]),
        (r#"{"a":1}"#, r#"{"a":1,"b":{"c":2}}"#, &[r#"+ definition.b: {"c":2}"#]),
        (r#"{"a":1,"b":{"c":2}}"#, r#"{"a":1}"#, &[r#"- definition.b: {"c":2}"#]),
        (r#"{"a":{}}"#, r#"{"a":[]}"#, &["~ definition.a: {} → []"]),
        (r#"{"a":null}"#, "{}", &["- definition.a: null"]),
        ("{}", r#"{"a":null}"#, &["+ definition.a: null"]),
        (r#"{"a":null}"#, r#"{"a":0}"#, &["~ definition.a: null → 0"]),
        // Numbers are what is written.
        (
            r#"{"a":1.1,"b":12345678901234567890123}"#,
            r#"{"a":1.10,"b":12345678901234567890124}"#,
            &[
                "~ definition.a: 1.1 → 1.10",
                "~ definition.b: 12345678901234567890123 → 12345678901234567890124",
            ],
        ),
        // The order is that of the second document; what it lacks comes behind.
        (
            r#"{"gone":1,"a":1,"b":{"gone":1,"c":1}}"#,
            r#"{"b":{"c":2},"a":2}"#,
            &[
                "~ definition.b.c: 1 → 2",
                "- definition.b.gone: 1",
                "~ definition.a: 1 → 2",
                "- definition.gone: 1",
            ],
        ),
        // Lists without plan ids go by position.
        (r#"{"a":[1,2]}"#, r#"{"a":[1,3,4]}"#, &["~ definition.a[1]: 2 → 3", "+ definition.a[2]: 4"]),
        (r#"{"a":[[1],2]}"#, r#"{"a":[[]]}"#, &["- definition.a[0][0]: 1", "- definition.a[1]: 2"]),
        (r#"{"a\u001b\n":1}"#, "{}", &[r"- definition.a\u{1b}\n: 1"]),
        ("[]", "{}", &["~ definition: [] → {}"]),
    ] {
        assert_eq!(lines(&between(&parsed(from), &parsed(to))), expected, "{from} {to}");
    }
}

#[test]
fn plans_are_matched_by_their_ids() {
    let plan = |id: &str, title: &str| json!({ "planId": id, "title": title });
    for (from, to, expected) in [
        (vec![plan("a", "A"), plan("b", "B")], vec![plan("b", "B"), plan("a", "A")], &[][..]),
        (
            vec![plan("a", "A"), plan("b", "B")],
            vec![plan("b", "C"), plan("a", "A")],
            &[r#"~ definition.plans[planId=b].title: "B" → "C""#],
        ),
        (
            vec![plan("a", "A"), plan("b", "B")],
            vec![plan("c", "C"), plan("b", "B")],
            &[
                r#"+ definition.plans[planId=c]: {"planId":"c","title":"C"}"#,
                r#"- definition.plans[planId=a]: {"planId":"a","title":"A"}"#,
            ],
        ),
        // An id that names two plans names none.
        (
            vec![plan("a", "A"), plan("a", "B")],
            vec![plan("a", "A"), plan("a", "C")],
            &[r#"~ definition.plans[1].title: "B" → "C""#],
        ),
    ] {
        let diff = between(&json!({ "plans": from }), &json!({ "plans": to }));
        assert_eq!(lines(&diff), expected, "{from:?} {to:?}");
    }
    let plans = |titles: [&str; 2]| {
        let generations: Vec<Value> = titles.iter().map(|title| plan(title, title)).collect();
        json!({ "plans": [{ "planId": "a", "diskGenerations": generations }] })
    };
    assert_eq!(lines(&between(&plans(["x", "y"]), &plans(["y", "x"]))), [""; 0]);
}

#[test]
fn secrets_are_compared_and_never_shown() {
    let from = json!({ "plans": [
        { "planId": "a", "password": "OLD" },
        { "planId": "b", "password": "SAME" },
        { "planId": "c", "token": "OLD", "x": 1 },
        { "planId": "d", "password": "" },
        { "planId": "e", "password": "OLD" },
        { "planId": "gone", "password": "OLD" },
    ]});
    let to = json!({ "plans": [
        { "planId": "b", "password": "SAME" },
        { "planId": "a", "password": "NEW" },
        { "planId": "c", "x": 2 },
        { "planId": "d", "password": { "user": "NEW" } },
        { "planId": "e", "password": null },
        { "planId": "new", "password": "NEW" },
    ]});
    let diff = between(&from, &to);
    assert_eq!(
        lines(&diff),
        [
            r#"~ definition.plans[planId=a].password: "***" → "***""#,
            "~ definition.plans[planId=c].x: 1 → 2",
            r#"- definition.plans[planId=c].token: "***""#,
            r#"~ definition.plans[planId=d].password: "" → "***""#,
            r#"~ definition.plans[planId=e].password: "***" → null"#,
            r#"+ definition.plans[planId=new]: {"planId":"new"}"#,
            r#"- definition.plans[planId=gone]: {"planId":"gone"}"#,
        ]
    );
    // Content of earlier releases still has among its members what is a secret today.
    let side =
        |definition| Stored { definition, extra: Some(r#"[["token","OLD"],["note",1]]"#), secrets: None };
    let mut other = side(r#"{"password":"NEW"}"#);
    other.extra = Some(r#"[["note",2],["token","NEW"]]"#);
    let diff = diff_of(side(r#"{"password":"OLD"}"#), other);
    assert_eq!(
        lines(&diff),
        [r#"~ definition.password: "***" → "***""#, "~ note: 1 → 2", r#"~ token: "***" → "***""#]
    );
}

fn diff_of(from: Stored<'_>, to: Stored<'_>) -> Diff {
    diff(None, from, to).unwrap()
}

#[test]
fn the_first_changes_are_listed_and_the_others_counted() {
    for (count, omitted) in [(MOST_CHANGES, 0), (MOST_CHANGES + 1, 1), (MOST_CHANGES + 500, 500)] {
        let diff = between(&json!([]), &(0..count).map(Value::from).collect());
        assert_eq!((diff.changes.len(), diff.omitted), (count - omitted, omitted));
        assert_eq!(lines(&diff).last().unwrap(), "+ definition[999]: 999");
    }
    let text = "x".repeat(100 * 1024);
    let diff = between(&json!({ "a": text }), &json!({ "a": "", "b": text, "c": text, "d": 1 }));
    assert_eq!((diff.changes.len(), diff.omitted), (2, 2));
}

fn any_definition() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[a-c]{0,2}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 60, 6, |inner| {
        let member = prop_oneof![
            3 => ("[a-e]{1,2}", inner.clone()),
            1 => ("password", "[a-c]{0,2}".prop_map(Value::from)),
            1 => ("planId", "[a-c]".prop_map(Value::from)),
        ];
        prop_oneof![
            prop::collection::vec(inner, 0..5).prop_map(Value::from),
            prop::collection::vec(member, 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Puts a text of its own in the place of each leaf that `chosen` picks, and says how many.
fn spoil(value: &mut Value, chosen: &mut impl Iterator<Item = bool>, count: &mut usize) {
    match value {
        Value::Object(members) => members
            .iter_mut()
            .filter(|(name, _)| *name != "planId" && *name != "password")
            .for_each(|(_, value)| spoil(value, chosen, count)),
        Value::Array(items) => items.iter_mut().for_each(|value| spoil(value, chosen, count)),
        leaf => {
            if chosen.next() == Some(true) {
                *leaf = format!("spoiled {count}").into();
                *count += 1;
            }
        }
    }
}

proptest! {
    #[test]
    fn equal_documents_have_no_change(definition in any_definition()) {
        prop_assert_eq!(between(&definition, &definition), Diff::default());
    }

    #[test]
    fn each_leaf_that_differs_is_reported_once(
        definition in any_definition(),
        chosen in prop::collection::vec(any::<bool>(), 0..40),
    ) {
        let (mut spoiled, mut count) = (definition.clone(), 0);
        spoil(&mut spoiled, &mut chosen.into_iter(), &mut count);
        let diff = between(&definition, &spoiled);
        let mut seen: Vec<Value> = diff.changes.into_iter().filter_map(|change| change.to).collect();
        let mut expected: Vec<Value> = (0..count).map(|at| format!("spoiled {at}").into()).collect();
        seen.sort_by_key(Value::to_string);
        expected.sort_by_key(Value::to_string);
        prop_assert_eq!(seen, expected);
    }

    #[test]
    fn the_way_back_has_the_same_changes(from in any_definition(), to in any_definition()) {
        let sorted = |diff: Diff, back: bool| {
            let turn = |Change { path, from, to }: Change| {
                if back { (path, to, from) } else { (path, from, to) }
            };
            let mut all: Vec<_> = diff.changes.into_iter().map(turn).collect();
            all.sort_by_key(|(path, ..)| path.clone());
            all
        };
        prop_assert_eq!(sorted(between(&from, &to), false), sorted(between(&to, &from), true));
    }
}
