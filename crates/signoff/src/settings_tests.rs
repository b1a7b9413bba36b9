//! The rows of `signoff_settings` and the options of this program say the same.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;

use signoff_settings::{self as settings, all};

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
    assert_eq!(found, described, "left: of the program, right: of setting/rows.rs");
}

/// The members that a form of the file knows: an unknown one is answered with all of them.
fn members<T: DeserializeOwned>() -> BTreeSet<String> {
    let Err(error) = toml::from_str::<T>("no_such_member = 1") else { panic!("it was taken") };
    let all = error.message().split("expected").nth(1).unwrap_or_else(|| panic!("{error}")).to_owned();
    all.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn keys_below(group: &str) -> BTreeSet<String> {
    let keys = all().filter(|setting| setting.is_in_file()).filter_map(|setting| match group {
        "" => Some(setting.name()).filter(|name| !name.contains('.')),
        group => setting.name().strip_prefix(group),
    });
    keys.map(str::to_owned).collect()
}

#[test]
fn every_key_of_the_files_is_described_and_the_other_way_round() {
    let sections = ["identity", "quotas", "limits", "mail", "hooks"].map(str::to_owned);
    let server: BTreeSet<String> = &members::<settings::File>() - &BTreeSet::from(sections);
    let client = members::<Connection>();
    assert_eq!(&server | &client, keys_below(""), "left: of the program, right: of setting/rows.rs");
    assert_eq!(members::<settings::IdentityFile>(), keys_below("identity."));
    assert_eq!(members::<settings::QuotaFile>(), keys_below("quotas."));
    assert_eq!(members::<settings::LimitsFile>(), keys_below("limits."));
    assert_eq!(members::<settings::MailFile>(), keys_below("mail."));
    assert_eq!(members::<settings::HookFile>(), keys_below("hooks.NAME."));
}
