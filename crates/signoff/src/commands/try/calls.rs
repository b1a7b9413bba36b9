//! The calls of the story: each is made, compared with what is claimed of it, and only then told.

use std::collections::BTreeMap;
use std::time::Duration;

use signoff_server::SAMPLE_OFFER;
use signoff_wire::ErrorCode;
use signoff_wire::client::{Action, Client, ClientError, Started, Until, Which};
use signoff_wire::dev::{Scenario, StepScenario};
use signoff_wire::duration::Span;
use signoff_wire::operation::{OperationDetail, StepView};
use signoff_wire::words::{OfferSlot, OfferStatus, StepStatus};

use super::narrator::Narrator;
use crate::exit::Failure;
use crate::follow::follow_until;

/// Whose offer the story is about.
pub(super) const PUBLISHER: &str = "contoso";
/// The address of the offer.
pub(super) const OFFER: &str = "/api/publishers/contoso/offers/sample-vm";
/// The address of its scenario.
pub(super) const SCENARIO: &str = "/_signoff/scenarios/contoso/sample-vm";

/// The steps of the sample offer that take time, in their order.
const STEPS: [&str; 5] =
    ["displaydummycertify", "displaycertify", "displayprovision", "displaypackage", "live"];

/// How far a step is when the story goes on, in percent.
const ENOUGH: u8 = 40;

/// How long things take.
#[derive(Clone, Copy)]
pub(super) struct Pace {
    step: Duration,
    undo: Duration,
    /// For the reader, after every call.
    pause: Duration,
}

impl Pace {
    /// For people.
    pub(super) const CALM: Self = Self {
        step: Duration::from_millis(900),
        undo: Duration::from_millis(1500),
        pause: Duration::from_millis(500),
    };
    /// For tests.
    pub(super) const FAST: Self =
        Self { step: Duration::from_millis(2), undo: Duration::from_millis(2), pause: Duration::ZERO };
    /// For a user who plays with the server afterwards: time enough to type a cancel.
    pub(super) const BY_HAND: Self =
        Self { step: Duration::from_secs(10), undo: Duration::from_secs(3), pause: Duration::ZERO };
}

/// Which call starts or stops something.
#[derive(Clone, Copy)]
pub(super) enum Verb {
    Publish,
    GoLive,
    Cancel,
}

/// Makes the calls and tells of them.
pub(super) struct Teller {
    pub(super) client: Client,
    pub(super) narrator: Narrator,
    pace: Pace,
}

/// The story goes on only if what it says is so.
pub(super) fn check(so: bool, claim: &str) -> Result<(), Failure> {
    if so { Ok(()) } else { Err(Failure::Ended(format!("expected that {claim}"))) }
}

/// The step of that id.
pub(super) fn step<'a>(operation: &'a OperationDetail<'a>, id: &str) -> Result<&'a StepView<'a>, Failure> {
    let found = operation.steps.iter().find(|step| step.id == id);
    found.ok_or_else(|| Failure::Ended(format!("expected that the operation has a step {id}")))
}

impl Teller {
    pub(super) fn new(client: Client, pace: Pace) -> Self {
        Self { client, narrator: Narrator, pace }
    }

    /// Tells of a call, and gives the reader time.
    pub(super) async fn tell(
        &self,
        method: &str,
        path: &str,
        answer: impl std::fmt::Display,
        meaning: &str,
    ) -> Result<(), Failure> {
        self.narrator.call(method, path, answer, meaning)?;
        tokio::time::sleep(self.pace.pause).await;
        Ok(())
    }

