//! Every state that an offer under a three-step plan can reach with a few operations, found breadth first: the rules
//! hold on every edge, and from every state everything ends.

use std::collections::HashSet;
use std::collections::VecDeque;

use signoff_lifecycle::actor::Actor;
use signoff_lifecycle::command::{
    Callback, Cancel, CancelTarget, Checked, GoLive, Guard, Hold, Publish, Put, PutGuard, Release,
    StepResult, StopLevel, WebhookReport, WorkOutcome,
};
use signoff_lifecycle::decision::Verdict;
use signoff_lifecycle::ids::{OfferGuid, OperationId, PublisherTime};
use signoff_lifecycle::offer::{Aggregate, Course};
use signoff_lifecycle::operation::{Head, Outstanding, Step, StepState, Undo, UndoState};
use signoff_lifecycle::plan::{CancelPolicy, Executor, Script, StepPlan};
use signoff_lifecycle::webhook::{Ask, OnCancelDeadline, WebhookProgress, work_key};
use signoff_lifecycle::{Command, decide};
use signoff_model::rules;

use crate::plans::{CERTIFY, LIVE, PROVISION, SIGNOFF, step};
use crate::webhook_world::{by_webhook, failed, progress, succeeded, waiting};
use crate::world::{done, fatal, passing};

/// No state has more operations than this; a third party has more to say.
const OPERATIONS: u64 = 5;
const OPERATIONS_WITH_A_THIRD_PARTY: u64 = 4;

/// Nothing here depends on the time.
const NOW: PublisherTime = PublisherTime(1);
/// But for the deadlines of third parties, which are over or not.
const SOON: PublisherTime = PublisherTime(2);

fn plan(provision: CancelPolicy, live: CancelPolicy) -> Vec<StepPlan> {
    let script = Some(Box::new(Script { hold: true, ..Script::default() }));
    vec![
        StepPlan { script, ..step(PROVISION, Executor::Provision, provision) },
        step(SIGNOFF, Executor::Signoff, CancelPolicy::Interrupt),
        step(LIVE, Executor::Live, live),
    ]
}

/// The first step is a third party's.
fn plan_of_a_third_party(cancel: CancelPolicy, then: OnCancelDeadline) -> Vec<StepPlan> {
    vec![
        by_webhook(CERTIFY, cancel, then),
        step(SIGNOFF, Executor::Signoff, CancelPolicy::Interrupt),
        step(LIVE, Executor::Live, CancelPolicy::Undo),
    ]
}

fn put() -> Command {
    Command::Put(Put {
        publisher: "contoso".to_owned(),
        offer: "sample-vm".to_owned(),
        guid: OfferGuid::of(0),
        offer_type: Some("microsoft-azure-virtualmachines".to_owned()),
        migrated: None,
        guard: PutGuard::Absent { required: false },
    })
}

/// What can happen to an offer in this state.
fn commands(state: &Aggregate, plan: &[StepPlan]) -> Vec<Command> {
    let number = state.offer.publishing_version + 1;
    let (id, by) = (OperationId::of(number.into()), Actor::from(""));
    let mut commands = vec![Command::Release(Release { step: PROVISION.to_owned() })];
    let third_party = plan[0].webhook.is_some();
    if number <= if third_party { OPERATIONS_WITH_A_THIRD_PARTY } else { OPERATIONS } {
        commands.push(Command::Publish(Publish {
            id,
            by: by.clone(),
            emails: Vec::new(),
            migrated_by_default: false,
            plan: plan.to_vec(),
            checked: Checked::Fit { revision: state.offer.draft.revision, warnings: Vec::new() },
            guard: Guard::None,
        }));
        commands.push(Command::GoLive(a_golive(id, plan)));
        commands.extend([StopLevel::Cancel, StopLevel::Force, StopLevel::Kill].map(|level| {
            Command::Cancel(Cancel {
                id,
                by: by.clone(),
                reason: None,
                emails: Vec::new(),
                named: CancelTarget::Newest,
                guard: Guard::None,
                level,
            })
        }));
    }
    for (operation, Outstanding { attempt, .. }) in outstanding(state) {
        commands.push(Command::Hold(Hold { operation, attempt }));
        for outcome in [done(), passing(), fatal()] {
            commands.push(result(operation, attempt, outcome));
        }
        if third_party {
            for outcome in [waiting(), WorkOutcome::Answered(succeeded()), WorkOutcome::Answered(failed())] {
                commands.push(result(operation, attempt, outcome));
            }
        }
    }
    if third_party {
        commands.extend(state.target().into_iter().flat_map(|target| callbacks(target.head.id)));
    }
    commands
}

