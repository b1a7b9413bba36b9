//! The changes of an operation as server-sent events (docs/api.md, "Following").

use serde_json::{Value, json};
use signoff_engine::FollowLimits;
use signoff_server::{proxy, tls};

use crate::call::{Call, Client};
use crate::server::TestServer;

/// One event as it was sent, or a comment: then only `comment` is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Event {
    name: String,
    id: String,
    pub(crate) data: String,
    comment: bool,
}

impl Event {
    fn json(&self) -> Value {
        serde_json::from_str(&self.data).unwrap_or_else(|error| panic!("{self:?}: {error}"))
    }
}

/// A stream that is read event by event.
pub(crate) struct Reader {
    response: reqwest::Response,
    text: String,
}

impl Reader {
    pub(crate) async fn open(call: Call) -> Self {
        Self::of(call.open().await)
    }

    fn of(response: reqwest::Response) -> Self {
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["cache-control"], "no-store");
        assert!(!response.headers()["x-ms-request-id"].is_empty());
        Self { response, text: String::new() }
    }

    /// The next event; `None` when the server closed the stream.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let event = parse(block);
                self.text = rest.to_owned();
                if !event.comment {
                    return Some(event);
                }
                continue;
            }
            let chunk = self.response.chunk().await.expect("a stream ends well")?;
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    /// Everything that is still to come.
    pub(crate) async fn rest(mut self) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(event) = self.next().await {
            events.push(event);
        }
        events
    }
}

fn parse(block: &str) -> Event {
    let mut event = Event { comment: true, ..Event::default() };
    for line in block.lines() {
        let (field, value) = line.split_once(':').unwrap();
        let value = value.trim_start().to_owned();
        match field {
            "event" => event.name = value,
            "id" => event.id = value,
            "data" => (event.data, event.comment) = (value, false),
            "retry" => assert_eq!(value, "2000"),
            "" => {}
            other => panic!("{other}: {block}"),
        }
    }
    event
}

fn events(client: &Client, offer: &str, id: &str) -> Call {
    client.get(&client.path(offer, &format!("/operations/{id}/events")))
}

/// A publish whose certification is held; its id.
async fn held_publish(server: &TestServer, client: &Client, offer: &str) -> String {
    client.create(offer).await;
    server.scenario(offer, json!({ "displaycertify": { "hold": true } })).await.expect(200);
    let id = client.publish(offer).await.expect(202).operation_id();
    server.holds(offer).await;
    id
}

#[tokio::test]
async fn the_present_state_then_every_change_then_the_end() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let id = held_publish(&server, &owner, "vm").await;
    let mut reader = Reader::open(events(&owner, "vm", &id)).await;
    let first = reader.next().await.unwrap();
    assert_eq!((first.name.as_str(), &first.json()["id"]), ("operation", &Value::from(id.as_str())));
    assert_eq!(first.json()["status"], "running");
    server.release("vm", "displaycertify").await.expect(200);
    // It stays open at the sign-off, which is no end.
    let mut seen = vec![first];
    while !seen.last().unwrap().data.contains("\"waitingForPublisherReview\"") {
        seen.push(reader.next().await.unwrap());
    }
    owner.golive("vm").await.expect(202);
    seen.extend(reader.rest().await);
    let end = seen.pop().unwrap();
    assert_eq!((end.name.as_str(), end.json()), ("end", json!({ "operationId": id, "status": "completed" })));
    // The last state is the one that a GET has, under the id of the end.
    let last = seen.last().unwrap();
    assert_eq!(last.data, owner.operation("vm", &id).await.expect(200).text);
    assert_eq!(last.id, end.id);
    assert!(seen.iter().all(|event| event.name == "operation"), "{seen:?}");
    let ids: Vec<u64> = seen.iter().map(|event| event.id.parse().unwrap()).collect();
    assert!(ids.is_sorted_by(|one, next| one < next), "every change once: {ids:?}");
    server.followed_by(0).await;
}

