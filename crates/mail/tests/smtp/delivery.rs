//! Letters reach the server, once or again, or are given up.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use signoff_lifecycle::decision::Event;
use signoff_lifecycle::ids::{Micros, Moment, PublisherTime};
use signoff_mail::{Carrier, DeliverySettings, SendError, Transport, render};
use signoff_store::contract::{Delivery, Mail};
use signoff_text::Lang;

use crate::fixture::{Fixture, HOUR, START, mail};
use crate::server::Server;

const SELLER: &str = "seller@contoso.example";

fn header<'a>(accepted: &'a Value, name: &str) -> &'a str {
    let headers = accepted["headers"].as_array().unwrap();
    let mut values = headers.iter().filter(|pair| pair[0].as_str().unwrap().eq_ignore_ascii_case(name));
    let value = values.next().unwrap_or_else(|| panic!("no {name} in {accepted}"))[1].as_str().unwrap();
    assert!(values.next().is_none(), "{name} twice in {accepted}");
    value
}

#[tokio::test]
async fn a_letter_arrives_once_with_its_headers_and_text() {
    let fixture = Fixture::new();
    let mut server = Server::start(json!({})).await;
    let delivery = fixture.deliver(&server.settings());
    let reason = Some("zurückgezogen: 價格 – falsch\r\n.\r\nBcc: x@y.example".to_owned());
    let letter = mail(SELLER, Event::Canceled { by: "contoso-owner".to_owned(), reason });
    fixture.write(vec![letter.clone()]).await;

    let accepted = server.next("accepted").await;
    delivery.stop().await;
    let rendered = render(&letter, Lang::En);
    assert_eq!(accepted["from"], "noreply@signoff.example");
    assert_eq!(accepted["to"], json!([SELLER]));
    assert_eq!(accepted["messageId"], rendered.message_id);
    let body = accepted["body"].as_str().unwrap().replace("\r\n", "\n");
    assert_eq!(body.trim_end(), rendered.text.trim_end());
    assert_eq!(accepted["tls"], false);
    let operation = letter.operation.to_string();
    for (name, value) in [
        ("From", "Signoff <noreply@signoff.example>"),
        ("To", SELLER),
        ("Subject", "contoso/sample-vm: publish has been canceled"),
        ("Date", "Thu, 05 Mar 2026 09:08:07 +0000"),
        ("Auto-Submitted", "auto-generated"),
        ("Content-Language", "en"),
        ("X-Signoff-Operation", &operation),
        ("X-Signoff-Event", "canceled"),
        ("MIME-Version", "1.0"),
    ] {
        assert_eq!(header(&accepted, name), value, "{name}");
    }
    assert!(!accepted["headers"].to_string().contains("Bcc"), "{accepted}");
    let recorded = fixture.letter().await;
    assert_eq!((recorded.delivery, recorded.failures, recorded.last_error), (Delivery::Sent, 0, None));
    server.end().await;
}

#[tokio::test]
async fn a_letter_that_is_put_off_is_tried_again() {
    let fixture = Fixture::new();
    let mut server = Server::start(json!({"temporary": 2})).await;
    let delivery = fixture.deliver(&server.settings());
    fixture.write(vec![mail(SELLER, Event::Started)]).await;

    let first = server.next("temporary").await;
    server.next("temporary").await;
    let accepted = server.next("accepted").await;
    delivery.stop().await;
    assert_eq!(first["messageId"], accepted["messageId"]);
    let letter = fixture.letter().await;
    assert_eq!((letter.delivery, letter.failures), (Delivery::Sent, 2));
    server.end().await;
}

#[tokio::test]
async fn the_pause_runs_on_the_publishers_clock() {
    let fixture = Fixture::new();
    let mut server = Server::start(json!({"temporary": 1})).await;
    let day = Micros(HOUR.0 * 24);
    let ahead = vec![("contoso".to_owned(), day)];
    let delivery = fixture.deliver_with(
        &server.settings(),
        DeliverySettings { first_pause: HOUR, ..DeliverySettings::default() },
        ahead,
    );
    // Due by contoso's clock alone.
    fixture.write(vec![Mail { at: START.plus(HOUR), ..mail(SELLER, Event::Started) }]).await;

    server.next("temporary").await;
    delivery.stop().await;
    let letter = fixture.letter().await;
    let Delivery::Due(PublisherTime(at)) = letter.delivery else { panic!("{letter:?}") };
    let pause = at - START.plus(day).0;
    assert!((3_600_000_000..3_601_000_000).contains(&pause), "{pause}");
    assert!(letter.last_error.unwrap().contains("451"));
    server.end().await;
}

