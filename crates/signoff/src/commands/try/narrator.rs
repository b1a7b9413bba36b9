//! How the story is told: chapters, calls and what they mean, on stdout. Bars and errors go to stderr.

use crate::exit::Failure;
use crate::view::{self, Look, Text};

/// Prints the story.
pub(super) struct Narrator;

#[expect(clippy::unused_self, reason = "everything that is told goes through the narrator")]
impl Narrator {
    /// A line in words.
    pub(super) fn line(&self, text: &str) -> Result<(), Failure> {
        view::print(&format!("{text}\n"))
    }

    /// A heading.
    pub(super) fn chapter(&self, title: &str) -> Result<(), Failure> {
        view::print_text(&Text::from("\n").and(Look::Strong, title).and(Look::Plain, "\n\n"))
    }

    /// A call, its answer, and what that means.
    pub(super) fn call(
        &self,
        method: &str,
        path: &str,
        answer: impl std::fmt::Display,
        meaning: &str,
    ) -> Result<(), Failure> {
        view::print_text(&told(method, path, &answer.to_string(), meaning))
    }
}

fn told(method: &str, path: &str, answer: &str, meaning: &str) -> Text {
    let path = without_ids(path);
    Text::default()
        .and(Look::Strong, format!("{method:4}"))
        .and(Look::Plain, format!(" {path}  "))
        .and(Look::Busy, answer)
        .and(Look::Plain, "\n     ")
        .and(Look::Faint, meaning)
        .and(Look::Plain, "\n")
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
        let told = |path: &str| told("GET", path, "200", "So.");
        assert_eq!(
            told(&format!("{path}?api-version=2017-10-31")).rendered(false),
            "GET  /api/publishers/contoso/offers/sample-vm/operations/…f287c5  200\n     So.\n"
        );
        assert!(told("/x").rendered(true).starts_with("\u{1b}[1mGET "));
    }
}
