//! The draft: a register that is set under a tag.

use std::fmt;

use super::Object;

/// The draft of an offer. Its content is told by the number of the edit.
pub(crate) struct Draft;

/// What is asked of a draft.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Ask {
    /// PUT under the tag that came with the edit `over`; `None`: under `*`.
    Put { edit: u64, over: Option<u64> },
    /// GET.
    Get,
}

/// What is answered.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Reply {
    /// 200.
    Stored,
    /// 412.
    Stale,
    /// 200, with this edit.
    Holds(u64),
}

impl Object for Draft {
    type State = u64;
    type Ask = Ask;
    type Reply = Reply;

    fn beginning(&self) -> u64 {
        0
    }

    fn by_itself(&self, _: &u64) -> Vec<u64> {
        Vec::new()
    }

    fn after(&self, state: &u64, _: usize, ask: &Ask, reply: Option<&Reply>) -> Vec<u64> {
        match (ask, reply) {
            (Ask::Put { edit, over }, None | Some(Reply::Stored))
                if over.is_none_or(|over| over == *state) =>
            {
                vec![*edit]
            }
            (Ask::Put { over: Some(over), .. }, Some(Reply::Stale)) if over != state => vec![*state],
            (Ask::Get, Some(Reply::Holds(edit))) if edit == state => vec![*state],
            _ => Vec::new(),
        }
    }

    fn changes(&self, ask: &Ask) -> bool {
        matches!(ask, Ask::Put { .. })
    }
}

impl fmt::Display for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Put { edit, over: Some(over) } => write!(f, "PUT edit {edit} over edit {over}"),
            Self::Put { edit, over: None } => write!(f, "PUT edit {edit} over any"),
            Self::Get => f.write_str("GET the draft"),
        }
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stored => f.write_str("200 stored"),
            Self::Stale => f.write_str("412"),
            Self::Holds(edit) => write!(f, "200 edit {edit}"),
        }
    }
}
