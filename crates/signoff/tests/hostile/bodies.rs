//! Bodies that are no JSON, and JSON that is deep: on every call that takes one.

use crate::described::{Call, calls};
use crate::findings::Findings;
use crate::http::{Reply, Request};
use crate::server::{OPERATOR, Server};

/// The calls whose bodies may be JSON5 (contract, "Every request").
pub(crate) const JSON5: [&str; 5] =
    ["publishOffer", "goLive", "cancelOperation", "cancelOperations", "killOperation"];

pub(crate) fn with_json(server: &Server) -> Vec<Call> {
    let json = |call: &Call| call.body.as_deref() == Some("application/json");
    let calls: Vec<Call> = calls(server).into_iter().filter(json).collect();
    assert!(calls.len() > 15, "the description has few bodies");
    calls
}

pub(crate) fn send(server: &Server, call: &Call, body: &[u8]) -> Reply {
    let request = Request::api(&call.method, &call.path_to_sample(), Some(OPERATOR));
    server.send(&request.header("Content-Type", "application/json").body(body))
}

/// Whether the body was refused, or not looked at because of what the path names or who asks.
pub(crate) fn is_refused(reply: &Reply) -> bool {
    [400, 401, 403, 404].contains(&reply.status)
}

fn nested(open: &str, close: &str, depth: usize) -> Vec<u8> {
    format!("{}{}", open.repeat(depth), close.repeat(depth)).into_bytes()
}

/// Texts that are no JSON to anybody.
fn broken() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("arrays in arrays", nested("[", "]", 100_000)),
        ("objects in objects", nested("{\"a\":", "}", 100_000)),
        ("JSON5 in JSON5", nested("{a:", "}", 100_000)),
        ("deep in a member that nobody knows", format!("{{\"x\":{}}}", "[".repeat(100_000)).into_bytes()),
        ("an end too early", b"{\"metadata\":{".to_vec()),
        ("two values", b"{}{}".to_vec()),
        ("no UTF-8", b"{\"metadata\":{\"reason\":\"\xff\xfe\"}}".to_vec()),
        ("UTF-16", b"\xff\xfe{\0}\0".to_vec()),
        ("a NUL", b"{\0}".to_vec()),
        ("a line break in a text", b"{\"a\":\"\n\"}".to_vec()),
        ("half a surrogate", br#"{"metadata":{"reason":"\ud800"},"step":"\ud800","by":"\ud800"}"#.to_vec()),
        ("a number that is none", b"{\"a\":01}".to_vec()),
        ("not a number", b"{\"a\":NaN}x".to_vec()),
        ("a list where an object is wanted", b"[1]".to_vec()),
        ("a text where an object is wanted", b"\"x\"".to_vec()),
        ("a number where an object is wanted", b"1e99999".to_vec()),
    ]
}

#[test]
fn what_is_no_json_is_refused_by_every_call_and_stops_nothing() {
    let server = Server::start(&[]);
    let findings = Findings::of("broken JSON");
    let calls = with_json(&server);
    for (name, body) in broken() {
        for call in &calls {
            findings.sent(&call.id);
            let reply = send(&server, call, &body);
            findings.check(is_refused(&reply), || format!("{}, {name}: {reply:?}", call.id));
        }
        server.is_well();
    }
    findings.end();
}

#[test]
fn json5_is_read_where_the_contract_says_so_and_nowhere_else() {
    let server = Server::start(&[]);
    let findings = Findings::of("JSON5");
    for call in with_json(&server) {
        findings.sent(&call.id);
        // Each has a member that counts, so that an empty object is not enough.
        let reply =
            send(&server, &call, b"{'metadata': {reason: 'x', 'notification-emails': 'no address',},}");
        let code = reply.json()["error"]["code"].clone();
        let read = code == "InvalidEmail";
        findings.check(read == JSON5.contains(&&*call.id), || format!("{}: {reply:?}", call.id));
    }
    server.is_well();
    findings.end();
}
