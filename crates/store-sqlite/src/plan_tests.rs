//! No statement of a command, a poll, the runner or the mail reads more rows the more there are: what the store runs
//! while an offer lives through all of it is listened to, and SQLite says how it would go about each.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::trace::{TraceEvent, TraceEventCodes};
use signoff_lifecycle::access::Role;
use signoff_lifecycle::command::{
    Cancel, CancelTarget, Checked, Command, Guard, Publish, Put, PutGuard, StepResult, StopLevel, WorkOutcome,
};
use signoff_lifecycle::decide;
use signoff_lifecycle::decision::{Event, Verdict};
use signoff_lifecycle::ids::{Micros, OfferGuid, OfferKey, OperationId, PublisherTime, RealTime};
use signoff_lifecycle::operation::Goal;
use signoff_lifecycle::plan::{CancelPolicy, Executor, StepPlan};
use signoff_store::contract::{
    Aged, Artifacts, Audit, Change, Claim, Claimed, Content, Delivery, Directory, Lease, Mail, OfferFilter,
    Offers, Outbox, PrincipalId, Prune, Repeated, Repeats, Retention, WorkQueue,
};

use super::{SqliteStore, connect};

static HEARD: Mutex<BTreeSet<(PathBuf, String)>> = Mutex::new(BTreeSet::new());

/// Listens to what runs on the connection to the file at `path`.
pub(super) fn listen(connection: &mut Connection, path: &Path) {
    let path = path.to_owned();
    let hear = move |event: TraceEvent<'_>| {
        if let TraceEvent::Stmt(_, text) = event {
            HEARD.lock().unwrap().insert((path.clone(), text.to_owned()));
        }
    };
    connection.trace_v2(TraceEventCodes::SQLITE_TRACE_STMT, Some(hear)).unwrap();
}

const CONTOSO: &str = "contoso";
const NOW: PublisherTime = PublisherTime(1_772_701_687_000_000);
const REAL_NOW: RealTime = RealTime(NOW.0);
const LONG: Duration = Duration::from_mins(1);

fn id(number: u128) -> OperationId {
    OperationId::of(number)
}

async fn execute(store: &SqliteStore, command: Command, fence: Option<Lease>) {
    let loaded = store.load(&OfferKey::new(CONTOSO, "vm")).await.unwrap();
    let (state, expected) = match loaded {
        Some(loaded) => (Some(Arc::unwrap_or_clone(loaded.aggregate)), Some(loaded.revision)),
        None => (None, None),
    };
    let content = matches!(command, Command::Put(_)).then(|| Content {
        version: 1,
        changed_at: NOW,
        definition: "{}".to_owned(),
        secrets: None,
        extra: None,
        display_text: "VM".to_owned(),
    });
    let Verdict::Change(decision) = decide(state, command, NOW).unwrap() else { panic!("nothing changes") };
    let mail = decision.changed.first().map(|operation| Mail {
        publisher: CONTOSO.to_owned(),
        offer: "vm".to_owned(),
        operation: operation.head().id,
        kind: Goal::Publish,
        recipient: "ann@contoso.example".to_owned(),
        event: Event::Started,
        at: NOW,
        deliver: true,
    });
    let change = Change {
        expected,
        next: decision.next.into(),
        operations: decision.changed,
        work: decision.work,
        finished_work: decision.finished_work,
        mail: mail.into_iter().collect(),
        content,
        fence,
        repeat: None,
        audit: None,
    };
    store.commit(&change).await.unwrap();
}

fn step(executor: Executor) -> StepPlan {
    StepPlan {
        id: format!("{executor:?}"),
        executor,
        cancel: CancelPolicy::Undo,
        duration: Micros::ZERO,
        undo_duration: Micros::ZERO,
        propagate: Micros::ZERO,
        back_off: Micros::ZERO,
        script: None,
        webhook: None,
    }
}

async fn claim(store: &SqliteStore, clocks: Vec<(String, PublisherTime)>) -> Vec<Claimed> {
    store.claim(Claim { now: REAL_NOW, clocks, lease_for: LONG, limit: 9 }).await.unwrap()
}

async fn live(store: &SqliteStore) {
    let put = Put {
        publisher: CONTOSO.to_owned(),
        offer: "vm".to_owned(),
        guid: OfferGuid::of(7),
        offer_type: Some("type".to_owned()),
        migrated: Some(false),
        guard: PutGuard::Any { creates: true },
    };
    execute(store, Command::Put(put), None).await;
    let publish = Publish {
        id: id(1),
        by: "ann".into(),
        emails: Vec::new(),
        migrated_by_default: false,
        plan: vec![step(Executor::Provision), step(Executor::Package)],
        checked: Checked::Fit { revision: 1, warnings: Vec::new() },
        guard: Guard::None,
    };
    execute(store, Command::Publish(publish), None).await;
    let clocks = || vec![(CONTOSO.to_owned(), NOW)];
    let lease = claim(store, clocks()).await.remove(0).lease;
    store.renew(&lease, LONG).await.unwrap();
    store.put_artifact(&lease, "a", "{}".to_owned()).await.unwrap();
    let result = StepResult {
        operation: id(1),
        attempt: lease.attempt,
        outcome: WorkOutcome::Done { removed: Vec::new() },
    };
    execute(store, Command::StepResult(result), Some(lease)).await;
    let cancel = Cancel {
        id: id(2),
        by: "ann".into(),
        reason: None,
        emails: Vec::new(),
        named: CancelTarget::Newest,
        guard: Guard::None,
        level: StopLevel::Cancel,
    };
    execute(store, Command::Cancel(cancel), None).await;
    assert_eq!(claim(store, Vec::new()).await.len(), 1);
    store.remove_artifact(CONTOSO, id(1), "a").await.unwrap();
}

