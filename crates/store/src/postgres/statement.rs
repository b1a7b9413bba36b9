//! The statement that commits, without the parts that a group of changes has nothing for: each part of a statement costs
//! the database time to begin and to end, whether or not it has rows.

use std::fmt::Write as _;
use std::sync::OnceLock;

const TEXT: &str = include_str!("commit.sql");

/// How many parts may be there or not.
const PARTS: usize = 9;

/// Which parts are needed.
#[expect(clippy::struct_excessive_bools, reason = "each part is there or not, whatever the others are")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) fences: bool,
    pub(super) creates: bool,
    pub(super) operations: bool,
    pub(super) settled: bool,
    pub(super) work: bool,
    pub(super) mail: bool,
    pub(super) contents: bool,
    pub(super) replies: bool,
    pub(super) audit: bool,
}

/// A statement, and which of all parameters it has, in the order of its numbers.
pub(super) struct Statement {
    pub(super) text: String,
    /// Counted from nought.
    pub(super) parameters: Vec<usize>,
}

impl Parts {
    fn flags(self) -> [(&'static str, bool); PARTS] {
        [
            ("fences", self.fences),
            ("creates", self.creates),
            ("operations", self.operations),
            ("settled", self.settled),
            ("work", self.work),
            ("mail", self.mail),
            ("contents", self.contents),
            ("replies", self.replies),
            ("audit", self.audit),
        ]
    }

    /// The statement with these parts.
    pub(super) fn statement(self) -> &'static Statement {
        static STATEMENTS: [OnceLock<Statement>; 1 << PARTS] = [const { OnceLock::new() }; 1 << PARTS];
        let number = self.flags().iter().fold(0, |number, (_, wanted)| number << 1 | usize::from(*wanted));
        STATEMENTS[number].get_or_init(|| numbered(&self.text()))
    }

    fn text(self) -> String {
        let flags = self.flags();
        let is_wanted = |part: &str| {
            let (part, wanted) = part.strip_prefix("no ").map_or((part, true), |part| (part, false));
            flags.iter().any(|(name, is)| *name == part && *is == wanted)
        };
        let mut text = String::with_capacity(TEXT.len());
        let mut keeps = true;
        for line in TEXT.lines() {
            match line.strip_prefix("--part") {
                Some(part) => keeps = part.is_empty() || is_wanted(part.trim_start()),
                None if keeps && !line.trim_start().starts_with("--") => {
                    text.push_str(line);
                    text.push('\n');
                }
                None => {}
            }
        }
        text
    }
}

/// The statement with the parameters that it has numbered from one on: one that is named nowhere has no type.
fn numbered(text: &str) -> Statement {
    let mut pieces = text.split('$');
    let mut statement =
        Statement { text: pieces.next().unwrap_or_default().to_owned(), parameters: Vec::new() };
    for piece in pieces {
        let end = piece.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(piece.len());
        let parameter = piece[..end].parse::<usize>().map_or(0, |number| number.saturating_sub(1));
        let known = statement.parameters.iter().position(|known| *known == parameter);
        let place = known.unwrap_or_else(|| {
            statement.parameters.push(parameter);
            statement.parameters.len() - 1
        });
        // Writing to a string cannot fail.
        let _ = write!(statement.text, "${}{}", place + 1, &piece[end..]);
    }
    statement
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: Parts = Parts {
        fences: false,
        creates: false,
        operations: false,
        settled: false,
        work: false,
        mail: false,
        contents: false,
        replies: false,
        audit: false,
    };

    #[test]
    fn every_part_is_in_the_text_once() {
        let marks =
            |name: &str| TEXT.lines().filter(|line| line.strip_prefix("--part ") == Some(name)).count();
        for (name, _) in NOTHING.flags() {
            assert_eq!(marks(name), 1, "{name}");
        }
        assert_eq!((marks("no fences"), marks("no creates")), (1, 1));
    }

    #[test]
    fn parts_that_are_not_needed_are_left_out() {
        let least = &NOTHING.statement().text;
        assert!(least.starts_with("WITH given") && !least.contains("--"), "{least}");
        assert!(
            !least.contains("outbox") && !least.contains("DELETE") && !least.contains("INSERT"),
            "{least}"
        );
        let text = &Parts { mail: true, fences: true, ..NOTHING }.statement().text;
        assert!(
            text.contains("INSERT INTO outbox") && text.contains("lease_token") && !text.contains("audit")
        );
        assert_eq!(text.matches("held AS").count(), 1);
    }

    #[test]
    fn parameters_are_numbered_without_a_gap() {
        let Statement { text, parameters } = numbered("a $2 b $11::text[] c $2, $1");
        assert_eq!(text, "a $1 b $2::text[] c $1, $3");
        assert_eq!(parameters, [1, 10, 0]);
    }
}
