//! What is run: how many of whom, under which pipeline, sending what.

use signoff_lifecycle::ids::Micros;
use signoff_lifecycle::plan::{CancelPolicy, Executor, Script, StepPlan};
use signoff_lifecycle::webhook::{OnCancelDeadline, Webhook};

use crate::call::{Ask, By, Call, Outcome, Pipeline, Said, Which};
use crate::fault::Fault;
use crate::memo::Memo;
use crate::system::System;

/// One configuration of the modelled system.
#[derive(Clone, Debug)]
pub struct Configuration {
    /// What it is about.
    pub name: String,
    pipeline: Pipeline,
    offers: u8,
    clients: usize,
    workers: usize,
    menu: Vec<Call>,
    failures: Vec<Outcome>,
    leftovers: u8,
}

/// A publish, a golive and a cancel, unguarded.
const CALLS: [Call; 3] = [Call::Publish, Call::GoLive, Call::Cancel(By::Nothing)];
/// A cancel under every guard, those that a client can hold too long.
const GUARDED: [Call; 6] = [
    Call::Cancel(By::Nothing),
    Call::Cancel(By::Tag(true)),
    Call::Cancel(By::Tag(false)),
    Call::Cancel(By::Name(Which::Target)),
    Call::Cancel(By::Name(Which::Cancellation)),
    Call::Cancel(By::Name(Which::Gone)),
];
/// What a third party may say, asked or not.
const WORDS: [Call; 6] = [
    Call::Word(Ask::Run, Said::Progress),
    Call::Word(Ask::Run, Said::Well),
    Call::Word(Ask::Run, Said::Badly),
    Call::Word(Ask::Cancel, Said::Progress),
    Call::Word(Ask::Cancel, Said::Well),
    Call::Word(Ask::Cancel, Said::Badly),
];

/// What else clients send, and the operator.
const REST: [Call; 3] = [Call::Put, Call::Force, Call::Kill];

fn step(executor: Executor, cancel: CancelPolicy) -> StepPlan {
    let id = match executor {
        Executor::Validate => "validate",
        Executor::Manual => "review",
        Executor::Simulated => "certify",
        Executor::Provision => "provision",
        Executor::Package => "package",
        Executor::Signoff => "signoff",
        Executor::Live => "live",
        Executor::Webhook => "webhook",
    };
    let none = Micros::ZERO;
    StepPlan {
        id: id.to_owned(),
        executor,
        cancel,
        duration: none,
        undo_duration: none,
        propagate: none,
        back_off: none,
        script: None,
        webhook: (executor == Executor::Webhook).then(|| Box::new(agreed(OnCancelDeadline::Fail))),
    }
}

/// What is agreed with a third party.
fn agreed(on_cancel_deadline: OnCancelDeadline) -> Webhook {
    let (answer_deadline, cancel_deadline) = (Micros(1), Micros(1));
    Webhook {
        hook: "hook".to_owned(),
        poll_every: None,
        answer_deadline,
        cancel_deadline,
        on_cancel_deadline,
    }
}

impl Configuration {
    /// One offer, one client and one worker under these steps; `live` is the policy of the golive's step.
    pub fn new(name: &str, steps: &[(Executor, CancelPolicy)], live: CancelPolicy) -> Self {
        let publish = steps.iter().map(|(executor, cancel)| step(*executor, *cancel)).collect();
        Self {
            name: name.to_owned(),
            pipeline: Pipeline { publish, live: step(Executor::Live, live) },
            offers: 1,
            clients: 1,
            workers: 1,
            menu: CALLS.to_vec(),
            failures: vec![Outcome::Transient, Outcome::Permanent],
            leftovers: 0,
        }
    }

    /// So many of everybody.
    #[must_use]
    pub fn with(mut self, clients: usize, workers: usize) -> Self {
        (self.clients, self.workers) = (clients, workers);
        self
    }

    /// Two offers whose work the same workers do.
    #[must_use]
    pub fn two_offers(mut self) -> Self {
        self.offers = 2;
        self
    }

    /// Clients send this, too.
    #[must_use]
    pub fn and(mut self, calls: &[Call]) -> Self {
        self.menu.extend(calls.iter().filter(|call| !CALLS.contains(call)));
        self
    }