#[tokio::test]
async fn a_letter_that_nobody_takes_is_given_back_at_the_end() {
    let fixture = Fixture::new();
    let mut server = Server::start(json!({"hold": 1})).await;
    let delivery = fixture.deliver(&server.settings());
    fixture.write(vec![mail(SELLER, Event::Started)]).await;
    server.next("holding").await;
    delivery.release().await;
    let letter = fixture.letter().await;
    assert_eq!((letter.delivery, letter.failures), (Delivery::Due(START), 0));

    // It is somebody else's at once, not when the hold is over.
    assert_eq!(fixture.next_due().await, Some(Micros(0)));
    let delivery = fixture.deliver(&server.settings());
    server.next("accepted").await;
    delivery.stop().await;
    assert_eq!(fixture.letter().await.delivery, Delivery::Sent);
    server.end().await;
}

#[tokio::test]
async fn a_refused_recipient_is_given_up_at_once_and_holds_up_nobody() {
    let fixture = Fixture::new();
    let mut server = Server::start(json!({"refuse": ["nobody@contoso.example"]})).await;
    let settings = DeliverySettings { at_once: 1, ..DeliverySettings::default() };
    let delivery = fixture.deliver_with(&server.settings(), settings, Vec::new());
    let recipients = ["nobody@contoso.example", SELLER];
    fixture.write(recipients.map(|recipient| mail(recipient, Event::Started)).to_vec()).await;

    server.next("refused").await;
    server.next("accepted").await;
    delivery.stop().await;
    let letters = fixture.letters().await;
    assert_eq!((letters[0].delivery, letters[0].failures), (Delivery::Abandoned, 1));
    let error = letters[0].last_error.as_deref().unwrap();
    assert!(error.contains("550") && error.contains("has no mailbox here"), "{error}");
    assert_eq!(letters[1].delivery, Delivery::Sent);
    server.end().await;
}

#[tokio::test]
async fn a_letter_is_given_up_after_too_many_failures() {
    let fixture = Fixture::new();
    let mut server = Server::start(json!({"temporary": 1000})).await;
    let settings = DeliverySettings { first_pause: Micros(1), attempts: 3, ..DeliverySettings::default() };
    let delivery = fixture.deliver_with(&server.settings(), settings, Vec::new());
    fixture.write(vec![mail(SELLER, Event::Started)]).await;

    for _ in 0..3 {
        server.next("temporary").await;
    }
    delivery.stop().await;
    let letter = fixture.letter().await;
    assert_eq!((letter.delivery, letter.failures), (Delivery::Abandoned, 3));
    assert!(letter.last_error.unwrap().contains("451"));
    server.end().await;
}

#[tokio::test]
async fn a_letter_whose_answer_was_lost_is_sent_again_under_the_same_id() {
    let fixture = Fixture::new();
    let mut server = Server::start(json!({"drop": 1})).await;
    let delivery = fixture.deliver(&server.settings());
    fixture.write(vec![mail(SELLER, Event::WaitingForSignoff)]).await;

    let dropped = server.next("dropped").await;
    let accepted = server.next("accepted").await;
    delivery.stop().await;
    assert_eq!(dropped["messageId"], accepted["messageId"]);
    let letter = fixture.letter().await;
    assert_eq!((letter.delivery, letter.failures), (Delivery::Sent, 1));
    server.end().await;
}

