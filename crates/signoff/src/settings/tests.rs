use std::collections::BTreeSet;

use serde::de::DeserializeOwned;

use super::*;
use crate::config;
use crate::connection::Connection;

/// Every option of the program that a variable says, too: its variable and its flag.
fn options(command: &clap::Command, found: &mut BTreeSet<(String, String)>) {
    for arg in command.get_arguments() {
        if let (Some(variable), Some(flag)) = (arg.get_env(), arg.get_long()) {
            found.insert((variable.to_string_lossy().into_owned(), flag.to_owned()));
        }
    }
    command.get_subcommands().for_each(|sub| options(sub, found));
}

#[test]
fn every_option_that_a_variable_says_is_described_and_the_other_way_round() {
    let mut found = BTreeSet::new();
    options(&crate::command_line::plain(), &mut found);
    let described: BTreeSet<(String, String)> =
        all().filter_map(|setting| Some((setting.variable_name()?, setting.flag_name()?))).collect();
    assert_eq!(found, described, "left: of the program, right: of settings/rows.rs");
}

/// The members that a form of the file knows: an unknown one is answered with all of them.
fn members<T: DeserializeOwned>() -> BTreeSet<String> {
    let Err(error) = toml::from_str::<T>("no_such_member = 1") else { panic!("it was taken") };
    let all = error.message().split("expected").nth(1).unwrap_or_else(|| panic!("{error}")).to_owned();
    all.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn keys_below(group: &str) -> BTreeSet<String> {
    let keys = all().filter(|setting| setting.in_file).filter_map(|setting| match group {
        "" => Some(setting.name).filter(|name| !name.contains('.')),
        group => setting.name.strip_prefix(group),
    });
    keys.map(str::to_owned).collect()
}

#[test]
fn every_key_of_the_files_is_described_and_the_other_way_round() {
    let sections = ["identity", "quotas", "limits", "mail", "hooks"].map(str::to_owned);
    let server: BTreeSet<String> = &members::<config::File>() - &BTreeSet::from(sections);
    let client = members::<Connection>();
    assert_eq!(&server | &client, keys_below(""), "left: of the program, right: of settings/rows.rs");
    assert_eq!(members::<config::IdentityFile>(), keys_below("identity."));
    assert_eq!(members::<config::QuotaFile>(), keys_below("quotas."));
    assert_eq!(members::<config::LimitsFile>(), keys_below("limits."));
    assert_eq!(members::<config::MailFile>(), keys_below("mail."));
    assert_eq!(members::<config::HookFile>(), keys_below("hooks.NAME."));
}

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
