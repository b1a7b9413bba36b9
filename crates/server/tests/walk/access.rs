//! Who may call what: every route of the publishing API by every role (contract, "Every request").

use signoff_lifecycle::access::Role::{Contributor, Owner, Reader, Reviewer};
use signoff_portal::ENDPOINTS;
use signoff_portal::endpoint::Least::{self, Anybody, Member, Operator, Signature};
use signoff_server::TENANT;

use crate::server::TestServer;

/// A path that leads nowhere is answered to every caller with a token.
const NOWHERE: [(&str, &str, Least); 2] =
    [("GET", "/api/nowhere", Anybody), ("DELETE", "/api/publishers/{publisher}/offers/{offer}", Anybody)];

/// Every call by its method, its path and the least that its caller must be; `{…}` stands for what the test fills in.
fn calls() -> impl Iterator<Item = (&'static str, &'static str, Least)> {
    let endpoints = ENDPOINTS.iter().map(|endpoint| (endpoint.verb.as_str(), endpoint.path, endpoint.least));
    endpoints.chain(NOWHERE)
}

/// The path of a route, its offer and operation unknown to the server.
fn filled(route: &str) -> String {
    [
        ("{publisher}", "contoso"),
        ("{offer_type}", "microsoft-azure-saas"),
        ("{tenant}", TENANT),
        ("{client}", "somebody"),
        ("{offer}", "no-such-offer"),
        ("{version}", "1"),
        ("{slot}", "draft"),
        ("{operation}", "56615b67-2185-49fe-80d2-c4ddf77bb2e8"),
        ("{step}", "live"),
        ("{address}", "contoso$no-such-offer$1$preview"),
    ]
    .iter()
    .fold(route.to_owned(), |path, (name, value)| path.replace(name, value))
}

#[test]
fn what_asks_for_no_membership_is_known_by_name() {
    let mut open: Vec<String> = ENDPOINTS
        .iter()
        .filter(|endpoint| !matches!(endpoint.least, Member(_)))
        .map(|endpoint| format!("{} {} {:?}", endpoint.verb.as_str(), endpoint.path, endpoint.least))
        .collect();
    open.sort_unstable();
    let expected = [
        "GET /api/audit Operator",
        "GET /api/me Anybody",
        "GET /api/offerTypes Anybody",
        "GET /api/offerTypes/{offer_type} Anybody",
        "GET /api/publishers Anybody",
        "POST /api/publishers/{publisher}/offers/{offer}/kill Operator",
        "POST /api/publishers/{publisher}/offers/{offer}/operations/{operation}/steps/{step}/callback Signature",
        "PUT /api/principals/{tenant}/{client} Anybody",
    ];
    assert_eq!(open, expected);
}

#[tokio::test]
async fn every_route_by_every_role() {
    let server = TestServer::start().await;
    let callers = [
        (Anybody, server.fabrikam().await),
        (Member(Reader), server.reader().await),
        (Member(Reviewer), server.member("reviewer").await),
        (Member(Contributor), server.member("contributor").await),
        (Member(Owner), server.owner().await),
        (Operator, server.operator()),
    ];
    for (method, route, least) in calls().filter(|(.., least)| *least != Signature) {
        let path = filled(route);
        let anonymous = server.nobody().call(method, &path).await.refused(401, "Unauthorized");
        assert!(anonymous.header("www-authenticate").starts_with("Bearer"), "{method} {route}");
        for (role, caller) in &callers {
            let call = caller.call(method, &path);
            let reply = if method == "GET" { call.await } else { call.body("{oops").await };
            let may = *role >= least;
            assert_eq!(reply.status != 403, may, "{method} {route} as {role:?}: {}", reply.text);
            assert!(reply.status < 500, "{method} {route} as {role:?}: {}", reply.text);
            if !may {
                reply.clone().refused(403, "Forbidden");
            }
            if method != "DELETE" {
                // Released clients parse every body.
                reply.json();
            }
            assert!(!reply.header("x-ms-request-id").is_empty(), "{method} {route}");
        }
    }
}

#[tokio::test]
async fn no_token_stands_for_a_signature() {
    let server = TestServer::start().await;
    for (method, route, _) in calls().filter(|(.., least)| *least == Signature) {
        for caller in [server.nobody(), server.fabrikam().await, server.reader().await, server.owner().await]
        {
            let refused = caller.call(method, &filled(route)).version(None).body("{oops").await;
            let refused = refused.refused(401, "Unauthorized");
            assert_eq!(refused.header("www-authenticate"), "Webhook", "{method} {route}");
        }
    }
}

#[tokio::test]
async fn nobody_learns_whether_a_foreign_publisher_or_its_offer_exists() {
    let server = TestServer::start().await;
    let fabrikam = server.fabrikam().await;
    let mut messages = Vec::new();
    for (publisher, offer) in [("contoso", "sample-vm"), ("contoso", "nothing"), ("nobody-at-all", "nothing")]
    {
        for rest in
            ["", "/status", "/slot/preview", "/versions/1", "/submissions", "/versions/x", "/slot/x", "/diff"]
        {
            let path = format!("/api/publishers/{publisher}/offers/{offer}{rest}");
            messages
                .push(fabrikam.get(&path).await.refused(403, "Forbidden").message().replace(publisher, "…"));
        }
        for action in ["publish", "golive", "cancel"] {
            let path = format!("/api/publishers/{publisher}/offers/{offer}/{action}");
            let reply = fabrikam.post(&path).if_match("\"stale\"").await.refused(403, "Forbidden");
            messages.push(reply.message().replace(publisher, "…"));
        }
    }
    messages.dedup();
    assert_eq!(messages.len(), 1, "{messages:?}");
}

#[tokio::test]
async fn members_come_change_and_go() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let contributor = server.member("contributor").await;
    contributor.create("theirs").await.expect(201);
    let member = format!("/api/publishers/contoso/members/{TENANT}/contoso-contributor-too");
    for (role, status) in [("reader", 200), ("king", 400), ("", 400)] {
        owner.put(&member, &serde_json::json!({ "role": role })).await.expect(status);
    }
    contributor.publish("theirs").await.refused(403, "Forbidden");
    contributor.status("theirs").await.expect(200);
    owner.call("DELETE", &member).await.expect(204);
    contributor.status("theirs").await.refused(403, "Forbidden");
    assert_eq!(contributor.get("/api/publishers").await.expect(200).json(), serde_json::json!([]));
    let members = owner.get("/api/publishers/contoso/members").await.expect(200).json();
    let names: Vec<_> = members.as_array().unwrap().iter().map(|member| member["client"].clone()).collect();
    assert_eq!(names, ["contoso-owner", "contoso-reader"]);
}

#[tokio::test]
async fn a_reader_changes_nothing() {
    let server = TestServer::start().await;
    let (owner, reader) = (server.owner().await, server.reader().await);
    let before = owner.offer("sample-vm").await.expect(200);
    let path = reader.path("sample-vm", "");
    reader.put(&path, &before.json()).if_match(&before.etag()).await.refused(403, "Forbidden");
    for action in ["/publish", "/golive", "/cancel"] {
        reader.post(&reader.path("sample-vm", action)).await.refused(403, "Forbidden");
    }
    let after = reader.offer("sample-vm").await.expect(200);
    assert_eq!((after.etag(), after.text), (before.etag(), before.text));
}
