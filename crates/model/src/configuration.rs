//! What is run: how many of whom, under which pipeline, sending what.

use signoff_lifecycle::plan::{CancelPolicy, Executor, Script, StepPlan};

use crate::call::{By, Call, Outcome, Pipeline, Which};
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

fn step(executor: Executor, cancel: CancelPolicy) -> StepPlan {
    let id = match executor {
        Executor::Validate => "validate",
        Executor::Manual => "review",
        Executor::Simulated => "certify",
        Executor::Provision => "provision",
        Executor::Package => "package",
        Executor::Signoff => "signoff",
        Executor::Live => "live",
    };
    let none = signoff_lifecycle::ids::Micros::ZERO;
    StepPlan {
        id: id.to_owned(),
        executor,
        cancel,
        duration: none,
        undo_duration: none,
        propagate: none,
        back_off: none,
        script: None,
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
            failures: vec![Outcome::Passing, Outcome::Final],
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

    /// A scenario holds the step before its result.
    #[must_use]
    pub fn holding(mut self, executor: Executor) -> Self {
        for step in self.pipeline.publish.iter_mut().filter(|step| step.executor == executor) {
            step.script = Some(Box::new(Script { hold: true, ..Script::default() }));
        }
        self
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
    use Executor::{Provision, Signoff, Validate};
    let a = [(Provision, Undo), (Signoff, Interrupt)];
    let v = [(Validate, Interrupt), (Provision, Undo), (Signoff, Interrupt)];
    vec![
        Configuration::new("1x1", &a, Undo),
        Configuration::new("2x1", &a, Undo).with(2, 1),
        Configuration::new("1x2", &a, Undo).with(1, 2),
        Configuration::new("1x1 v", &v, Undo),
        Configuration::new("1x1 guards", &a, Undo).and(&GUARDED),
        Configuration::new("2x1 guards", &a, Undo).with(2, 1).and(&GUARDED).and(&[Call::Put]),
        Configuration::new("1x2 v", &v, Undo).with(1, 2),
        Configuration::new("2x2", &a, Undo).with(2, 2),
        Configuration::new("two", &a, Undo).two_offers().only(&[Call::Publish, Call::Cancel(By::Nothing)]),
    ]
}
