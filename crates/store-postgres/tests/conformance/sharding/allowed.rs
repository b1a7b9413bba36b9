//! The statements that are of no one publisher: few, and each for a reason, which `docs/scale.md` tells.

/// How a statement goes over all publishers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It reads, takes no lock, and is a transaction of its own.
    Look,
    /// It makes or replaces everything, or is about a table that belongs to no publisher.
    Whole,
}

/// Statements that are allowed.
pub(super) struct Allowed {
    /// What the documentation calls them.
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// Their texts: `*` stands for anything, `?` for a word.
    texts: &'static [&'static str],
}

/// All of them.
pub(super) const ALLOWED: [Allowed; 9] = [
    Allowed {
        name: "due work",
        kind: Kind::Look,
        texts: &[
            "SELECT publisher_id, offer_id, operation_id, attempt, kind, due_at FROM work WHERE due_at <= $1 AND *",
            "SELECT due_at FROM work WHERE publisher_id <> ALL ($1) AND *",
        ],
    },
    Allowed {
        name: "due letters",
        kind: Kind::Look,
        texts: &[
            "SELECT publisher_id, id FROM outbox WHERE outcome = 'due' AND due_at <= $1 AND *",
            "WITH free AS ( SELECT due_at FROM outbox WHERE TRUE AND outcome = 'due' AND *",
        ],
    },
    Allowed {
        name: "expired replies",
        kind: Kind::Look,
        texts: &[
            "SELECT publisher_id, key FROM repeated WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2",
        ],
    },
    Allowed {
        name: "the next publisher",
        kind: Kind::Look,
        texts: &["SELECT publisher_id FROM operation WHERE publisher_id > $1 ORDER BY publisher_id LIMIT 1"],
    },
    Allowed {
        name: "publishers of a principal",
        kind: Kind::Look,
        texts: &[
            "SELECT * FROM member JOIN publisher ON * WHERE member.tenant = $1 AND member.client = $2 *",
        ],
    },
    Allowed {
        name: "publishers, for the operator",
        kind: Kind::Look,
        texts: &[
            "SELECT version, body FROM publisher WHERE publisher_id > $1 ORDER BY publisher_id LIMIT $2",
        ],
    },
    Allowed {
        name: "lists of the development mode",
        kind: Kind::Look,
        texts: &["SELECT * FROM lab WHERE kind = $1 ORDER BY *", "SELECT * FROM outbox ORDER BY id"],
    },
    Allowed {
        name: "the state as a whole",
        kind: Kind::Whole,
        texts: &[
            "SELECT * FROM ?",
            "DELETE FROM ?",
            "INSERT INTO ? (*) SELECT * FROM unnest(*)",
            "SELECT setval('letter_id', (SELECT coalesce(max(id), 0) + 1 FROM outbox)); DELETE FROM audit_counter; INSERT INTO audit_counter *",
        ],
    },
    Allowed {
        name: "schema and first key",
        kind: Kind::Whole,
        texts: &[
            "CREATE TABLE IF NOT EXISTS schema_version (version bigint NOT NULL)",
            "LOCK TABLE signing_key IN SHARE ROW EXCLUSIVE MODE",
        ],
    },
];

impl Allowed {
    /// What allows the statement.
    pub(super) fn of(text: &str) -> Option<&'static Self> {
        let text = text.as_bytes();
        ALLOWED.iter().find(|allowed| allowed.texts.iter().any(|pattern| matches(pattern.as_bytes(), text)))
    }
}

fn matches(pattern: &[u8], text: &[u8]) -> bool {
    match pattern {
        [] => text.is_empty(),
        [b'*', rest @ ..] => (0..=text.len()).any(|at| matches(rest, &text[at..])),
        [b'?', rest @ ..] => {
            let letter = |byte: &&u8| byte.is_ascii_lowercase() || **byte == b'_';
            let word = text.iter().take_while(letter).count();
            word > 0 && matches(rest, &text[word..])
        }
        [first, rest @ ..] => text.first() == Some(first) && matches(rest, &text[1..]),
    }
}

#[test]
fn a_pattern_is_no_wider_than_it_says() {
    assert_eq!(Allowed::of("DELETE FROM offer").map(|allowed| allowed.name), Some("the state as a whole"));
    for text in [
        "DELETE FROM work WHERE due_at < $1",
        "SELECT body FROM outbox WHERE outcome = 'due'",
        "TRUNCATE offer",
    ] {
        assert!(Allowed::of(text).is_none(), "{text}");
    }
}
