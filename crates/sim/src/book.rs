//! The book of a history: every event as a line, every committed state, and what was found to be wrong.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;
use signoff_lifecycle::offer::Aggregate;
use signoff_store::contract::{Change, Delivery};
use signoff_store::memory::{StoreEvent, Tables};
use signoff_store::testing::{Entry, Fault};

use crate::counts::Counts;
use crate::rules::{self, Seen};
use crate::time::Timeline;

/// What is written down of one history.
pub(crate) struct Book {
    timeline: Timeline,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    lines: Vec<String>,
    counts: Counts,
    seen: Seen,
    /// The first thing that was found to be wrong; the rest mostly follows from it.
    wrong: Option<String>,
    /// How often each message was taken by the mail server, by its id.
    delivered: BTreeMap<String, u32>,
    /// The tables as they were before the last commit, for a planted fault.
    before_last: Option<Tables>,
    last: Option<Tables>,
    keeps_last: bool,
}

impl Book {
    pub(crate) fn new(timeline: Timeline, tables: &Tables, keeps_last: bool) -> Self {
        let inner = Inner { seen: Seen::from(tables), keeps_last, ..Inner::default() };
        Self { timeline, inner: Mutex::new(inner) }
    }

    /// One more line.
    pub(crate) fn line(&self, text: &str) {
        let line = self.stamped(text);
        self.inner.lock().lines.push(line);
    }

    fn stamped(&self, text: &str) -> String {
        let passed = self.timeline.passed();
        format!("{:>6}.{:03} {text}", passed.as_secs(), passed.subsec_millis())
    }

    pub(crate) fn count(&self, name: impl Into<String>) {
        self.inner.lock().counts.add(name);
    }

    /// Something is not as it must be.
    pub(crate) fn wrong(&self, what: String) {
        let line = self.stamped(&format!("WRONG {what}"));
        let mut inner = self.inner.lock();
        inner.lines.push(line);
        inner.wrong.get_or_insert(what);
    }

    pub(crate) fn is_wrong(&self) -> bool {
        self.inner.lock().wrong.is_some()
    }

    /// What `look` sees of what was committed.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&Seen) -> T) -> T {
        look(&self.inner.lock().seen)
    }

    /// Changes what is known beside the commits.
    pub(crate) fn learn<T>(&self, learn: impl FnOnce(&mut Seen) -> T) -> T {
        learn(&mut self.inner.lock().seen)
    }

    pub(crate) fn fault(&self, fault: Fault, call: &Entry) {
        let name = match fault {
            Fault::Error => "store call failed",
            Fault::ReplyLost => "store call done, reply lost",
            Fault::CrashBefore => "crash before a store call",
            Fault::CrashAfter => "crash after a store call",
            Fault::Block => "store call blocked",
            Fault::Slow { .. } => "store call slow",
        };
        self.count(name);
        if !matches!(fault, Fault::Slow { .. }) {
            self.line(&format!("  {name}: {} {} {}", call.method, call.publisher, call.subject));
        }
    }

    pub(crate) fn delivered(&self, message_id: &str) {
        let mut inner = self.inner.lock();
        inner.counts.add("mail delivered");
        *inner.delivered.entry(message_id.to_owned()).or_default() += 1;
    }

    /// How often the mail server took each message, by its id.
    pub(crate) fn deliveries(&self) -> BTreeMap<String, u32> {
        self.inner.lock().delivered.clone()
    }

    /// The tables without the last commit.
    pub(crate) fn before_last(&self) -> Option<Tables> {
        self.inner.lock().before_last.clone()
    }

    /// Told by the store of all that it does.
    pub(crate) fn watch(&self, event: StoreEvent<'_>, tables: &Tables) {
        let found = match event {
            StoreEvent::Committed(change) => self.committed(change, tables),
            StoreEvent::Claimed(claimed) => {
                self.inner.lock().seen.claimed(&claimed.lease);
                self.count("work claimed");
                None
            }
            StoreEvent::Made { lease, step } => {
                self.line(&format!("  made {step} of {}", lease.operation));
                self.look(|seen| rules::effects::made(seen, lease, step)).err()
            }
            StoreEvent::Removed { operation, step, .. } => {
                self.line(&format!("  removed {step} of {operation}"));
                None
            }
            StoreEvent::Settled(letter) => {
                let outcome = match letter.delivery {
                    Delivery::Due(_) => "mail tried again later",
                    Delivery::Sent => "mail sent",
                    Delivery::Abandoned => "mail given up",
                    Delivery::Mailbox => "mail for the mailbox",
                };
                self.count(outcome);
                None
            }
        };
        if let Some(what) = found {
            self.wrong(what);
        }
    }

    fn committed(&self, change: &Change, tables: &Tables) -> Option<String> {
        self.line(&format!("  commit {}", describe(&change.next, change.expected.unwrap_or(0) + 1)));
        let mut inner = self.inner.lock();
        let Inner { seen, counts, .. } = &mut *inner;
        counts.add("commits");
        let found = rules::check(seen, change, tables, counts).err();
        seen.take_in(change);
        if inner.keeps_last {
            inner.before_last = inner.last.take();
            inner.last = Some(tables.clone());
        }
        found
    }

    /// The lines, what happened how often, and what is wrong.
    pub(crate) fn close(self: Arc<Self>) -> (Vec<String>, Counts, Option<String>) {
        let mut inner = self.inner.lock();
        let inner = std::mem::take(&mut *inner);
        (inner.lines, inner.counts, inner.wrong)
    }
}

/// An offer's state in a line.
fn describe(state: &Aggregate, revision: u64) -> String {
    let operations = state.operations().map(|operation| operation.cloned()).map(|operation| {
        let at = operation.steps().iter().rev().find(|step| step.began());
        let step = at.map(|step| format!(" {}", step.plan.id)).unwrap_or_default();
        format!(
            " {}#{} {}{step}",
            rules::kind(&operation),
            operation.head().publishing_version,
            rules::phase(&operation)
        )
    });
    let (publisher, offer) = (&state.offer.publisher, &state.offer.id);
    format!("{publisher}/{offer} revision {revision}:{}", operations.collect::<Vec<_>>().join(","))
}
