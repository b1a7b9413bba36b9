//! Offers, commands and changes for the cases.

use std::sync::Arc;
use std::time::Duration;

use crate::Store;
use crate::contract::{Change, Claim, Claimed, Content, Lease, Loaded, Mail};
use signoff_lifecycle::command::{
    Cancel, CancelTarget, Checked, Command, Guard, Publish, Put, PutGuard, StepResult, StopLevel,
};
use signoff_lifecycle::command::{GoLive, WorkOutcome};
use signoff_lifecycle::decide;
use signoff_lifecycle::decision::{Audience, Decision, Event, Reply, Verdict, Work};
use signoff_lifecycle::ids::{Micros, OfferGuid, OfferKey, OperationId, PublisherTime, RealTime};
use signoff_lifecycle::offer::Aggregate;
use signoff_lifecycle::operation::{Goal, WorkKind};
use signoff_lifecycle::plan::{CancelPolicy, Executor, StepPlan};

pub const CONTOSO: &str = "contoso";
pub const FABRIKAM: &str = "fabrikam";
pub const VM: &str = "microsoft-azure-virtualmachines";
/// When the cases begin: 2026-03-05T09:08:07Z.
pub const NOW: PublisherTime = PublisherTime(1_772_701_687_000_000);
/// The same in real time: no clock is set.
pub const REAL_NOW: RealTime = RealTime(NOW.0);
/// Longer than any case takes.
pub const LONG: Duration = Duration::from_hours(1);
pub const HOUR: Micros = Micros::from_millis(3_600_000);

pub fn id(number: u64) -> OperationId {
    OperationId::of(u128::from(number))
}

/// The GUID that the offer gets.
pub fn guid(offer: &str) -> OfferGuid {
    OfferGuid::of(offer.bytes().fold(7, |sum, byte| sum * 131 + u128::from(byte)))
}

pub fn put(publisher: &str, offer: &str) -> Command {
    Command::Put(Put {
        publisher: publisher.to_owned(),
        offer: offer.to_owned(),
        guid: guid(offer),
        offer_type: Some(VM.to_owned()),
        migrated: Some(false),
        guard: PutGuard::Any { creates: true },
    })
}

/// A step that takes no time.
pub fn step(id: &str, executor: Executor, cancel: CancelPolicy) -> StepPlan {
    StepPlan {
        id: id.to_owned(),
        executor,
        cancel,
        duration: Micros::ZERO,
        undo_duration: Micros::ZERO,
        propagate: Micros::ZERO,
        back_off: Micros(1000),
        script: None,
        webhook: None,
    }
}

/// A short way to the preview, which a cancel has to undo from its first step on, and to production.
pub fn plan() -> Vec<StepPlan> {
    vec![
        step("provision", Executor::Provision, CancelPolicy::Undo),
        step("signoff", Executor::Signoff, CancelPolicy::Interrupt),
        step("live", Executor::Live, CancelPolicy::Undo),
    ]
}

pub fn publish(operation: OperationId, draft: u64) -> Command {
    Command::Publish(Publish {
        id: operation,
        by: "ann".into(),
        emails: vec!["ann@contoso.example".to_owned()],
        migrated_by_default: false,
        plan: plan(),
        checked: Checked::Fit { revision: draft, warnings: Vec::new() },
        guard: Guard::None,
    })
}

pub fn golive(operation: OperationId) -> Command {
    let live = plan().pop().expect("the plan ends with live");
    Command::GoLive(GoLive {
        id: operation,
        by: "ann".into(),
        migrated_by_default: false,
        live,
        guard: Guard::None,
    })
}

pub fn cancel(operation: OperationId) -> Command {
    Command::Cancel(Cancel {
        id: operation,
        by: "ann".into(),
        reason: Some("too early".to_owned()),
        emails: vec!["bob@contoso.example".to_owned()],
        named: CancelTarget::Newest,
        guard: Guard::None,
        level: StopLevel::Cancel,
    })
}

/// The work that the operation waits for ended well.
pub fn done(operation: OperationId, attempt: u32) -> Command {
    let outcome = WorkOutcome::Done { removed: Vec::new() };
    Command::StepResult(StepResult { operation, attempt, outcome })
}

pub fn split(loaded: Option<Loaded>) -> (Option<Aggregate>, Option<u64>) {
    loaded
        .map_or((None, None), |loaded| (Some(Arc::unwrap_or_clone(loaded.aggregate)), Some(loaded.revision)))
}

