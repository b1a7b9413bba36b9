//! Control characters, line breaks and reversed text, in everything that a caller can write: none comes out of a
//! header, a log or a reply as it went in.

use serde_json::json;

use crate::described::calls;
use crate::findings::Findings;
use crate::http::{Reply, Request};
use crate::server::{OPERATOR, Server, TENANT};

/// Percent-encoded: a header of one's own, a colour, a bell, a NUL, reversed text, a line separator, a C1 control.
const PATHS: [&str; 7] =
    ["x%0d%0aX-Injected:%20yes", "x%1b%5b31mred", "x%07", "x%00", "x%e2%80%ae", "x%e2%80%a8", "x%c2%9b31m"];
/// The same as JSON holds them.
const TEXTS: [&str; 7] =
    ["x\r\nX-Injected: yes", "x\u{1b}[31mred", "x\u{7}", "x\0", "x\u{202e}", "x\u{2028}", "x\u{9b}31m"];

/// The parameters of paths.
const NAMES: [&str; 12] = [
    "publisherId",
    "offerId",
    "operationId",
    "address",
    "version",
    "slot",
    "step",
    "tenant",
    "client",
    "user",
    "faultId",
    "offerTypeId",
];

/// What turns, colours, moves or breaks text.
fn steers(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

fn look(findings: &Findings, what: &str, reply: &Reply) {
    findings.check(reply.header("x-injected").is_none(), || format!("{what}: a header was added: {reply:?}"));
    for (name, value) in &reply.headers {
        let clean = value.chars().all(|character| (' '..='~').contains(&character));
        findings.check(clean, || format!("{what}: {name}: {value:?}"));
    }
    // JSON escapes what is below U+0020; nothing of it may stand in a body as it is.
    let is_json = reply.header("content-type").is_some_and(|kind| kind.starts_with("application/json"));
    let raw =
        is_json && reply.body.chars().filter(|character| *character != '\n').any(|character| character < ' ');
    findings.check(!raw, || format!("{what}: {:?}", reply.body));
    findings.check(reply.status < 500, || format!("{what}: {reply:?}"));
}

/// Every line of the log, which is for people and for terminals.
fn look_at_log(findings: &Findings, server: Server) {
    server.is_well();
    for line in server.stops().lines() {
        findings.check(!line.chars().any(steers), || format!("in the log: {line:?}"));
        findings.check(!line.starts_with("X-Injected"), || {
            format!("a line of the log was written by a caller: {line:?}")
        });
    }
}

#[test]
fn nothing_in_an_address_or_a_header_comes_out_as_it_went_in() {
    let server = Server::start(&[]);
    let findings = Findings::of("control characters in addresses");
    let good = NAMES.map(|name| (name, if name == "publisherId" { "contoso" } else { "sample-vm" }));
    for call in calls(&server) {
        let ask = |what: &str, request: Request| {
            findings.sent(&call.id);
            look(&findings, &format!("{}, {what}", call.id), &server.send(&request));
        };
        for evil in PATHS {
            ask("path", call.request(&NAMES.map(|name| (name, evil)), Some(OPERATOR)));
            for name in &call.query {
                let mut request = call.request(&good, Some(OPERATOR));
                request.target.extend(["&", name, "=", evil]);
                ask(name, request);
            }
        }
        for name in call.headers.iter().map(String::as_str).chain(["Content-Type", "X-Forwarded-For"]) {
            // What a header can hold at all.
            for evil in ["\u{9b}31m", "\u{202e}", "\t", "wait=\u{9b}"] {
                ask(name, call.request(&good, Some(OPERATOR)).header(name, evil));
            }
        }
    }
    for evil in PATHS {
        let elsewhere = server.send(&Request::api("GET", &format!("/api/{evil}"), Some(OPERATOR)));
        look(&findings, "a path that leads nowhere", &elsewhere);
    }
    look_at_log(&findings, server);
    findings.end();
}

#[test]
fn nothing_in_a_body_comes_out_of_a_header_a_mail_or_the_log_as_it_went_in() {
    let server = Server::start(&[]);
    let findings = Findings::of("control characters in bodies");
    let offer = "/api/publishers/contoso/offers/sample-vm";
    let send = |method: &str, path: &str, body: &serde_json::Value| {
        findings.sent(path);
        let reply = server.send(&Request::api(method, path, Some(OPERATOR)).json(body));
        look(&findings, path, &reply);
        reply
    };
    for evil in TEXTS {
        let addresses = json!({ "metadata": { "notification-emails": format!("a@x.example,{evil}@x.example"), "reason": evil } });
        let refused = send("POST", &format!("{offer}/publish"), &addresses);
        findings.check(refused.status == 400, || format!("an address was taken: {refused:?}"));
        send("POST", &format!("{offer}/publish"), &json!({}));
        send("POST", &format!("{offer}/cancel"), &json!({ "metadata": { "reason": evil } }));
        send("PUT", "/api/publishers/contoso", &json!({ "displayText": evil }));
        send("PUT", "/api/publishers/contoso", &json!({ "sellerContact": format!("{evil}@x.example") }));
        send("PUT", &format!("/api/publishers/contoso/members/{TENANT}/a-reader"), &json!({ "role": evil }));
        send("PUT", &format!("/api/principals/{TENANT}/a-reader"), &json!({ "secret": evil }));
        send("PUT", "/_signoff/scenarios/contoso/sample-vm", &json!({ "steps": { evil: {} } }));
        send("POST", "/_signoff/clock/contoso/advance", &json!({ "by": evil }));
        let mut put: serde_json::Value =
            serde_json::from_str(include_str!("../../../../examples/sample-vm-offer.json")).unwrap();
        put["definition"]["displayText"] = evil.into();
        let request = Request::api("PUT", offer, Some(OPERATOR)).header("If-Match", "*").json(&put);
        look(&findings, offer, &server.send(&request));
    }
    for path in [
        "",
        "/offers",
        "/members",
        "/audit",
        "/offers/sample-vm",
        "/offers/sample-vm/status",
        "/offers/sample-vm/submissions",
    ] {
        findings.sent(path);
        let path = format!("/api/publishers/contoso{path}");
        look(&findings, &path, &server.send(&Request::api("GET", &path, Some(OPERATOR))));
    }
    let mails = server.send(&Request::new("GET", "/_signoff/mailbox")).json();
    let mails = mails.as_array().unwrap();
    findings.check(!mails.is_empty(), || "no mail was written".to_owned());
    for mail in mails {
        let headers = mail["headers"].as_object().unwrap().values().chain([&mail["subject"], &mail["to"]]);
        for value in headers.filter_map(|value| value.as_str()) {
            findings.check(!value.chars().any(steers), || format!("in a mail: {value:?}"));
        }
        let text = mail["text"].as_str().unwrap();
        findings.check(!text.lines().any(|line| line.chars().any(steers)), || format!("in a mail: {text:?}"));
    }
    look_at_log(&findings, server);
    findings.end();
}
