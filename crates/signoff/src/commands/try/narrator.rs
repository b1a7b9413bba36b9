//! How the story is told: chapters, calls and what they mean, on stdout. Bars and errors go to stderr.

use std::io::{IsTerminal, stdout};

use clap::builder::styling::{AnsiColor, Style};

use crate::exit::Failure;
use crate::view;

/// Prints the story; with styles only where somebody can see them.
pub(super) struct Narrator {
    strong: Style,
    faint: Style,
    answer: Style,
}

impl Narrator {
    /// For the stdout of this process.
    pub(super) fn new() -> Self {
        Self::styled(stdout().is_terminal() && colours_wanted(|name| std::env::var(name).ok()))
    }

    fn styled(styled: bool) -> Self {
        if !styled {
            return Self { strong: Style::new(), faint: Style::new(), answer: Style::new() };
        }
        Self {
            strong: Style::new().bold(),
            faint: Style::new().dimmed(),
            answer: AnsiColor::Cyan.on_default().bold(),
        }
    }

    /// A line in words.
    #[expect(clippy::unused_self, reason = "everything that is told goes through the narrator")]
    pub(super) fn line(&self, text: &str) -> Result<(), Failure> {
        view::print(&format!("{text}\n"))
    }

    /// A heading.
    pub(super) fn chapter(&self, title: &str) -> Result<(), Failure> {
        let strong = self.strong;
        view::print(&format!("\n{strong}{title}{strong:#}\n\n"))
    }

    /// A call, its answer, and what that means.
    pub(super) fn call(
        &self,
        method: &str,
        path: &str,
        answer: impl std::fmt::Display,
        meaning: &str,
    ) -> Result<(), Failure> {
        view::print(&self.told(method, path, &answer.to_string(), meaning))
    }

    fn told(&self, method: &str, path: &str, answer: &str, meaning: &str) -> String {
        let (bold, code, faint) = (self.strong, self.answer, self.faint);
        let path = without_ids(path);
        format!("{bold}{method:4}{bold:#} {path}  {code}{answer}{code:#}\n     {faint}{meaning}{faint:#}\n")
    }
}

/// <https://no-color.org>, and terminals that cannot.
fn colours_wanted(variable: impl Fn(&str) -> Option<String>) -> bool {
    variable("NO_COLOR").is_none_or(|value| value.is_empty())
        && variable("TERM").is_none_or(|terminal| terminal != "dumb")
}

/// A path whose operation id is cut to its last digits, and without the api-version, so that it fits in a line.
fn without_ids(path: &str) -> String {
    let path = path.split('?').next().unwrap_or_default();
    match path.rsplit_once('/') {
        Some((before, id)) if before.ends_with("/operations") && id.len() == 36 => {
            format!("{before}/…{}", &id[30..])
        }
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_two_lines_that_fit() {
        let path = "/api/publishers/contoso/offers/sample-vm/operations/5a63deb5-925b-4ee0-938b-7c86fbf287c5";
        let told =
            Narrator::styled(false).told("GET", &format!("{path}?api-version=2017-10-31"), "200", "So.");
        assert_eq!(told, "GET  /api/publishers/contoso/offers/sample-vm/operations/…f287c5  200\n     So.\n");
        assert!(Narrator::styled(true).told("GET", "/x", "200", "So.").starts_with("\u{1b}[1mGET "));
    }

    #[test]
    fn colours_are_left_out_where_nobody_wants_them() {
        let with = |set: &'static str, to: &'static str| {
            colours_wanted(move |name| (name == set).then(|| to.to_owned()))
        };
        assert!(with("TERM", "xterm") && with("NO_COLOR", ""));
        assert!(!with("NO_COLOR", "1") && !with("TERM", "dumb"));
    }
}