/// The content that goes with a draft; its text tells the draft's revision.
pub fn content(state: &Aggregate) -> Content {
    let draft = state.offer.draft;
    Content {
        version: draft.content_version,
        changed_at: draft.changed_at,
        definition: format!(r#"{{"revision":{}}}"#, draft.revision),
        secrets: draft.revision.is_multiple_of(2).then(|| r#"{"/sas":"s"}"#.to_owned()),
        extra: None,
        display_text: format!("revision {}", draft.revision),
    }
}

/// A decision as the change that records it.
pub fn change(expected: Option<u64>, decision: Decision, now: PublisherTime) -> Change {
    let mail = decision.notifications.into_iter().flat_map(|notification| {
        let recipients = match notification.audience {
            Audience::List(addresses) => addresses,
            Audience::SellerContact => vec!["seller@contoso.example".to_owned()],
        };
        let offer = decision.next.offer.clone();
        recipients.into_iter().map(move |recipient| Mail {
            publisher: offer.publisher.clone(),
            offer: offer.id.clone(),
            operation: notification.operation,
            kind: Goal::Publish,
            recipient,
            event: notification.event.clone(),
            at: now,
            deliver: true,
        })
    });
    Change {
        expected,
        mail: mail.collect(),
        audit: None,
        content: matches!(decision.reply, Reply::Put(_)).then(|| content(&decision.next)),
        next: decision.next.into(),
        operations: decision.changed,
        work: decision.work,
        finished_work: decision.finished_work,
        repeat: None,
        fence: None,
    }
}

/// What `command` comes to on the offer as it stands, ready to be committed.
pub async fn decided(store: &dyn Store, publisher: &str, offer: &str, command: Command) -> Change {
    let (state, expected) = split(store.load(&OfferKey::new(publisher, offer)).await.unwrap());
    match decide(state, command, NOW).unwrap() {
        Verdict::Change(decision) => change(expected, *decision, NOW),
        Verdict::Already { reply, .. } => panic!("nothing changes: {reply:?}"),
    }
}

/// Decides and commits.
pub async fn apply(store: &dyn Store, publisher: &str, offer: &str, command: Command) -> Aggregate {
    let change = decided(store, publisher, offer, command).await;
    store.commit(&change).await.unwrap();
    Arc::unwrap_or_clone(change.next)
}

/// Commits nothing but an offer's next revision; fields are filled in by the case.
pub async fn bare(store: &dyn Store, publisher: &str, offer: &str) -> Change {
    if store.load(&OfferKey::new(publisher, offer)).await.unwrap().is_none() {
        apply(store, publisher, offer, put(publisher, offer)).await;
    }
    let loaded = store.load(&OfferKey::new(publisher, offer)).await.unwrap().expect("it was put");
    Change {
        expected: Some(loaded.revision),
        next: loaded.aggregate,
        operations: Vec::new(),
        work: Vec::new(),
        finished_work: Vec::new(),
        mail: Vec::new(),
        audit: None,
        content: None,
        repeat: None,
        fence: None,
    }
}

/// Gives the offer `work`.
pub async fn give_work(store: &dyn Store, publisher: &str, offer: &str, work: Vec<Work>) {
    let change = bare(store, publisher, offer).await;
    store.commit(&Change { work, ..change }).await.unwrap();
}

pub fn work(operation: u64, due_at: PublisherTime) -> Work {
    Work { operation: id(operation), attempt: 1, kind: WorkKind::Run, due_at }
}

/// Claims what is due at `now`.
pub async fn claim(store: &dyn Store, now: PublisherTime, lease_for: Duration) -> Vec<Claimed> {
    store.claim(Claim { now: now.in_real_time(0), clocks: Vec::new(), lease_for, limit: 100 }).await.unwrap()
}

/// Claims the one piece of work that is due now.
pub async fn claim_one(store: &dyn Store, lease_for: Duration) -> Lease {
    let mut claimed = claim(store, NOW, lease_for).await;
    assert_eq!(claimed.len(), 1, "{claimed:?}");
    claimed.remove(0).lease
}

/// A letter about operation 1 of contoso's offer `a`.
pub fn mail(recipient: &str, event: Event) -> Mail {
    Mail {
        publisher: CONTOSO.to_owned(),
        offer: "a".to_owned(),
        operation: id(1),
        kind: Goal::Publish,
        recipient: recipient.to_owned(),
        event,
        at: NOW,
        deliver: true,
    }
}

/// Writes letters along with contoso's offer `a`.
pub async fn write_mail(store: &dyn Store, mail: Vec<Mail>) {
    let change = bare(store, CONTOSO, "a").await;
    store.commit(&Change { mail, ..change }).await.unwrap();
}
