//! The command line as it is used: what it declares, with the descriptions of the settings, examples, and without what
//! does not matter to a command.

use std::ffi::OsStr;

use clap::builder::Resettable;
use clap::{Arg, CommandFactory as _, FromArgMatches as _};

use crate::Cli;
use crate::connection::Connection;
use crate::view::Output;

/// The commands that use few of the connection's options, each with those.
const FEW: &[(&str, &[&str])] = &[
    ("serve", &["output"]),
    ("run", &[]),
    ("try", &[]),
    ("store", &["output"]),
    ("completions", &[]),
    ("settings", &[]),
    ("limits", &[]),
    ("version", &["output"]),
    ("openapi", &["url", "ca"]),
    ("ready", &["url", "ca"]),
];

/// What to type, shown at the end of a command's help.
const EXAMPLES: &[(&[&str], &str)] = &[
    (
        &["serve"],
        "  signoff serve --dev                     to try things; nothing to set up
  signoff serve --config signoff.toml     for a marketplace
  signoff serve --config signoff.toml --check    to see what is wrong or missing, and start nothing
  signoff serve --store postgres://signoff@db.example/signoff",
    ),
    (
        &["run"],
        "  signoff run -- pytest tests/release
  signoff run --offline -- your-release-tool publish --offer sample-vm",
    ),
    (
        &["try"],
        "  signoff try
  signoff try --once",
    ),
    (
        &["store", "copy"],
        "  signoff store copy --from sqlite:signoff.db --to postgres://signoff@db.example/signoff",
    ),
    (&["store", "backup"], "  signoff store backup --to signoff-monday.db"),
    (&["store", "check"], "  signoff store check --store sqlite:signoff.db"),
    (&["store", "migrate"], "  signoff store migrate --check"),
    (
        &["offer", "list"],
        "  signoff offer list --status running
  signoff offer list --type microsoft-azure-corevm --output json",
    ),
    (
        &["offer", "show"],
        "  signoff offer show sample-vm
  signoff offer show sample-vm --slot production --output json > live.json",
    ),
    (
        &["offer", "diff"],
        "  signoff offer diff sample-vm
  signoff offer diff sample-vm --from 3 --to preview --output json",
    ),
    (
        &["offer", "put"],
        "  signoff offer put sample-vm offer.json --if-match \"$(signoff offer show sample-vm --etag)\"
  generate-offer | signoff offer put sample-vm - --force",
    ),
    (
        &["publish"],
        "  signoff publish sample-vm --wait
  signoff publish sample-vm --emails dev@contoso.example,ops@contoso.example
  signoff publish sample-vm --validate-only",
    ),
    (&["golive"], "  signoff golive sample-vm --wait"),
    (
        &["cancel"],
        "  signoff cancel sample-vm --reason \"wrong image\" --wait
  signoff cancel --all --dry-run
  signoff cancel --all --filter \"offerTypeId eq 'microsoft-azure-corevm'\" --yes",
    ),
    (&["operation", "list"], "  signoff operation list sample-vm --state failed"),
    (
        &["operation", "show"],
        "  signoff operation show sample-vm
  signoff operation show sample-vm 5a63deb5-925b-4ee0-938b-7c86fbf287c5",
    ),
    (&["operation", "watch"], "  signoff operation watch sample-vm"),
    (
        &["operation", "kill"],
        "  signoff operation kill sample-vm --publisher contoso --reason \"the certifier is gone\"",
    ),
    (&["review", "approve"], "  signoff review approve sample-vm displaycertify"),
    (&["review", "reject"], "  signoff review reject sample-vm displaycertify --reason \"blurry logo\""),
    (
        &["publisher", "add"],
        "  signoff publisher add contoso --name \"Contoso Ltd\" --token \"$SIGNOFF_OPERATOR_TOKEN\"",
    ),
    (&["publisher", "member", "set"], "  signoff publisher member set TENANT CLIENT_ID contributor"),
    (
        &["publisher", "principal", "add"],
        "  openssl rand -hex 32 | signoff publisher principal add TENANT CLIENT_ID --secret -",
    ),
    (&["audit"], "  signoff audit --limit 20"),
    (&["ready"], "  signoff ready --url http://127.0.0.1:8080"),
    (&["token"], "  curl -H \"Authorization: Bearer $(signoff token)\" …"),
    (&["completions"], "  signoff completions bash > ~/.local/share/bash-completion/completions/signoff"),
];

/// The command line as it is declared.
pub(crate) fn plain() -> clap::Command {
    Cli::command()
}

/// The command line as it is used.
pub(crate) fn whole() -> clap::Command {
    let mut command = plain();
    for (name, used) in FEW {
        command = command.mut_subcommand(*name, |sub| sub.args(unused(used)));
    }
    described(command, &mut Vec::new())
}

/// Reads the command line of this process.
///
/// # Errors
/// What is wrong with it; also where help was asked for.
pub(crate) fn read() -> Result<Cli, clap::Error> {
    let read = whole().try_get_matches().map_err(without_variables)?;
    let mut cli = Cli::from_arg_matches(&read)?;
    let mut deepest = &read;
    while let Some((_, sub)) = deepest.subcommand() {
        deepest = sub;
    }
    cli.connection = Connection::by_source(deepest);
    Ok(cli)
}

