//! Brings an offer to a place in its pipeline, and lets things happen there.

use signoff_engine::dev::{Scenario, StepScenario};
use signoff_engine::{EngineError, PipelineKind, ReviewRequest, Settings};
use signoff_lifecycle::command::ReviewDecision;
use signoff_lifecycle::decision::StopReply;
use signoff_lifecycle::ids::{Micros, OfferKey, OperationId};
use signoff_lifecycle::offer::Draft;
use signoff_lifecycle::operation::{Step, StepState, Submission, Undo, UndoState};
use signoff_lifecycle::plan::{Outcome, RETRIES};
use signoff_lifecycle::refusal::Refusal;
use signoff_store::contract::Content;
use signoff_store::testing::{Fault, FaultyStore, Outcome as CallOutcome, Plan, Point};

use super::cell::{Cause, Cell, Place, When};
use crate::world::{CONTOSO, DAY, HOUR, MINUTE, STEPS, World, started, stopped};

const HALF_AN_HOUR: Micros = Micros(30 * MINUTE.0);

/// An offer with a version in production, and a second one on its way.
pub(super) struct Stage {
    pub(super) world: World,
    pipeline: PipelineKind,
    /// The draft as it was in the beginning.
    pub(super) draft: (Draft, Option<Content>),
    /// The publish or golive that the cell is about.
    pub(super) operation: Option<OperationId>,
    /// What the cancel of the cell was answered.
    pub(super) answer: Option<String>,
}

impl Stage {
    /// Version 1 is live.
    pub(super) async fn new(pipeline: PipelineKind) -> Self {
        let world = World::start_with(Settings { pipeline, ..Settings::development() }).await;
        world.put("a").await;
        let draft = draft(&world).await;
        let mut stage = Self { world, pipeline, draft, operation: None, answer: None };
        stage.reach(Place::Preparing).await;
        stage.world.advance(DAY).await;
        stage.operation = None;
        stage
    }

    /// Plays one cell, and lets time pass until nothing happens any more.
    pub(super) async fn play(mut self, cell: Cell) -> Self {
        self.script(cell).await;
        let Cell { place, cause, when } = cell;
        match (cause, when) {
            (Cause::Cancel, When::Before) => {
                self.reach_before(place).await;
                self.cancel().await;
            }
            (Cause::Cancel, When::Begun) => self.cancel_before_it_made_anything(place).await,
            (Cause::Cancel, When::During) => self.cancel_during(place).await,
            (Cause::Cancel, When::After) if place == Place::Preparing => {
                self.cancel_during(Place::Propagating).await;
            }
            (Cause::Cancel, When::After) => {
                self.reach_after(place).await;
                self.cancel().await;
            }
            (Cause::Failure, When::Before) => {
                self.fail_in(place.previous().expect("something comes before it"), When::During).await;
            }
            (Cause::Failure, When::Begun | When::During) => self.fail_in(place, when).await,
            (Cause::Failure, When::After) => {
                self.fail_in(place.next().expect("something comes after it"), When::During).await;
            }
            (Cause::Crash, When::Before) => {
                self.reach_before(place).await;
                self = self.crash().await;
            }
            (Cause::Crash, When::Begun) => {
                self.reach(place).await;
                self = self.crash_at(next_artifact, Fault::CrashBefore).await;
            }
            (Cause::Crash, When::During) => self = self.crash_at_record(place, Fault::CrashBefore).await,
            (Cause::Crash, When::After) => self = self.crash_at_record(place, Fault::CrashAfter).await,
            (_, When::WhileCanceling) => {
                self.cancel_during(place).await;
                self = self.while_undone(cell).await;
            }
            (_, When::WhileUndoing) => {
                self.start_to_fail_in(place, When::During).await;
                self = self.while_undone(cell).await;
            }
        }
        self.settle().await;
        self
    }

    /// Each step takes an hour. A step that has to fail without having made anything, or whose undo has to fail,
    /// is told so.
    async fn script(&self, cell: Cell) {
        let hour =
            StepScenario { duration: Some(HOUR), undo_duration: Some(HOUR), ..StepScenario::default() };
        let by_hand = |step: &str| self.pipeline == PipelineKind::Production && step == STEPS[1];
        let timed = |step: &&&str| **step != STEPS[4] && !by_hand(step);
        let steps = STEPS.iter().filter(timed).map(|step| ((*step).to_owned(), hour.clone()));
        let mut steps: std::collections::BTreeMap<_, _> = steps.collect();
        let fails = match (cell.cause, cell.when) {
            (Cause::Failure, When::Before) => cell.place.previous(),
            (Cause::Failure, When::During) => Some(cell.place),
            (Cause::Failure, When::After) => cell.place.next(),
            _ => None,
        };
        if let Some(place @ Place::Publish(0 | 1 | 4)) = fails.filter(|place| !by_hand(place.step())) {
            let scenario = steps.entry(place.step().to_owned()).or_insert_with(|| hour.clone());
            scenario.outcome = Outcome::Fail;
        }
        if cell.cause == Cause::Failure && matches!(cell.when, When::WhileCanceling | When::WhileUndoing) {
            let scenario = steps.get_mut(cell.place.step()).expect("it is timed");
            scenario.undo_outcome = Outcome::Fail;
        }
        self.world.engine.put_scenario(&OfferKey::new(CONTOSO, "a"), Scenario { steps }).await.unwrap();
    }

