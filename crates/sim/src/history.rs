//! Playing a seed: the clients' calls with all that goes wrong, then peace until everything has ended, then the sum.

use std::time::Duration;

use signoff_lifecycle::operation::{StepState, Submission};

use crate::bugs::Bug;
use crate::call::{Ask, call};
use crate::counts::Counts;
use crate::node::Node;
use crate::rules;
use crate::template::{OFFERS, Template};
use crate::world::{Ended, World};

/// So often a look is taken at what still runs, before it counts as stuck.
const LOOKS: u32 = 400;

/// What came of a seed.
#[derive(Clone, Debug)]
pub struct History {
    /// The seed.
    pub seed: u64,
    /// Every event, one a line, with the virtual time in seconds.
    pub lines: Vec<String>,
    /// What happened how often.
    pub counts: Counts,
    /// What was found to be wrong.
    pub wrong: Option<String>,
}

impl std::fmt::Display for History {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for line in &self.lines {
            writeln!(f, "{line}")?;
        }
        match &self.wrong {
            None => writeln!(f, "seed {}: nothing is wrong", self.seed),
            Some(what) => {
                writeln!(
                    f,
                    "seed {}: {what}\nto see it again: cargo xtask sim --seed {}",
                    self.seed, self.seed
                )
            }
        }
    }
}

/// What came of many seeds.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// How many were played.
    pub seeds: u64,
    /// What happened how often.
    pub counts: Counts,
    /// The first history with something wrong.
    pub wrong: Option<History>,
}

/// Plays the seeds from `from` on, `seeds` of them, until something is wrong.
pub fn play_many(from: u64, seeds: u64, bug: Option<Bug>) -> Batch {
    let mut batch = Batch::default();
    for seed in from..from.saturating_add(seeds) {
        let history = play(seed, bug);
        batch.seeds += 1;
        batch.counts.take_in(history.counts.clone());
        if history.wrong.is_some() {
            batch.wrong = Some(history);
            break;
        }
    }
    batch
}

/// Plays one seed: the same history every time. With a planted `bug` the store is wrong in that way.
pub fn play(seed: u64, bug: Option<Bug>) -> History {
    let world = World::new(seed, bug);
    let exact = !world.profile.borrow().faults.any() && world.profile.borrow().faults.mail == 0;
    until_done(&world, &World::clients_call);
    world.book.line("peace");
    world.faults.stop();
    world.mailman.stop();
    world.certifier.stop();
    world.profile.borrow_mut().peaceful();
    until_done(&world, &everything_ends);
    sum(&world, exact);
    let World { book, store, .. } = world;
    drop(store);
    let (lines, counts, wrong) = book.close();
    History { seed, lines, counts, wrong }
}

/// Lets servers live one after the other until `task` is done.
fn until_done(world: &World, task: &impl AsyncFn(&World, &Node)) {
    loop {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        let runtime = runtime.expect("a runtime without input and output can be made");
        let ended = runtime.block_on(async {
            world.timeline.begin();
            let ended = world.live(task).await;
            match ended {
                Ended::Crashed => world.died(),
                Ended::Done => world.timeline.end(Duration::ZERO),
            }
            ended
        });
        // What was under way ends here, wherever it was.
        drop(runtime);
        if ended == Ended::Done || world.book.is_wrong() {
            return;
        }
    }
}

/// Nothing goes wrong any more, and every third party and reviewer acts: every operation must end.
async fn everything_ends(world: &World, node: &Node) {
    for _ in 0..LOOKS {
        if world.book.is_wrong() || has_ended(world) {
            return;
        }
        for name in OFFERS {
            let newest = world.book.look(|seen| {
                seen.state(name.publisher, name.offer).and_then(|state| state.target().cloned())
            });
            let Some(ask) = newest.as_ref().and_then(|newest| wanted(newest, name.publisher, name.offer))
            else {
                continue;
            };
            let answer = call(&node.routes, Template::get().token(name.publisher), &ask).await;
            world.book.line(&format!("at last {} {}: {}", ask.method, ask.path, answer.status));
            if answer.status >= 500 {
                return world.book.wrong(format!("{} answered {} in peace", ask.path, answer.status));
            }
        }
        tokio::time::sleep(Duration::from_secs(20)).await;
    }
    let left = world.store.borrow().look(|tables| {
        let running = tables.operations().filter(|(.., operation)| operation.is_running());
        running
            .map(|(.., operation)| format!("{} {}", rules::kind(operation), operation.head().id))
            .collect::<Vec<_>>()
    });
    world.book.wrong(format!("in the end something is still to be done: {left:?}"));
}

fn has_ended(world: &World) -> bool {
    world.store.borrow().look(|tables| {
        let due = |delivery| matches!(delivery, signoff_store::contract::Delivery::Due(_));
        !tables.operations().any(|(.., operation)| operation.is_running())
            && !tables.letters().any(|(_, delivery)| due(delivery))
    })
}

/// What the operation waits for that somebody has to say.
fn wanted(newest: &Submission, publisher: &str, offer: &str) -> Option<Ask> {
    let path = format!("/api/publishers/{publisher}/offers/{offer}");
    if !newest.is_running() {
        return None;
    }
    if newest.waits_for_signoff() {
        let goes_on =
            newest.point_of_no_return().is_some() || newest.head.publishing_version.is_multiple_of(2);
        let way = if goes_on { "golive" } else { "cancel" };
        return Some(Ask::post(format!("{path}/{way}")));
    }
    if let Some(outstanding) = newest.head.outstanding.filter(|outstanding| outstanding.held) {
        let body = serde_json::json!({ "step": newest.steps[outstanding.index].plan.id });
        let path = format!("/_signoff/scenarios/{publisher}/{offer}/release");
        return Some(Ask { body: Some(body), ..Ask::post(path) });
    }
    let waits =
        newest.steps.iter().find(|step| matches!(step.state, StepState::WaitingForApproval { .. }))?;
    let path = format!("{path}/operations/{}/steps/{}/approve", newest.head.id, waits.plan.id);
    Some(Ask::post(path))
}

/// What must be so when all is over.
fn sum(world: &World, exact: bool) {
    if world.book.is_wrong() {
        return;
    }
    world.promises_hold();
    let tables = world.store.borrow().durable();
    let stored = world.book.look(|seen| {
        seen.operations.iter().try_for_each(|(id, operation)| {
            let (publisher, _) = &seen.owners[id];
            let same = tables.operation(publisher, *id) == Some(operation);
            rules::hold(same, || format!("{id} is not stored as it was committed"))
        })?;
        rules::effects::at_the_end(seen, &tables)
    });
    let told = rules::letters_at_the_end(&tables, &world.book.deliveries(), exact);
    let due = rules::hold(tables.work().next().is_none(), || "work is left that nobody waits for".to_owned());
    let asked = world.book.look(|seen| rules::effects::third_party_knows(seen, &world.certifier));
    let once = world.book.look(rules::Seen::each_request_once);
    for found in [stored, told, due, asked, once] {
        if let Err(what) = found {
            world.book.wrong(what);
        }
    }
}
