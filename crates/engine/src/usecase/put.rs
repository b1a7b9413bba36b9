//! Put the draft.

use std::borrow::Cow;

use serde_json::Value;
use signoff_definition::{Document, OfferType, Secrets};
use signoff_lifecycle::command::{Put, PutGuard};
use signoff_lifecycle::decision::PutReply;
use signoff_lifecycle::ids::{OfferGuid, OfferKey, PublisherTime};
use signoff_lifecycle::offer::{Aggregate, Offer};
use signoff_lifecycle::refusal::Refusal;
use signoff_lifecycle::repeat::Repeat;
use signoff_store::StoreError;
use signoff_store::contract::{Content, Loaded};

use super::Done;
use super::audit::AuditedAction;
use super::checks::{CheckSlot, check_definition};
use super::path::{Prepared, Scope, UseCase, With};
use super::receipt::{Draft, PutReceipt};
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

impl PutRequest {
    /// A put of this definition that creates the offer or replaces its draft.
    pub fn of(offer_type: impl Into<String>, definition: impl Into<String>) -> Self {
        Self {
            offer_type: Some(offer_type.into()),
            definition: definition.into(),
            extra: None,
            migrated: None,
            guard: PutGuard::Any { creates: true },
            repeat: None,
        }
    }
}

/// A put on its way.
struct Putting<'e> {
    engine: &'e Engine,
    request: PutRequest,
    /// Of the offer, if it is created.
    guid: OfferGuid,
    /// What was sent, until it is taken apart.
    sent: Option<Document>,
    offer_type: Option<String>,
    /// Those that are stored with the draft that was loaded last.
    secrets: Option<String>,
    written: Option<Written<'e>>,
}

/// A definition as it was written, to be checked.
struct Written<'e> {
    definition: Value,
    now: PublisherTime,
    slot: CheckSlot<'e>,
}

impl UseCase for Putting<'_> {
    type Offer = Option<Loaded>;
    type Command = Put;
    type Facts = Draft;
    type Receipt = PutReceipt;

    async fn load(&mut self, scope: Scope<'_>) -> Result<Option<Loaded>, EngineError> {
        let loaded = scope.engine.shared.store.load_with_secrets(scope.key).await?;
        let (loaded, secrets) = loaded.map_or((None, None), |(loaded, secrets)| (Some(loaded), secrets));
        if loaded.is_none() && self.offer_type.is_none() {
            return Err(EngineError::UnknownOfferType(String::new()));
        }
        self.secrets = secrets;
        self.written = None;
        Ok(loaded)
    }

    fn repeat(&self) -> Option<Repeat> {
        self.request.repeat
    }

    fn audited(&self) -> Option<AuditedAction> {
        Some(AuditedAction::plain("put"))
    }

    async fn prepare(
        &mut self,
        scope: Scope<'_>,
        loaded: &Option<Loaded>,
        now: PublisherTime,
    ) -> Result<Prepared<Self>, EngineError> {
        let (engine, OfferKey { publisher, offer }) = (self.engine, scope.key);
        let stored = loaded.as_ref().map(|loaded| &loaded.aggregate);
        if stored.is_none() {
            spelled_anew(scope).await?;
        }
        let stored_type = stored.map(|stored| stored.offer.offer_type.as_str());
        let known = stored_type.or(self.offer_type.as_deref()).and_then(|id| engine.offer_types().get(id));
        let mut document = match self.sent.take() {
            Some(sent) => sent,
            // Prepared once before: the offer changed meanwhile.
            None => read(&self.request)?,
        };
        let mut secrets = document.split(known);
        if let Some(stored) = stored {
            let earlier = engine.secrets_of(&stored.offer, self.secrets.as_deref(), known).await?;
            secrets.keep(&document, earlier);
        }
        let at = stored.map_or(now, |stored| stored.at(now));
        let version = stored.map_or(1, |stored| stored.offer.version);
        let content = content(version, offer, &document, &secrets, at);
        let put = Put {
            publisher: publisher.to_string(),
            offer: offer.to_string(),
            guid: self.guid,
            offer_type: self.offer_type.clone(),
            migrated: self.request.migrated,
            guard: self.request.guard.clone(),
        };
        let draft = Draft { put_at: at, migrated_by_default: engine.migrated_by_default(publisher).await? };
        let slot = engine.shared.checks.slot(stored.map_or(self.guid, |stored| stored.offer.guid));
        self.written = Some(Written { definition: document.definition, now, slot });
        Ok(Prepared { command: put, facts: draft, with: With::Draft(content) })
    }

    fn receipt(reply: PutReply, state: &Aggregate, draft: Draft) -> PutReceipt {
        PutReceipt::of(reply, state, &draft)
    }
}

/// The document that a request sends.
fn read(request: &PutRequest) -> Result<Document, EngineError> {
    Document::parse(&request.definition, request.extra.as_deref())
        .ok()
        .filter(|sent| sent.definition.is_object())
        .ok_or_else(|| EngineError::Body { field: "definition".to_owned(), expected: "an object" })
}

/// Looks whether an offer is there under the same id in another spelling.
async fn spelled_anew(scope: Scope<'_>) -> Result<(), EngineError> {
    match scope.engine.shared.store.offer_spelled(scope.key).await? {
        Some(existing) if existing != *scope.key.offer => Err(Refusal::IdTaken { existing }.into()),
        _ => Ok(()),
    }
}

impl Engine {
    /// Stores the offer's draft, creating the offer if there is none.
    ///
    /// # Errors
    /// The refusals of the contract's concurrency rules, a malformed body, and failures of the store.
    pub async fn put(&self, key: &OfferKey, request: PutRequest) -> Result<Done<PutReceipt>, EngineError> {
        let sent = Some(read(&request)?);
        let offer_type = match &request.offer_type {
            Some(id) => Some(self.offer_type(id)?.id.clone()),
            None => None,
        };
        let guid = OfferGuid(self.shared.clock.new_id());
        let mut case =
            Putting { engine: self, request, guid, sent, offer_type, secrets: None, written: None };
        let done = self.execute_with(key, &mut case).await?;
        // Nothing was written if the request came again.
        if let Some(Written { definition, now, slot }) = case.written {
            let offer = &done.state.offer;
            if let Ok(offer_type) = self.offer_type(&offer.offer_type) {
                check_definition(offer, offer_type, &definition, now, slot);
            }
        }
        Ok(done)
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
        if let Some(content) = self.shared.store.content(&offer.key(), draft).await? {
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
    changed_at: PublisherTime,
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
