//! Protected connections and signing in.

use std::fs;

use serde_json::{Value, json};
use signoff_lifecycle::decision::Event;
use signoff_mail::{Carrier, Encryption, MailSettings, Rendered, Secret, SendError, Transport, render};
use signoff_text::Lang;
use tempfile::TempDir;

use crate::fixture::mail;
use crate::server::Server;

/// A certificate for the server, on disk as it wants it.
struct Certificate {
    pem: String,
    folder: TempDir,
}

impl Certificate {
    fn new() -> Self {
        let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
        let folder = TempDir::new().unwrap();
        let pem = made.cert.pem();
        fs::write(folder.path().join("certificate.pem"), &pem).unwrap();
        fs::write(folder.path().join("key.pem"), made.signing_key.serialize_pem()).unwrap();
        Self { pem, folder }
    }

    /// `behaviour` on protected connections.
    fn with(&self, mut behaviour: Value) -> Value {
        behaviour["certificate"] = json!(self.folder.path().join("certificate.pem"));
        behaviour["key"] = json!(self.folder.path().join("key.pem"));
        behaviour
    }

    fn settings(&self, server: &Server, tls: Encryption, password: &str) -> MailSettings {
        MailSettings {
            tls,
            username: Some("mailer".to_owned()),
            password: Some(Secret::new(password)),
            ca_pem: Some(self.pem.clone()),
            ..server.settings()
        }
    }
}

fn message() -> Rendered {
    render(&mail("seller@contoso.example", Event::Started), Lang::En)
}

async fn send(settings: &MailSettings) -> Result<(), SendError> {
    Transport::new(settings).unwrap().send(&message()).await
}

fn passing(sent: Result<(), SendError>) -> String {
    match sent {
        Err(SendError::Transient(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn signing_in_works_over_starttls_and_tls_by_either_mechanism() {
    let certificate = Certificate::new();
    for (tls, implicit) in [(Encryption::StartTls, false), (Encryption::Tls, true)] {
        for mechanism in ["PLAIN", "LOGIN"] {
            let behaviour =
                json!({"login": ["mailer", "pass-4711"], "mechanism": mechanism, "implicit": implicit});
            let mut server = Server::start(certificate.with(behaviour)).await;
            send(&certificate.settings(&server, tls, "pass-4711")).await.unwrap();
            assert_eq!(server.next("login").await["mechanism"], mechanism);
            let accepted = server.next("accepted").await;
            assert_eq!((&accepted["tls"], &accepted["login"]), (&json!(true), &json!("mailer")));
            server.end().await;
        }
    }
}

#[tokio::test]
async fn a_wrong_password_is_told_without_the_password() {
    let certificate = Certificate::new();
    let behaviour = certificate.with(json!({"login": ["mailer", "pass-4711"]}));
    let mut server = Server::start(behaviour).await;
    let settings = certificate.settings(&server, Encryption::StartTls, "wrong-0815");
    let error = passing(send(&settings).await);
    assert!(error.contains("535") && error.contains("`password`"), "{error}");
    assert!(!format!("{error} {settings:?}").contains("wrong-0815"), "{error}");
    assert_eq!(server.next("login").await["good"], false);
    server.end().await;
}

#[tokio::test]
async fn a_password_that_is_replaced_counts_from_the_next_letter_on() {
    let certificate = Certificate::new();
    let behaviour = certificate.with(json!({"login": ["mailer", "pass-4711"]}));
    let mut server = Server::start(behaviour).await;
    let file = certificate.folder.path().join("password");
    let there = file.clone();
    let read = move || fs::read_to_string(&there).map_err(|error| error.to_string());
    let settings = MailSettings {
        password: Some(Secret::read_from(read)),
        ..certificate.settings(&server, Encryption::StartTls, "")
    };
    let transport = Transport::new(&settings).unwrap();
    fs::write(&file, "wrong-0815").unwrap();
    assert!(passing(transport.send(&message()).await).contains("535"));
    assert_eq!(server.next("login").await["good"], false);
    fs::write(&file, "pass-4711").unwrap();
    transport.send(&message()).await.unwrap();
    assert_eq!(server.next("login").await["good"], true);
    server.next("accepted").await;
    // One that is away is told, and the letter waits.
    fs::remove_file(&file).unwrap();
    assert!(passing(transport.send(&message()).await).contains("No such file"));
    server.end().await;
}

#[tokio::test]
async fn nothing_is_sent_unprotected_when_the_server_offers_no_starttls() {
    let certificate = Certificate::new();
    let server = Server::start(json!({"login": ["mailer", "pass-4711"]})).await;
    let error = passing(send(&certificate.settings(&server, Encryption::StartTls, "pass-4711")).await);
    assert!(error.contains("STARTTLS"), "{error}");
    server.end().await;
}

#[tokio::test]
async fn a_certificate_of_somebody_else_is_not_trusted() {
    let (of_server, other) = (Certificate::new(), Certificate::new());
    let server = Server::start(of_server.with(json!({"login": ["mailer", "pass-4711"]}))).await;
    let error = passing(send(&other.settings(&server, Encryption::StartTls, "pass-4711")).await);
    assert!(error.contains("certificate"), "{error}");
    server.end().await;
}

#[tokio::test]
async fn a_server_that_wants_a_password_is_no_fault_of_the_recipient() {
    let server = Server::start(json!({"login": ["mailer", "pass-4711"]})).await;
    let error = passing(send(&server.settings()).await);
    assert!(error.contains("530"), "{error}");
    server.end().await;
}

#[tokio::test]
async fn the_password_goes_unprotected_only_where_that_is_allowed() {
    let mut server = Server::start(json!({"login": ["mailer", "pass-4711"]})).await;
    let mut settings = MailSettings {
        username: Some("mailer".to_owned()),
        password: Some(Secret::new("pass-4711")),
        ..server.settings()
    };
    assert_eq!(Transport::new(&settings).err().map(|error| error.field), Some("tls"));
    settings.allow_plain_auth = true;
    send(&settings).await.unwrap();
    server.next("login").await;
    assert_eq!(server.next("accepted").await["tls"], false);
    server.end().await;
}

#[tokio::test]
async fn a_server_that_is_not_there_is_a_passing_failure() {
    let server = Server::start(json!({})).await;
    let settings = server.settings();
    server.end().await;
    let error = passing(send(&settings).await);
    assert!(error.starts_with("127.0.0.1:"), "{error}");
}

#[tokio::test]
async fn an_address_that_is_none_is_final() {
    let server = Server::start(json!({})).await;
    let transport = Transport::new(&server.settings()).unwrap();
    for to in ["nobody", "a@b.example\r\nRCPT TO:<c@d.example>", ""] {
        let sent = transport.send(&Rendered { to: to.to_owned(), ..message() }).await;
        assert!(matches!(sent, Err(SendError::Permanent(_))), "{sent:?}");
    }
    server.end().await;
}
