//! What an operation does and what a caller is, as messages name it.

/// The kind of an operation, `submissionType` on the wire (contract, "Shapes").
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum OperationKind {
    /// Builds the preview from the draft.
    Publish,
    /// Brings the preview to production.
    GoLive,
    /// Undoes an operation that runs.
    Cancel,
}

impl OperationKind {
    /// The word of the wire, which is also what the locale files select on.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Publish => "publish",
            Self::GoLive => "goLive",
            Self::Cancel => "cancel",
        }
    }
}

/// What a caller is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CallerKind {
    /// A person.
    Person,
    /// A program.
    App,
    /// The operator of the server.
    Operator,
}

impl CallerKind {
    /// The word of the wire, which is also what the locale files select on.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::App => "app",
            Self::Operator => "operator",
        }
    }
}