    /// Sets how long the steps take, and lets `held` wait at its end for a release that never comes.
    pub(super) async fn put_scenario(&self, pace: Pace, held: Option<&str>) -> Result<(), Failure> {
        let span = |duration: Duration| {
            Some(Span::from_micros(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)))
        };
        let scenario_of = |step: &str| StepScenario {
            duration: span(pace.step),
            undo_duration: span(pace.undo),
            hold: held == Some(step),
            ..StepScenario::default()
        };
        let steps: BTreeMap<_, _> =
            STEPS.iter().map(|step| ((*step).to_owned(), scenario_of(step))).collect();
        Ok(self.client.put_scenario(PUBLISHER, SAMPLE_OFFER, &Scenario { steps }).await?)
    }

    /// The same at the story's own pace, told.
    pub(super) async fn stage(&self, held: Option<&str>, meaning: &str) -> Result<(), Failure> {
        self.put_scenario(self.pace, held).await?;
        self.tell("PUT", SCENARIO, 200, meaning).await
    }

    /// Publishes, goes live or cancels; the reply must have `status`.
    pub(super) async fn post(
        &self,
        verb: Verb,
        action: &Action,
        status: u16,
        meaning: &str,
    ) -> Result<Started, Failure> {
        let (word, sent) = match verb {
            Verb::Publish => ("publish", self.client.publish(PUBLISHER, SAMPLE_OFFER, action).await),
            Verb::GoLive => ("golive", self.client.golive(PUBLISHER, SAMPLE_OFFER, action).await),
            Verb::Cancel => ("cancel", self.client.cancel(PUBLISHER, SAMPLE_OFFER, action).await),
        };
        let started = sent?;
        let path = format!("{OFFER}/{word}");
        check(started.status == status, &format!("POST {path} answers {status}, not {}", started.status))?;
        self.tell("POST", &path, status, meaning).await?;
        Ok(started)
    }

    /// Shows the steps of an operation until `id` is well on its way.
    pub(super) async fn follow_into(&self, location: &str, id: &str) -> Result<(), Failure> {
        let reached = |operation: &OperationDetail<'static>| {
            let inside = operation.steps.iter().any(|step| {
                step.id == id && step.status == StepStatus::InProgress && step.progress_percentage >= ENOUGH
            });
            inside || Until::EndedOrSignOff.reached(operation)
        };
        let operation = follow_until(&self.client, location, None, reached).await?;
        let step = step(&operation, id)?;
        check(step.status == StepStatus::InProgress, &format!("{id} is in progress, not {}", step.status))?;
        self.narrator.line("")
    }

    /// Shows the steps of an operation until it ends or waits for the sign-off.
    pub(super) async fn follow(&self, location: &str) -> Result<OperationDetail<'static>, Failure> {
        let reached = |operation: &OperationDetail<'static>| Until::EndedOrSignOff.reached(operation);
        let operation = follow_until(&self.client, location, None, reached).await?;
        self.narrator.line("")?;
        Ok(operation)
    }

    /// Reads an operation; `claim` says in words what `holds` looks for.
    pub(super) async fn operation(
        &self,
        location: &str,
        holds: impl Fn(&OperationDetail<'_>) -> bool,
        claim: &str,
    ) -> Result<OperationDetail<'static>, Failure> {
        let operation = self.client.operation_at(location, None).await?.operation;
        let operation = operation.ok_or_else(|| Failure::Ended(format!("{location} says nothing")))?;
        check(holds(&operation), claim)?;
        Ok(operation)
    }

    /// Reads the offer's status, which must be the given one.
    pub(super) async fn status(&self, expected: OfferStatus, meaning: &str) -> Result<(), Failure> {
        let status = self.client.status(PUBLISHER, SAMPLE_OFFER).await?.status;
        check(status == expected, &format!("the offer's status is {expected}, not {status}"))?;
        self.tell("GET", &format!("{OFFER}/status"), 200, &format!("{status}: {meaning}")).await
    }

    /// Looks at a slot, which must be filled or not.
    pub(super) async fn slot(&self, slot: OfferSlot, filled: bool, meaning: &str) -> Result<(), Failure> {
        let read = self.client.offer(PUBLISHER, SAMPLE_OFFER, Which::Slot(slot)).await.map(drop);
        let path = format!("{OFFER}/slot/{}", slot.as_str());
        if filled {
            read?;
            return self.tell("GET", &path, 200, meaning).await;
        }
        self.refused("GET", &path, read, ErrorCode::SlotNotFound, meaning).await
    }

    /// Tells of a call that the server must have refused with `code`.
    pub(super) async fn refused(
        &self,
        method: &str,
        path: &str,
        result: Result<(), ClientError>,
        code: ErrorCode,
        meaning: &str,
    ) -> Result<(), Failure> {
        let wanted = format!("{method} {path} is refused with {code}");
        match result {
            Ok(()) => check(false, &wanted)?,
            Err(ClientError::Api { status, body, .. }) => {
                let same = status == code.status() && body.and_then(|body| body.code()) == Some(code);
                check(same, &wanted)?;
            }
            Err(error) => return Err(error.into()),
        }
        self.tell(method, path, format!("{} {code}", code.status()), meaning).await
    }
}
