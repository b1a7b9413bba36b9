//! What differs between two contents of an offer.

use signoff_definition::{OfferTypes, Stored};
use signoff_store::StoreError;
use signoff_store::contract::Content;
use signoff_wire::diff::{OfferChange, OfferDiff};

use super::offer::corrupt;

/// The changes from one content of an offer of this type to another. Both are taken as they are stored: what a dialect
/// fills in where an offer is shown is no change.
pub(crate) fn diff(offer_type: &str, from: &Content, to: &Content) -> Result<OfferDiff<'static>, StoreError> {
    let offer_type = OfferTypes::load().get(offer_type);
    let diff = signoff_definition::diff(offer_type, stored(from), stored(to)).map_err(corrupt)?;
    let changes = diff.changes.into_iter().map(|change| OfferChange {
        path: change.path.into(),
        from: change.from,
        to: change.to,
    });
    Ok(OfferDiff { changes: changes.collect(), omitted: diff.omitted as u64 })
}

fn stored(content: &Content) -> Stored<'_> {
    Stored {
        definition: &content.definition,
        extra: content.extra.as_deref(),
        secrets: content.secrets.as_deref(),
    }
}
