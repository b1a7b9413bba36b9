//! The use cases. Each is a small value that prepares a command; all of them take the one path ([`path`]), and so do
//! the results of work.
//!
//! To add one, write a file with its request, its `UseCase` and the function that callers call, and name it here.

mod audit;
mod callback;
mod cancel;
mod checks;
mod commit;
mod detach_on_drop;
mod golive;
mod letters;
mod operation_log;
mod path;
mod publish;
mod put;
mod receipt;
mod review;
mod stored_receipt;

use std::sync::Arc;

use signoff_lifecycle::offer::Aggregate;

pub use callback::CallbackRequest;
pub use cancel::CancelRequest;
pub(crate) use checks::Checks;
pub use golive::GoLiveRequest;
pub(crate) use path::Plain;
pub use publish::PublishRequest;
pub use put::PutRequest;
pub use receipt::{CancelOrigin, CancelReceipt, PutReceipt, Stored};
pub use review::ReviewRequest;
pub use stored_receipt::StoredReceipt;

/// What came of a use case. `R` is its receipt.
#[derive(Clone, Debug)]
pub struct Done<R> {
    /// The offer as it then is; when an earlier request is answered again, as it is now.
    pub state: Arc<Aggregate>,
    /// What the caller is told, now and whenever the same request comes again.
    pub receipt: R,
}
