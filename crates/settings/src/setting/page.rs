//! docs/settings.md.

use std::fmt::Write as _;

use super::{Group, Setting, Variable, rows};

const HEAD: &str = "\
# Settings

This page is written by `signoff settings` (`cargo xtask generate`); the same sentences stand in `--help`.

A flag wins over the variable, the variable over the file, the file over the default. A variable that is set to nothing
counts as not set. Yes and no may be written `true`, `false`, `yes`, `no`, `on`, `off`, `1`, `0`; a flag alone means yes,
`--dev=no` takes it back. In the file they are `true` and `false`. A span is a number and its unit: `300ms`, `5s`, `10m`,
`24h`, `90d`. A bad setting names itself and the remedy, and nothing starts. `signoff serve --check` reads all of them and
tries what they name, without serving.
";

/// The whole page.
pub fn page() -> String {
    let mut page = HEAD.to_owned();
    for group in rows::GROUPS {
        section(&mut page, group);
    }
    page
}

/// What a column has of a setting.
type Describe = fn(&Setting) -> String;

fn section(page: &mut String, group: &Group) {
    let columns: Vec<(&str, Describe)> = [
        ("flag", flag as Describe),
        ("variable", variable),
        ("key", key),
        ("values", |setting| setting.values.to_owned()),
        ("default", |setting| setting.default.to_owned()),
        ("is", |setting| setting.text.to_owned()),
    ]
    .into_iter()
    .filter(|(_, cell)| group.settings.iter().any(|setting| !cell(setting).is_empty()))
    .collect();
    // Writing to memory does not fail.
    let _ = write!(page, "\n## {}\n\n{}\n\n", group.title, group.intro);
    row(page, columns.iter().map(|(name, _)| (*name).to_owned()));
    row(page, columns.iter().map(|_| "---".to_owned()));
    for setting in group.settings {
        row(page, columns.iter().map(|(_, cell)| cell(setting)));
    }
}

fn row(page: &mut String, cells: impl Iterator<Item = String>) {
    let cells: Vec<String> = cells.map(|cell| cell.replace('|', "\\|")).collect();
    let _ = writeln!(page, "| {} |", cells.join(" | "));
}

fn flag(setting: &Setting) -> String {
    setting.flag_name().map_or_else(String::new, |name| format!("`--{name}`"))
}

fn variable(setting: &Setting) -> String {
    match (setting.variable_name(), &setting.variable) {
        (None, _) => String::new(),
        (Some(name), Variable::OrFile(_)) => format!("`{name}`, `{name}_FILE`"),
        (Some(name), _) => format!("`{name}`"),
    }
}

fn key(setting: &Setting) -> String {
    if setting.in_file { format!("`{}`", setting.name) } else { String::new() }
}
