//! Calls on operations: publish, go live, cancel, lists, reviews.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::error::ClientError;
use super::{Client, send::Call};
use crate::bulk::CancelResults;
use crate::operation::{Accepted, OperationDetail, OperationItem, Validation};
use crate::prefer;

/// What goes with a publish, go live or cancel; everything is optional.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Action {
    /// Addresses to notify, separated by commas.
    pub notification_emails: Option<String>,
    /// Why; for a cancel.
    pub reason: Option<String>,
    /// The one operation that a cancel means.
    pub operation_id: Option<Uuid>,
    /// The offer's tag: refused when an operation began since.
    pub if_match: Option<String>,
    /// Of a cancel, for owners: give up undoing.
    pub force: bool,
}

/// Which offers [`Client::cancel_many`] is about, and how it goes about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Many {
    /// As of the list of offers; `None`: every offer with an operation in progress.
    pub filter: Option<String>,
    /// Change nothing, and answer what would come of it.
    pub dry_run: bool,
    /// At most so many, up to 100.
    pub top: Option<u32>,
    /// Go on behind this offer.
    pub after: Option<String>,
}

impl Action {
    /// The body, or `None` when there is nothing to say.
    fn body(&self) -> Option<Vec<u8>> {
        let mut metadata = Map::new();
        if let Some(emails) = &self.notification_emails {
            metadata.insert("notification-emails".into(), json!(emails));
        }
        if let Some(reason) = &self.reason {
            metadata.insert("reason".into(), json!(reason));
        }
        let mut body = Map::new();
        if !metadata.is_empty() {
            body.insert("metadata".into(), Value::Object(metadata));
        }
        if let Some(operation) = &self.operation_id {
            body.insert("operationId".into(), json!(operation));
        }
        if self.force {
            body.insert("force".into(), json!(true));
        }
        (!body.is_empty()).then(|| Value::Object(body).to_string().into_bytes())
    }
}

/// What a publish, go live or cancel answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Started {
    /// The HTTP status: 200 or 202.
    pub status: u16,
    /// Whether it is done already: 200 rather than 202.
    pub done: bool,
    /// The relative address of the operation to look at, for [`Client::watch`].
    pub location: String,
    /// The body, when it is one of this API; other servers send less.
    pub accepted: Option<Accepted<'static>>,
    /// How long the server asks to wait before looking.
    pub retry_after: Option<Duration>,
}

/// An operation as it was read.
#[derive(Clone, Debug)]
pub struct OperationRead {
    /// The operation; `None` when it is as it was (304).
    pub operation: Option<OperationDetail<'static>>,
    /// Its tag, when the server sent one.
    pub etag: Option<String>,
    /// How long the server asks to wait before looking again.
    pub retry_after: Option<Duration>,
    /// Whether the server waits with its reply when it is asked to; otherwise it has to be asked again and again.
    pub waits: bool,
}

/// A reviewer's decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The step may go on.
    Approve,
    /// The operation fails.
    Reject,
}

impl Client {
    /// Publishes the draft.
    pub async fn publish(
        &self,
        publisher: &str,
        offer: &str,
        action: &Action,
    ) -> Result<Started, ClientError> {
        self.start(publisher, offer, "publish", action).await
    }