#[tokio::test]
async fn who_comes_back_gets_what_is_new_and_the_end() {
    let server = TestServer::observed().await;
    let owner = server.owner().await;
    let id = held_publish(&server, &owner, "vm").await;
    let mut reader = Reader::open(events(&owner, "vm", &id)).await;
    let first = reader.next().await.unwrap();
    drop(reader);
    // With what it has, it waits for the next change.
    let again = events(&owner, "vm", &id).header("last-event-id", &first.id);
    let mut reader = Reader::open(again).await;
    server.followed_by(1).await;
    owner.cancel("vm").operation(&id).await.expect(200);
    let canceled = reader.next().await.unwrap();
    assert_eq!((canceled.name.as_str(), &canceled.json()["status"]), ("operation", &json!("canceled")));
    assert_ne!(canceled.id, first.id);
    let rest = reader.rest().await;
    assert_eq!(rest.iter().map(|event| event.name.as_str()).collect::<Vec<_>>(), ["end"]);
    // Afterwards: an older id, or none, or one that was never sent; then the one that is current.
    for last in [Some(first.id.as_str()), None, Some("bogus"), Some("-1")] {
        let call = events(&owner, "vm", &id);
        let call = last.iter().fold(call, |call, last| call.header("last-event-id", last));
        let all = Reader::open(call).await.rest().await;
        assert_eq!(all, [canceled.clone(), rest[0].clone()], "{last:?}");
    }
    let current = events(&owner, "vm", &id).header("last-event-id", &canceled.id);
    assert_eq!(Reader::open(current).await.rest().await, rest);
}

#[tokio::test]
async fn at_every_address_of_an_operation() {
    let server = TestServer::start().await;
    let fabrikam = server.fabrikam().await;
    fabrikam.create("vm").await.expect(201);
    let publish = fabrikam.publish("vm").await.expect(202);
    fabrikam.reaches("vm", "waitingForPublisherReview").await;
    let cancellation = fabrikam.cancel("vm").await.expect(202).location();
    fabrikam.ends(&cancellation, "completed").await;
    let id = publish.operation_id();
    for path in [
        fabrikam.path("vm", &format!("/operations/{id}/events")),
        fabrikam.path("vm", &format!("/submissions/operations/{}/events", id.to_uppercase())),
        "/api/operations/fabrikam$vm$1$preview/events".to_owned(),
        "/api/operations/fabrikam%24vm%241%24preview/events/".to_owned(),
    ] {
        let all = Reader::open(fabrikam.get(&path)).await.rest().await;
        assert_eq!(all.len(), 2, "{path}: {all:?}");
        assert_eq!(all[0].json()["id"], Value::from(id.as_str()), "{path}");
    }
    for (path, status, code) in [
        (fabrikam.path("nothing", &format!("/operations/{id}/events")), 404, "OfferNotFound"),
        (fabrikam.path("vm", "/operations/1/events"), 400, "InvalidId"),
        ("/api/operations/fabrikam$vm$9$preview/events".to_owned(), 404, "OperationNotFound"),
        ("/api/operations/fabrikam$vm$1$production/events".to_owned(), 404, "OperationNotFound"),
    ] {
        fabrikam.get(&path).await.refused(status, code);
    }
}

#[tokio::test]
async fn a_slow_reader_holds_nobody_up_and_misses_no_end() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let id = held_publish(&server, &owner, "vm").await;
    let unread = Reader::open(events(&owner, "vm", &id)).await;
    server.release("vm", "displaycertify").await.expect(200);
    owner.reaches("vm", "waitingForPublisherReview").await;
    owner.golive("vm").await.expect(202);
    owner.reaches("vm", "succeeded").await;
    let all = unread.rest().await;
    let [.., last, end] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!((&last.json()["status"], end.name.as_str()), (&json!("completed"), "end"));
}

#[tokio::test]
async fn who_is_no_member_any_more_hears_no_more() {
    let server = TestServer::start().await;
    let (owner, reviewer) = (server.owner().await, server.member("reviewer").await);
    let id = held_publish(&server, &owner, "vm").await;
    let mut reader = Reader::open(events(&reviewer, "vm", &id)).await;
    let mut other = Reader::open(events(&owner, "vm", &id)).await;
    reader.next().await.unwrap();
    other.next().await.unwrap();
    let member = format!("/api/publishers/contoso/members/{}/contoso-reviewer-too", signoff_server::TENANT);
    owner.put(&member, &json!({ "role": "reader" })).await.expect(200);
    owner.call("DELETE", &member).await.expect(204);
    assert_eq!(reader.rest().await, []);
    events(&reviewer, "vm", &id).await.refused(403, "Forbidden");
    owner.cancel("vm").await.expect(200);
    assert_eq!(other.rest().await.len(), 2, "who still is one hears the rest");
}

#[tokio::test]
async fn a_token_that_is_over_ends_the_stream() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let id = held_publish(&server, &owner, "vm").await;
    let mut reader = Reader::open(events(&owner, "vm", &id)).await;
    let first = reader.next().await.unwrap();
    server.followed_by(1).await;
    server.let_tokens_expire();
    server.release("vm", "displaycertify").await.expect(200);
    assert_eq!(reader.rest().await, [], "no event after the token");
    events(&owner, "vm", &id).await.refused(401, "Unauthorized");
    // With a new one it goes on from there.
    let owner = server.owner().await;
    owner.reaches("vm", "waitingForPublisherReview").await;
    let mut reader = Reader::open(events(&owner, "vm", &id).header("last-event-id", &first.id)).await;
    assert!(reader.next().await.unwrap().data.contains("waitingForPublisherReview"));
}