/// Whatever the third party may say of the operation, asked or not.
fn callbacks(operation: OperationId) -> Vec<Command> {
    let said = [progress(50, "at it"), WebhookReport::Ended(succeeded()), WebhookReport::Ended(failed())];
    let of = |ask| {
        let key = work_key(operation, CERTIFY, ask);
        said.clone().map(|said| {
            Command::Callback(Callback { operation, step: CERTIFY.to_owned(), key: key.clone(), said })
        })
    };
    [of(Ask::Run), of(Ask::Cancel)].concat()
}

/// The same state when the time of every third party is over.
fn overdue(state: &Aggregate) -> Aggregate {
    let mut state = state.clone();
    for external in externals(&mut state) {
        external.deadline = NOW;
    }
    state
}

fn externals(state: &mut Aggregate) -> impl Iterator<Item = &mut WebhookProgress> {
    let (steps, [own, of_cancellation]) = parts(state);
    let steps = steps.iter_mut().filter_map(|step| step.external.as_mut());
    steps.chain(own.iter_mut().chain(of_cancellation).filter_map(|undo| undo.external.as_mut()))
}

/// The steps of the newest publish or golive, what it undoes itself and what its cancellation undoes.
fn parts(state: &mut Aggregate) -> (&mut [Step], [&mut [Undo]; 2]) {
    match &mut state.course {
        None => (&mut [], [&mut [], &mut []]),
        Some(Course::Alone(target)) => (&mut target.steps, [&mut target.undo, &mut []]),
        Some(Course::Canceling(target, cancellation)) => {
            (&mut target.steps, [&mut target.undo, &mut cancellation.undo])
        }
    }
}

fn a_golive(id: OperationId, plan: &[StepPlan]) -> GoLive {
    let live = plan.last().unwrap().clone();
    GoLive { id, by: "".into(), migrated_by_default: false, live, guard: Guard::None }
}

fn result(operation: OperationId, attempt: u32, outcome: WorkOutcome) -> Command {
    Command::StepResult(StepResult { operation, attempt, outcome })
}

fn outstanding(state: &Aggregate) -> impl Iterator<Item = (OperationId, Outstanding)> {
    state.operations().filter_map(|operation| Some((operation.head().id, operation.head().outstanding?)))
}

/// The state after `command`, if it is not refused.
fn after(state: &Aggregate, command: &Command) -> Option<Aggregate> {
    match decide(Some(state.clone()), command.clone(), NOW) {
        Ok(Verdict::Change(decision)) => {
            rules::of_a_decision(Some(state), command, &decision, NOW);
            Some(decision.next)
        }
        Ok(Verdict::Already { .. }) | Err(_) => None,
    }
}

