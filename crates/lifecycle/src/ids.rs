//! Identifiers and points in time, as plain values: who makes them is not this crate's business.

mod guid;
mod offer_key;
mod time;

pub use guid::{Guid, NotAGuid, OfferGuid, OperationId};
pub use offer_key::{OfferId, OfferKey, PublisherId};
pub use time::{Micros, Moment, PublisherTime, RealTime};