    /// Makes the checks of a publish and starts nothing. Fails as the publish would.
    pub async fn validate(
        &self,
        publisher: &str,
        offer: &str,
        action: &Action,
    ) -> Result<Validation<'static>, ClientError> {
        let call = self
            .offer_call(Method::POST, publisher, offer, &["publish"])
            .query("validateOnly", Some("true"))
            .header("if-match", action.if_match.as_deref())
            .json(action.body().unwrap_or_default())
            .harmless();
        self.send(call).await?.read()
    }

    /// Takes the preview live.
    pub async fn golive(
        &self,
        publisher: &str,
        offer: &str,
        action: &Action,
    ) -> Result<Started, ClientError> {
        self.start(publisher, offer, "golive", action).await
    }

    /// Cancels the newest publish or golive, or the one operation that `action` names.
    pub async fn cancel(
        &self,
        publisher: &str,
        offer: &str,
        action: &Action,
    ) -> Result<Started, ClientError> {
        self.start(publisher, offer, "cancel", action).await
    }

    /// Ends everything that runs, past a point of no return too; for the operator of the server.
    pub async fn kill(&self, publisher: &str, offer: &str, action: &Action) -> Result<Started, ClientError> {
        self.start(publisher, offer, "kill", action).await
    }

    /// Cancels the operations of many offers, or says what would come of it. A refusal is a result, no error.
    pub async fn cancel_many(
        &self,
        publisher: &str,
        many: &Many,
        action: &Action,
    ) -> Result<CancelResults<'static>, ClientError> {
        let top = many.top.map(|top| top.to_string());
        let call = self
            .call(Method::POST, &["api", "publishers", publisher, "cancel"])
            .query("$filter", many.filter.as_deref())
            .query("dryRun", many.dry_run.then_some("true"))
            .query("$top", top.as_deref())
            .query("after", many.after.as_deref())
            .json(action.body().unwrap_or_default());
        self.send(call).await?.read()
    }

    /// The operations of an offer, newest first; `state` as in `status=`.
    pub async fn operations(
        &self,
        publisher: &str,
        offer: &str,
        state: Option<&str>,
    ) -> Result<Vec<OperationItem<'static>>, ClientError> {
        let call = self.offer_call(Method::GET, publisher, offer, &["submissions", ""]);
        self.list(call.query("status", state)).await
    }

    /// One operation.
    pub async fn operation(
        &self,
        publisher: &str,
        offer: &str,
        operation: Uuid,
    ) -> Result<OperationDetail<'static>, ClientError> {
        let call = self.offer_call(Method::GET, publisher, offer, &["operations", &operation.to_string()]);
        self.send(call).await?.read()
    }

    /// The operation at the relative address that a reply gave; `unless` is the tag of what is known already.
    pub async fn operation_at(
        &self,
        location: &str,
        unless: Option<&str>,
    ) -> Result<OperationRead, ClientError> {
        self.operation_after(location, unless, 0).await
    }

    /// The same, as soon as it is not what `unless` names any more; the server is asked to wait so many seconds for
    /// that, at most [`prefer::LONGEST_WAIT`]. Not every server does.
    pub async fn operation_after(
        &self,
        location: &str,
        unless: Option<&str>,
        seconds: u64,
    ) -> Result<OperationRead, ClientError> {
        let call = self.follow(location)?.header("if-none-match", unless);
        let reply = self.send(call.header(prefer::PREFER, Some(&prefer::waiting(seconds)))).await?;
        let operation = if reply.status == 304 { None } else { Some(reply.read()?) };
        let applied = reply.header(prefer::PREFERENCE_APPLIED);
        Ok(OperationRead {
            operation,
            etag: reply.header("etag"),
            retry_after: reply.retry_after(),
            waits: prefer::wait(applied.as_deref()).is_some(),
        })
    }

    /// Approves or rejects a step that waits for a reviewer.
    pub async fn review(
        &self,
        publisher: &str,
        offer: &str,
        operation: Uuid,
        step: &str,
        verdict: Verdict,
        reason: Option<&str>,
    ) -> Result<(), ClientError> {
        let word = match verdict {
            Verdict::Approve => "approve",
            Verdict::Reject => "reject",
        };
        let operation = operation.to_string();
        let call =
            self.offer_call(Method::POST, publisher, offer, &["operations", &operation, "steps", step, word]);
        let call = match reason {
            Some(reason) => call.json(json!({ "reason": reason }).to_string().into_bytes()),
            None => call,
        };
        self.send(call).await.map(drop)
    }

    async fn start(
        &self,
        publisher: &str,
        offer: &str,
        verb: &str,
        action: &Action,
    ) -> Result<Started, ClientError> {
        let call: Call = self
            .offer_call(Method::POST, publisher, offer, &[verb])
            .header("if-match", action.if_match.as_deref())
            .json(action.body().unwrap_or_default())
            .marked(self.mark());
        let reply = self.send(call).await?;
        let accepted: Option<Accepted<'static>> = reply.read().ok();
        let location = reply
            .header("location")
            .or_else(|| reply.header("operation-location"))
            .or_else(|| accepted.as_ref().map(|accepted| accepted.location.to_string()))
            .ok_or_else(|| ClientError::Unreadable {
                url: format!("{verb} of {offer}"),
                reason: "it has no Location".into(),
            })?;
        Ok(Started {
            status: reply.status,
            done: reply.status == 200,
            location,
            accepted,
            retry_after: reply.retry_after(),
        })
    }
}