async fn look(store: &SqliteStore) {
    let clocks = [(CONTOSO.to_owned(), NOW)];
    store.offer_by_guid(CONTOSO, OfferGuid::of(7)).await.unwrap().unwrap();
    store.offer_spelled(&OfferKey::new(CONTOSO, "VM")).await.unwrap().unwrap();
    store.content(&OfferKey::new(CONTOSO, "vm"), 3).await.unwrap().unwrap();
    store.operation(CONTOSO, id(1)).await.unwrap().unwrap();
    assert_eq!(store.operations(&OfferKey::new(CONTOSO, "vm")).await.unwrap().len(), 2);
    store.operation_by_version(&OfferKey::new(CONTOSO, "vm"), 1).await.unwrap().unwrap();
    store.artifacts(CONTOSO, id(1)).await.unwrap();
    store.next_due(None, &[]).await.unwrap();
    store.next_due(None, &["fabrikam".to_owned()]).await.unwrap();
    store.next_due(Some(CONTOSO), &[]).await.unwrap();
    store.due_by(CONTOSO, NOW).await.unwrap();
    for clocks in [&clocks[..], &[]] {
        store.next_letter_due(REAL_NOW, clocks).await.unwrap();
        for mut letter in store.due_letters(REAL_NOW, clocks, 1).await.unwrap() {
            letter.delivery = Delivery::Sent;
            store.record_delivery(letter).await.unwrap();
        }
    }
    let ann = PrincipalId { tenant: "t".to_owned(), client: "ann".to_owned() };
    store.put_member(CONTOSO, &ann, Some(Role::Owner), None).await.unwrap();
    store.role(CONTOSO, &ann).await.unwrap().unwrap();
    store.principal(&ann).await.unwrap();
    store.publisher(CONTOSO).await.unwrap();
    store.publishers_of(&ann).await.unwrap();
}

async fn keep_and_forget(store: &SqliteStore) {
    let reply = Repeated {
        publisher: CONTOSO.to_owned(),
        key: [1; 32],
        digest: [2; 32],
        expires_at: REAL_NOW,
        reply: "{}".to_owned(),
    };
    store.keep_reply(reply).await.unwrap();
    store.repeated(CONTOSO, [1; 32]).await.unwrap().unwrap();
    assert_eq!(store.prune_repeated(REAL_NOW, 9).await.unwrap(), 1);
    store.load_with_secrets(&OfferKey::new(CONTOSO, "vm")).await.unwrap().unwrap();
    store.audit(CONTOSO, None, 9).await.unwrap();
    for after in [None, Some("a".to_owned())] {
        let filter = OfferFilter { limit: Some(9), after, ..OfferFilter::default() };
        assert_eq!(store.list(CONTOSO, filter).await.unwrap().len(), 1);
    }
    store.publisher_after(None).await.unwrap().unwrap();
    assert_eq!(store.operations_after(CONTOSO, Some(id(0)), 9).await.unwrap().len(), 2);
    let loaded = store.load(&OfferKey::new(CONTOSO, "vm")).await.unwrap().unwrap();
    let prune = Prune {
        publisher: CONTOSO.to_owned(),
        offer: "vm".to_owned(),
        revision: loaded.revision,
        remove: vec![Aged { id: id(1), publishing_version: 1, offer_version: 1 }],
        keep: Vec::new(),
        contents_below: 1,
        versions: vec![1],
    };
    store.prune(prune).await.unwrap();
}

/// What SQLite says of the statement that stands for reading or sorting all there is. A scan along an index is none:
/// it gives the rows in the order that is wanted, and who asks reads no further than need be.
fn complaints(connection: &Connection, text: &str) -> Vec<String> {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {text}")).unwrap();
    let lines = statement.raw_query().mapped(|row| row.get::<_, String>(3)).collect::<Result<Vec<_>, _>>();
    let all = |line: &String| {
        line.contains("TEMP B-TREE")
            || line.contains("AUTOMATIC")
            || (line.starts_with("SCAN") && !line.contains("INDEX") && !line.starts_with("SCAN thread"))
    };
    lines.unwrap().into_iter().filter(all).map(|line| format!("{line} in {text}")).collect()
}

#[tokio::test]
async fn no_statement_reads_or_sorts_all_there_is() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().canonicalize().unwrap().join("signoff.db");
    let store = SqliteStore::open(&path).unwrap();
    HEARD.lock().unwrap().retain(|(of, _)| *of != path);
    live(&store).await;
    look(&store).await;
    keep_and_forget(&store).await;
    let of_path = |(of, text): &(PathBuf, String)| (*of == path).then(|| text.clone());
    let heard: Vec<String> = HEARD.lock().unwrap().iter().filter_map(of_path).collect();
    let connection = connect(&path).unwrap();
    let works = |text: &&String| {
        ["SELECT", "WITH", "INSERT", "UPDATE", "DELETE"]
            .iter()
            .any(|word| text.trim_start().starts_with(word))
    };
    let complaints: Vec<String> =
        heard.iter().filter(works).flat_map(|text| complaints(&connection, text)).collect();
    assert_eq!(complaints, Vec::<String>::new());
    assert!(heard.iter().filter(works).count() > 40, "it has listened: {heard:#?}");
    assert_eq!(
        self::complaints(&connection, "SELECT * FROM operation WHERE offer_id = 'vm' ORDER BY previous")
            .len(),
        2,
        "it knows a scan and a sort when it sees them"
    );
}
