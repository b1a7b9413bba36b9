//! The checks of a publish that need no I/O (contract, "Operations otherwise" and "Pricing, categories,
//! artifacts"). They read a definition and list everything that is wrong with it, not only the first thing.

mod address;
mod fields;
mod images;
mod keys;
mod nearest;
mod node;
mod plans;
mod pricing;

use jiff::Timestamp;
use serde_json::Value;

use super::{
    OfferType,
    finding::{Findings, Report},
};
use images::Rules;
use node::Node;

pub use fields::LONGEST_PLAN_ID;
pub use images::Published;
pub(crate) use node::shown_name;

/// Everything that `definition` (the `definition` member of an offer) lacks or has wrong for an offer of this
/// type to be published at `now`, in the order of the document; what is missing stands where it is missed, before the
/// members that are there.
pub fn validate(offer_type: &OfferType, definition: &Value, now: Timestamp) -> Report {
    examine(offer_type, definition, &Published::default(), now).0
}

/// Like [`validate`], where some images were `published` already, and until when the findings are so: an address may
/// expire. `None`: for as long as the definition stays.
pub fn examine(
    offer_type: &OfferType,
    definition: &Value,
    published: &Published,
    now: Timestamp,
) -> (Report, Option<Timestamp>) {
    let mut findings = Findings::default();
    let definition = Node::root(definition);
    if definition.object(&mut findings).is_some() {
        let offer = definition.member("offer");
        // An offer of the wrong type is one finding; one that is not there lacks each of its fields.
        if offer.is_blank() || offer.object(&mut findings).is_some() {
            fields::check(&offer_type.offer_fields, &offer, &mut findings);
            keys::check_offer(offer_type, &offer, &mut findings);
        }
        if offer_type.has_plans {
            plans::check(offer_type, &definition.member("plans"), Rules { now, published }, &mut findings);
        }
    }
    findings.finish()
}
