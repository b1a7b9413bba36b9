//! What a caller is, as messages name it.

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
