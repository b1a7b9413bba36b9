//! Peers that say nothing, stop in the middle, or never end: the server closes by itself, and answers others
//! meanwhile. Its limits are set low; nothing here sleeps.

use std::io::Write as _;

use crate::described::{Call, calls};
use crate::findings::Findings;
use crate::http::{Reply, Request, connect, read_to_close, replies};
use crate::server::{OPERATOR, Server};

/// A server that is patient for a tenth of a second.
fn impatient() -> Server {
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("signoff.toml");
    let limits = "[limits]\nhead_time = \"100ms\"\nbody_time = \"100ms\"\nconnections_per_address = 16\n";
    std::fs::write(&settings, limits).unwrap();
    let settings = settings.to_str().unwrap().to_owned();
    Server::start_in(folder, &["--dev", "--config", &settings])
}

/// Sends this much and waits for the server to close.
fn closes(server: &Server, bytes: &[u8]) -> Vec<Reply> {
    let mut stream = connect(server.host());
    // It may close before all of it was taken.
    let _ = stream.write_all(bytes);
    replies(&read_to_close(&mut stream))
}

fn is_no_success(replies: &[Reply]) -> bool {
    replies.len() <= 1 && replies.iter().all(|reply| (400..500).contains(&reply.status))
}

#[test]
fn who_never_finishes_a_request_is_not_waited_for() {
    let server = impatient();
    let findings = Findings::of("silent peers");
    let heads: [&[u8]; 6] = [
        b"",
        b"G",
        b"GET /_signoff/healthz HTTP/1.1",
        b"GET /_signoff/healthz HTTP/1.1\r\nHost: x\r\n",
        b"GET /_signoff/healthz HTTP/1.1\r\nHost: x\r\nx: ",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ];
    for head in heads {
        findings.sent("a head that does not end");
        let got = closes(&server, head);
        findings.check(is_no_success(&got), || format!("{head:?}: {got:?}"));
    }
    // A snapshot that is restored is large, and has a longer time of its own.
    let timed = |call: &&Call| call.body.is_some() && call.path != "/_signoff/snapshot";
    for call in calls(&server).iter().filter(timed) {
        for declared in ["Content-Length: 1000\r\n", "Transfer-Encoding: chunked\r\n"] {
            findings.sent(&call.id);
            let media_type = call.body.as_deref().unwrap_or_default();
            let request = Request::api(&call.method, &call.path_to_sample(), Some(OPERATOR));
            let bytes = request.header("Content-Type", media_type).bytes(server.host());
            let head = String::from_utf8(bytes).unwrap();
            let head = head.strip_suffix("\r\n").unwrap();
            let got = closes(&server, format!("{head}{declared}\r\n").as_bytes());
            findings.check(is_no_success(&got), || format!("{}: {got:?}", call.id));
        }
    }
    server.is_well();
    findings.end();
}

#[test]
fn many_who_say_nothing_keep_nobody_out() {
    let server = impatient();
    let findings = Findings::of("many silent peers");
    let silent: Vec<_> = (0..100).map(|_| connect(server.host())).collect();
    for path in ["/_signoff/healthz", "/_signoff/readyz"] {
        findings.sent(path);
        let reply = server.send(&Request::new("GET", path));
        findings.check(reply.status == 200, || format!("{reply:?}"));
    }
    for mut stream in silent {
        findings.sent("nothing");
        findings.check(read_to_close(&mut stream).is_empty(), || {
            "something was said to a silent peer".to_owned()
        });
    }
    server.is_well();
    findings.end();
}
