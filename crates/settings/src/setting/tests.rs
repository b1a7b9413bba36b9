use super::*;

#[test]
fn help_and_the_page_say_the_same() {
    let help = help_of("SIGNOFF_RETENTION").unwrap();
    assert_eq!(
        help,
        "How long finished operations are kept: a span of at least 1d, or never to keep them for ever [default: 90d]"
    );
    let row = "| `--retention` | `SIGNOFF_RETENTION` | `retention` | a span of at least `1d`, or `never` to keep them \
               for ever | `90d` | How long finished operations are kept |";
    assert!(page().contains(row), "{}", page());
}

#[test]
fn a_text_is_one_sentence_without_its_full_stop() {
    for Setting { name, text, .. } in all() {
        assert!(text.starts_with(char::is_uppercase) && !text.ends_with('.'), "{name}: {text}");
    }
}
