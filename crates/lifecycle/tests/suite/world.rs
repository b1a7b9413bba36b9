//! One offer under a six-step plan, driven by commands as the engine would drive it, with every rule checked on the way.

use std::collections::BTreeMap;

use signoff_lifecycle::actor::Actor;
use signoff_lifecycle::command::{
    Cancel, CancelTarget, Checked, GoLive, Guard, Hold, Publish, Put, PutGuard, Release, Review,
    ReviewDecision, StepResult, StopLevel, WorkOutcome,
};
use signoff_lifecycle::decision::{Decision, Notification, PutReply, Reply, Verdict, Work};
use signoff_lifecycle::ids::{Micros, Moment, OfferGuid, OperationId, PublisherTime};
use signoff_lifecycle::offer::{Aggregate, Offer};
use signoff_lifecycle::operation::{Cancellation, Operation, StepState, Submission, WorkKind};
use signoff_lifecycle::plan::{CancelPolicy, Executor, Script, StepPlan};
use signoff_lifecycle::refusal::Refusal;
use signoff_lifecycle::{Command, decide};
use signoff_model::rules;

use crate::history;
use crate::plans::vm_plan;

/// What a command was told.
pub(crate) type Answer = Result<Reply, Refusal>;

/// One offer, its whole history and the work that is due.
pub(crate) struct World {
    pub(crate) state: Option<Aggregate>,
    pub(crate) now: PublisherTime,
    pub(crate) plan: Vec<StepPlan>,
    /// Issued minus finished.
    pub(crate) pending: Vec<Work>,
    /// Every operation there ever was, as it was committed last.
    pub(crate) operations: BTreeMap<OperationId, Operation>,
    pub(crate) told: Vec<Notification>,
    last_id: u128,
}

impl World {
    /// An offer with a draft that was never published.
    pub(crate) fn new(plan: Vec<StepPlan>) -> Self {
        let mut world = Self {
            state: None,
            now: PublisherTime(1_000_000),
            plan,
            pending: Vec::new(),
            operations: BTreeMap::new(),
            told: Vec::new(),
            last_id: 0,
        };
        assert_eq!(world.put(), Ok(Reply::Put(PutReply { created: true })));
        world
    }

    pub(crate) fn vm() -> Self {
        Self::new(vm_plan())
    }

    /// The same world whose later operations find `cancel` in the step `id`.
    pub(crate) fn policy(mut self, id: &str, cancel: CancelPolicy) -> Self {
        self.planned(id).cancel = cancel;
        self
    }

    /// The same world whose scenario holds the step `id`.
    pub(crate) fn holding(mut self, id: &str) -> Self {
        self.planned(id).script = Some(Box::new(Script { hold: true, ..Script::default() }));
        self
    }

    pub(crate) fn planned(&mut self, id: &str) -> &mut StepPlan {
        self.plan.iter_mut().find(|plan| plan.id == id).unwrap()
    }

    /// Decides and commits, and holds every rule against what came of it.
    pub(crate) fn send(&mut self, command: &Command) -> Answer {
        self.now = self.now.plus(Micros::from_millis(1));
        let verdict = decide(self.state.clone(), command.clone(), self.now);
        assert_eq!(verdict, decide(self.state.clone(), command.clone(), self.now), "decide is pure");
        match verdict? {
            Verdict::Already { state, reply } => {
                assert_eq!(Some(*state), self.state, "nothing changes");
                Ok(reply)
            }
            Verdict::Change(decision) => {
                rules::of_a_decision(self.state.as_ref(), command, &decision, self.now);
                history::of_storage(&decision);
                let reply = decision.reply.clone();
                self.commit(*decision);
                history::of_the_history(self);
                Ok(reply)
            }
        }
    }

    fn commit(&mut self, decision: Decision) {
        self.pending.retain(|work| !decision.finished_work.contains(&(work.operation, work.attempt)));
        self.pending.extend(decision.work);
        for operation in decision.changed {
            self.operations.insert(operation.head().id, operation);
        }
        self.told.extend(decision.notifications);
        self.state = Some(decision.next);
    }

    fn fresh_id(&mut self) -> OperationId {
        self.last_id += 1;
        OperationId::of(self.last_id)
    }

    pub(crate) fn a_put(&mut self) -> Put {
        Put {
            publisher: "contoso".to_owned(),
            offer: "sample-vm".to_owned(),
            guid: OfferGuid(self.fresh_id().0),
            offer_type: Some("microsoft-azure-virtualmachines".to_owned()),
            migrated: None,
            guard: if self.state.is_some() {
                PutGuard::Any { creates: false }
            } else {
                PutGuard::Absent { required: true }
            },
        }
    }

    pub(crate) fn a_publish(&mut self) -> Publish {
        Publish {
            id: self.fresh_id(),
            by: "ada".into(),
            emails: vec!["a@x.example".to_owned()],
            migrated_by_default: false,
            plan: self.plan.clone(),
            checked: Checked::Fit { revision: self.offer().draft.revision, warnings: Vec::new() },
            guard: Guard::None,
        }
    }

    pub(crate) fn a_golive(&mut self) -> GoLive {
        let live = self.plan.iter().find(|plan| plan.executor == Executor::Live).unwrap().clone();
        GoLive { id: self.fresh_id(), by: "ada".into(), migrated_by_default: false, live, guard: Guard::None }
    }

