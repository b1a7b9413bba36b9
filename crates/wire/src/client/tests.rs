//! The client against a scripted server.
use std::time::Duration;

use serde_json::json;
use uuid::Uuid;

use super::stub::{Answer, Stub, client};
use super::*;
use crate::diff::ContentName;
use crate::words::{OfferSlot, OperationState};

const ID: Uuid = Uuid::from_u128(7);
const LOCATION: &str = "/api/operations/p$o$1$preview?api-version=2017-10-31";
const PACE: Pace = Pace { first: Duration::ZERO, longest: Duration::ZERO, patience: Duration::from_mins(1) };

fn given() -> TokenSource {
    TokenSource::Given("t".into())
}

fn ok(body: &(impl ToString + ?Sized)) -> Answer {
    reply(200, &[], body)
}

fn reply(
    status: u16,
    headers: &'static [(&'static str, &'static str)],
    body: &(impl ToString + ?Sized),
) -> Answer {
    (status, headers, body.to_string())
}

fn operation(status: &str, step: &str, progress: u8) -> String {
    json!({
        "id": ID, "submissionType": "publish", "status": status, "publishingVersion": 1, "offerVersion": 1,
        "cancellationRequestState": "canCancel",
        "steps": [{"id": "publisher-signoff", "status": step, "progressPercentage": progress}],
    })
    .to_string()
}

#[tokio::test]
async fn every_call_asks_for_its_path() {
    let accepted = json!({"location": LOCATION, "operationId": ID, "status": "running"});
    let publisher = json!({"id": "p", "version": 1, "definition": {"displayText": "P"}});
    let offer = json!({"offerTypeId": "t", "publisherId": "p", "status": "running", "id": "o", "version": 1,
        "definition": {"a": 1.10}, "changedTime": "x"});
    let stub = Stub::start([
        ok("[]"),
        ok(&publisher),
        ok(&publisher),
        ok(&publisher),
        ok("[]"),
        ok(""),
        ok(""),
        ok("[]"),
        ok("[]"),
        ok(&offer),
        ok(&offer),
        ok(&offer),
        reply(201, &[("etag", "W/\"e\"")], &offer),
        ok(&json!({"status": "running"})),
        reply(202, &[("location", LOCATION), ("retry-after", "3")], &accepted),
        ok(&accepted),
        ok(&accepted),
        ok("[]"),
        ok(&operation("running", "inProgress", 1)),
        ok(""),
        ok(""),
        ok("{}"),
    ])
    .await;
    let client = stub.client(given());
    client.publishers().await.unwrap();
    client.publisher("p").await.unwrap();
    let change = crate::publisher::PublisherPut::default();
    client.create_publisher("p", &change).await.unwrap();
    client.change_publisher("p", &change).await.unwrap();
    client.members("p").await.unwrap();
    client.put_member("p", "tenant", "a/b", "reader").await.unwrap();
    client.delete_member("p", "tenant", "c").await.unwrap();
    client.offer_types().await.unwrap();
    client.offers("p", Some("status eq 'running'")).await.unwrap();
    client.offer("p", "o", Which::Current).await.unwrap();
    client.offer("p", "o", Which::Version(2)).await.unwrap();
    client.offer("p", "o", Which::Slot(OfferSlot::Preview)).await.unwrap();
    let put = client.put_offer("p", "o", b"{\"x\":1}".to_vec(), Some("*")).await.unwrap();
    assert!(put.created && put.now.etag.as_deref() == Some("W/\"e\""));
    assert_eq!(put.now.offer().unwrap().definition.get(), "{\"a\":1.1}");
    client.status("p", "o").await.unwrap();
    let emails = Action { notification_emails: Some("a@x".into()), ..Action::default() };
    let started = client.publish("p", "o", &emails).await.unwrap();
    assert_eq!((started.status, started.done), (202, false));
    assert_eq!(started.retry_after, Some(Duration::from_secs(3)));
    let live = client.golive("p", "o", &Action::default()).await.unwrap();
    assert_eq!((live.done, live.location.as_str()), (true, LOCATION));
    let cancel = Action {
        reason: Some("why".into()),
        operation_id: Some(ID),
        if_match: Some("W/\"e\"".into()),
        ..Action::default()
    };
    client.cancel("p", "o", &cancel).await.unwrap();
    client.operations("p", "o", Some("running")).await.unwrap();
    client.operation("p", "o", ID).await.unwrap();
    client.review("p", "o", ID, "displaycertify", Verdict::Approve, None).await.unwrap();
    client.review("p", "o", ID, "displaycertify", Verdict::Reject, Some("no")).await.unwrap();
    client.openapi().await.unwrap();
    insta::assert_snapshot!(stub.requests().join("\n"));
}

