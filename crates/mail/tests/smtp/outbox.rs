//! What the store promises about the outbox.

use signoff_lifecycle::decision::Event;
use signoff_lifecycle::ids::{Micros, Moment, OperationId, PublisherTime};
use signoff_store::contract::{Delivery, DevState, Letter, Mail, Outbox};

use crate::fixture::{Fixture, HOUR, REAL_START, START, mail};

fn of(publisher: &str, at: PublisherTime) -> Mail {
    Mail { publisher: publisher.to_owned(), at, ..mail("seller@contoso.example", Event::Started) }
}

fn publishers(letters: &[Letter]) -> Vec<&str> {
    letters.iter().map(|letter| letter.mail.publisher.as_str()).collect()
}

#[tokio::test]
async fn a_letter_is_due_by_its_publishers_clock() {
    let fixture = Fixture::new();
    let store = &fixture.store;
    let later = START.plus(HOUR);
    for publisher in ["contoso", "fabrikam"] {
        fixture.write(vec![of(publisher, later)]).await;
    }
    assert_eq!(store.due_letters(REAL_START, &[], 10).await.unwrap(), []);
    assert_eq!(store.next_letter_due(REAL_START, &[]).await.unwrap(), Some(HOUR));

    let halfway = [("contoso".to_owned(), START.plus(Micros(HOUR.0 / 2)))];
    assert_eq!(store.next_letter_due(REAL_START, &halfway).await.unwrap(), Some(Micros(HOUR.0 / 2)));
    let there = [("contoso".to_owned(), later)];
    assert_eq!(store.next_letter_due(REAL_START, &there).await.unwrap(), Some(Micros::ZERO));
    let due = store.due_letters(REAL_START, &there, 10).await.unwrap();
    assert_eq!(publishers(&due), ["contoso"]);
    let due = store.due_letters(later.in_real_time(0), &there, 10).await.unwrap();
    assert_eq!(publishers(&due), ["fabrikam"]);
}

#[tokio::test]
async fn a_letter_is_held_until_it_is_recorded() {
    let fixture = Fixture::new();
    let store = &fixture.store;
    for publisher in ["contoso", "fabrikam", "adatum"] {
        fixture.write(vec![of(publisher, START)]).await;
    }
    let mut first = store.due_letters(REAL_START, &[], 2).await.unwrap();
    assert_eq!(publishers(&first), ["contoso", "fabrikam"]);
    // A held letter does not hide the one behind it.
    let second = store.due_letters(REAL_START, &[], 2).await.unwrap();
    assert_eq!(publishers(&second), ["adatum"]);
    let held_for = store.next_letter_due(REAL_START, &[]).await.unwrap().unwrap();
    assert!(!held_for.is_zero() && held_for <= Micros::from_millis(60_000), "{held_for:?}");

    let mut again = first.remove(0);
    again.delivery = Delivery::Due(START);
    again.failures = 1;
    again.last_error = Some("later".to_owned());
    store.record_delivery(again.clone()).await.unwrap();
    assert_eq!(store.next_letter_due(REAL_START, &[]).await.unwrap(), Some(Micros::ZERO));
    assert_eq!(store.due_letters(REAL_START, &[], 2).await.unwrap(), [again]);
}

#[tokio::test]
async fn a_recorded_delivery_stays_so() {
    let fixture = Fixture::new();
    let store = &fixture.store;
    fixture.write(vec![of("contoso", START)]).await;
    let mut letter = store.due_letters(REAL_START, &[], 1).await.unwrap().remove(0);
    letter.delivery = Delivery::Sent;
    store.record_delivery(letter.clone()).await.unwrap();
    let late = Letter { delivery: Delivery::Due(START), failures: 9, ..letter.clone() };
    store.record_delivery(late).await.unwrap();
    assert_eq!(fixture.letter().await, letter);
    assert_eq!(store.next_letter_due(REAL_START, &[]).await.unwrap(), None);
}

#[tokio::test]
async fn a_letter_of_before_a_reset_records_no_other() {
    let fixture = Fixture::new();
    let store = &fixture.store;
    fixture.write(vec![of("contoso", START)]).await;
    let old = store.due_letters(REAL_START, &[], 1).await.unwrap().remove(0);
    store.reset().await.unwrap();
    fixture.write(vec![Mail { operation: OperationId::of(1), ..of("contoso", START) }]).await;
    let new = fixture.letter().await;
    assert_eq!(new.id, old.id);
    store.record_delivery(Letter { delivery: Delivery::Sent, ..old }).await.unwrap();
    assert_eq!(store.due_letters(REAL_START, &[], 1).await.unwrap(), [new]);
}

#[tokio::test]
async fn a_letter_for_the_mailbox_alone_is_never_due() {
    let fixture = Fixture::new();
    let store = &fixture.store;
    fixture.write(vec![Mail { deliver: false, ..of("contoso", START) }]).await;
    let end = PublisherTime(i64::MAX);
    let clocks = [("contoso".to_owned(), end)];
    assert_eq!(store.due_letters(end.in_real_time(0), &clocks, 10).await.unwrap(), []);
    assert_eq!(store.next_letter_due(end.in_real_time(0), &clocks).await.unwrap(), None);
    assert_eq!(fixture.letter().await.delivery, Delivery::Mailbox);
}