    async fn target(&self) -> Submission {
        self.world.state("a").await.target().cloned().expect("an operation was started")
    }

    async fn start(&mut self) {
        self.operation = Some(started(&self.world.try_publish("a").await.unwrap()));
    }

    /// The step has begun, and is not complete. From its switch on `live` may take no time at all: there, up to the
    /// switch.
    async fn reach(&mut self, place: Place) {
        if self.operation.is_none() {
            self.start().await;
        }
        loop {
            let target = self.target().await;
            let state = &target.step(place.step()).expect("the pipeline has it").state;
            let begun = !matches!(state, StepState::NotStarted | StepState::Inherited { .. });
            if begun && Some(target.head.id) == self.operation {
                return;
            }
            self.go_on(&target).await;
        }
    }

    /// What has to be done for it to go on, or else half an hour passes: no step is so short.
    async fn go_on(&mut self, target: &Submission) {
        if approve_if_asked(&self.world).await {
            return;
        }
        if target.waits_for_signoff() {
            self.operation = Some(started(&self.world.golive("a").await.unwrap()));
        } else {
            assert!(target.is_running(), "{target:?}");
            self.world.advance(HALF_AN_HOUR).await;
        }
    }

    async fn reach_before(&mut self, place: Place) {
        if let Some(previous) = place.previous() {
            self.reach(previous).await;
        }
    }

    async fn reach_after(&mut self, place: Place) {
        if let Some(next) = place.next() {
            return self.reach(next).await;
        }
        self.reach(place).await;
        self.world.advance(DAY).await;
    }

    /// Cancels, and keeps the answer in the words of the wire.
    async fn cancel(&mut self) {
        self.answer = Some(match self.world.cancel("a").await {
            Ok(done) => match stopped(done) {
                StopReply::Canceled(_) => "200".to_owned(),
                StopReply::Canceling(_) => "202".to_owned(),
                other => format!("{other:?}"),
            },
            Err(EngineError::Refused(Refusal::NoOperationInProgress { .. })) => {
                "400 NoOperationInProgress".to_owned()
            }
            Err(EngineError::Refused(
                Refusal::PastPointOfNoReturn { .. } | Refusal::AlreadyUndoing { .. },
            )) => "400 OperationNotCancellable".to_owned(),
            Err(other) => panic!("{other:?}"),
        });
    }

    /// The step's worker has done its work when the cancel comes, and tells of it afterwards.
    async fn cancel_during(&mut self, place: Place) {
        self.reach(place).await;
        if self.target().await.head.outstanding.is_none() {
            return self.cancel().await;
        }
        let (engine, faults) = (self.world.engine.clone(), self.world.faults.clone());
        faults.set_plan(Plan::at(record_of(place, &faults), Fault::Block));
        let passing = tokio::spawn(async move { engine.advance(CONTOSO, HOUR).await });
        faults.blocked().await;
        self.cancel().await;
        faults.release();
        passing.await.unwrap().unwrap();
    }

    /// The cancellation is over before the step's worker comes to make what is no longer wanted.
    async fn cancel_before_it_made_anything(&mut self, place: Place) {
        self.reach(place).await;
        let (engine, faults) = (self.world.engine.clone(), self.world.faults.clone());
        faults.set_plan(Plan::at(next_artifact(&faults), Fault::Block));
        let passing = tokio::spawn(async move { engine.advance(CONTOSO, HOUR).await });
        let late = faults.blocked().await;
        self.cancel().await;
        passing.await.unwrap().unwrap();
        self.world.advance(DAY).await;
        faults.release();
        let is_open = || {
            let log = faults.log();
            log.iter().any(|entry| entry.number == late && entry.outcome == CallOutcome::Open)
        };
        while is_open() {
            tokio::task::yield_now().await;
        }
    }

    /// The step fails for good; if it makes something, when it has made it, unless it is to fail before.
    async fn fail_in(&mut self, place: Place, when: When) {
        self.start_to_fail_in(place, when).await;
        self.world.advance(DAY).await;
    }

