//! Put the draft.

use serde_json::{Map, Value};
use signoff_lifecycle::command::{Command, Put, PutGuard};
use signoff_lifecycle::ids::Timestamp;
use signoff_lifecycle::repeat::Repeat;
use signoff_store::StoreError;
use signoff_store::contract::Content;

use super::told::{Definition, Draft};
use super::{Along, Done, Tried};
use crate::catalogue::{merge_secrets, split_secrets};
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
        let definition: Value = serde_json::from_str(&request.definition)
            .map_err(|_| EngineError::Body { field: "definition".to_owned(), expected: "an object" })?;
        if !definition.is_object() {
            return Err(EngineError::Body { field: "definition".to_owned(), expected: "an object" });
        }
        let offer_type = match &request.offer_type {
            Some(id) => Some(self.offer_type(id)?.id.clone()),
            None => None,
        };
        let guid = self.shared.clock.new_id();
        for _ in 0..super::ATTEMPTS {
            let generation = self.shared.checks.generation();
            let loaded = self.shared.store.load_with_secrets(publisher, offer).await?;
            let (loaded, secrets) = loaded.map_or((None, None), |(loaded, secrets)| (Some(loaded), secrets));
            if loaded.is_none() && offer_type.is_none() {
                return Err(EngineError::UnknownOfferType(String::new()));
            }
            if let Some(done) = self.done_before(publisher, loaded.as_ref(), request.repeat.as_ref()).await? {
                return Ok(done);
            }
            let now = self.shared.clock.now(publisher);
            let mut definition = definition.clone();
            if let Some(secrets) = secrets {
                let secrets: Map<String, Value> =
                    serde_json::from_str(&secrets).map_err(|error| StoreError::Corrupt(error.to_string()))?;
                merge_secrets(&mut definition, &secrets);
            }
            let version = loaded.as_ref().map_or(1, |loaded| loaded.aggregate.offer.version);
            let at = loaded.as_ref().map_or(now, |loaded| loaded.aggregate.at(now));
            let content = content(version, offer, &request, &mut definition, at)?;
            let command = Command::Put(Put {
                publisher: publisher.to_owned(),
                offer: offer.to_owned(),
                guid,
                offer_type: offer_type.clone(),
                migrated: request.migrated,
                guard: request.guard.clone(),
            });
            let draft = Draft {
                definition: Definition::of(&request.definition, &content.definition),
                put_at: at,
                migrated_by_default: self.migrated_by_default(publisher).await?,
            };
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
                        self.check_definition(offer, offer_type, &definition, now, generation);
                    }
                    return Ok(*done);
                }
                Tried::Stale => {}
            }
        }
        Err(EngineError::Conflict)
    }
}

/// The content to be stored: secrets apart. `definition` then is as it is stored.
fn content(
    version: u32,
    offer: &str,
    request: &PutRequest,
    definition: &mut Value,
    changed_at: Timestamp,
) -> Result<Content, StoreError> {
    let secrets = split_secrets(definition);
    let text = definition.get("displayText").and_then(Value::as_str).map(str::trim);
    let display_text = text.filter(|text| !text.is_empty()).unwrap_or(offer).to_owned();
    Ok(Content {
        version,
        changed_at,
        display_text,
        // Untouched, it is kept as it was written: digits, order, escapes and all.
        definition: if secrets.is_empty() { request.definition.clone() } else { definition.to_string() },
        secrets: stored_secrets(&secrets)?,
        extra: request.extra.clone(),
    })
}

/// The secrets as they are stored; `None` if there are none.
fn stored_secrets(secrets: &Map<String, Value>) -> Result<Option<String>, StoreError> {
    if secrets.is_empty() {
        return Ok(None);
    }
    serde_json::to_string(secrets).map(Some).map_err(|error| StoreError::Corrupt(error.to_string()))
}
