//! The offer that a path names.

use signoff_engine::Engine;
use signoff_front::path_params::invalid_id;
use signoff_lifecycle::ids::{OfferGuid, OfferKey};
use signoff_store::contract::Loaded;
use signoff_wire::path;

use crate::error::ApiError;
use crate::refusal::offer_not_found;

/// The offer that a path names by slug or GUID, loaded.
pub(crate) async fn resolve_offer(engine: &Engine, named: &OfferKey) -> Result<Loaded, ApiError> {
    let OfferKey { publisher, offer } = named;
    path::offer_id(offer).map_err(|error| invalid_id(&error, offer))?;
    if let Some(loaded) = engine.store().load(named).await? {
        return Ok(loaded);
    }
    let by_guid = match offer.parse::<OfferGuid>() {
        Ok(guid) => engine.store().offer_by_guid(publisher, guid).await?,
        Err(_) => None,
    };
    let slug = by_guid.ok_or_else(|| offer_not_found(named))?;
    engine.store().load(&OfferKey::new(publisher, slug)).await?.ok_or_else(|| offer_not_found(named))
}

/// The key of the offer that a path names, with its slug: at once if it is no GUID, else after a look.
pub(crate) async fn offer_key(engine: &Engine, named: &OfferKey) -> Result<OfferKey, ApiError> {
    let offer = &named.offer;
    path::offer_id(offer).map_err(|error| invalid_id(&error, offer))?;
    match offer.parse::<OfferGuid>() {
        Err(_) => Ok(named.clone()),
        Ok(_) => Ok(resolve_offer(engine, named).await?.aggregate.offer.key()),
    }
}
