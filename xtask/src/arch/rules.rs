//! The rules of the architecture, as tables.

/// Which crate of the workspace may name which. Arrows go down only; `lifecycle` and `wire` are leaves, and `text` knows
/// the core alone. No door names another, nor the development mode, and what is below the doors names none of them.
pub(super) const ARROWS: &[(&str, &[&str])] = &[
    ("signoff-lifecycle", &[]),
    ("signoff-model", &["signoff-lifecycle"]),
    ("signoff-text", &["signoff-lifecycle"]),
    ("signoff-wire", &[]),
    ("signoff-store", &["signoff-lifecycle"]),
    ("signoff-store-sqlite", &["signoff-store", "signoff-lifecycle"]),
    // A snapshot is a file of the embedded store, whichever engine it was taken of.
    ("signoff-store-postgres", &["signoff-store-sqlite", "signoff-store", "signoff-lifecycle"]),
    (
        "signoff-upkeep",
        &["signoff-store-postgres", "signoff-store-sqlite", "signoff-store", "signoff-lifecycle"],
    ),
    ("signoff-definition", &["signoff-lifecycle", "signoff-text"]),
    ("signoff-webhook", &["signoff-definition", "signoff-lifecycle"]),
    ("signoff-mail", &["signoff-store", "signoff-lifecycle", "signoff-text"]),
    (
        "signoff-engine",
        &[
            "signoff-webhook",
            "signoff-mail",
            "signoff-definition",
            "signoff-store",
            "signoff-lifecycle",
            "signoff-text",
        ],
    ),
    ("signoff-identity", &["signoff-store", "signoff-lifecycle", "signoff-wire"]),
    (
        "signoff-front",
        &[
            "signoff-identity",
            "signoff-engine",
            "signoff-store",
            "signoff-lifecycle",
            "signoff-text",
            "signoff-wire",
        ],
    ),
    (
        "signoff-portal",
        &[
            "signoff-front",
            "signoff-identity",
            "signoff-definition",
            "signoff-engine",
            "signoff-webhook",
            "signoff-store",
            "signoff-lifecycle",
            "signoff-text",
            "signoff-wire",
        ],
    ),
    (
        "signoff-dev",
        &[
            "signoff-front",
            "signoff-identity",
            "signoff-engine",
            "signoff-mail",
            "signoff-definition",
            "signoff-upkeep",
            "signoff-store",
            "signoff-lifecycle",
            "signoff-text",
            "signoff-wire",
        ],
    ),
    // It puts the doors together.
    (
        "signoff-server",
        &[
            "signoff-portal",
            "signoff-dev",
            "signoff-front",
            "signoff-identity",
            "signoff-definition",
            "signoff-engine",
            "signoff-webhook",
            "signoff-store",
            "signoff-lifecycle",
            "signoff-wire",
        ],
    ),
    (
        "signoff-settings",
        &[
            "signoff-front",
            "signoff-identity",
            "signoff-engine",
            "signoff-webhook",
            "signoff-mail",
            "signoff-upkeep",
            "signoff-store-postgres",
            "signoff-lifecycle",
            "signoff-wire",
        ],
    ),
    ("signoff-run", &["signoff-server"]),
    (
        "signoff",
        &[
            "signoff-run",
            "signoff-settings",
            "signoff-server",
            "signoff-engine",
            "signoff-webhook",
            "signoff-mail",
            "signoff-upkeep",
            "signoff-store-postgres",
            "signoff-store-sqlite",
            "signoff-store",
            "signoff-lifecycle",
            "signoff-text",
            "signoff-wire",
        ],
    ),
    (
        "signoff-sim",
        &[
            "signoff-server",
            "signoff-engine",
            "signoff-webhook",
            "signoff-mail",
            "signoff-definition",
            "signoff-store",
            "signoff-lifecycle",
            "signoff-text",
            "signoff-wire",
        ],
    ),
    // It fills stores with more operations than anybody would start over HTTP.
    ("signoff-bench", &["signoff-store-sqlite", "signoff-store", "signoff-lifecycle"]),
    ("xtask", &[]),
];

/// Which crates the tests of a crate may name besides.
pub(super) const ARROWS_OF_TESTS: &[(&str, &[&str])] = &[
    // They hold the rules of the model's crate against it; [`PURE`] keeps that out of what is built.
    ("signoff-lifecycle", &["signoff-model"]),
    // They run on real stores.
    ("signoff-engine", &["signoff-store-postgres", "signoff-store-sqlite"]),
    ("signoff-mail", &["signoff-store-sqlite"]),
    // The walk makes and harms stores, and is a certifier.
    ("signoff-server", &["signoff-upkeep", "signoff-store-postgres", "signoff-store-sqlite"]),
];

/// An outside crate that only some of ours may name.
pub(super) struct Kept {
    /// The outside crate.
    pub(super) outside: &'static str,
    /// Who may name it, in dependencies of any kind.
    pub(super) by: &'static [&'static str],
    /// Whose tests may name it besides.
    pub(super) by_tests_of: &'static [&'static str],
    /// Why.
    pub(super) reason: &'static str,
}

