//! Requests that are framed in ways of which two readers make two things, or that are no requests at all. None may
//! have an effect that its one plain reading has not, none may stop the server.

use std::io::Write as _;
use std::net::Shutdown;

use crate::findings::Findings;
use crate::http::{Reply, Request, VERSION, connect, raw, read_to_close, replies, text};
use crate::server::{OPERATOR, Server, TENANT};

/// What may come back.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Wanted {
    /// One refusal (400 to 499, 501, 505), or a closed connection; nothing behind it is read as a request.
    Refused,
    /// Exactly one reply; nothing behind it is read as a request.
    One,
    /// It is framed well and refused, and [`LAST`] is answered.
    RefusedAlone,
    /// So many good replies, the last of them to [`LAST`].
    Replies(usize),
}

/// What stands behind everything: after it the server closes.
const LAST: &[u8] = b"GET /_signoff/healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

/// The call that must not be made: it makes a member of `smuggled`.
fn smuggled() -> String {
    let body = r#"{"role":"owner"}"#;
    format!(
        "PUT /api/publishers/contoso/members/{TENANT}/smuggled?{VERSION} HTTP/1.1\r\nHost: x\r\n\
         Authorization: Bearer {OPERATOR}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// A POST that changes nothing, with these header lines, and what follows its head.
fn post(lines: &str, rest: &str) -> Vec<u8> {
    format!(
        "POST /api/publishers/contoso/cancel?{VERSION}&dryRun=true HTTP/1.1\r\nHost: x\r\n\
         Authorization: Bearer {OPERATOR}\r\nContent-Type: application/json\r\n{lines}\r\n{rest}"
    )
    .into_bytes()
}

fn get(lines: &str) -> Vec<u8> {
    format!("GET /_signoff/healthz HTTP/1.1\r\nHost: x\r\n{lines}\r\n").into_bytes()
}

/// Bodies whose length is said twice, or not so that everybody reads the same.
fn lengths() -> Vec<(&'static str, Vec<u8>, Wanted)> {
    let behind = smuggled();
    let both = |length: usize| format!("Content-Length: {length}\r\nTransfer-Encoding: chunked\r\n");
    let mut cases = vec![
        ("a length and chunks", post(&both(5 + behind.len()), &format!("0\r\n\r\n{behind}")), Wanted::One),
        (
            "chunks and a length",
            post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", &format!("0\r\n\r\n{behind}")),
            Wanted::One,
        ),
        (
            "two lengths",
            post("Content-Length: 2\r\nContent-Length: 0\r\n", &format!("{{}}{behind}")),
            Wanted::Refused,
        ),
        ("two lengths in one", post("Content-Length: 2, 0\r\n", &format!("{{}}{behind}")), Wanted::Refused),
        ("a body of a GET", get_with_body(&behind), Wanted::Replies(2)),
        (
            "a chunk that ends late",
            post("Transfer-Encoding: chunked\r\n", &format!("2\r\n{{}}xx\r\n0\r\n\r\n{behind}")),
            Wanted::Refused,
        ),
        (
            "chunks that are not last",
            post("Transfer-Encoding: chunked, identity\r\n", &format!("0\r\n\r\n{behind}")),
            Wanted::Refused,
        ),
        (
            "an unknown coding",
            post("Transfer-Encoding: xchunked\r\n", &format!("0\r\n\r\n{behind}")),
            Wanted::Refused,
        ),
        (
            "a blank before the colon",
            post("Transfer-Encoding : chunked\r\n", &format!("0\r\n\r\n{behind}")),
            Wanted::Refused,
        ),
        ("chunks in HTTP/1.0", http_1_0(&behind), Wanted::Refused),
    ];
    for length in ["+2", "-2", "0x2", "2 2", "1e0", "99999999999999999999", "two", ""] {
        cases.push((
            "a length that is none",
            post(&format!("Content-Length: {length}\r\n"), &format!("{{}}{behind}")),
            Wanted::Refused,
        ));
    }
    for size in ["x", "-1", "ffffffffffffffffff", "0x0", "", " ", "2;\n", "+2"] {
        let rest = format!("{size}\r\n{{}}\r\n0\r\n\r\n{behind}");
        cases.push((
            "a chunk whose size is none",
            post("Transfer-Encoding: chunked\r\n", &rest),
            Wanted::Refused,
        ));
    }
    cases
}

fn get_with_body(body: &str) -> Vec<u8> {
    let mut bytes = get(&format!("Content-Length: {}\r\n", body.len()));
    bytes.extend_from_slice(body.as_bytes());
    bytes
}

fn http_1_0(behind: &str) -> Vec<u8> {
    let bytes = post("Transfer-Encoding: chunked\r\n", &format!("0\r\n\r\n{behind}"));
    text(&bytes).replacen("HTTP/1.1", "HTTP/1.0", 1).into_bytes()
}

/// Heads that are not as the standard has them.
fn heads() -> Vec<(&'static str, Vec<u8>, Wanted)> {
    let many = "x: y\r\n".repeat(1000);
    vec![
        ("a folded header", get("x: a\r\n b\r\n"), Wanted::Refused),
        ("a NUL in a header", get("x: a\0b\r\n"), Wanted::Refused),
        ("a NUL in the target", b"GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n".to_vec(), Wanted::Refused),
        ("a blank in a name", get("x y: a\r\n"), Wanted::Refused),
        ("a line without a colon", get("nonsense\r\n"), Wanted::Refused),
        ("a header without a name", get(": a\r\n"), Wanted::Refused),
        ("a bare carriage return", get("x: a\rb: c\r\n"), Wanted::Refused),
        ("a thousand headers", get(&many), Wanted::Refused),
        ("a long header", get(&format!("x: {}\r\n", "y".repeat(1 << 20))), Wanted::Refused),
        ("a long line", format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "y".repeat(1 << 20)).into_bytes(), Wanted::Refused),
        ("a long method", format!("{} / HTTP/1.1\r\nHost: x\r\n\r\n", "Y".repeat(1 << 16)).into_bytes(), Wanted::Refused),
        ("no version", b"GET /_signoff/healthz\r\n\r\n".to_vec(), Wanted::Refused),
        ("a version to come", b"GET / HTTP/3.0\r\nHost: x\r\n\r\n".to_vec(), Wanted::Refused),
        ("a version that is none", b"GET / HTTP/x\r\nHost: x\r\n\r\n".to_vec(), Wanted::Refused),
        ("another protocol", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".repeat(40), Wanted::Refused),
        ("the start of HTTP/2 and then nothing of it", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nGET / HTTP/1.1\r\n\r\n".to_vec(), Wanted::Refused),
        ("bytes", (0..=255).collect::<Vec<u8>>().repeat(64), Wanted::Refused),
        ("a target that is none", b"GET healthz HTTP/1.1\r\nHost: x\r\n\r\n".to_vec(), Wanted::RefusedAlone),
        ("two targets", b"GET /_signoff/healthz /x HTTP/1.1\r\nHost: x\r\n\r\n".to_vec(), Wanted::Refused),
        ("another server's address", b"GET http://evil.example/api/publishers HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n".to_vec(), Wanted::Refused),
        ("a tunnel", b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n".to_vec(), Wanted::RefusedAlone),
        ("a method of small letters", b"get /_signoff/healthz HTTP/1.1\r\nHost: x\r\n\r\n".to_vec(), Wanted::RefusedAlone),
        ("requests in a row", [get(""), get("")].concat(), Wanted::Replies(3)),
    ]
}

fn is_refusal(status: u16) -> bool {
    (400..500).contains(&status) || [501, 505].contains(&status)
}

fn fits(wanted: Wanted, got: &[Reply]) -> bool {
    match wanted {
        Wanted::Refused => got.len() <= 1 && got.iter().all(|reply| is_refusal(reply.status)),
        Wanted::One => got.len() == 1,
        Wanted::RefusedAlone => got.len() == 2 && is_refusal(got[0].status) && got[1].status == 200,
        Wanted::Replies(count) => got.len() == count && got.iter().all(|reply| reply.status == 200),
    }
}

#[test]
fn a_request_is_read_as_everybody_reads_it_or_not_at_all() {
    let server = Server::start(&[]);
    let findings = Findings::of("framing");
    for (name, bytes, wanted) in lengths().into_iter().chain(heads()) {
        findings.sent(name);
        let got = raw(server.host(), &[&bytes, LAST].concat());
        let read = replies(&got);
        let shown = text(&bytes).chars().take(300).collect::<String>();
        let statuses: Vec<u16> = read.iter().map(|reply| reply.status).collect();
        findings.check(fits(wanted, &read), || {
            format!("{name}: {statuses:?} instead of {wanted:?} to {shown:?}")
        });
    }
    let members = server.send(&Request::api("GET", "/api/publishers/contoso/members", Some(OPERATOR)));
    findings
        .check(!members.body.contains("smuggled"), || format!("a request was smuggled in: {}", members.body));
    server.is_well();
    findings.end();
}

#[test]
fn a_request_whose_sender_goes_away_in_the_middle_has_no_effect() {
    let server = Server::start(&[]);
    let findings = Findings::of("senders that go away");
    let whole = text(
        &Request::api("PUT", &format!("/api/publishers/contoso/members/{TENANT}/half"), Some(OPERATOR))
            .json_text(r#"{"role":"owner"}"#)
            .bytes(server.host()),
    );
    for left_out in 1..=20 {
        findings.sent("putMember");
        let mut stream = connect(server.host());
        stream.write_all(&whole.as_bytes()[..whole.len() - left_out]).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        let got = replies(&read_to_close(&mut stream));
        findings.check(got.iter().all(|reply| is_refusal(reply.status)), || {
            format!("{left_out} bytes short: {got:?}")
        });
    }
    let members = server.send(&Request::api("GET", "/api/publishers/contoso/members", Some(OPERATOR)));
    findings.check(!members.body.contains("half"), || format!("half a request counted: {}", members.body));
    server.is_well();
    findings.end();
}
