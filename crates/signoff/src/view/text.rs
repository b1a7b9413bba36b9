//! Text in pieces with looks.

use clap::builder::styling::{AnsiColor, Style};
use signoff_text::clean::is_steering;

/// How a piece looks where the terminal has colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Look {
    #[default]
    Plain,
    /// A heading.
    Strong,
    /// What may be overlooked.
    Faint,
    /// It ended well.
    Good,
    /// It failed.
    Bad,
    /// It goes on.
    Busy,
    /// Somebody stopped it, or it waits for somebody.
    Halted,
}

impl Look {
    fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Strong => Style::new().bold(),
            Self::Faint => Style::new().dimmed(),
            Self::Good => AnsiColor::Green.on_default(),
            Self::Bad => AnsiColor::Red.on_default().bold(),
            Self::Busy => AnsiColor::Cyan.on_default().bold(),
            Self::Halted => AnsiColor::Yellow.on_default(),
        }
    }

    /// How the word for a state looks.
    pub(crate) fn of_state(word: &str) -> Self {
        match word {
            "complete" | "completed" | "succeeded" | "done" | "ok" | "applied" => Self::Good,
            "failed" | "blocked" | "problem" | "error" => Self::Bad,
            "running" | "inProgress" => Self::Busy,
            "canceled" | "pending" | "warning" | "unset" => Self::Halted,
            word if word.starts_with("waiting") || word == "cancelRequested" => Self::Halted,
            _ => Self::Plain,
        }
    }
}

/// A text in pieces. What a stranger wrote goes in as it came: it is cleaned when it is printed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Text(Vec<(Look, String)>);

impl Text {
    /// The text with another piece behind it.
    #[must_use]
    pub(crate) fn and(mut self, look: Look, piece: impl Into<String>) -> Self {
        self.push(look, piece);
        self
    }

    /// Puts a piece behind it.
    pub(crate) fn push(&mut self, look: Look, piece: impl Into<String>) {
        self.0.push((look, piece.into()));
    }

    pub(crate) fn append(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// What is written: without anything that steers a terminal but line breaks and, with `colours`, our own looks.
    pub(crate) fn rendered(&self, colours: bool) -> String {
        let mut rendered = String::new();
        for (look, piece) in &self.0 {
            let style = if colours { look.style() } else { Style::new() };
            let shown = piece.chars().map(|c| if c != '\n' && is_steering(c) { ' ' } else { c });
            rendered.push_str(&style.render().to_string());
            rendered.extend(shown);
            rendered.push_str(&style.render_reset().to_string());
        }
        rendered
    }
}

impl<T: Into<String>> From<T> for Text {
    fn from(text: T) -> Self {
        Self::default().and(Look::Plain, text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_looks_reach_a_terminal() {
        let text = Text::from("a\u{1b}[31m\u{7}\u{202e}b\u{9b}c\r\n").and(Look::Bad, "failed\u{1b}]0;x\u{7}");
        assert_eq!(text.rendered(false), "a [31m  b c \nfailed ]0;x ");
        assert_eq!(text.rendered(true), "a [31m  b c \n\u{1b}[1m\u{1b}[31mfailed ]0;x \u{1b}[0m");
    }
}
