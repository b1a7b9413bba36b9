//! A delivery whose outbox and carrier are in memory: what the log says of letters, and a clock that was wrong.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;
use signoff_lifecycle::decision::Event;
use signoff_lifecycle::ids::{Micros, Moment, OperationId, PublisherTime, RealTime};
use signoff_lifecycle::operation::Goal;
use signoff_store::StoreError;
use signoff_store::contract::{Delivery, Letter, Mail, Outbox};
use signoff_store::testing::CapturedLog;
use tokio::sync::Notify;

use crate::{Carrier, Clock, Deliverer, DeliverySettings, Rendered, SendError};

const START: PublisherTime = PublisherTime(1_772_701_687_000_000);

/// A clock that stands still.
struct Still;

impl Clock for Still {
    fn now(&self) -> RealTime {
        RealTime(START.0)
    }

    fn clocks(&self) -> Vec<(String, PublisherTime)> {
        Vec::new()
    }
}

/// Letters that no sender holds.
#[derive(Default)]
struct Tray {
    letters: Mutex<Vec<Letter>>,
    recorded: Notify,
}

impl Tray {
    /// One letter to each of them, due at `at`.
    fn with(recipients: &[&str], at: PublisherTime) -> Arc<Self> {
        let letter = |(id, recipient): (i64, &&str)| Letter {
            id,
            mail: Mail {
                publisher: "contoso".to_owned(),
                offer: "sample-vm".to_owned(),
                operation: OperationId::of(7),
                kind: Goal::Publish,
                recipient: (*recipient).to_owned(),
                event: Event::Started,
                at: START,
                deliver: true,
            },
            failures: 0,
            delivery: Delivery::Due(at),
            last_error: None,
        };
        let letters = (0..).zip(recipients).map(letter).collect();
        Arc::new(Self { letters: Mutex::new(letters), recorded: Notify::new() })
    }

    /// Waits until this letter is recorded as sent or given up.
    async fn recorded(&self, id: i64) {
        let is_recorded = |letter: &Letter| letter.id == id && !matches!(letter.delivery, Delivery::Due(_));
        while !self.letters.lock().iter().any(is_recorded) {
            self.recorded.notified().await;
        }
    }
}

fn due(letter: &Letter) -> Option<PublisherTime> {
    if let Delivery::Due(at) = letter.delivery { Some(at) } else { None }
}

#[async_trait]
impl Outbox for Tray {
    async fn due_letters(
        &self,
        now: RealTime,
        _: &[(String, PublisherTime)],
        limit: usize,
    ) -> Result<Vec<Letter>, StoreError> {
        let mut letters = self.letters.lock();
        let is_due = |letter: &Letter| due(letter).is_some_and(|at| at <= now.on_unset_clock());
        let (mut due, mut rest): (Vec<_>, Vec<_>) = letters.drain(..).partition(is_due);
        rest.extend(due.split_off(limit.min(due.len())));
        *letters = rest;
        Ok(due)
    }

    async fn record_delivery(&self, letter: Letter) -> Result<(), StoreError> {
        self.letters.lock().push(letter);
        self.recorded.notify_one();
        Ok(())
    }

    async fn next_letter_due(
        &self,
        now: RealTime,
        _: &[(String, PublisherTime)],
    ) -> Result<Option<Micros>, StoreError> {
        Ok(self.letters.lock().iter().filter_map(due).min().map(|at| at.since(now.on_unset_clock())))
    }

    async fn letters(&self) -> Result<Vec<Letter>, StoreError> {
        Ok(self.letters.lock().clone())
    }
}

/// Takes the letters to Ann when they come again, those to Bob never, and all others.
#[derive(Default)]
struct Postman {
    came: Mutex<Vec<String>>,
}

#[async_trait]
impl Carrier for Postman {
    async fn send(&self, message: &Rendered) -> Result<(), SendError> {
        let mut came = self.came.lock();
        let is_first = !came.contains(&message.to);
        came.push(message.to.clone());
        match message.to.as_str() {
            "ann.lee@contoso.example" if is_first => {
                Err(SendError::Transient("451 ann.lee@contoso.example is busy".to_owned()))
            }
            "bob@fabrikam.example" => Err(SendError::Permanent("550 no mailbox".to_owned())),
            _ => Ok(()),
        }
    }
}

/// Delivers until `enough` is ready; `false`: a day passes before it is.
async fn delivers(tray: &Arc<Tray>, settings: DeliverySettings, enough: impl Future<Output = ()>) -> bool {
    let wake = Arc::new(Notify::new());
    let deliverer =
        Deliverer::new(tray.clone(), Arc::new(Still), Arc::new(Postman::default()), settings, wake);
    let (never, too) = (std::future::pending(), std::future::pending());
    tokio::select! {
        () = deliverer.run(never, too) => panic!("it ended"),
        ended = tokio::time::timeout(Duration::from_hours(24), enough) => ended.is_ok(),
    }
}

#[tokio::test(start_paused = true)]
async fn each_try_of_a_letter_has_one_line_that_names_no_person() {
    let log = CapturedLog::default();
    let _logs = log.start();
    let tray = Tray::with(&["ann.lee@contoso.example", "bob@fabrikam.example"], START);
    // The clock stands still, so what is tried again is due at once.
    let settings = DeliverySettings {
        first_pause: Micros::ZERO,
        longest_pause: Micros::ZERO,
        ..DeliverySettings::default()
    };
    let both = async {
        tray.recorded(0).await;
        tray.recorded(1).await;
    };
    assert!(delivers(&tray, settings, both).await, "{}", log.text());
    for (words, level, more) in [
        ("a letter was sent", "INFO", &["domain=\"contoso.example\""][..]),
        (
            "a letter is tried again later",
            "INFO",
            &["domain=\"contoso.example\"", "failures=1", "451 …@contoso.example is busy"],
        ),
        (
            "a letter is given up",
            "WARN",
            &["domain=\"fabrikam.example\"", "failures=1", "reason=\"550 no mailbox\""],
        ),
    ] {
        let lines = log.lines(words);
        assert_eq!(lines.len(), 1, "{words}: {}", log.text());
        let operation = format!("operation={}", OperationId::of(7));
        for word in [&[level, &operation, "event=\"started\""], more].concat() {
            assert!(lines[0].contains(word), "{word}: {lines:?}");
        }
    }
    assert!(!log.text().contains("ann.lee") && !log.text().contains("bob"), "{}", log.text());
}

#[tokio::test(start_paused = true)]
async fn letters_that_are_due_later_than_any_pause_explains_leave_now() {
    let settings = DeliverySettings::default();
    let hours = |hours: u64| START.plus(Micros(hours * settings.longest_pause.0));
    for (at, leaves) in [(hours(1), false), (hours(3), true)] {
        let log = CapturedLog::default();
        let _logs = log.start();
        let tray = Tray::with(&["carla@contoso.example"], at);
        assert_eq!(delivers(&tray, settings, tray.recorded(0)).await, leaves, "{}", log.text());
        let lines = log.lines("letters are due 10800 s from now, which no pause explains: a clock was wrong");
        assert_eq!(lines.len(), usize::from(leaves), "{}", log.text());
    }
}
