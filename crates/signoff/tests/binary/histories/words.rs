//! Operations, calls and answers in words.

use std::fmt;

use super::life::{Ask, Op, Reply};

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "op{}", self.0)
    }
}

impl fmt::Display for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Publish => f.write_str("publish"),
            Self::GoLive => f.write_str("golive"),
            Self::Cancel(None) => f.write_str("cancel"),
            Self::Cancel(Some(op)) => write!(f, "cancel {op}"),
            Self::Status => f.write_str("status"),
            Self::Look(op) => write!(f, "look at {op}"),
        }
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Started(op) => write!(f, "202 {op}"),
            Self::Canceled(op) => write!(f, "200 {op} is canceled"),
            Self::Canceling(op) => write!(f, "202 by {op}"),
            Self::CancellationEnded(op) => write!(f, "200 {op} has ended"),
            Self::InProgress(op) => write!(f, "400 OperationInProgress {op}"),
            Self::NotReadyForGoLive => f.write_str("400 NotReadyForGoLive"),
            Self::NothingInProgress => f.write_str("400 NoOperationInProgress"),
            Self::NotCancellable(op) => write!(f, "400 OperationNotCancellable {op}"),
            Self::CancellationFailed(op) => write!(f, "400 CancellationFailed {op}"),
            Self::NotRunning => f.write_str("400 OperationNotRunning"),
            Self::Status(word) => f.write_str(word),
            Self::Shows { status, cancel } => write!(f, "{status}, {cancel}"),
            Self::NotFound => f.write_str("404"),
        }
    }
}