    /// Clients send this alone.
    #[must_use]
    pub fn only(mut self, calls: &[Call]) -> Self {
        self.menu = calls.to_vec();
        self
    }

    /// Work fails in these ways alone.
    #[must_use]
    pub fn failing(mut self, failures: &[Outcome]) -> Self {
        self.failures = failures.to_vec();
        self
    }

    /// Operations start on offers with so many leftovers, too.
    #[must_use]
    pub fn with_leftovers(mut self, leftovers: u8) -> Self {
        self.leftovers = leftovers;
        self
    }

    /// A third party that does not answer until its deadline has undone its part, or has not.
    #[must_use]
    pub fn overdue(mut self, on_cancel_deadline: OnCancelDeadline) -> Self {
        for step in self.pipeline.publish.iter_mut().filter(|step| step.webhook.is_some()) {
            step.webhook = Some(Box::new(agreed(on_cancel_deadline)));
        }
        self
    }

    /// A scenario holds the step before its result.
    #[must_use]
    pub fn holding(mut self, executor: Executor) -> Self {
        for step in self.pipeline.publish.iter_mut().filter(|step| step.executor == executor) {
            step.script = Some(Box::new(Script { hold: true, ..Script::default() }));
        }
        self
    }

    /// How many there are of everybody, in words.
    pub fn size(&self) -> String {
        let s = |count: usize| if count == 1 { "" } else { "s" };
        let offers = if self.offers > 1 { format!("{} offers, ", self.offers) } else { String::new() };
        let (clients, workers) = (self.clients, self.workers);
        format!("{offers}{clients} client{}, {workers} worker{}", s(clients), s(workers))
    }

    /// The system, with a bug in it or none.
    pub fn system(&self, fault: Option<Fault>) -> System {
        System {
            memo: Memo::new(self.pipeline.clone(), fault),
            offers: self.offers,
            clients: self.clients,
            workers: self.workers,
            menu: self.menu.clone(),
            failures: self.failures.clone(),
            leftovers: self.leftovers,
        }
    }
}

/// What runs on every change.
pub fn ordinary() -> Vec<Configuration> {
    use CancelPolicy::{Interrupt, Undo};
    use Executor::{Manual, Provision, Signoff, Validate};
    let short = [(Provision, Undo), (Signoff, Interrupt)];
    let swept = [(Validate, Interrupt), (Provision, Undo), (Signoff, Interrupt)];
    let reviewed = [(Manual, Interrupt), (Provision, Undo), (Signoff, Interrupt)];
    let everything = Configuration::new("one offer, every guard", &swept, Undo);
    let forced = Configuration::new("force and kill", &swept, Undo);
    let two = Configuration::new("two offers, two steps each", &short, Undo);
    let by_hand = Configuration::new("a reviewer", &reviewed, Undo);
    let held = Configuration::new("a held step", &short, Undo);
    let vm = Configuration::new("the VM pipeline", &vm_steps(), Undo);
    let mut all = vec![
        everything.with(2, 2).and(&GUARDED).and(&[Call::Put]).with_leftovers(1),
        forced.with(2, 1).and(&REST).with_leftovers(1),
        two.two_offers()
            .with(2, 2)
            .only(&[Call::Publish, Call::Cancel(By::Nothing)])
            .failing(&[Outcome::Permanent]),
        by_hand.with(2, 2).and(&[Call::Approve, Call::Reject]),
        held.with(2, 2).and(&[Call::Release]).holding(Provision),
        vm.with(2, 2),
    ];
    all.extend(third_parties(1, 2));
    all.extend(policies(1, 2));
    all
}

