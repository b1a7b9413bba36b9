//! The endpoints of the publishing API, one file each.

pub(crate) mod audit;
pub(crate) mod callback;
pub(crate) mod cancel;
pub(crate) mod cancel_many;
pub(crate) mod golive;
pub(crate) mod kill;
pub(crate) mod me;
pub(crate) mod members;
pub(crate) mod offer_get;
pub(crate) mod offer_list;
pub(crate) mod offer_put;
pub(crate) mod offer_status;
pub(crate) mod offer_types;
pub(crate) mod operation_events;
pub(crate) mod operation_get;
pub(crate) mod operation_list;
pub(crate) mod page;
pub(crate) mod principals;
pub(crate) mod publish;
pub(crate) mod publisher_put;
pub(crate) mod publishers;
pub(crate) mod review;
mod started;
mod target;

pub(crate) use started::{accepted, read_action};
pub(crate) use target::{offer_slug, resolve_offer};
