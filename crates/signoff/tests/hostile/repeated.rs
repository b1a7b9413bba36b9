//! JSON that two readers read in two ways: a member that comes twice, at every depth, on every call that takes a body.

use crate::bodies::{JSON5, is_refused, send, with_json};
use crate::findings::Findings;
use crate::server::Server;

#[test]
fn a_member_that_comes_twice_is_refused_at_every_depth() {
    let server = Server::start(&[]);
    let findings = Findings::of("repeated members");
    let bodies = [
        r#"{"x":1,"x":1}"#,
        r#"{"x":1,"\u0078":1}"#,
        r#"{"x":[{"y":{"z":1,"z":1}}]}"#,
        r#"{"metadata":{"reason":"a","reason":"b"}}"#,
        r#"{"definition":{"offer":{"password":"a","password":null}},"offerTypeId":"microsoft-azure-virtualmachines"}"#,
        r#"{"definition":{"plans":[{"p":{"secret":1,"secret":2}}]},"offerTypeId":"microsoft-azure-virtualmachines"}"#,
        r#"{"steps":{"live":{"duration":"1s","duration":"2s"}}}"#,
        r#"{"steps":{"live":{"duration":"1s"},"live":{"duration":"2s"}}}"#,
        r#"{"role":"reader","role":"owner"}"#,
        r#"{"secret":"a-secret-of-some-length","secret":"another-secret-of-some-length"}"#,
        r#"{"step":"live","step":"displaycertify"}"#,
        r#"{"by":"1ms","by":"2ms"}"#,
        r#"{"path":"/x","status":503,"status":504}"#,
        r#"[{"path":"/x","status":503,"status":504}]"#,
        r#"{"displayText":"a","displayText":"b"}"#,
    ];
    for call in with_json(&server) {
        for body in bodies {
            findings.sent(&call.id);
            let reply = send(&server, &call, body.as_bytes());
            findings.check(is_refused(&reply), || format!("{}, {body}: {reply:?}", call.id));
        }
        if JSON5.contains(&&*call.id) {
            let reply = send(&server, &call, b"{metadata: {reason: 'a', 'reason': 'b'}}");
            findings.check(is_refused(&reply), || format!("{}, JSON5: {reply:?}", call.id));
        }
    }
    server.is_well();
    findings.end();
}
