//! What was asked of a store, and what came of it.

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The caller has no answer yet, or went away without one.
    Open,
    /// It succeeded.
    Done,
    /// The store refused it; the text is the error's.
    Failed(String),
    /// It failed by plan, before anything was done.
    Error,
    /// It was done, and by plan the caller was told otherwise.
    ReplyLost,
    /// The crash took it, or it came after the crash: it never returns. `done`: the store did what it asked.
    Crashed {
        /// Whether the store did what the call asked.
        done: bool,
    },
}

/// One call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number among all calls, from 1 on.
    pub number: u64,
    /// The method, such as `commit`.
    pub method: &'static str,
    /// The publisher that it speaks of; empty if it speaks of none.
    pub publisher: String,
    /// The offer, or what else it speaks of: an operation, a key. Empty if it speaks of nothing in particular.
    pub subject: String,
    /// How it ended.
    pub outcome: Outcome,
}

impl std::fmt::Display for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { number, method, publisher, subject, outcome } = self;
        write!(f, "{number} {method} {publisher}/{subject}: {outcome:?}")
    }
}
