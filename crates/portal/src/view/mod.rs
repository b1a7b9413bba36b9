//! From the core's values to the shapes of the wire.

mod diff;
mod note;
mod observed;
mod offer;
mod operation;
mod step;

pub(crate) use diff::diff;
pub(crate) use note::operation_messages;
pub(crate) use offer::{offer, offer_status, stored, stored_tag, summary, tag};
pub(crate) use operation::{detail, item, location, render_operation, state_word};
pub(crate) use step::steps;

use std::borrow::Cow;

use signoff_lifecycle::ids::{OperationId, PublisherTime};
use uuid::Uuid;

/// A moment as the wire spells it.
pub(crate) fn time(at: PublisherTime) -> Cow<'static, str> {
    signoff_wire::time::rfc3339(at.0).into()
}

/// A GUID in the wire's type.
pub(crate) fn guid(id: OperationId) -> Uuid {
    Uuid::from_u128(id.value())
}
