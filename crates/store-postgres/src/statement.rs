//! The statement that commits, without the parts that a group of changes has nothing for: each part of a statement costs
//! the database time to begin and to end, whether or not it has rows.

use std::fmt::Write as _;
use std::sync::OnceLock;

use signoff_store::rows::ChangeRows;

use super::lists::Name;

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
    pub(super) finished_work: bool,
    pub(super) work: bool,
    pub(super) letters: bool,
    pub(super) contents: bool,
    pub(super) replies: bool,
    pub(super) audit: bool,
}

/// A statement, and what its parameters are, in the order of their numbers.
pub(super) struct Statement {
    pub(super) text: String,
    pub(super) parameters: Vec<Name>,
}

impl Parts {
    /// The parts that there is something for.
    pub(super) fn of(changes: &[&ChangeRows]) -> Self {
        let any = |has: fn(&ChangeRows) -> bool| changes.iter().any(|change| has(change));
        Self {
            fences: any(|change| change.fence.is_some()),
            creates: any(|change| change.conditions.revision.is_none()),
            operations: any(|change| !change.operations.is_empty()),
            finished_work: any(|change| !change.finished_work.is_empty()),
            work: any(|change| !change.work.is_empty()),
            letters: any(|change| !change.letters.is_empty()),
            contents: any(|change| change.content.is_some()),
            replies: any(|change| change.reply.is_some()),
            audit: any(|change| change.audit.is_some()),
        }
    }

    fn flags(self) -> [(&'static str, bool); PARTS] {
        [
            ("fences", self.fences),
            ("creates", self.creates),
            ("operations", self.operations),
            ("finished_work", self.finished_work),
            ("work", self.work),
            ("letters", self.letters),
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

/// The statement with its named parameters numbered from one on, in the order of their first use: one that is not in it
/// has no number, for the database could not tell its type.
fn numbered(text: &str) -> Statement {
    let mut statement = Statement { text: String::with_capacity(text.len()), parameters: Vec::new() };
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(':') {
        statement.text.push_str(before);
        // Two colons are a cast.
        if let Some(after) = after.strip_prefix(':') {
            statement.text.push_str("::");
            rest = after;
            continue;
        }
        let is_of_name = |letter: char| letter.is_ascii_lowercase() || matches!(letter, '_' | '.');
        let end = after.find(|letter| !is_of_name(letter)).unwrap_or(after.len());
        let name = Name::of(&after[..end]).expect("a test looks up every name in commit.sql");
        let known = statement.parameters.iter().position(|known| *known == name);
        let place = known.unwrap_or_else(|| {
            statement.parameters.push(name);
            statement.parameters.len() - 1
        });
        // Writing to a string cannot fail.
        let _ = write!(statement.text, "${}", place + 1);
        rest = &after[end..];
    }
    statement.text.push_str(rest);
    statement
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lists::GROUPS;

    const NOTHING: Parts = Parts {
        fences: false,
        creates: false,
        operations: false,
        finished_work: false,
        work: false,
        letters: false,
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
        let text = &Parts { letters: true, fences: true, ..NOTHING }.statement().text;
        assert!(
            text.contains("INSERT INTO outbox") && text.contains("lease_token") && !text.contains("audit")
        );
        assert_eq!(text.matches("held AS").count(), 1);
    }

    #[test]
    fn parameters_are_numbered_without_a_gap_whatever_their_names() {
        let text = "a :work.due_at b :publisher::text[] c :work.due_at, :audit.place d";
        let Statement { text, parameters } = numbered(text);
        assert_eq!(text, "a $1 b $2::text[] c $1, $3 d");
        let names = ["work.due_at", "publisher", "audit.place"];
        assert_eq!(parameters, names.map(|name| Name::of(name).unwrap()));
    }

    #[test]
    fn every_column_of_the_rows_is_in_the_text_and_nothing_else() {
        let text: String = TEXT.lines().filter(|line| !line.trim_start().starts_with("--")).collect();
        let found = numbered(&text).parameters;
        let mut names = vec![Name::Publisher];
        for (group, (name, columns)) in GROUPS.iter().enumerate() {
            let columns = (0..columns.len()).map(|column| Name::Column(group, column));
            // Those of the offers are counted by the database.
            let place = (!["conditions", "offers"].contains(name)).then_some(Name::Place(group));
            names.extend(columns.chain(place));
        }
        for name in &names {
            assert!(found.contains(name), "{name:?} is not written");
        }
        assert_eq!(found.len(), names.len());
    }
}