    pub(crate) fn a_cancel(&mut self) -> Cancel {
        Cancel {
            id: self.fresh_id(),
            by: "bob".into(),
            reason: Some("typo".to_owned()),
            emails: vec!["b@x.example".to_owned()],
            named: CancelTarget::Newest,
            guard: Guard::None,
            level: StopLevel::Cancel,
        }
    }

    pub(crate) fn put(&mut self) -> Answer {
        let put = self.a_put();
        self.send(&Command::Put(put))
    }

    pub(crate) fn publish(&mut self) -> Answer {
        let publish = self.a_publish();
        self.send(&Command::Publish(publish))
    }

    pub(crate) fn golive(&mut self) -> Answer {
        let golive = self.a_golive();
        self.send(&Command::GoLive(golive))
    }

    pub(crate) fn cancel(&mut self) -> Answer {
        let cancel = self.a_cancel();
        self.send(&Command::Cancel(cancel))
    }

    /// A cancel by these means.
    pub(crate) fn stop(&mut self, level: StopLevel) -> Answer {
        let cancel = Cancel { level, ..self.a_cancel() };
        self.send(&Command::Cancel(cancel))
    }

    pub(crate) fn release(&mut self, step: &str) -> Answer {
        self.send(&Command::Release(Release { step: step.to_owned() }))
    }

    pub(crate) fn review(&mut self, step: &str, decision: ReviewDecision) -> Answer {
        self.review_as("rita".into(), true, step, decision)
    }

    /// A word of this reviewer, for a publisher that lets who started an operation approve it, or not.
    pub(crate) fn review_as(
        &mut self,
        by: Actor,
        self_review: bool,
        step: &str,
        decision: ReviewDecision,
    ) -> Answer {
        let operation = self.target().head.id;
        self.send(&Command::Review(Review { operation, step: step.to_owned(), by, decision, self_review }))
    }

    pub(crate) fn result(&mut self, operation: OperationId, attempt: u32, outcome: WorkOutcome) -> Answer {
        self.send(&Command::StepResult(StepResult { operation, attempt, outcome }))
    }

    /// The one piece of work that is due.
    pub(crate) fn work(&self) -> Work {
        assert_eq!(self.pending.len(), 1, "one piece of work is due: {:?}", self.pending);
        self.pending[0].clone()
    }

    /// The step that `work` runs or undoes.
    pub(crate) fn step_of(&self, work: &Work) -> String {
        let operation = &self.operations[&work.operation];
        let index = operation.head().outstanding.unwrap().index;
        match work.kind {
            WorkKind::Undo => operation.undo()[index].plan.id.clone(),
            WorkKind::Run | WorkKind::Propagate => operation.steps()[index].plan.id.clone(),
        }
    }

    /// Ends the work that is due, which must be that of `step`.
    pub(crate) fn end(&mut self, step: &str, outcome: WorkOutcome) {
        let work = self.work();
        assert_eq!(self.step_of(&work), step);
        assert_eq!(self.result(work.operation, work.attempt, outcome), Ok(Reply::Recorded));
    }

    pub(crate) fn finish(&mut self, step: &str) {
        self.end(step, done());
    }

    pub(crate) fn hold(&mut self) -> Answer {
        let Work { operation, attempt, .. } = self.work();
        self.send(&Command::Hold(Hold { operation, attempt }))
    }

    /// Finishes steps until `step` has begun.
    pub(crate) fn advance_to(&mut self, step: &str) {
        while !self.target().step(step).unwrap().began() {
            let work = self.work();
            self.result(work.operation, work.attempt, done()).unwrap();
        }
    }

    /// Publishes and finishes steps until `step` has begun.
    pub(crate) fn publish_to(&mut self, step: &str) {
        self.publish().unwrap();
        self.advance_to(step);
    }

    /// Lets everything that is due go well, until nothing is due.
    pub(crate) fn finish_all(&mut self) {
        for _ in 0..1000 {
            let Some(work) = self.pending.first().cloned() else { return };
            self.result(work.operation, work.attempt, done()).unwrap();
        }
        panic!("work without end: {:?}", self.pending);
    }

    pub(crate) fn aggregate(&self) -> &Aggregate {
        self.state.as_ref().unwrap()
    }

    pub(crate) fn offer(&self) -> &Offer {
        &self.aggregate().offer
    }

    /// The newest publish or golive.
    pub(crate) fn target(&self) -> &Submission {
        self.aggregate().target().unwrap()
    }

    pub(crate) fn cancellation(&self) -> &Cancellation {
        self.aggregate().cancellation().unwrap()
    }

    pub(crate) fn state_of(&self, step: &str) -> &StepState {
        &self.target().step(step).unwrap().state
    }

    /// What was told, oldest first, by its name.
    pub(crate) fn events(&self) -> Vec<&'static str> {
        self.told.iter().map(|notification| notification.event.name()).collect()
    }
}

pub(crate) fn done() -> WorkOutcome {
    WorkOutcome::Done { removed: Vec::new() }
}

pub(crate) fn passing() -> WorkOutcome {
    WorkOutcome::Transient { reason: "busy".to_owned() }
}

pub(crate) fn fatal() -> WorkOutcome {
    WorkOutcome::Permanent { reason: "broken".to_owned() }
}