#[tokio::test]
async fn a_slow_answer_is_waited_for_while_others_are_sent() {
    let fixture = Fixture::new();
    let mut server = Server::start(json!({"hold": 1})).await;
    let delivery = fixture.deliver(&server.settings());
    fixture.write(vec![mail(SELLER, Event::Started)]).await;
    let held = server.next("holding").await;

    fixture.write(vec![mail(SELLER, Event::Live { version: 1 })]).await;
    let other = server.next("accepted").await;
    assert_ne!(held["messageId"], other["messageId"]);
    server.release().await;
    let accepted = server.next("accepted").await;
    assert_eq!(held["messageId"], accepted["messageId"]);
    delivery.stop().await;
    for letter in fixture.letters().await {
        assert_eq!((letter.delivery, letter.failures), (Delivery::Sent, 0));
    }
    server.end().await;
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_a_time() {
    let mut server = Server::start(json!({"hold": 1})).await;
    let mut settings = server.settings();
    settings.timeout = std::time::Duration::from_millis(500);
    let transport = Transport::new(&settings).unwrap();
    let sent = transport.send(&render(&mail(SELLER, Event::Started), Lang::En)).await;
    let Err(SendError::Transient(error)) = sent else { panic!("{sent:?}") };
    assert!(error.contains("no answer within 500ms") && error.contains("timeout"), "{error}");
    server.next("holding").await;
    server.end().await;
}

#[tokio::test]
async fn a_letter_for_the_mailbox_alone_is_not_sent() {
    let fixture = Fixture::new();
    let mut server = Server::start(json!({})).await;
    let delivery = fixture.deliver(&server.settings());
    let shown = Mail { deliver: false, ..mail(SELLER, Event::Started) };
    fixture.write(vec![shown.clone()]).await;
    fixture.write(vec![mail(SELLER, Event::WaitingForSignoff)]).await;

    let accepted = server.next("accepted").await;
    delivery.stop().await;
    assert_eq!(header(&accepted, "X-Signoff-Event"), "waitingForSignoff");
    let letters = fixture.letters().await;
    assert_eq!((letters[0].delivery, &letters[0].mail), (Delivery::Mailbox, &shown));
    assert_eq!(letters[1].delivery, Delivery::Sent);
    server.end().await;
}

#[tokio::test]
async fn two_deliveries_send_each_letter_once() {
    let fixture = Fixture::new();
    let mut server = Server::start(json!({})).await;
    let recipients: Vec<String> = (0..20).map(|number| format!("p{number}@contoso.example")).collect();
    fixture.write(recipients.iter().map(|recipient| mail(recipient, Event::Started)).collect()).await;
    let deliveries = [fixture.deliver(&server.settings()), fixture.deliver(&server.settings())];

    let mut reached = BTreeSet::new();
    for _ in &recipients {
        let accepted = server.next("accepted").await;
        reached.insert(accepted["to"][0].as_str().unwrap().to_owned());
    }
    assert_eq!(reached, recipients.into_iter().collect());
    for delivery in deliveries {
        delivery.stop().await;
    }
    assert!(fixture.letters().await.iter().all(|letter| letter.delivery == Delivery::Sent));
    server.end().await;
}

#[tokio::test]
async fn a_domain_in_any_script_is_sent_as_name_servers_know_it() {
    let fixture = Fixture::new();
    let mut server = Server::start(json!({})).await;
    let mut settings = server.settings();
    settings.from = "Bücher <noreply@bücher.example>".to_owned();
    let delivery = fixture.deliver(&settings);
    fixture.write(vec![mail("ann@münchen.example", Event::Started)]).await;

    let accepted = server.next("accepted").await;
    delivery.stop().await;
    assert_eq!(accepted["from"], "noreply@xn--bcher-kva.example");
    assert_eq!(accepted["to"], json!(["ann@xn--mnchen-3ya.example"]));
    assert_eq!(header(&accepted, "To"), "ann@xn--mnchen-3ya.example");
    assert_eq!(header(&accepted, "From"), "Bücher <noreply@xn--bcher-kva.example>");
    let letter = fixture.letter().await;
    assert_eq!(letter.delivery, Delivery::Sent);
    assert_eq!(letter.mail.recipient, "ann@münchen.example", "it is kept as it was written");
    server.end().await;
}

#[tokio::test]
async fn letters_beyond_ascii_before_the_at_go_to_servers_that_take_them() {
    for takes_them in [true, false] {
        let fixture = Fixture::new();
        let mut server = Server::start(json!({ "utf8": takes_them })).await;
        let delivery = fixture.deliver(&server.settings());
        let recipients = ["jürgen@münchen.example", SELLER];
        fixture.write(recipients.map(|recipient| mail(recipient, Event::Started)).to_vec()).await;
        let mut sent = BTreeSet::from([server.next("accepted").await["to"].to_string()]);
        if takes_them {
            sent.insert(server.next("accepted").await["to"].to_string());
        }
        delivery.stop().await;
        let beyond = json!(["jürgen@xn--mnchen-3ya.example"]).to_string();
        assert_eq!(sent.contains(&beyond), takes_them, "{sent:?}");
        let letter = fixture.letters().await.remove(0);
        if takes_them {
            assert_eq!(letter.delivery, Delivery::Sent);
        } else {
            assert_eq!((letter.delivery, letter.failures), (Delivery::Abandoned, 1));
            let said = letter.last_error.unwrap();
            assert!(
                said.contains("does not offer SMTPUTF8") && said.contains("a recipient's address"),
                "{said}"
            );
        }
        server.end().await;
    }
}
