//! A store full of operations, made through the store itself: the decisions are those of the core, nothing is invented.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use signoff_lifecycle::command::{Cancel, CancelTarget, Checked, Guard, Publish, Put, PutGuard, StopLevel};
use signoff_lifecycle::decision::{Decision, Verdict};
use signoff_lifecycle::ids::{OfferGuid, OperationId, PublisherTime};
use signoff_lifecycle::offer::Aggregate;
use signoff_lifecycle::operation::Operation;
use signoff_lifecycle::plan::StepPlan;
use signoff_lifecycle::{Command, decide};
use signoff_store::contract::{Change, Content, Offers};
use signoff_store_sqlite::SqliteStore;
use tokio::task::JoinSet;

use crate::Error;

const PUBLISHER: &str = "contoso";
const TYPE: &str = "microsoft-azure-virtualmachines";
const DEFINITION: &str = include_str!("../../examples/sample-vm-offer.json");
/// So many commits wait at a time: two groups of the store.
const AT_ONCE: usize = 512;

/// What the store is to hold.
#[derive(Clone, Copy)]
pub(crate) struct Fill {
    /// Offers, each with one operation that runs.
    pub(crate) running: usize,
    /// Operations of each offer that have ended before.
    pub(crate) ended: usize,
    /// From now on it takes so long until the first operation's step is done,
    pub(crate) first_due: Duration,
    /// and all of them are done within so long a time, one after the other.
    pub(crate) all_due_within: Duration,
}

/// The offer with this number.
pub(crate) fn offer(number: usize) -> String {
    format!("full-{number:07}")
}

/// The operation that runs of the offer with this number.
pub(crate) fn running(number: usize) -> OperationId {
    OperationId::of(1 << 120 | guid(number))
}

/// A GUID of version 7 by its number.
fn guid(number: usize) -> u128 {
    (number as u128 + 1) << 80 | 0x7000_8000_0000_0000_0000
}

/// Fills the file at `path`, which nobody has open.
pub(crate) fn fill(path: &Path, fill: Fill) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let store = Arc::new(SqliteStore::open(path)?);
        let next = Arc::new(AtomicUsize::new(0));
        let begun = now()?;
        let mut workers = JoinSet::new();
        for _ in 0..AT_ONCE {
            let (store, next) = (store.clone(), next.clone());
            workers.spawn(async move {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= fill.running {
                        return Ok::<_, Error>(());
                    }
                    one(&store, fill, number, begun).await?;
                }
            });
        }
        while let Some(ended) = workers.join_next().await {
            ended??;
        }
        Ok(())
    })
}

fn now() -> Result<PublisherTime, Error> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH)?;
    Ok(PublisherTime(i64::try_from(since.as_micros())?))
}

/// Puts an offer, adds its history, and starts its operation.
async fn one(store: &SqliteStore, fill: Fill, number: usize, begun: PublisherTime) -> Result<(), Error> {
    let offer = offer(number);
    let put = Put {
        publisher: PUBLISHER.to_owned(),
        guid: OfferGuid::of(running(number).value() ^ 1),
        offer: offer.clone(),
        offer_type: Some(TYPE.to_owned()),
        migrated: None,
        guard: PutGuard::Absent { required: false },
    };
    let put = decided(None, Command::Put(put), begun)?;
    let mut change = change(put, None);
    // The definition is what a publish checks, and no other part of a start or a poll reads it.
    change.content = Some(Content {
        version: 1,
        changed_at: begun,
        definition: if number < 1000 { DEFINITION.to_owned() } else { "{}".to_owned() },
        secrets: None,
        extra: None,
        display_text: offer.clone(),
    });
    let draft = change.next.clone();
    store.commit(&change).await?;
    let spread = fill.all_due_within.as_micros() * number as u128 / fill.running.max(1) as u128;
    let due_in = u64::try_from(fill.first_due.as_micros() + spread)?;
    let mut state = draft;
    if fill.ended > 0 {
        let history = history(&state, fill.ended, number, begun)?;
        store.commit(&history).await?;
        state = history.next;
    }
    let revision = if fill.ended > 0 { 2 } else { 1 };
    let publish = publish(running(number), plan(due_in)?, state.offer.draft.revision);
    store
        .commit(&self::change(decided(Some(Arc::unwrap_or_clone(state)), publish, begun)?, Some(revision)))
        .await?;
    Ok(())
}

/// So many publishes that were cancelled, in one commit.
fn history(state: &Aggregate, count: usize, number: usize, at: PublisherTime) -> Result<Change, Error> {
    let mut state = state.clone();
    let mut operations: Vec<Operation> = Vec::with_capacity(count);
    for place in 0..count {
        // All operations that have ended are older than all that run.
        let id = OperationId::of(guid(number) | place as u128);
        let publish = publish(id, plan(1)?, state.offer.draft.revision);
        let cancel = Command::Cancel(Cancel {
            id: OperationId::of(id.value() | 1 << 20),
            by: "bench".into(),
            reason: None,
            emails: Vec::new(),
            named: CancelTarget::Newest,
            guard: Guard::None,
            level: StopLevel::Cancel,
        });
        state = decided(Some(state), publish, at)?.next;
        let decision = decided(Some(state), cancel, at)?;
        state = decision.next;
        operations.extend(decision.changed);
    }
    Ok(Change { operations, ..change_to(state, Some(1)) })
}

fn publish(id: OperationId, plan: Vec<StepPlan>, draft: u64) -> Command {
    Command::Publish(Publish {
        id,
        by: "bench".into(),
        emails: vec!["release@contoso.example".to_owned()],
        migrated_by_default: true,
        plan,
        checked: Checked::Fit { revision: draft, warnings: Vec::new() },
        guard: Guard::None,
    })
}

/// The pipeline of a virtual machine; the first step takes `micros`, the others an hour.
fn plan(micros: u64) -> Result<Vec<StepPlan>, Error> {
    const HOUR: u64 = 3_600_000_000;
    let steps = serde_json::json!([
        { "id": "displaydummycertify", "executor": "validate", "cancel": "interrupt", "duration": micros },
        { "id": "displaycertify", "executor": "simulated", "cancel": "interrupt", "duration": HOUR },
        { "id": "displayprovision", "executor": "provision", "cancel": "undo", "duration": HOUR },
        { "id": "displaypackage", "executor": "package", "cancel": "undo", "duration": HOUR },
        { "id": "publisher-signoff", "executor": "signoff", "cancel": "interrupt" },
        { "id": "live", "executor": "live", "cancel": "undo", "duration": HOUR, "propagate": HOUR },
    ]);
    Ok(serde_json::from_str(&steps.to_string())?)
}

fn decided(state: Option<Aggregate>, command: Command, now: PublisherTime) -> Result<Decision, Error> {
    match decide(state, command, now).map_err(|refusal| format!("{refusal:?}"))? {
        Verdict::Change(decision) => Ok(*decision),
        Verdict::Already { .. } => Err("a command that changes nothing".into()),
    }
}

fn change_to(next: Aggregate, expected: Option<u64>) -> Change {
    Change {
        expected,
        next: next.into(),
        operations: Vec::new(),
        work: Vec::new(),
        finished_work: Vec::new(),
        mail: Vec::new(),
        content: None,
        fence: None,
        repeat: None,
        audit: None,
    }
}

fn change(decision: Decision, expected: Option<u64>) -> Change {
    Change {
        operations: decision.changed,
        work: decision.work,
        finished_work: decision.finished_work,
        ..change_to(decision.next, expected)
    }
}