/// How an error is to be told where the command line could not be read.
pub(crate) fn wanted_output() -> Output {
    let mut words = std::env::args().skip(1).skip_while(|word| !word.starts_with("--output"));
    let typed = words.next().and_then(|word| match word.strip_prefix("--output=") {
        Some(value) => Some(value.to_owned()),
        None => words.next(),
    });
    let said = typed.or_else(|| std::env::var("SIGNOFF_OUTPUT").ok());
    if said.is_some_and(|word| word.eq_ignore_ascii_case("json")) { Output::Json } else { Output::Table }
}

/// The same error, told by what was typed: clap's usage line lists every option that a variable sets, too, which reads
/// as if they were missing.
fn without_variables(error: clap::Error) -> clap::Error {
    fn bare(command: clap::Command) -> clap::Command {
        let forget = |arg: Arg| if arg.is_required_set() { arg } else { arg.env(Resettable::Reset) };
        command.mut_args(forget).mut_subcommands(bare)
    }
    if !error.use_stderr() {
        // It is help, which names them.
        return error;
    }
    match bare(whole()).try_get_matches() {
        Err(typed) if typed.kind() == error.kind() => typed,
        // What is wrong is in a variable.
        _ => error,
    }
}

/// Each option with the description of its setting, deaf for variables that are set to nothing; each command with its
/// examples. `path` is where `command` stands.
fn described(command: clap::Command, path: &mut Vec<String>) -> clap::Command {
    let mut command = command.mut_args(described_arg);
    if let Some((_, examples)) = EXAMPLES.iter().find(|(of, _)| of.iter().eq(path.iter())) {
        command = command.after_help(format!("Examples:\n{examples}"));
    }
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    for name in names {
        path.push(name.clone());
        command = command.mut_subcommand(name, |sub| described(sub, path));
        path.pop();
    }
    command
}

fn described_arg(arg: Arg) -> Arg {
    let Some(variable) = arg.get_env().map(OsStr::to_owned) else { return arg };
    let arg = match signoff_settings::help_of(&variable.to_string_lossy()) {
        Some(help) => arg.help(help).hide_possible_values(true),
        None => arg,
    };
    // Values of variables may be secrets: they are not printed.
    let arg = arg.hide_env_values(true);
    if std::env::var_os(&variable).is_some_and(|value| value.is_empty()) {
        arg.env(Resettable::Reset)
    } else {
        arg
    }
}

/// The options of the connection that a command does not use: still taken, as they stand before the command, and not
/// shown.
fn unused(used: &[&str]) -> Vec<Arg> {
    let all = <Connection as clap::Args>::augment_args(clap::Command::new("connection"));
    let unused = all.get_arguments().filter(|arg| !used.contains(&arg.get_id().as_str()));
    unused.map(|arg| arg.clone().hide(true)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn help(path: &[&str]) -> String {
        let mut command = whole().term_width(80);
        command.build();
        let mut found = &mut command;
        for name in path {
            found = found.find_subcommand_mut(name).unwrap();
        }
        found.render_long_help().to_string()
    }

    #[test]
    fn the_command_line_contradicts_itself_nowhere() {
        plain().debug_assert();
        whole().debug_assert();
    }

    #[test]
    fn options_stand_in_the_help_of_the_commands_that_use_them() {
        for (path, shown) in [
            (&["publish"][..], &["--url", "--publisher", "--client-secret", "--output"][..]),
            (&["ready"], &["--url", "--ca"]),
            (&["store", "check"], &["--output"]),
            (&["serve"], &["--output"]),
            (&["run"], &[]),
            (&["try"], &[]),
        ] {
            let help = help(path);
            for option in ["--url", "--publisher", "--token", "--client-secret", "--ca", "--output"] {
                let line = help.lines().any(|line| line.trim_start().starts_with(&format!("{option} ")));
                let expected = shown.contains(&option) || (path == ["publish"] && option != "--output");
                assert_eq!(line, expected, "{option} of {path:?}\n{help}");
            }
        }
    }

    #[test]
    fn every_command_to_type_has_examples_that_parse() {
        let shown: Vec<_> = EXAMPLES.iter().map(|(path, _)| *path).collect();
        for (path, examples) in EXAMPLES {
            assert!(help(path).contains("Examples:"), "{path:?}");
            for line in examples.lines().filter(|line| line.starts_with("  signoff ")) {
                let line = line.trim().split("  ").next().unwrap().split(" > ").next().unwrap();
                let words = line.replace('"', "").replace("TENANT CLIENT_ID", "t c");
                if line.contains('"') {
                    assert!(line.matches('"').count() % 2 == 0, "{line}");
                } else {
                    whole().try_get_matches_from(words.split(' ')).unwrap_or_else(|error| panic!("{error}"));
                }
            }
        }
        assert!(shown.len() > 20);
    }
}