#[tokio::test]
async fn what_only_signoff_answers() {
    let killed = json!({"location": LOCATION, "operationId": ID, "status": "failed"});
    let stub = Stub::start([
        reply(201, &[], r#"{"tenant":"tenant","client":"c"}"#),
        ok(r#"{"tenant":"tenant","client":"c","secret":"made"}"#),
        ok("{}"),
        ok("[]"),
        reply(202, &[("location", LOCATION)], &killed.to_string()),
        ok(&json!({"dryRun": true, "results": [{"offerId": "o", "statusCode": 200}], "next": "o"})
            .to_string()),
        ok(&json!({"entries": [], "next": 4}).to_string()),
        ok(&json!({"changes": [{"path": "definition.a", "to": null}], "omitted": 3}).to_string()),
    ])
    .await;
    let client = stub.client(given());
    let secret = Some("hush-hush");
    assert_eq!(client.put_principal("tenant", "c", secret).await.unwrap(), (true, None));
    assert_eq!(client.put_principal("tenant", "c", None).await.unwrap(), (false, Some("made".to_owned())));
    client.put_scenario("p", "o", &crate::dev::Scenario::default()).await.unwrap();
    client.mailbox().await.unwrap();
    let reason = Action { reason: Some("stuck".into()), ..Action::default() };
    assert!(!client.kill("p", "o", &reason).await.unwrap().done);
    let many = Many {
        filter: Some("status eq 'running'".into()),
        dry_run: true,
        top: Some(20),
        after: Some("n".into()),
    };
    let results = client.cancel_many("p", &many, &Action { force: true, ..reason }).await.unwrap();
    assert!(results.results[0].went_well() && results.next.as_deref() == Some("o"));
    assert_eq!(client.audit("p", Some(9), Some(5)).await.unwrap().next, Some(4));
    let (from, to) = (ContentName::Version(3), ContentName::Slot(OfferSlot::Preview));
    let diff = client.offer_diff("p", "o", Some(from), Some(to)).await.unwrap();
    assert_eq!((&diff.changes[0].from, &diff.changes[0].to), (&None, &Some(serde_json::Value::Null)));
    assert_eq!(diff.omitted, 3);
    insta::assert_snapshot!(stub.requests().join("\n"));
}

#[tokio::test]
async fn a_document_keeps_its_digits() {
    let stub = Stub::start([ok(r#"{"definition": {"z":1.10,"a":1e400}}"#)]).await;
    let read = stub.client(given()).offer("p", "o", Which::Current).await.unwrap();
    assert_eq!(read.document.get(), r#"{"definition": {"z":1.10,"a":1e400}}"#);
}

#[tokio::test]
async fn reads_are_repeated_but_not_for_ever() {
    let busy = reply(503, &[("retry-after", "0")], "");
    let stub = Stub::start([busy.clone(), reply(429, &[], ""), ok("[]")]).await;
    assert!(stub.client(given()).offers("p", None).await.unwrap().is_empty());
    assert_eq!(stub.requests().len(), 3);

    let stub = Stub::start(vec![busy; 9]).await;
    let error = stub.client(given()).offers("p", None).await.unwrap_err();
    assert_eq!((error.status(), stub.requests().len()), (Some(503), 5));
}

#[tokio::test]
async fn what_changes_state_is_sent_once() {
    let stub = Stub::start([reply(503, &[], "")]).await;
    let error = stub.client(given()).publish("p", "o", &Action::default()).await.unwrap_err();
    assert_eq!((error.status(), stub.requests().len()), (Some(503), 1));
}

#[tokio::test]
async fn errors_are_typed_and_read_well() {
    let body = json!({"error": {"code": "ValidationFailed", "message": "1 finding.", "location": LOCATION,
        "details": [{"code": "Missing", "message": "A title is missing.", "target": "$.definition.plans[0]"}]}});
    let stub = Stub::start([reply(422, &[], &body), reply(400, &[], "<html>"), ok("no json")]).await;
    let client = stub.client(given());
    let error = client.publish("p", "o", &Action::default()).await.unwrap_err();
    insta::assert_snapshot!(error);
    assert!(matches!(error, ClientError::Api { status: 422, body: Some(_), .. }));
    let error = client.publish("p", "o", &Action::default()).await.unwrap_err();
    assert_eq!(error.to_string(), "HTTP 400: <html>");
    assert!(matches!(client.publishers().await, Err(ClientError::Unreadable { .. })));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unreachable() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = client(base.parse().unwrap(), given()).publishers().await.unwrap_err();
    assert!(matches!(error, ClientError::Unreachable { .. }), "{error}");
    assert!(error.to_string().starts_with(&format!("{base}/api/publishers?")), "{error}");
}

fn credentials(stub: &Stub) -> TokenSource {
    TokenSource::Credentials(ClientCredentials {
        authority: default_authority(&stub.base),
        tenant: "tenant".into(),
        client_id: "me".into(),
        client_secret: "hush".into(),
    })
}

#[tokio::test]
async fn a_token_is_fetched_once_and_again_after_a_refusal() {
    let stub = Stub::start([
        ok(&json!({"access_token": "one"})),
        ok("[]"),
        reply(401, &[], ""),
        ok(&json!({"access_token": "two"})),
        ok("[]"),
        reply(401, &[], ""),
        ok(&json!({"access_token": "three"})),
        reply(401, &[], ""),
    ])
    .await;
    let client = stub.client(credentials(&stub));
    client.publishers().await.unwrap();
    client.publishers().await.unwrap();
    assert_eq!(client.publishers().await.unwrap_err().status(), Some(401));
    insta::assert_snapshot!(stub.requests().join("\n"));
}

#[tokio::test]
async fn a_refused_secret_is_explained_without_being_shown() {
    let refusal = json!({"error": "invalid_client", "error_description": "The secret is wrong."});
    let stub = Stub::start([reply(401, &[], &refusal)]).await;
    let source = credentials(&stub);
    assert_eq!(format!("{source:?}"), "Credentials(…)");
    let error = stub.client(source).token().await.unwrap_err().to_string();
    assert!(error.ends_with("/tenant/oauth2/v2.0/token: invalid_client The secret is wrong."), "{error}");
    assert!(!error.contains("hush"));
}

#[test]
fn the_portal_has_its_own_authority() {
    let authority = |base: &str| default_authority(&base.parse().unwrap());
    assert_eq!(authority("https://cloudpartner.azure.com"), PUBLIC_AUTHORITY);
    assert_eq!(authority("http://127.0.0.1:8080/"), "http://127.0.0.1:8080");
}

#[tokio::test]
async fn watching_reports_each_change_once_and_stops_at_the_end() {
    let stub = Stub::start([
        reply(200, &[("etag", "\"1\"")], &operation("running", "inProgress", 1)),
        reply(304, &[], ""),
        ok(&operation("running", "inProgress", 1)),
        reply(503, &[("retry-after", "0")], ""),
        ok(&operation("running", "waitingForPublisherReview", 1)),
        ok(&operation("completed", "complete", 100)),
    ])
    .await;
    let mut seen = Vec::new();
    let last = stub
        .client(given())
        .watch(LOCATION, None, Until::Ended, PACE, |news| {
            if let News::State(operation) = news {
                seen.push(operation.steps[0].progress_percentage);
            }
        })
        .await
        .unwrap();
    assert_eq!((last.status, seen), (OperationState::Completed, vec![1, 1, 100]));
    let requests = stub.requests();
    assert_eq!(requests.len(), 6);
    let first = format!("GET {LOCATION} | authorization: Bearer t | prefer: wait=0");
    let next = format!("GET {LOCATION} | authorization: Bearer t | if-none-match: \"1\" | prefer: wait=30");
    assert_eq!(requests[..2], [first, next]);
}

#[tokio::test]
async fn a_server_that_can_wait_is_not_polled() {
    let waits = [("etag", "\"1\""), ("preference-applied", "wait=0"), ("retry-after", "3600")];
    let waits: &'static [(&str, &str)] = Vec::from(waits).leak();
    let stub = Stub::start([
        reply(200, waits, &operation("running", "inProgress", 1)),
        reply(304, waits, ""),
        reply(200, waits, &operation("running", "inProgress", 2)),
        reply(200, waits, &operation("completed", "complete", 100)),
    ])
    .await;
    // Neither the pause of the 202 nor that of the replies counts: the server itself says when there is news.
    let long = Duration::from_hours(1);
    let pace = Pace { longest: long, ..PACE };
    let watched = stub.client(given());
    let watched = watched.watch(LOCATION, Some(long), Until::Ended, pace, |_| ());
    let last = tokio::time::timeout(Duration::from_mins(1), watched).await.unwrap().unwrap();
    assert_eq!(last.status, OperationState::Completed);
    assert!(stub.requests()[1..].iter().all(|request| request.ends_with("\"1\" | prefer: wait=30")));
}

/// What a watcher is told, in words.
fn told(news: &News<'_>) -> String {
    match news {
        News::State(operation) => operation.status.to_string(),
        News::Away(error) => format!("away: {error}"),
        News::Back => "back".to_owned(),
    }
}

#[tokio::test]
async fn a_server_that_goes_away_is_waited_for() {
    let busy = || reply(503, &[("retry-after", "0")], "");
    // Each look is sent five times.
    let mut answers = vec![ok(&operation("running", "inProgress", 1))];
    answers.extend(std::iter::repeat_with(busy).take(10));
    answers.push(ok(&operation("completed", "complete", 100)));
    let stub = Stub::start(answers).await;
    let mut news = Vec::new();
    let client = stub.client(given());
    let last = client.watch(LOCATION, None, Until::Ended, PACE, |one| news.push(told(&one))).await.unwrap();
    assert_eq!(last.status, OperationState::Completed);
    assert_eq!(news, ["running", "away: HTTP 503", "back", "completed"]);

    let stub = Stub::start(std::iter::repeat_with(busy).take(5)).await;
    let impatient = Pace { patience: Duration::ZERO, first: Duration::from_hours(1), ..PACE };
    let mut news = Vec::new();
    let client = stub.client(given());
    let given_up = client.watch(LOCATION, None, Until::Ended, impatient, |one| news.push(told(&one))).await;
    assert_eq!(
        (given_up.unwrap_err().status(), news.as_slice()),
        (Some(503), &["away: HTTP 503".to_owned()][..])
    );

    // What does not pass is not waited for.
    let stub = Stub::start([reply(404, &[], "")]).await;
    let client = stub.client(given());
    let gone = client.watch(LOCATION, None, Until::Ended, PACE, |news| panic!("{news:?}")).await;
    assert_eq!(gone.unwrap_err().status(), Some(404));
}

#[tokio::test]
async fn the_wrong_protocol_is_named() {
    let stub = Stub::start([]).await;
    let base = stub.base.as_str().replace("http://", "https://");
    let client = client(base.parse().unwrap(), given());
    let error = client.publishers().await.unwrap_err().to_string();
    let remedy = format!("it speaks http, not https: write {}", stub.base.as_str().trim_end_matches('/'));
    assert!(error.ends_with(&remedy), "{error}");

    // A server of TLS answers plain http with an alert.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        while let Ok((mut peer, _)) = listener.accept().await {
            let _ = peer.read(&mut [0; 1024]).await;
            let _ = peer.write_all(&[0x15, 3, 3, 0, 2, 2, 10]).await;
        }
    });
    let client = stub::client(format!("http://{address}").parse().unwrap(), given());
    let error = client.publishers().await.unwrap_err().to_string();
    assert!(error.ends_with(&format!("it speaks https, not http: write https://{address}")), "{error}");
    server.abort();
}

#[tokio::test]
async fn watching_may_stop_at_sign_off() {
    let stub = Stub::start([ok(&operation("running", "waitingForPublisherReview", 0))]).await;
    let client = stub.client(given());
    let last = client.watch(LOCATION, None, Until::EndedOrSignOff, PACE, |_| ()).await.unwrap();
    assert!(waits_for_sign_off(&last));
}

#[tokio::test]
async fn a_list_goes_on_where_its_link_leads() {
    let offer = |id: &str| {
        json!([{"offerTypeId": "t", "publisherId": "p", "status": "running", "id": id, "version": 1,
            "definition": {"displayText": "O"}, "changedTime": "x", "pcMigrationStatus": "none"}])
    };
    let stub = Stub::start([
        reply(
            200,
            &[("link", "</elsewhere>; rel=\"prev\", </api/offers?after=a>; rel=\"next\"")],
            &offer("a"),
        ),
        reply(200, &[("link", "</api/offers>; rel=\"prev\"")], &offer("b")),
        reply(200, &[("link", "<https://elsewhere.example/>; rel=next")], &offer("c")),
    ])
    .await;
    let client = stub.client(given());
    let all = client.offers("p", None).await.unwrap();
    assert_eq!(all.iter().map(|offer| &*offer.id).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(stub.requests()[1], "GET /api/offers?after=a | authorization: Bearer t");
    assert!(matches!(client.offers("p", None).await, Err(ClientError::Setting(_))));
}

#[tokio::test]
async fn a_list_is_read_to_its_end() {
    let item = |number: u64| {
        json!({"id": ID, "offerId": "o", "offerVersion": 1, "offerTypeId": "t", "publisherId": "p",
            "submissionType": "publish", "submissionState": "canceled", "publishingVersion": number,
            "slot": "staging", "version": 1, "changedTime": "x"})
    };
    let stub = Stub::start([
        reply(200, &[("link", "</list?$skiptoken=5.b>; rel=\"next\"")], &json!([item(6), item(5)])),
        // Nothing of this part is wanted, and there is more.
        reply(200, &[("link", "</list>; rel=first, </list?$skiptoken=3.b>; rel=next")], "[]"),
        reply(200, &[("link", "</list>; rel=\"first\"")], &json!([item(1)])),
        reply(200, &[("link", "<https://elsewhere.example/list>; rel=\"next\"")], "[]"),
    ])
    .await;
    let client = stub.client(given());
    let all = client.operations("p", "o", None).await.unwrap();
    assert_eq!(all.iter().map(|item| item.publishing_version).collect::<Vec<_>>(), [6, 5, 1]);
    let asked: Vec<String> =
        stub.requests().iter().map(|asked| asked.split(" | ").next().unwrap().to_owned()).collect();
    assert_eq!(asked[1..], ["GET /list?$skiptoken=5.b", "GET /list?$skiptoken=3.b"]);
    let error = client.operations("p", "o", None).await.unwrap_err();
    assert!(matches!(error, ClientError::Setting(_)), "the token stays here: {error}");
    assert_eq!(stub.requests().len(), 4);
}

#[tokio::test]
async fn a_location_on_another_server_is_not_followed() {
    let stub = Stub::start([]).await;
    for location in ["https://elsewhere.example/api/x", "//elsewhere.example/x"] {
        let error = stub.client(given()).operation_at(location, None).await.unwrap_err();
        assert!(matches!(error, ClientError::Setting(_)), "{error}");
    }
    assert!(stub.requests().is_empty());
}

#[test]
fn unusable_settings_are_named() {
    let new = |base: &str, pem: Option<&[u8]>| {
        let config = Config {
            base: base.parse().unwrap(),
            tokens: TokenSource::None,
            extra_roots_pem: pem.map(<[u8]>::to_vec),
            retries: Retries::default(),
            marks: None,
        };
        Client::new(config).unwrap_err().to_string()
    };
    for bad in ["ftp://x/", "mailto:x@y", "https://x/path", "https://me:secret@x", "http://x/?a=b"] {
        let error = new(bad, None);
        assert!(
            error.starts_with("the server's address must look like") && !error.contains("secret"),
            "{error}"
        );
    }
    let broken = b"-----BEGIN CERTIFICATE-----\n%%%\n-----END CERTIFICATE-----\n";
    assert!(new("https://x/", Some(broken)).starts_with("the certificates cannot be read"));
}

#[test]
fn only_what_stays_on_this_machine_goes_past_the_proxy() {
    for (base, here) in [
        ("http://127.0.0.1:8080", true),
        ("http://127.9.9.9", true),
        ("http://[::1]:8080", true),
        ("http://LOCALHOST:8080", true),
        ("http://localhost.example", false),
        ("http://10.0.0.1", false),
        ("https://cloudpartner.azure.com", false),
    ] {
        assert_eq!(is_this_machine(&base.parse().unwrap()), here, "{base}");
    }
    let base: Url = "http://127.0.0.1:8080".parse().unwrap();
    let credentials = |authority: &str| {
        TokenSource::Credentials(ClientCredentials {
            authority: authority.into(),
            tenant: "t".into(),
            client_id: "c".into(),
            client_secret: "s".into(),
        })
    };
    assert!(given().stays_on(&base) && TokenSource::None.stays_on(&base));
    assert!(credentials("http://127.0.0.1:8080/").stays_on(&base));
    assert!(!credentials(PUBLIC_AUTHORITY).stays_on(&base));
}
