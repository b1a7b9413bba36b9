//! The statement that commits, without the parts that a group of changes has nothing for: each part of a statement costs
//! the database time to begin and to end, whether or not it has rows.

use std::sync::OnceLock;

use tokio_postgres::types::Type;

const TEXT: &str = include_str!("commit.sql");

/// How many parts may be there or not.
const PARTS: usize = 9;

/// Which parts are needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each part is there or not, whatever the others are")]
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

/// The types of the parameters. They are told because a parameter of a part that is left out has no other.
pub(super) const TYPES: [Type; 50] = {
    use Type as T;
    [
        T::TEXT,
        // Offers.
        T::TEXT_ARRAY,
        T::INT8_ARRAY,
        T::UUID_ARRAY,
        T::TEXT_ARRAY,
        T::TEXT_ARRAY,
        T::TEXT_ARRAY,
        T::UUID_ARRAY,
        T::UUID_ARRAY,
        T::TEXT_ARRAY,
        T::UUID_ARRAY,
        T::INT8_ARRAY,
        T::INT8_ARRAY,
        // Operations.
        T::INT8_ARRAY,
        T::TEXT_ARRAY,
        T::UUID_ARRAY,
        T::INT8_ARRAY,
        T::UUID_ARRAY,
        T::TEXT_ARRAY,
        // Work that is settled, and work that is wanted.
        T::INT8_ARRAY,
        T::UUID_ARRAY,
        T::INT8_ARRAY,
        T::INT8_ARRAY,
        T::TEXT_ARRAY,
        T::UUID_ARRAY,
        T::INT8_ARRAY,
        T::TEXT_ARRAY,
        T::INT8_ARRAY,
        // Letters.
        T::INT8_ARRAY,
        T::UUID_ARRAY,
        T::TEXT_ARRAY,
        T::TEXT_ARRAY,
        T::TEXT_ARRAY,
        T::TEXT_ARRAY,
        T::INT8_ARRAY,
        // Contents.
        T::INT8_ARRAY,
        T::TEXT_ARRAY,
        T::INT8_ARRAY,
        T::INT8_ARRAY,
        T::TEXT_ARRAY,
        T::TEXT_ARRAY,
        T::TEXT_ARRAY,
        T::TEXT_ARRAY,
        // Replies.
        T::INT8_ARRAY,
        T::BYTEA_ARRAY,
        T::BYTEA_ARRAY,
        T::INT8_ARRAY,
        T::TEXT_ARRAY,
        // Audit.
        T::INT8_ARRAY,
        T::TEXT_ARRAY,
    ]
};

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
    pub(super) fn text(self) -> &'static str {
        static TEXTS: [OnceLock<String>; 1 << PARTS] = [const { OnceLock::new() }; 1 << PARTS];
        let number = self.flags().iter().fold(0, |number, (_, wanted)| number << 1 | usize::from(*wanted));
        TEXTS[number].get_or_init(|| self.build())
    }

    fn build(self) -> String {
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
        let least = NOTHING.text();
        assert!(least.starts_with("WITH given") && !least.contains("--"), "{least}");
        assert!(
            !least.contains("outbox") && !least.contains("DELETE") && !least.contains("INSERT"),
            "{least}"
        );
        let text = Parts { mail: true, fences: true, ..NOTHING }.text();
        assert!(
            text.contains("INSERT INTO outbox") && text.contains("lease_token") && !text.contains("audit")
        );
        assert_eq!(text.matches("held AS").count(), 1);
    }

    #[test]
    fn the_last_parameter_is_the_last_type() {
        let all = Parts {
            fences: true,
            creates: true,
            operations: true,
            settled: true,
            work: true,
            mail: true,
            contents: true,
            replies: true,
            audit: true,
        };
        for number in 1..=TYPES.len() {
            assert!(all.text().contains(&format!("${number}")), "${number}");
        }
        assert!(!all.text().contains(&format!("${}", TYPES.len() + 1)));
    }
}
