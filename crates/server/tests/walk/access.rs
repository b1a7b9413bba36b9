//! Who may call what: every route of the publishing API by every role (contract, "Every request").

use signoff_lifecycle::access::Role::{self, Contributor, Owner, Reader, Reviewer};
use signoff_server::TENANT;

use crate::server::TestServer;

/// The least that a caller of contoso must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Least {
    /// A token is enough.
    Anybody,
    /// A member of this role or a higher one.
    Member(Role),
    /// The server's operator; no member is.
    Operator,
}

use Least::{Anybody, Member, Operator};

/// `{…}` stands for what the test fills in.
const ROUTES: [(&str, &str, Least); 34] = [
    ("GET", "/api/me", Anybody),
    ("GET", "/api/audit", Operator),
    ("GET", "/api/publishers", Anybody),
    ("GET", "/api/offerTypes", Anybody),
    ("GET", "/api/offerTypes/{offer_type}", Anybody),
    ("PUT", "/api/principals/{tenant}/{client}", Anybody),
    ("GET", "/api/publishers/{publisher}", Member(Reader)),
    ("PUT", "/api/publishers/{publisher}", Member(Owner)),
    ("GET", "/api/publishers/{publisher}/audit", Member(Owner)),
    ("POST", "/api/publishers/{publisher}/cancel", Member(Contributor)),
    ("POST", "/api/publishers/{publisher}/offers/{offer}/kill", Operator),
    ("GET", "/api/publishers/{publisher}/members", Member(Owner)),
    ("PUT", "/api/publishers/{publisher}/members/{tenant}/{client}", Member(Owner)),
    ("DELETE", "/api/publishers/{publisher}/members/{tenant}/{client}", Member(Owner)),
    ("GET", "/api/publishers/{publisher}/offers", Member(Reader)),
    ("GET", "/api/publishers/{publisher}/offers/{offer}", Member(Reader)),
    ("GET", "/api/publishers/{publisher}/offers/{offer}/versions/{version}", Member(Reader)),
    ("GET", "/api/publishers/{publisher}/offers/{offer}/slot/{slot}", Member(Reader)),
    ("GET", "/api/publishers/{publisher}/offers/{offer}/status", Member(Reader)),
    ("GET", "/api/publishers/{publisher}/offers/{offer}/submissions", Member(Reader)),
    ("GET", "/api/publishers/{publisher}/offers/{offer}/operations/{operation}", Member(Reader)),
    ("GET", "/api/publishers/{publisher}/offers/{offer}/submissions/operations/{operation}", Member(Reader)),
    ("GET", "/api/operations/{address}", Member(Reader)),
    ("GET", "/api/publishers/{publisher}/offers/{offer}/operations/{operation}/events", Member(Reader)),
    (
        "GET",
        "/api/publishers/{publisher}/offers/{offer}/submissions/operations/{operation}/events",
        Member(Reader),
    ),
    ("GET", "/api/operations/{address}/events", Member(Reader)),
    (
        "POST",
        "/api/publishers/{publisher}/offers/{offer}/operations/{operation}/steps/{step}/approve",
        Member(Reviewer),
    ),
    (
        "POST",
        "/api/publishers/{publisher}/offers/{offer}/operations/{operation}/steps/{step}/reject",
        Member(Reviewer),
    ),
    ("PUT", "/api/publishers/{publisher}/offers/{offer}", Member(Contributor)),
    ("POST", "/api/publishers/{publisher}/offers/{offer}/publish", Member(Contributor)),
    ("POST", "/api/publishers/{publisher}/offers/{offer}/golive", Member(Contributor)),
    ("POST", "/api/publishers/{publisher}/offers/{offer}/cancel", Member(Contributor)),
    // What leads nowhere is told to whoever has a token.
    ("GET", "/api/nowhere", Anybody),
    ("DELETE", "/api/publishers/{publisher}/offers/{offer}", Anybody),
];

/// Routes for third parties, who have no token: their signature says who they are.
const SIGNED: [(&str, &str); 1] =
    [("POST", "/api/publishers/{publisher}/offers/{offer}/operations/{operation}/steps/{step}/callback")];

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

/// `METHOD route` of every route that the router's source names, in the publishing API.
fn routes_of_the_router() -> Vec<String> {
    let source = include_str!("../../../portal/src/lib.rs");
    let publishing = source.split("fn publishing").nth(1).unwrap().split("\n}").next().unwrap();
    let mut found = Vec::new();
    for route in publishing.split(".route(").skip(1) {
        let path = route.split('"').nth(1).unwrap();
        let handlers = route.split('"').nth(2).unwrap();
        let served = |method: &str| {
            handlers.match_indices(&format!("{method}(")).any(|(at, _)| !handlers[..at].ends_with([':', '_']))
        };
        let methods = ["get", "put", "post", "delete", "patch"].into_iter().filter(|method| served(method));
        found.extend(methods.map(|method| format!("{} {path}", method.to_uppercase())));
    }
    found
}

#[test]
fn every_route_of_the_router_has_a_row() {
    let routes = routes_of_the_router();
    assert!(routes.len() >= 26, "the router's source reads differently now: {routes:?}");
    let by_role = ROUTES.iter().map(|(method, route, _)| (method, route));
    let rows = by_role.chain(SIGNED.iter().map(|(method, route)| (method, route)));
    let rows: Vec<String> = rows.map(|(method, route)| format!("{method} {route}")).collect();
    let without: Vec<&String> = routes.iter().filter(|route| !rows.contains(route)).collect();
    assert!(without.is_empty(), "give these a row in ROUTES: {without:?}");
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
    for (method, route, least) in ROUTES {
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
                // Released clients parse whatever comes.
                reply.json();
            }
            assert!(!reply.header("x-ms-request-id").is_empty(), "{method} {route}");
        }
    }
}

#[tokio::test]
async fn no_token_stands_for_a_signature() {
    let server = TestServer::start().await;
    for (method, route) in SIGNED {
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
        for rest in ["", "/status", "/slot/preview", "/versions/1", "/submissions", "/versions/x", "/slot/x"]
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
