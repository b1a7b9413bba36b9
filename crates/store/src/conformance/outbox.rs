//! The outbox.

use crate::contract::{Change, Delivery, Letter, Mail};
use crate::{Store, StoreError};
use signoff_lifecycle::decision::Event;
use signoff_lifecycle::ids::{Micros, Moment, PublisherTime};
use signoff_lifecycle::operation::Goal;

use super::Fixture;
use super::world::{CONTOSO, FABRIKAM, HOUR, NOW, REAL_NOW, apply, bare, mail, put, write_mail};

async fn due(store: &dyn Store, now: PublisherTime) -> Vec<Letter> {
    store.due_letters(now.in_real_time(0), &[], 10).await.unwrap()
}

pub async fn a_letter_is_written_once(fx: &impl Fixture) {
    let store = fx.store();
    let first = mail("ann@contoso.example", Event::Started);
    let again = Mail { at: NOW.plus(HOUR), kind: Goal::GoLive, ..first.clone() };
    write_mail(&*store, vec![first.clone(), again.clone()]).await;
    write_mail(&*store, vec![again]).await;
    let to_another = mail("bob@contoso.example", Event::Started);
    let of_another = mail("ann@contoso.example", Event::Live { version: 1 });
    write_mail(&*store, vec![to_another.clone(), of_another.clone()]).await;
    let written: Vec<Mail> = store.letters().await.unwrap().into_iter().map(|letter| letter.mail).collect();
    assert_eq!(written, [first, to_another, of_another]);
}

pub async fn a_letter_has_one_holder_until_it_is_recorded(fx: &impl Fixture) {
    let store = fx.store();
    write_mail(&*store, vec![mail("ann@contoso.example", Event::Started)]).await;
    assert_eq!(due(&*store, PublisherTime(NOW.0 - 1)).await, []);
    let held = due(&*store, NOW).await;
    assert_eq!(held.len(), 1);
    assert_eq!(held[0].delivery, Delivery::Due(NOW));
    assert_eq!(due(&*store, NOW).await, []);
    let sent = Letter { delivery: Delivery::Sent, ..held[0].clone() };
    store.record_delivery(sent.clone()).await.unwrap();
    assert_eq!(due(&*store, NOW.plus(HOUR)).await, []);
    assert_eq!(store.letters().await.unwrap(), [sent]);
    assert_eq!(store.next_letter_due(REAL_NOW, &[]).await.unwrap(), None);
}

pub async fn a_recorded_delivery_stays_so(fx: &impl Fixture) {
    let store = fx.store();
    write_mail(&*store, vec![mail("ann@contoso.example", Event::Started)]).await;
    let letter = due(&*store, NOW).await.remove(0);
    let abandoned =
        Letter { delivery: Delivery::Abandoned, last_error: Some("550".to_owned()), ..letter.clone() };
    store.record_delivery(abandoned.clone()).await.unwrap();
    store.record_delivery(Letter { delivery: Delivery::Due(NOW), ..letter }).await.unwrap();
    assert_eq!(store.letters().await.unwrap(), [abandoned]);
}

pub async fn a_failure_is_tried_again_at_its_time(fx: &impl Fixture) {
    let store = fx.store();
    write_mail(&*store, vec![mail("ann@contoso.example", Event::Started)]).await;
    let letter = due(&*store, NOW).await.remove(0);
    let again = Letter { failures: 1, delivery: Delivery::Due(NOW.plus(HOUR)), ..letter };
    store.record_delivery(again.clone()).await.unwrap();
    assert_eq!(store.next_letter_due(REAL_NOW, &[]).await.unwrap(), Some(HOUR));
    assert_eq!(due(&*store, NOW).await, []);
    assert_eq!(due(&*store, NOW.plus(HOUR)).await, [again]);
}

pub async fn the_mailbox_is_never_due(fx: &impl Fixture) {
    let store = fx.store();
    let kept = Mail { deliver: false, ..mail("ann@contoso.example", Event::Started) };
    write_mail(&*store, vec![kept.clone()]).await;
    assert_eq!(due(&*store, NOW.plus(HOUR)).await, []);
    assert_eq!(store.next_letter_due(REAL_NOW, &[]).await.unwrap(), None);
    let letters = store.letters().await.unwrap();
    assert_eq!((&letters[0].mail, letters[0].delivery), (&kept, Delivery::Mailbox));
}

pub async fn a_letter_is_due_on_its_publishers_clock(fx: &impl Fixture) {
    let store = fx.store();
    let later = NOW.plus(HOUR);
    let at_later = Mail { at: later, ..mail("ann@contoso.example", Event::Started) };
    write_mail(&*store, vec![at_later]).await;
    assert_eq!(store.next_letter_due(REAL_NOW, &[]).await.unwrap(), Some(HOUR));
    let of_another = [(FABRIKAM.to_owned(), later)];
    assert_eq!(store.due_letters(REAL_NOW, &of_another, 10).await.unwrap(), []);
    let ahead = [(CONTOSO.to_owned(), later)];
    assert_eq!(store.next_letter_due(REAL_NOW, &ahead).await.unwrap(), Some(Micros::ZERO));
    assert_eq!(store.due_letters(REAL_NOW, &ahead, 10).await.unwrap().len(), 1);
}

pub async fn a_refused_change_writes_no_letter(fx: &impl Fixture) {
    let store = fx.store();
    let stale = bare(&*store, CONTOSO, "a").await;
    apply(&*store, CONTOSO, "a", put(CONTOSO, "a")).await;
    let letter = mail("ann@contoso.example", Event::Started);
    let refused = store.commit(&Change { mail: vec![letter], ..stale }).await;
    assert!(matches!(refused, Err(StoreError::Stale)));
    assert_eq!(store.letters().await.unwrap(), []);
}