const SQL: &str = "SQL lives in the stores alone; everyone else goes through their contract";
const HTTP: &str = "HTTP is served by the front and its doors alone";

/// What stays in its place. The bench measures raw SQLite and bare axum beside us, so it may name both.
pub(super) const KEPT: &[Kept] = &[
    Kept {
        outside: "rusqlite",
        by: &["signoff-store-sqlite", "signoff-bench"],
        by_tests_of: &[],
        reason: SQL,
    },
    Kept { outside: "tokio-postgres", by: &["signoff-store-postgres"], by_tests_of: &[], reason: SQL },
    Kept { outside: "deadpool", by: &["signoff-store-postgres"], by_tests_of: &[], reason: SQL },
    Kept { outside: "deadpool-postgres", by: &["signoff-store-postgres"], by_tests_of: &[], reason: SQL },
    Kept {
        outside: "axum",
        by: &["signoff-front", "signoff-portal", "signoff-dev", "signoff-bench"],
        // They are tested against a server that answers as the test says.
        by_tests_of: &["signoff-wire", "signoff-identity", "signoff-server", "signoff"],
        reason: HTTP,
    },
    Kept { outside: "tower-http", by: &["signoff-front"], by_tests_of: &[], reason: HTTP },
    Kept {
        outside: "lettre",
        by: &["signoff-mail"],
        by_tests_of: &[],
        reason: "mail leaves through the outbox, one row a recipient",
    },
    Kept {
        outside: "jsonwebtoken",
        by: &["signoff-identity"],
        // Their tests forge tokens, or read them.
        by_tests_of: &["signoff-front", "signoff-server", "signoff"],
        reason: "tokens are made and checked in the identity crate alone",
    },
];

/// A crate that must stay pure: no input or output, no clock, no randomness.
pub(super) struct Pure {
    /// The crate.
    pub(super) name: &'static str,
    /// What it may reach over normal and build dependencies, at any depth.
    pub(super) may_reach: &'static [&'static str],
    /// What it may reach with all that lies behind: too much to list, and looked through when it was taken in.
    pub(super) may_reach_whole: &'static [&'static str],
}

/// serde, and what its derives are made of.
const SERDE: &[&str] =
    &["serde", "serde_core", "serde_derive", "syn", "quote", "proc-macro2", "unicode-ident"];

/// The crates that must stay pure.
pub(super) const PURE: &[Pure] = &[
    Pure { name: "signoff-lifecycle", may_reach: SERDE, may_reach_whole: &[] },
    Pure {
        name: "signoff-definition",
        may_reach: &["signoff-lifecycle", "signoff-text"],
        // Parsers and their tables, and sentences that are built in. jiff reckons with times and is handed them.
        may_reach_whole: &[
            "email_address",
            "fluent-templates",
            "jiff",
            "serde",
            "serde_json",
            "strsim",
            "toml",
            "unic-langid",
            "url",
        ],
    },
];

/// The most lines of Rust below the `src` of one crate, inline tests among them: more is more than one subject.
pub(super) const LARGEST_CRATE: usize = 8_000;

/// Dependencies that no source names, of which package, and what they are for.
pub(super) const USED_UNSEEN: &[(&str, &str, &str)] = &[];

/// The enums whose variants are words for people, and where they stand: some code must make each variant.
pub(super) const MADE: &[(&str, &str)] = &[
    ("Note", "crates/lifecycle/src/note.rs"),
    ("Refusal", "crates/lifecycle/src/refusal.rs"),
    ("ErrorText", "crates/text/src/errors.rs"),
    ("FindingText", "crates/text/src/findings.rs"),
    ("MailText", "crates/text/src/mail.rs"),
];

/// Where making a variant does not count: the tools, which are no part of a server.
pub(super) const MADE_BY_NONE_OF: &[&str] = &["crates/model/", "crates/sim/", "bench/", "xtask/"];

/// Where each dependency has its reason.
pub(super) const DECISIONS: &str = "docs/decisions.md";

/// Where each line of the log has its meaning.
pub(super) const OPERATIONS: &str = "docs/operations.md";

/// Words that must not stand in the code of some files.
pub(super) struct Ban {
    /// What is looked for. A pattern that begins or ends with a letter matches whole words there.
    pub(super) words: &'static [&'static str],
    /// Where: beginnings of paths, from the repository's root.
    pub(super) within: &'static [&'static str],
    /// Where not: beginnings of paths.
    pub(super) except: &'static [&'static str],
    /// Whether comments count too.
    pub(super) in_comments: bool,
    /// Whether tests count too.
    pub(super) in_tests: bool,
    /// Why, and what to do instead.
    pub(super) reason: &'static str,
}