/// What runs when there is time.
pub fn deep() -> Vec<Configuration> {
    use CancelPolicy::{Interrupt, Undo};
    use Executor::{Manual, Provision, Signoff, Validate};
    let short = [(Provision, Undo), (Signoff, Interrupt)];
    let swept = [(Validate, Interrupt), (Provision, Undo), (Signoff, Interrupt)];
    let reviewed = [(Validate, Interrupt), (Manual, Undo), (Provision, Undo), (Signoff, Interrupt)];
    let all_calls = Configuration::new("one offer, every call", &swept, Undo);
    let clients = Configuration::new("three clients", &swept, Undo);
    let workers = Configuration::new("three workers", &swept, Undo);
    let two = Configuration::new("two offers that go live", &short, Undo);
    let by_hand = Configuration::new("a reviewer whose step is undone", &reviewed, Undo);
    let vm = Configuration::new("the VM pipeline, every guard", &vm_steps(), Undo);
    let mut all = vec![
        all_calls.with(2, 2).and(&GUARDED).and(&REST).with_leftovers(2),
        clients.with(3, 2).and(&GUARDED).and(&[Call::Put]),
        workers.with(2, 3),
        two.two_offers().with(1, 2).failing(&[]),
        by_hand.with(2, 2).and(&[Call::Approve, Call::Reject, Call::Force]).with_leftovers(1),
        vm.with(2, 2).and(&GUARDED).and(&[Call::Put]).with_leftovers(1),
    ];
    all.extend(third_parties(2, 2));
    all.extend(policies(2, 2));
    all
}

/// The steps of a VM offer before `live`.
fn vm_steps() -> [(Executor, CancelPolicy); 5] {
    use CancelPolicy::{Interrupt, Undo};
    use Executor::{Package, Provision, Signoff, Simulated, Validate};
    [(Validate, Interrupt), (Simulated, Interrupt), (Provision, Undo), (Package, Undo), (Signoff, Interrupt)]
}

/// A third party whose part is undone, stopped on the spot, or cannot be called off.
fn third_parties(clients: usize, workers: usize) -> Vec<Configuration> {
    use CancelPolicy::{Interrupt, Refuse, Undo};
    let agreements = [
        (Undo, OnCancelDeadline::Fail),
        (Undo, OnCancelDeadline::Complete),
        (Interrupt, OnCancelDeadline::Fail),
        (Refuse, OnCancelDeadline::Fail),
    ];
    let one = |(cancel, then)| {
        let name = format!("a third party, {}, then {then:?}", word(cancel)).to_lowercase();
        let steps =
            [(Executor::Webhook, cancel), (Executor::Provision, Undo), (Executor::Signoff, Interrupt)];
        let one = Configuration::new(&name, &steps, Undo).with(clients, workers).overdue(then);
        one.only(&[Call::Publish, Call::Cancel(By::Nothing), Call::Force]).and(&WORDS)
    };
    agreements.into_iter().map(one).collect()
}

/// Every policy in a publish's step that makes something and in `live`.
fn policies(clients: usize, workers: usize) -> Vec<Configuration> {
    use CancelPolicy::{Interrupt, Refuse, Undo};
    let mut all = Vec::new();
    for provision in [Interrupt, Undo, Refuse] {
        for live in [Interrupt, Undo, Refuse] {
            let name = format!("provision {}, live {}", word(provision), word(live));
            let steps = [(Executor::Provision, provision), (Executor::Signoff, Interrupt)];
            all.push(Configuration::new(&name, &steps, live).with(clients, workers).and(&REST));
        }
    }
    all
}

fn word(policy: CancelPolicy) -> &'static str {
    match policy {
        CancelPolicy::Interrupt => "interrupt",
        CancelPolicy::Undo => "undo",
        CancelPolicy::Refuse => "refuse",
    }
}

/// A small system in which the bug shows, and nothing else.
pub fn planted(fault: Fault) -> Configuration {
    use CancelPolicy::{Interrupt, Refuse, Undo};
    use Executor::{Package, Provision, Signoff, Validate, Webhook};
    let steps: &[(Executor, CancelPolicy)] = match fault {
        Fault::ArtifactUnfenced => &[(Provision, Interrupt), (Signoff, Interrupt)],
        Fault::NoDeadline => &[(Webhook, Undo), (Signoff, Interrupt)],
        Fault::PastThePoint => &[(Provision, Refuse), (Signoff, Interrupt)],
        _ => &[(Validate, Interrupt), (Provision, Undo), (Package, Undo), (Signoff, Interrupt)],
    };
    let small = Configuration::new(&format!("{fault:?}"), steps, Undo);
    match fault {
        Fault::ArtifactUnfenced => small.only(&[Call::Publish, Call::Cancel(By::Nothing)]).failing(&[]),
        Fault::NoCompare => small.with(2, 1),
        Fault::ForceUnrecorded => small.and(&[Call::Force]),
        _ => small,
    }
}
