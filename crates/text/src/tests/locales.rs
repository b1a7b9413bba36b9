//! The locale files agree with each other: same files, same keys, same arguments, same choices.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use fluent_syntax::{
    ast::{Entry, Expression, InlineExpression, Pattern, PatternElement, VariantKey},
    parser,
};

use crate::{ErrorText, Lang, MailText, RefusalText, clean, mail, notes};

/// What a translation must have in common with the other ones: variables, references, and the words that
/// it selects on. Plural categories differ from language to language and do not count.
type Signature = BTreeSet<String>;

const PLURAL_CATEGORIES: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

fn folder(lang: Lang) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("locales").join(lang.tag())
}

fn files(lang: Lang) -> BTreeSet<String> {
    fs::read_dir(folder(lang))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

/// Key to signature, of one file.
fn messages(lang: Lang, file: &str) -> BTreeMap<String, Signature> {
    let source = fs::read_to_string(folder(lang).join(file)).unwrap();
    let resource =
        parser::parse(source.as_str()).unwrap_or_else(|(_, errors)| panic!("{lang:?} {file}: {errors:?}"));
    let mut found = BTreeMap::new();
    for entry in &resource.body {
        let Entry::Message(message) = entry else {
            assert!(!matches!(entry, Entry::Term(_)), "{lang:?} {file}: terms are not compared");
            continue;
        };
        assert!(message.attributes.is_empty(), "{lang:?} {file}: attributes are not compared");
        let mut signature = Signature::new();
        read_pattern(message.value.as_ref().unwrap(), &mut signature);
        let earlier = found.insert(message.id.name.to_owned(), signature);
        assert!(earlier.is_none(), "{lang:?} {file}: {} stands there twice", message.id.name);
    }
    found
}

fn read_pattern(pattern: &Pattern<&str>, signature: &mut Signature) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            read_expression(expression, signature);
        }
    }
}

fn read_expression(expression: &Expression<&str>, signature: &mut Signature) {
    match expression {
        Expression::Inline(inline) => read_inline(inline, signature),
        Expression::Select { selector, variants } => {
            read_inline(selector, signature);
            for variant in variants {
                let (VariantKey::Identifier { name } | VariantKey::NumberLiteral { value: name }) =
                    variant.key;
                if !PLURAL_CATEGORIES.contains(&name) {
                    signature.insert(format!("[{name}]"));
                }
                read_pattern(&variant.value, signature);
            }
        }
    }
}

fn read_inline(inline: &InlineExpression<&str>, signature: &mut Signature) {
    match inline {
        InlineExpression::VariableReference { id } => {
            signature.insert(format!("${}", id.name));
        }
        InlineExpression::MessageReference { id, attribute: None } => {
            signature.insert(id.name.to_owned());
        }
        other => panic!("not compared: {other:?}"),
    }
}

#[test]
fn all_languages_have_the_same_keys_with_the_same_arguments() {
    let expected_files = files(Lang::En);
    assert!(expected_files.contains("errors.ftl"));
    for lang in Lang::ALL {
        assert_eq!(files(lang), expected_files, "files of {lang:?}");
        for file in &expected_files {
            let (english, translated) = (messages(Lang::En, file), messages(lang, file));
            for (key, signature) in &english {
                assert_eq!(translated.get(key), Some(signature), "{lang:?} {file}: {key}");
            }
            for key in translated.keys() {
                assert!(english.contains_key(key), "{lang:?} {file}: {key} is not in English");
            }
        }
    }
}

#[test]
fn every_folder_is_a_language() {
    let locales = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales");
    let found: BTreeSet<String> = fs::read_dir(locales)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(found, Lang::ALL.iter().map(|lang| lang.tag().to_owned()).collect());
}

#[test]
fn every_key_is_said_somewhere() {
    let keys_of = |file| messages(Lang::En, file).into_keys().collect::<BTreeSet<_>>();
    let errors = ErrorText::samples().iter().map(|text| text.parts(clean::one_line).0.to_owned()).collect();
    let refusals: BTreeSet<String> =
        RefusalText::samples().iter().map(|text| text.parts(clean::one_line).0.to_owned()).collect();
    let errors = &refusals | &errors;
    assert_eq!(keys_of("errors.ftl"), errors);
    let notes = notes::samples().iter().map(|note| notes::parts(note, clean::html).0.to_owned()).collect();
    assert_eq!(keys_of("notes.ftl"), notes);
    let parts_of_mails = ["mail-kind", "mail-facts", "mail-footer", mail::LEFT_BEHIND].map(str::to_owned);
    let mails = MailText::samples()
        .iter()
        .map(|mail| mail.parts(clean::one_line).0)
        .flat_map(|key| [format!("{key}-subject"), format!("{key}-body")])
        .chain(parts_of_mails)
        .collect();
    assert_eq!(keys_of("mail.ftl"), mails);
}