#[tokio::test]
async fn a_publisher_has_so_many_streams_and_no_more() {
    let server = TestServer::with_limits(FollowLimits {
        places: 9,
        streams_of_publisher: 2,
        ..FollowLimits::default()
    })
    .await;
    let owner = server.owner().await;
    let id = held_publish(&server, &owner, "vm").await;
    let mut open = Vec::new();
    for _ in 0..2 {
        open.push(Reader::open(events(&owner, "vm", &id)).await);
    }
    let refused = events(&owner, "vm", &id).await.refused(429, "TooManyRequests");
    assert!(!refused.header("retry-after").is_empty());
    // A stream that ends gives its place back.
    open.pop();
    server.followed_by(1).await;
    open.push(Reader::open(events(&owner, "vm", &id)).await);
    server.followed_by(2).await;
}

#[tokio::test]
async fn one_caller_does_not_take_the_streams_of_all() {
    let limits = FollowLimits { streams_of_caller: 2, ..FollowLimits::default() };
    let server = TestServer::with_limits(limits).await;
    let (owner, reader) = (server.owner().await, server.reader().await);
    let id = held_publish(&server, &owner, "vm").await;
    let mut open = Vec::new();
    for _ in 0..2 {
        open.push(Reader::open(events(&reader, "vm", &id)).await);
    }
    let refused = events(&reader, "vm", &id).await.refused(429, "TooManyRequests");
    assert!(!refused.header("retry-after").is_empty());
    open.push(Reader::open(events(&owner, "vm", &id)).await);
    server.followed_by(3).await;
}

#[tokio::test]
async fn a_server_that_stops_closes_its_streams() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let id = held_publish(&server, &owner, "vm").await;
    let mut reader = Reader::open(events(&owner, "vm", &id)).await;
    reader.next().await.unwrap();
    let _server = server.restart().await;
    // It ends as a stream does, not as a connection that breaks.
    assert_eq!(reader.rest().await, []);
}

/// As the clients of `signoff run` come: through the forward proxy, over TLS, in either version of HTTP.
#[tokio::test]
async fn through_the_proxy_whatever_the_client_could_do() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let now = server.engine.clock().real().0 / 1_000_000;
    let authority = tls::Authority::create(now).unwrap();
    let config = authority.server_config(now).unwrap();
    let listener = proxy::bind(0).await.unwrap();
    let address = listener.local_addr().unwrap();
    let proxy = proxy::Proxy::new(proxy::Settings::default(), config, server.routes.clone());
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(proxy.serve(listener, async { drop(stopped.await) }));
    let mut last = Vec::new();
    for (offer, one_only) in [("one", true), ("two", false)] {
        let ca = reqwest::Certificate::from_pem(authority.ca_pem().as_bytes()).unwrap();
        let to_proxy = reqwest::Proxy::all(format!("http://{address}")).unwrap();
        let builder = reqwest::Client::builder().tls_certs_only([ca]).proxy(to_proxy);
        let builder = if one_only { builder.http1_only() } else { builder };
        let http = builder.build().unwrap();
        let id = held_publish(&server, &owner, offer).await;
        let base = format!("https://cloudpartner.azure.com{}", owner.path(offer, "/operations"));
        let get = |rest: &str| {
            let request = http.get(format!("{base}/{id}{rest}?api-version=2017-10-31"));
            request.bearer_auth(owner.token.as_deref().unwrap())
        };
        let response = get("/events").send().await.unwrap();
        assert_eq!(response.version(), http::Version::HTTP_11);
        let mut reader = Reader::of(response);
        assert_eq!(reader.next().await.unwrap().json()["id"], Value::from(id.as_str()));
        server.release(offer, "displaycertify").await.expect(200);
        while !reader.next().await.unwrap().data.contains("waitingForPublisherReview") {}
        let waiting = tokio::spawn(get("").header("prefer", "wait=60").send());
        last.push((reader, waiting));
    }
    // When the proxy goes, waiting callers are answered and the streams end well.
    server.followed_by(4).await;
    stop.send(()).unwrap();
    for (reader, waiting) in last {
        assert_eq!(waiting.await.unwrap().unwrap().status(), 200);
        assert_eq!(reader.rest().await, []);
    }
    serving.await.unwrap();
}
