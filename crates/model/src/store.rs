//! What a store holds of one offer, and what a commit does to it: as in `signoff-store`, whose rows these are.

use std::collections::BTreeMap;

use signoff_lifecycle::Command;
use signoff_lifecycle::command::{Put, PutGuard};
use signoff_lifecycle::decision::{Decision, Verdict};
use signoff_lifecycle::ids::{OfferGuid, OperationId};
use signoff_lifecycle::offer::Aggregate;
use signoff_lifecycle::operation::{Operation, OperationRef, WorkKind};

use crate::essence::{NOW, normalise};
use crate::rules::{Breach, Rule};

/// What is stored of one offer, in its normal form.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Stored {
    /// What a load answers: the offer, and the rows of the operations that it names.
    pub(crate) aggregate: Aggregate,
    /// Rows of operations that run although the offer names others: there must be none.
    pub(crate) strays: Vec<Operation>,
    /// Work that is wanted.
    pub(crate) work: Vec<WorkRow>,
    /// What was told of the operations above, by operation and event.
    pub(crate) outbox: Vec<(OperationId, &'static str)>,
}

/// A row of the work table.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct WorkRow {
    /// The operation.
    pub(crate) operation: OperationId,
    /// The number of the work: 1 if it is the one that the operation waits for.
    pub(crate) attempt: u32,
    /// Its kind, for readers.
    pub(crate) kind: &'static str,
}

impl Stored {
    /// An offer that was put and never published.
    pub(crate) fn new() -> Option<Self> {
        let put = Put {
            publisher: "contoso".to_owned(),
            offer: "sample-vm".to_owned(),
            guid: OfferGuid::of(0),
            offer_type: Some("microsoft-azure-virtualmachines".to_owned()),
            migrated: None,
            guard: PutGuard::Absent { required: false },
        };
        match signoff_lifecycle::decide(None, Command::Put(put), NOW) {
            Ok(Verdict::Change(decision)) => {
                let aggregate = decision.next;
                let mut stored = Self { aggregate, strays: Vec::new(), work: Vec::new(), outbox: Vec::new() };
                normalise(&mut stored);
                Some(stored)
            }
            Ok(Verdict::Already { .. }) | Err(_) => None,
        }
    }

    /// What is stored after the decision was written. The caller has compared the revision.
    pub(crate) fn written(&self, decision: &Decision) -> Result<Self, Breach> {
        let mut rows: BTreeMap<OperationId, Operation> =
            self.rows().map(|row| (row.head().id, row.cloned())).collect();
        rows.extend(decision.changed.iter().map(|row| (row.head().id, row.clone())));
        let next = &decision.next;
        let target = next.target().and_then(|target| rows.remove(&target.head.id));
        let cancellation = next.cancellation().and_then(|it| rows.remove(&it.head.id));
        let mut outbox = self.outbox.clone();
        for told in &decision.notifications {
            let key = (told.operation, told.event.name());
            if outbox.contains(&key) {
                let words = format!("{} is told twice", key.1);
                return Err(Breach { rule: Rule::ToldOnce, words });
            }
            outbox.push(key);
        }
        let known = [&target, &cancellation].map(|row| row.as_ref().map(|row| row.head().id));
        outbox.retain(|(operation, _)| known.contains(&Some(*operation)));
        let mut work = self.work.clone();
        let finished = |row: &WorkRow| decision.finished_work.contains(&(row.operation, row.attempt));
        work.retain(|row| !finished(row));
        work.extend(decision.work.iter().map(|work| WorkRow {
            operation: work.operation,
            attempt: work.attempt,
            kind: word(work.kind),
        }));
        let strays = rows.into_values().filter(Operation::is_running).collect();
        let aggregate = Aggregate::of_stored(next.offer.clone(), target, cancellation)
            .map_err(|misplaced| Breach { rule: Rule::AnswersLast, words: misplaced.to_string() })?;
        let mut stored = Self { aggregate, strays, work, outbox };
        normalise(&mut stored);
        Ok(stored)
    }

    /// The rows of the operations that anybody can still change.
    pub(crate) fn rows(&self) -> impl Iterator<Item = OperationRef<'_>> {
        self.aggregate.operations().chain(self.strays.iter().map(Operation::as_ref))
    }

    /// Whether the row of the work that this operation waits for is there.
    pub(crate) fn is_due(&self, operation: OperationRef<'_>) -> bool {
        self.work.iter().any(|row| row.operation == operation.head().id && row.attempt == 1)
    }
}

fn word(kind: WorkKind) -> &'static str {
    match kind {
        WorkKind::Run => "run",
        WorkKind::Propagate => "propagate",
        WorkKind::Undo => "undo",
    }
}
