//! The one place from which text goes to a terminal; [`Text::rendered`] cleans it.

use std::io::{self, IsTerminal as _, Write as _};

use signoff_engine::clock::Clock;
use signoff_lifecycle::ids::RealTime;
use signoff_text::clean;

use super::Text;

/// Where text goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    /// Data.
    Out,
    /// All else.
    Err,
}

/// What shows a text.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Screen {
    /// Its columns; `None`: it is no terminal, and nothing is folded.
    pub(crate) width: Option<usize>,
    /// The present, for a person who looks; `None`: a program reads it, and only exact times are written.
    pub(crate) now: Option<RealTime>,
}

impl Stream {
    pub(crate) fn is_terminal(self) -> bool {
        match self {
            Self::Out => io::stdout().is_terminal(),
            Self::Err => io::stderr().is_terminal(),
        }
    }

    /// What shows what is written here.
    pub(crate) fn screen(self) -> Screen {
        if !self.is_terminal() {
            return Screen::default();
        }
        let terminal = match self {
            Self::Out => console::Term::stdout(),
            Self::Err => console::Term::stderr(),
        };
        let width = terminal.size_checked().map(|(_, columns)| usize::from(columns));
        Screen { width: width.filter(|columns| *columns > 0), now: Some(Clock::default().real()) }
    }

    fn has_colours(self) -> bool {
        self.is_terminal() && colours_wanted(|name| std::env::var(name).ok())
    }

    /// Writes the text, and a line break if it has none at its end.
    pub(super) fn write(self, text: &Text) -> io::Result<()> {
        self.write_bytes(&text.rendered(self.has_colours()))
    }

    /// The same for JSON, in which what steers is escaped and not lost.
    pub(super) fn write_json(self, json: &str) -> io::Result<()> {
        // Between members line breaks and tabs are blanks, and inside strings JSON has none.
        let lines =
            json.split('\n').map(|line| clean::escaped(&line.replace(['\r', '\t'], " ")).into_owned());
        self.write_bytes(&lines.collect::<Vec<_>>().join("\n"))
    }

    fn write_bytes(self, text: &str) -> io::Result<()> {
        let end = if text.ends_with('\n') { "" } else { "\n" };
        match self {
            Self::Out => {
                let mut stdout = io::stdout().lock();
                stdout.write_all(text.as_bytes())?;
                stdout.write_all(end.as_bytes())?;
                stdout.flush()
            }
            // One call, so that lines of several writers do not mix.
            Self::Err => io::stderr().lock().write_all(format!("{text}{end}").as_bytes()),
        }
    }
}

/// <https://no-color.org>, and terminals that cannot.
fn colours_wanted(variable: impl Fn(&str) -> Option<String>) -> bool {
    variable("NO_COLOR").is_none_or(|value| value.is_empty())
        && variable("TERM").is_none_or(|terminal| terminal != "dumb")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn colours_are_left_out_where_nobody_wants_them() {
        let with = |set: &'static str, to: &'static str| {
            colours_wanted(move |name| (name == set).then(|| to.to_owned()))
        };
        assert!(with("TERM", "xterm") && with("NO_COLOR", ""));
        assert!(!with("NO_COLOR", "1") && !with("TERM", "dumb"));
    }

    /// Lines of the program's own sources that reach for a standard stream, outside of this file and the log.
    fn writers(folder: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                writers(&path, found);
                continue;
            }
            let is_log = path.components().any(|part| part.as_os_str() == "logging");
            let own = is_log || path.ends_with("view/out.rs");
            let text = std::fs::read_to_string(&path).unwrap();
            let reaches = |line: &&str| {
                let stream =
                    [" stdout()", ":stdout()", " stderr()", ":stderr()", "println!", "print!(", "eprint!("];
                stream.iter().any(|word| line.contains(word)) && !line.contains("is_terminal")
            };
            let lines =
                text.lines().filter(|line| !own && reaches(line) && !line.contains("ProgressDrawTarget"));
            found.extend(lines.map(|line| format!("{}: {}", path.display(), line.trim())));
        }
    }

    #[test]
    fn nothing_else_writes_to_a_terminal() {
        let mut found = Vec::new();
        for of_program in ["signoff", "settings", "run"] {
            writers(
                &Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(of_program).join("src"),
                &mut found,
            );
        }
        assert!(found.is_empty(), "these go past the cleaning of view/out.rs: {found:#?}");
    }
}