/// The files that read the real clock or draw at random, and the three tools that measure. The
/// simulation reads a clock that stands still while anybody has something to do. Leases run on real time,
/// whatever a publisher's test clock says: they guard against a worker that died.
const REAL_CLOCK_AND_RANDOMNESS: &[&str] = &[
    "crates/engine/src/clock.rs",
    "crates/store/src/leases/mod.rs",
    "crates/identity/src/random.rs",
    "crates/model/src/main.rs",
    "crates/sim/src/time.rs",
    "bench/",
    "xtask/",
];

/// Names that were words of our own and went: a receipt was `Told`, an attempt `Tried`, what is committed along `Along`,
/// a fingerprint `Imprint`, an event of the store `Deed`, a mutation `Twist`, a batcher `Gather`, a lookup `Look`, how far
/// a cancel goes `Means`, a review decision `Ruling`, the actor in the audit log `Asker`, a cached operation `Viewed`, the
/// development mode `Lab`, finished work `SettledRow`, a transient failure `InPassing`, to release `give_back`.
const COINAGES: &[&str] = &[
    "Along",
    "Asker",
    "Deed",
    "Gather",
    "Imprint",
    "InPassing",
    "Lab",
    "LabKind",
    "Looked",
    "Means",
    "Passed",
    "Ruling",
    "SettledRow",
    "Tried",
    "Twist",
    "Viewed",
    "also_tell",
    "done_before",
    "foresee_cancel",
    "give_back",
    "has_peers",
    "keep_told",
    "to_the_end",
    "told_of",
];

/// The banned words.
pub(super) const BANS: &[Ban] = &[
    Ban {
        words: &["SystemTime::now", "Instant::now", "Timestamp::now", "Zoned::now"],
        within: &[""],
        except: REAL_CLOCK_AND_RANDOMNESS,
        in_comments: false,
        in_tests: false,
        reason: "ask the clock that is handed in; only crates/engine/src/clock.rs reads the real one",
    },
    Ban {
        words: &[
            "rand::",
            "getrandom::",
            "OsRng",
            "ThreadRng",
            "Uuid::new_v4",
            "Uuid::new_v7",
            "Uuid::now_v7",
        ],
        within: &[""],
        except: REAL_CLOCK_AND_RANDOMNESS,
        in_comments: false,
        in_tests: false,
        reason: "take ids and random bytes from the source that is handed in; \
                 only crates/engine/src/clock.rs and crates/identity/src/random.rs draw them",
    },
    Ban {
        words: &["clippy::disallowed_methods"],
        within: &[""],
        except: REAL_CLOCK_AND_RANDOMNESS,
        in_comments: false,
        in_tests: false,
        reason: "only the files that read the real clock or randomness may lift this lint",
    },
    Ban {
        words: &[
            "fs::",
            "net::",
            "env::",
            "process::",
            "thread::",
            "io::",
            "print!",
            "println!",
            "eprintln!",
        ],
        within: &["crates/lifecycle/src/", "crates/definition/src/"],
        except: &[],
        in_comments: false,
        in_tests: false,
        reason: "these crates decide and do nothing else: no input, no output",
    },
    Ban {
        words: &["SystemTime", "time::Instant", "HashMap", "HashSet", "RandomState"],
        within: &["crates/lifecycle/src/"],
        except: &[],
        in_comments: false,
        in_tests: false,
        reason: "the same command must decide the same way every time: time is an argument, \
                 and BTreeMap and BTreeSet have an order",
    },
    Ban {
        words: &["ErrorCode", "ErrorBody", "api_version"],
        within: &["crates/front/src/", "crates/identity/src/", "crates/dev/src/"],
        except: &[],
        in_comments: false,
        in_tests: false,
        reason: "only a door knows its codes and versions; the front refuses by a Problem, which each door says in its own shape",
    },
    Ban {
        words: &[
            concat!("TO", "DO"),
            concat!("FIX", "ME"),
            concat!("to", "do!"),
            concat!("unimpl", "emented!"),
        ],
        within: &[""],
        except: &[],
        in_comments: true,
        in_tests: true,
        reason: "finish it, or open an issue",
    },
    Ban {
        words: COINAGES,
        within: &["crates/", "bench/"],
        except: &[],
        in_comments: false,
        in_tests: false,
        reason: "a word of our own that a newcomer must learn; docs/glossary.md has the one to use",
    },
    Ban {
        words: &[concat!("dbg", "!"), concat!("#[al", "low("), concat!("#![al", "low(")],
        within: &[""],
        except: &[],
        in_comments: false,
        in_tests: true,
        reason: "no leftovers; a lint is lifted by #[expect(…, reason = \"…\")], which ends when its reason ends",
    },
];

/// The longest source file, in lines.
pub(super) const LONGEST_FILE: usize = 500;

/// File names that end so are sources.
pub(super) const SOURCE_ENDINGS: &[&str] = &[".rs", ".sql", ".py", ".sh", ".ftl", "Cargo.toml"];

/// Directories that hold sources.
pub(super) const SOURCE_ROOTS: &[&str] = &["crates", "bench", "xtask", ".ci"];

/// What every manifest of the workspace says.
pub(super) const IN_EVERY_MANIFEST: &str = "[lints]\nworkspace = true";
