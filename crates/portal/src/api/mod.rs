//! The endpoints of the publishing API, one file each, and the list of them.
//!
//! To add one, write its file, with an [`Endpoint`] that says where it is, who may call it and how it is described, and
//! name that in [`ENDPOINTS`].

mod action;
pub(crate) mod audit;
pub(crate) mod callback;
mod cancel;
pub(crate) mod cancel_many;
mod golive;
mod kill;
mod me;
mod members;
mod offer_diff;
mod offer_get;
mod offer_list;
mod offer_put;
mod offer_status;
mod offer_types;
mod operation_events;
mod operation_get;
mod operation_list;
pub(crate) mod page;
pub(crate) mod principals;
mod publish;
pub(crate) mod publisher_put;
pub(crate) mod publishers;
mod review;
mod target;

pub(crate) use target::{offer_key, resolve_offer};

use crate::endpoint::Endpoint;

/// Every endpoint, in the order of the description.
pub const ENDPOINTS: &[Endpoint] = &[
    publishers::LIST,
    me::ENDPOINT,
    audit::OF_THE_SERVER,
    publishers::ONE,
    publisher_put::ENDPOINT,
    audit::OF_A_PUBLISHER,
    offer_types::LIST,
    offer_types::ONE,
    members::LIST,
    members::PUT,
    members::DELETE,
    principals::ENDPOINT,
    offer_list::ENDPOINT,
    offer_get::DRAFT,
    offer_get::VERSION,
    offer_get::SLOT,
    offer_diff::ENDPOINT,
    offer_put::ENDPOINT,
    offer_status::ENDPOINT,
    callback::ENDPOINT,
    publish::ENDPOINT,
    golive::ENDPOINT,
    cancel::ENDPOINT,
    cancel_many::ENDPOINT,
    kill::ENDPOINT,
    review::APPROVE,
    review::REJECT,
    operation_list::ENDPOINT,
    operation_get::OF_AN_OFFER,
    operation_get::OF_SUBMISSIONS,
    operation_get::BY_NUMBER,
    operation_events::OF_AN_OFFER,
    operation_events::OF_SUBMISSIONS,
    operation_events::BY_NUMBER,
];
