//! Every message renders in every language, from that language, with all its arguments.

use std::collections::BTreeSet;

use fluent_templates::fluent_bundle::FluentValue;
use signoff_lifecycle::ids::OperationId;
use signoff_lifecycle::refusal::{Reference, Refusal};

use crate::{
    ErrorText, Lang, MailText, RefusalText, RefusedCall, Words, clean, left_behind,
    loader::{lookup, lookup_in},
    mail::LEFT_BEHIND,
    message::{Args, Clean},
    notes,
    sample::{ROUNDS, Sample},
};

/// Renders without falling back to English, and checks what every sentence must fulfil.
fn render_strictly(lang: Lang, key: &str, args: &Args) -> String {
    let text = lookup_in(lang, key, args)
        .unwrap_or_else(|| panic!("{lang:?} has no {key} for the arguments {args:?}"));
    assert!(!text.contains(['{', '}']), "{lang:?} {key}: {text}");
    assert!(!text.contains(key) && !text.contains("???"), "{lang:?} {key}: {text}");
    assert!(!text.contains(['\u{2068}', '\u{2069}']), "{lang:?} {key}: {text}");
    assert_eq!(text.trim(), text, "{lang:?} {key}");
    text
}

/// Whether every text and every large number among `args` can be read in `text`.
fn names_all(text: &str, args: &Args) -> bool {
    args.iter().all(|(name, value)| match value {
        FluentValue::String(value) => *name == "kind" || text.contains(value.as_ref()),
        FluentValue::Number(number) if number.value > 3.0 => text.contains("1234567"),
        _ => true,
    })
}

#[test]
fn every_error_renders_and_names_its_arguments() {
    for lang in Lang::ALL {
        for error in ErrorText::samples() {
            let (key, args) = error.parts(clean::short_line);
            let text = render_strictly(lang, key, &args);
            assert!(names_all(&text, &args), "{lang:?} {error:?}: {text}");
            assert!(!text.contains('\n'), "{lang:?} {error:?}: {text}");
            assert_eq!(error.render(lang), text);
        }
    }
}

#[test]
fn every_refusal_renders_and_names_its_arguments() {
    for lang in Lang::ALL {
        for refusal in RefusalText::samples() {
            let (key, args) = refusal.parts(clean::short_line);
            let text = render_strictly(lang, key, &args);
            assert!(names_all(&text, &args), "{lang:?} {refusal:?}: {text}");
            assert!(!text.contains('\n'), "{lang:?} {refusal:?}: {text}");
            assert_eq!(refusal.render(lang), text);
        }
    }
}

#[test]
fn every_note_renders_and_names_its_arguments() {
    for lang in Lang::ALL {
        for note in notes::samples() {
            let (key, args) = notes::parts(&note, clean::html);
            let text = render_strictly(lang, key, &args);
            assert!(names_all(&text, &args), "{lang:?} {note:?}: {text}");
            assert_eq!(note.render(lang), text);
        }
    }
}

#[test]
fn every_mail_renders_and_names_its_arguments() {
    for lang in Lang::ALL {
        for mail in MailText::samples() {
            let (key, args) = mail.parts(clean::one_line);
            let subject = render_strictly(lang, &format!("{key}-subject"), &args);
            let body = render_strictly(lang, &format!("{key}-body"), &args);
            assert!(names_all(&body, &args), "{lang:?} {mail:?}: {body}");
            assert_eq!((mail.subject(lang), mail.body(lang)), (subject, body));
        }
    }
}

#[test]
fn what_a_mail_says_of_what_is_left_renders_and_names_the_step() {
    for lang in Lang::ALL {
        let text = render_strictly(lang, LEFT_BEHIND, &vec![("step", "displayprovision".into())]);
        assert!(text.contains("displayprovision"), "{lang:?}: {text}");
        assert_eq!(left_behind("displayprovision", lang), text);
    }
}

fn said(refusal: Refusal, lang: Lang) -> String {
    RefusalText { refusal, call: RefusedCall::default() }.render(lang)
}

#[test]
fn the_kinds_and_the_languages_differ() {
    let mut seen = BTreeSet::new();
    for lang in Lang::ALL {
        for round in 0..ROUNDS {
            let operation = Reference { id: OperationId::of(7), ..Reference::sample("operation", round) };
            let refusal = Refusal::OperationInProgress { operation, waits_for_signoff: false };
            assert!(seen.insert(said(refusal, lang)), "{lang:?} {round}");
        }
    }
}

#[test]
fn every_sentence_is_translated() {
    let keys_and_args = |clean: Clean| {
        let errors = ErrorText::samples().into_iter().map(move |text| text.parts(clean));
        let refusals = RefusalText::samples().into_iter().map(move |text| text.parts(clean));
        errors.chain(refusals).chain(notes::samples().into_iter().map(move |note| notes::parts(&note, clean)))
    };
    for lang in Lang::ALL.into_iter().filter(|&lang| lang != Lang::En) {
        for (key, args) in keys_and_args(clean::one_line) {
            assert_ne!(lookup_in(lang, key, &args), lookup_in(Lang::En, key, &args), "{lang:?} {key}");
        }
    }
}

#[test]
fn counts_take_the_plural_of_the_language() {
    let said = |count| said(Refusal::ValidationFailed { count }, Lang::Pl);
    let plurals =
        [(1, "jeden błąd."), (3, "3 błędy."), (5, "5 błędów."), (22, "22 błędy."), (111, "111 błędów.")];
    for (count, plural) in plurals {
        assert!(said(count).contains(plural), "{}", said(count));
    }
}

#[test]
fn an_error_stays_short_whatever_the_request_held() {
    let address = "a\u{1b}".repeat(100_000);
    let text = ErrorText::InvalidEmail { address }.render(Lang::En);
    assert!(text.len() < 1_000 && !text.contains('\u{1b}'), "{}", text.len());
}

#[test]
fn an_unknown_key_comes_back_as_itself() {
    assert_eq!(lookup(Lang::Hu, "no-such-key", &[]), "no-such-key");
}
