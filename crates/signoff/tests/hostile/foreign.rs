//! Another publisher's ids, wherever an id can stand: nobody learns whether what they name is there.

use serde_json::json;

use crate::described::{NO_OPERATION, VALUES, calls};
use crate::findings::Findings;
use crate::http::{Reply, Request};
use crate::server::{OPERATOR, Server};

/// Something of fabrikam's that is there.
struct Secret {
    offer: String,
    operation: String,
    address: String,
}

fn secret(server: &Server) -> Secret {
    let mut offer: serde_json::Value =
        serde_json::from_str(include_str!("../../../../examples/sample-vm-offer.json")).unwrap();
    offer["publisherId"] = "fabrikam".into();
    offer["id"] = "hidden-vm".into();
    server.operator("PUT", "/api/publishers/fabrikam/offers/hidden-vm", &offer);
    let publish = "/api/publishers/fabrikam/offers/hidden-vm/publish";
    let started = server.operator("POST", publish, &json!({})).json();
    let location = started["location"].as_str().unwrap();
    let address = location.split(['/', '?']).nth(3).unwrap().to_owned();
    assert!(address.starts_with("fabrikam$hidden-vm$"), "{location}");
    let operation = started["operationId"].as_str().unwrap().to_owned();
    Secret { offer: "hidden-vm".to_owned(), operation, address }
}

/// What a reply tells, without what differs between any two requests and without the names that were asked for.
fn told(reply: &Reply, names: &[&str]) -> (u16, String, Vec<(String, String)>) {
    let blank = |text: &str| names.iter().fold(text.to_owned(), |text, name| text.replace(name, "…"));
    let headers = reply
        .headers
        .iter()
        .filter(|(name, _)| !["x-ms-request-id", "date", "content-length"].contains(&&**name));
    let headers = headers.map(|(name, value)| (name.clone(), blank(value))).collect();
    (reply.status, blank(&reply.body), headers)
}

#[test]
fn another_publishers_things_are_neither_touched_nor_told_of() {
    let server = Server::start(&[]);
    let secret = secret(&server);
    let before =
        server.send(&Request::api("GET", &format!("/api/operations/{}", secret.address), Some(OPERATOR)));
    let token = server.token("contoso-owner", "contoso-secret");
    let findings = Findings::of("other publishers' ids");
    let is_of_publisher = |path: &str| path.contains("{publisherId}") || path.contains("{address}");
    for call in calls(&server).iter().filter(|call| call.secured && is_of_publisher(&call.path)) {
        let ask = |publisher: &str, offer: &str, operation: &str, address: &str| {
            findings.sent(&call.id);
            let ids = [
                ("publisherId", publisher),
                ("offerId", offer),
                ("operationId", operation),
                ("address", address),
            ];
            let reply = server.send(&call.request(&[ids.as_slice(), &VALUES].concat(), Some(&token)));
            told(&reply, &[address, operation, offer, publisher])
        };
        // All of it there, the publisher alone, nothing at all.
        let there = ask("fabrikam", &secret.offer, &secret.operation, &secret.address);
        let absent = ask("fabrikam", "no-such-vm", NO_OPERATION, "fabrikam$no-such-vm$9$production");
        findings.check(there.0 == 403, || format!("{}: {there:?}", call.id));
        findings.check(there == absent, || format!("{} tells what is there: {there:?} {absent:?}", call.id));
        // In development everybody may create a publisher.
        if call.id != "putPublisher" {
            let nowhere = ask("nowhere", "no-such-vm", NO_OPERATION, "nowhere$no-such-vm$9$production");
            findings.check(there == nowhere, || {
                format!("{} tells of publishers: {there:?} {nowhere:?}", call.id)
            });
        }
        if !call.path.contains("{operationId}") {
            continue;
        }
        // The operation of another publisher under an offer of one's own is no operation at all.
        let foreign = ask("contoso", "sample-vm", &secret.operation, "-none-");
        let unknown = ask("contoso", "sample-vm", NO_OPERATION, "-none-");
        findings.check(foreign.0 == 404 && foreign == unknown, || {
            format!("{}: {foreign:?} {unknown:?}", call.id)
        });
    }
    in_query_and_body(&server, &token, &secret, &findings);
    let after =
        server.send(&Request::api("GET", &format!("/api/operations/{}", secret.address), Some(OPERATOR)));
    let etag = |reply: &Reply| reply.json()["cancellationRequestState"].clone();
    findings.check(etag(&before) == etag(&after), || format!("{before:?} became {after:?}"));
    server.is_well();
    findings.end();
}

/// A cancel may name an operation in its query and in its body.
fn in_query_and_body(server: &Server, token: &str, secret: &Secret, findings: &Findings) {
    let cancel = "/api/publishers/contoso/offers/sample-vm/cancel";
    let ask = |path: &str, body: &serde_json::Value, named: &str| {
        findings.sent(path);
        told(&server.send(&Request::api("POST", path, Some(token)).json(body)), &[named])
    };
    let by_query = |id: &str| ask(&format!("{cancel}?operationId={id}"), &json!({}), id);
    let queries = (by_query(&secret.operation), by_query(NO_OPERATION));
    let by_body = |id: &str| ask(cancel, &json!({ "operationId": id }), id);
    let bodies = (by_body(&secret.operation), by_body(NO_OPERATION));
    for (foreign, unknown) in [queries, bodies] {
        findings.check(foreign.0 == 404 && foreign == unknown, || format!("cancel: {foreign:?} {unknown:?}"));
    }
}