    async fn start_to_fail_in(&mut self, place: Place, when: When) {
        self.reach(place).await;
        let faults = &self.world.faults;
        match place {
            Place::Publish(1) if self.pipeline == PipelineKind::Production => {
                let reject = ReviewDecision::Reject { reason: Some("no icon".to_owned()) };
                review(&self.world, self.target().await.head.id, place.step(), reject).await;
            }
            Place::Publish(2 | 3) | Place::Preparing => {
                let first = next_artifact(faults).nth;
                let tries = first..=first + u64::from(RETRIES);
                let fault = if when == When::Begun { Fault::Error } else { Fault::ReplyLost };
                let fails = |plan: Plan, nth| plan.and(Point::call_of("put_artifact", nth), fault);
                faults.set_plan(tries.fold(Plan::none(), fails));
            }
            Place::Propagating => {
                let next = record_of(place, faults).nth;
                let error = |plan: Plan, nth| plan.and(Point::call_of("commit", nth), Fault::Error);
                faults.set_plan((next..next + 3).fold(Plan::none(), error));
            }
            Place::Publish(_) => {}
        }
        while self.is_open(place).await {
            self.world.advance(HALF_AN_HOUR).await;
        }
    }

    async fn is_open(&self, place: Place) -> bool {
        self.target().await.step(place.step()).is_some_and(Step::is_open)
    }

    async fn crash(self) -> Self {
        let Self { world, pipeline, draft, operation, answer } = self;
        Self { world: world.crash().await, pipeline, draft, operation, answer }
    }

    /// The engine dies when the step has ended and that is about to be recorded, or has been.
    async fn crash_at_record(mut self, place: Place, fault: Fault) -> Self {
        self.reach(place).await;
        if self.target().await.head.outstanding.is_some() {
            return self.crash_at_record_of(place, fault).await;
        }
        // A person ends the step: what they say is what is recorded.
        if fault == Fault::CrashAfter {
            self.reach_after(place).await;
        }
        self.crash().await
    }

    async fn crash_at_record_of(self, place: Place, fault: Fault) -> Self {
        self.crash_at(|faults| record_of(place, faults), fault).await
    }

    async fn crash_at(self, point: impl Fn(&FaultyStore) -> Point, fault: Fault) -> Self {
        let (engine, faults) = (self.world.engine.clone(), self.world.faults.clone());
        faults.set_plan(Plan::at(point(&faults), fault));
        let passing = tokio::spawn(async move { engine.advance(CONTOSO, DAY).await });
        faults.crashed().await;
        passing.abort();
        drop(faults);
        // It holds the engine until it has heard of its end.
        assert!(passing.await.unwrap_err().is_cancelled());
        self.crash().await
    }

    /// The undo of the step runs: now cancel, or let the undo fail, or crash before its end is recorded.
    async fn while_undone(mut self, cell: Cell) -> Self {
        assert!(self.undo_runs(cell.place).await, "{cell:?}");
        match cell.cause {
            Cause::Cancel => self.cancel().await,
            Cause::Failure => {}
            Cause::Crash => self = self.crash_at_record_of(cell.place, Fault::CrashBefore).await,
        }
        self
    }

    async fn undo_runs(&self, place: Place) -> bool {
        let state = self.world.state("a").await;
        let is_running = |undo: &Undo| matches!(undo.state, UndoState::Running { .. });
        let is_it = |undo: &Undo| is_running(undo) && undo.plan.id == place.step();
        state.operations().any(|operation| operation.undo().iter().any(is_it))
    }

    /// Lets everything end that ends by itself, and a reviewer approve.
    async fn settle(&mut self) {
        self.world.faults.set_plan(Plan::none());
        while let Some(target) =
            self.world.state("a").await.target().filter(|target| target.is_running()).cloned()
        {
            if target.waits_for_signoff() {
                break;
            }
            if !approve_if_asked(&self.world).await {
                self.world.advance(HALF_AN_HOUR).await;
            }
        }
        self.world.advance(DAY).await;
    }
}

/// The call in which a step stores what it makes.
fn next_artifact(faults: &FaultyStore) -> Point {
    Point::call_of("put_artifact", faults.calls_of("put_artifact") + 1)
}

/// The commit that will record the end of the step that runs, or of its undo; where [`Stage::reach`] ends before the
/// switch, the one after that.
fn record_of(place: Place, faults: &FaultyStore) -> Point {
    let ahead = if place == Place::Propagating { 2 } else { 1 };
    Point::call_of("commit", faults.calls_of("commit") + ahead)
}

/// The draft slot.
pub(super) async fn draft(world: &World) -> (Draft, Option<Content>) {
    let draft = world.state("a").await.offer.draft;
    (draft, world.engine.store().content(&OfferKey::new(CONTOSO, "a"), draft.content_version).await.unwrap())
}

/// A reviewer approves what waits for one. Answers whether something did.
pub(super) async fn approve_if_asked(world: &World) -> bool {
    let target = world.state("a").await.target().cloned().expect("an operation was started");
    let waits = |step: &&Step| matches!(step.state, StepState::WaitingForApproval { .. });
    let Some(step) = target.steps.iter().find(waits) else { return false };
    review(world, target.head.id, &step.plan.id, ReviewDecision::Approve).await;
    true
}

async fn review(world: &World, operation: OperationId, step: &str, decision: ReviewDecision) {
    let review = ReviewRequest { by: "rita".into(), operation, step: step.to_owned(), decision };
    world.engine.review(&OfferKey::new(CONTOSO, "a"), review).await.unwrap();
}
