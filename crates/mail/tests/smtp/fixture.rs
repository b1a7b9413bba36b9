//! A store with letters, a clock, and a delivery that can be stopped.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use signoff_lifecycle::decision::Event;
use signoff_lifecycle::ids::{Micros, Moment, OfferGuid, OperationId, PublisherTime, RealTime};
use signoff_lifecycle::offer::{Aggregate, Draft, Offer};
use signoff_lifecycle::operation::Goal;
use signoff_mail::{Clock, Deliverer, DeliverySettings, MailSettings, Transport};
use signoff_store::contract::{Change, Letter, Mail, Offers, Outbox};
use signoff_store_sqlite::SqliteStore;
use tempfile::TempDir;
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

/// When the tests begin: 2026-03-05T09:08:07Z.
pub(crate) const START: PublisherTime = PublisherTime(1_772_701_687_000_000);
/// The same in real time.
pub(crate) const REAL_START: RealTime = RealTime(START.0);
pub(crate) const HOUR: Micros = Micros::from_millis(3_600_000);

/// A clock that moves on by a millisecond whenever somebody looks at it, so that short pauses pass by themselves.
pub(crate) struct Ticking {
    now: AtomicI64,
    ahead: Vec<(String, Micros)>,
}

impl Clock for Ticking {
    fn now(&self) -> RealTime {
        RealTime(self.now.fetch_add(1000, Ordering::Relaxed))
    }

    fn clocks(&self) -> Vec<(String, PublisherTime)> {
        let now = self.now().on_unset_clock();
        self.ahead.iter().map(|(publisher, by)| (publisher.clone(), now.plus(*by))).collect()
    }
}

/// A letter to `recipient` about an operation of contoso.
pub(crate) fn mail(recipient: &str, event: Event) -> Mail {
    Mail {
        publisher: "contoso".to_owned(),
        offer: "sample-vm".to_owned(),
        operation: OperationId::of(0x5661_5b67_2185_49fe_80d2_c4dd_f77b_b2e8),
        kind: Goal::Publish,
        recipient: recipient.to_owned(),
        event,
        at: START,
        deliver: true,
    }
}

/// A store in a folder of its own.
pub(crate) struct Fixture {
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) wake: Arc<Notify>,
    offers: AtomicU64,
    _folder: TempDir,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let store = SqliteStore::open(&folder.path().join("signoff.db")).unwrap();
        Self { store: Arc::new(store), wake: Arc::default(), offers: AtomicU64::default(), _folder: folder }
    }

    /// Commits the letters, all of one publisher, with an offer that is made for them, and tells the delivery.
    pub(crate) async fn write(&self, mail: Vec<Mail>) {
        let number = self.offers.fetch_add(1, Ordering::Relaxed);
        let offer = Offer {
            publisher: mail[0].publisher.clone(),
            id: format!("offer-{number}"),
            guid: OfferGuid::of(u128::from(number)),
            offer_type: "microsoft-azure-virtualmachines".to_owned(),
            version: 1,
            draft: Draft { revision: 1, changed_at: START, content_version: 1 },
            migrated: None,
            publishing_version: 0,
            newest: None,
            preview: None,
            displaced: None,
            production: None,
            leftovers: Vec::new(),
        };
        let change = Change {
            expected: None,
            next: Aggregate { offer, course: None }.into(),
            operations: Vec::new(),
            work: Vec::new(),
            finished_work: Vec::new(),
            mail,
            audit: None,
            content: None,
            repeat: None,
            fence: None,
        };
        self.store.commit(&change).await.unwrap();
        self.wake.notify_one();
    }

    pub(crate) async fn letters(&self) -> Vec<Letter> {
        self.store.letters().await.unwrap()
    }

    /// The only letter there is.
    pub(crate) async fn letter(&self) -> Letter {
        let mut letters = self.letters().await;
        assert_eq!(letters.len(), 1, "{letters:?}");
        letters.remove(0)
    }

    /// How long it takes until somebody gets a letter to send.
    pub(crate) async fn next_due(&self) -> Option<Micros> {
        self.store.next_letter_due(REAL_START, &[]).await.unwrap()
    }

    /// Starts delivering, with pauses of a microsecond.
    pub(crate) fn deliver(&self, settings: &MailSettings) -> Delivery {
        let pauses = Micros(1);
        self.deliver_with(
            settings,
            DeliverySettings { first_pause: pauses, longest_pause: pauses, ..DeliverySettings::default() },
            Vec::new(),
        )
    }

    /// Starts delivering; the clocks of some publishers are `ahead`.
    pub(crate) fn deliver_with(
        &self,
        settings: &MailSettings,
        delivery: DeliverySettings,
        ahead: Vec<(String, Micros)>,
    ) -> Delivery {
        let clock = Arc::new(Ticking { now: AtomicI64::new(START.0), ahead });
        let transport = Transport::new(settings).unwrap();
        let deliverer =
            Deliverer::new(self.store.clone(), clock, Arc::new(transport), delivery, self.wake.clone());
        let (stop, stopped) = oneshot::channel::<()>();
        let (release, time_is_up) = oneshot::channel::<()>();
        let told = |channel: oneshot::Receiver<()>| async { drop(channel.await) };
        let task = tokio::spawn(deliverer.run(told(stopped), told(time_is_up)));
        Delivery { stop, release, task }
    }
}

/// A delivery that runs.
pub(crate) struct Delivery {
    stop: oneshot::Sender<()>,
    release: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Delivery {
    /// Stops it and waits until what is on its way has arrived and is recorded.
    pub(crate) async fn stop(self) {
        let _ = self.stop.send(());
        self.task.await.unwrap();
        drop(self.release);
    }

    /// Stops it and has it give back what is on its way.
    pub(crate) async fn release(self) {
        let _ = self.stop.send(());
        let _ = self.release.send(());
        self.task.await.unwrap();
    }
}