/// The state without what no decision looks at: messages and changes are not counted, attempts start over, and
/// propagation, which is tried without end, was tried once or never.
fn essence(mut state: Aggregate) -> Aggregate {
    let strip = |head: &mut Head| {
        head.revision = 0;
        head.notes.clear();
        head.last_attempt = u32::from(head.outstanding.is_some());
        if let Some(outstanding) = &mut head.outstanding {
            outstanding.attempt = 1;
        }
    };
    match &mut state.course {
        None => {}
        Some(Course::Alone(target)) => strip(&mut target.head),
        Some(Course::Canceling(target, cancellation)) => {
            strip(&mut target.head);
            strip(&mut cancellation.head);
        }
    }
    let (steps, [own, of_cancellation]) = parts(&mut state);
    for step in steps {
        step.notes.clear();
        let accepted = step.external.as_ref().is_some_and(|external| external.accepted);
        match &mut step.state {
            StepState::Propagating { tries, .. } => *tries = 1.min(*tries),
            StepState::InProgress { tries, .. } if accepted => *tries = 1.min(*tries),
            _ => {}
        }
    }
    for undo in own.iter_mut().chain(of_cancellation) {
        undo.notes.clear();
        if let (UndoState::Running { tries, .. }, Some(_)) = (&mut undo.state, &undo.external) {
            *tries = 1.min(*tries);
        }
    }
    for external in externals(&mut state) {
        external.deadline = SOON;
        external.progress = 0;
    }
    state
}

/// Lets everything go well from here on; panics when something never ends.
fn ends(state: &Aggregate, plan: &[StepPlan]) {
    let mut state = state.clone();
    for _ in 0..30 {
        let Some(target) = state.target().filter(|target| target.is_running()) else { return };
        let command = match outstanding(&state).next() {
            Some((_, Outstanding { held: true, .. })) => {
                Command::Release(Release { step: PROVISION.to_owned() })
            }
            Some((operation, Outstanding { attempt, .. })) => result(operation, attempt, done()),
            None if target.waits_for_signoff() => Command::GoLive(a_golive(OperationId::of(99), plan)),
            None => panic!("nobody moves it on: {target:?}"),
        };
        match decide(Some(state), command, NOW) {
            Ok(Verdict::Change(decision)) => state = decision.next,
            other => panic!("stuck: {other:?}"),
        }
    }
    panic!("it does not end: {state:?}");
}

fn explore(plan: &[StepPlan]) -> usize {
    let Ok(Verdict::Change(created)) = decide(None, put(), NOW) else { panic!() };
    let mut seen = HashSet::from([created.next.clone()]);
    let mut queue = VecDeque::from([created.next]);
    while let Some(state) = queue.pop_front() {
        ends(&state, plan);
        let late = Some(overdue(&state)).filter(|late| *late != state);
        for state in late.into_iter().chain([state]) {
            for command in commands(&state, plan) {
                let Some(next) = after(&state, &command).map(essence) else { continue };
                if seen.insert(next.clone()) {
                    queue.push_back(next);
                }
            }
        }
    }
    seen.len()
}

#[test]
fn every_reachable_state_keeps_the_rules_and_can_end() {
    let mut total = 0;
    for provision in [CancelPolicy::Interrupt, CancelPolicy::Undo, CancelPolicy::Refuse] {
        for live in [CancelPolicy::Interrupt, CancelPolicy::Undo, CancelPolicy::Refuse] {
            let states = explore(&plan(provision, live));
            println!("provision {provision:?}, live {live:?}: {states} states");
            assert!(states > 100, "the exploration went somewhere");
            total += states;
        }
    }
    println!("{total} states");
}

#[test]
fn so_does_every_state_with_a_third_party() {
    let mut total = 0;
    for (cancel, then) in [
        (CancelPolicy::Interrupt, OnCancelDeadline::Fail),
        (CancelPolicy::Undo, OnCancelDeadline::Fail),
        (CancelPolicy::Undo, OnCancelDeadline::Complete),
        (CancelPolicy::Refuse, OnCancelDeadline::Fail),
    ] {
        let states = explore(&plan_of_a_third_party(cancel, then));
        println!("certify {cancel:?}, then {then:?}: {states} states");
        assert!(states > 100, "the exploration went somewhere");
        total += states;
    }
    println!("{total} states");
}
