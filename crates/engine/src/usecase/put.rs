//! Put the draft.

use std::borrow::Cow;

use serde_json::Value;
use signoff_definition::{Document, OfferType, Secrets};
use signoff_lifecycle::command::{Command, Put, PutGuard};
use signoff_lifecycle::ids::Timestamp;
use signoff_lifecycle::offer::Offer;
use signoff_lifecycle::refusal::Refusal;
use signoff_lifecycle::repeat::Repeat;
use signoff_store::StoreError;
use signoff_store::contract::Content;

use super::told::Draft;
use super::{Along, Done, Tried};
use crate::engine::Engine;
use crate::error::EngineError;

/// A draft to be stored.
#[derive(Clone, Debug)]
pub struct PutRequest {
    /// The offer type; may be left out for an offer that exists.
    pub offer_type: Option<String>,
    /// The definition, as its text.
    pub definition: String,
    /// Further members of the document to keep, as the text of a JSON object.
    pub extra: Option<String>,
    /// Whether the offer is migrated; `None`: as it is.
    pub migrated: Option<bool>,
    /// The concurrency guard.
    pub guard: PutGuard,
    /// What is needed if the request may come again.
    pub repeat: Option<Repeat>,
}

impl Engine {
    /// Stores the offer's draft, creating the offer if there is none.
    ///
    /// # Errors
    /// The refusals of the contract's concurrency rules, a malformed body, and failures of the store.
    pub async fn put(&self, publisher: &str, offer: &str, request: PutRequest) -> Result<Done, EngineError> {
        let sent = Document::parse(&request.definition, request.extra.as_deref())
            .ok()
            .filter(|sent| sent.definition.is_object())
            .ok_or_else(|| EngineError::Body { field: "definition".to_owned(), expected: "an object" })?;
        let offer_type = match &request.offer_type {
            Some(id) => Some(self.offer_type(id)?.id.clone()),
            None => None,
        };
        let guid = self.shared.clock.new_id();
        for _ in 0..super::ATTEMPTS {
            let loaded = self.shared.store.load_with_secrets(publisher, offer).await?;
            let (loaded, secrets) = loaded.map_or((None, None), |(loaded, secrets)| (Some(loaded), secrets));
            if loaded.is_none() && offer_type.is_none() {
                return Err(EngineError::UnknownOfferType(String::new()));
            }
            if let Some(done) = self.done_before(publisher, loaded.as_ref(), request.repeat.as_ref()).await? {
                return Ok(done);
            }
            if loaded.is_none()
                && let Some(existing) = self.shared.store.offer_spelled(publisher, offer).await?
                && existing != offer
            {
                return Err(Refusal::IdTaken { existing }.into());
            }
            let now = self.shared.clock.now(publisher);
            let stored_guid = loaded.as_ref().map(|loaded| loaded.aggregate.offer.guid);
            let checked = self.shared.checks.slot(stored_guid.unwrap_or(guid));
            let stored_type = loaded.as_ref().map(|loaded| loaded.aggregate.offer.offer_type.as_str());
            let known = stored_type.or(offer_type.as_deref()).and_then(|id| self.catalogue().offer_type(id));
            let mut document = sent.clone();
            let mut secrets_now = document.split(known);
            if let Some(loaded) = &loaded {
                let earlier = self.secrets_of(&loaded.aggregate.offer, secrets.as_deref(), known).await?;
                secrets_now.keep(&document, earlier);
            }
            let version = loaded.as_ref().map_or(1, |loaded| loaded.aggregate.offer.version);
            let at = loaded.as_ref().map_or(now, |loaded| loaded.aggregate.at(now));
            let content = content(version, offer, &document, &secrets_now, at);
            let command = Command::Put(Put {
                publisher: publisher.to_owned(),
                offer: offer.to_owned(),
                guid,
                offer_type: offer_type.clone(),
                migrated: request.migrated,
                guard: request.guard.clone(),
            });
            let draft = Draft { put_at: at, migrated_by_default: self.migrated_by_default(publisher).await? };
            let along = Along {
                content: Some(content),
                draft: Some(draft),
                repeat: request.repeat,
                ..Along::default()
            };
            match self.try_once(publisher, loaded, command, now, along).await? {
                Tried::Done(done) => {
                    let offer = &done.state.offer;
                    if let Ok(offer_type) = self.offer_type(&offer.offer_type) {
                        self.check_definition(offer, offer_type, &document.definition, now, checked);
                    }
                    return Ok(*done);
                }
                Tried::Stale => {}
            }
        }
        Err(EngineError::Conflict)
    }

    /// The secrets of the draft that stands, given those that are stored with it.
    async fn secrets_of(
        &self,
        offer: &Offer,
        stored: Option<&str>,
        offer_type: Option<&OfferType>,
    ) -> Result<Secrets, StoreError> {
        let corrupt = |error: serde_json::Error| StoreError::Corrupt(error.to_string());
        let mut secrets = Secrets::from_stored(stored).map_err(corrupt)?;
        if !secrets.may_lack_some() {
            return Ok(secrets);
        }
        let draft = offer.draft.content_version;
        if let Some(content) = self.shared.store.content(&offer.publisher, &offer.id, draft).await? {
            let mut document =
                Document::parse(&content.definition, content.extra.as_deref()).map_err(corrupt)?;
            let more = document.split(offer_type);
            secrets.add(&document, more);
        }
        Ok(secrets)
    }
}

/// The content to be stored: secrets apart.
fn content(
    version: u32,
    offer: &str,
    document: &Document,
    secrets: &Secrets,
    changed_at: Timestamp,
) -> Content {
    let text = document.definition.get("displayText").and_then(Value::as_str).map(str::trim);
    let display_text = text.filter(|text| !text.is_empty()).unwrap_or(offer).to_owned();
    Content {
        version,
        changed_at,
        display_text,
        // Untouched, it is kept as it was written: digits, order, escapes and all.
        definition: document.definition_text().into_owned(),
        secrets: Some(secrets.to_stored()),
        extra: document.extra_text().map(Cow::into_owned),
    }
}
