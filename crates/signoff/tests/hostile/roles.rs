//! Every call, with every role and with none: a caller with the right is let in. Any other gets 401 or 403, also if
//! more is wrong.

use crate::described::{Call, VALUES, calls};
use crate::findings::Findings;
use crate::http::Reply;
use crate::server::{OPERATOR, Server};

/// Who asks: members from the weakest role to the strongest, then the operator.
const ROLES: [&str; 4] = ["reader", "reviewer", "contributor", "owner"];

/// Who may make a call.
#[derive(Clone, Copy, PartialEq)]
enum May {
    /// Everybody with a token; what it shows is the caller's own.
    Everybody,
    /// Members from this role on, and the operator.
    From(usize),
    /// Nobody but the operator.
    Operator,
}

/// Who may make the call of this `operationId` (contract, "Every request"). A call that is not here fails the test:
/// the author of a new one decides.
fn may(id: &str) -> May {
    match id {
        "listPublishers" | "listOfferTypes" | "getOfferType" | "whoAmI" => May::Everybody,
        "getPublisher"
        | "listOffers"
        | "getOffer"
        | "getOfferVersion"
        | "getOfferSlot"
        | "getOfferStatus"
        | "diffOffer"
        | "listOperations"
        | "getOperation"
        | "getOperationOfSubmissions"
        | "getOperationByNumber"
        | "followOperation"
        | "followOperationOfSubmissions"
        | "followOperationByNumber" => May::From(0),
        "approveStep" | "rejectStep" => May::From(1),
        "putOffer" | "publishOffer" | "goLive" | "cancelOperation" | "cancelOperations" => May::From(2),
        "putPublisher" | "readAudit" | "listMembers" | "putMember" | "deleteMember" => May::From(3),
        "killOperation" | "putPrincipal" | "readServerAudit" => May::Operator,
        other => panic!("nobody has said who may call {other}"),
    }
}

fn let_in(reply: &Reply) -> bool {
    ![401, 403].contains(&reply.status)
}

/// What a caller who is not let in must get, and nothing more.
fn refused(findings: &Findings, who: &str, call: &Call, reply: &Reply, status: u16) {
    findings.check(reply.status == status, || {
        format!("{} as {who}: {} instead of {status}", call.id, reply.status)
    });
    if reply.status == 401 {
        let challenge = reply.header("www-authenticate").unwrap_or_default();
        findings.check(challenge.starts_with("Bearer "), || format!("{}: 401 without a challenge", call.id));
    }
}

#[test]
fn nobody_does_what_their_role_does_not_permit() {
    let server = Server::start(&[]);
    let tokens = ROLES.map(|role| server.caller(&format!("a-{role}"), "contoso", Some(role)));
    let stranger = server.caller("a-stranger", "contoso", None);
    let findings = Findings::of("roles");
    for call in calls(&server).iter().filter(|call| call.secured) {
        let ask = |token: Option<&str>| {
            findings.sent(&call.id);
            server.send(&call.request(&VALUES, token))
        };
        let (none, wrong, stranger) = (ask(None), ask(Some("not.a.token")), ask(Some(&stranger)));
        let members = tokens.each_ref().map(|token| ask(Some(token)));
        let operator = ask(Some(OPERATOR));
        refused(&findings, "nobody", call, &none, 401);
        refused(&findings, "a forger", call, &wrong, 401);
        let may = may(&call.id);
        // In development everybody with a token may add clients.
        let open = may == May::Everybody || call.id == "putPrincipal";
        if open {
            findings.check(stranger.status != 401, || format!("{}: a stranger with a token", call.id));
        } else {
            refused(&findings, "a stranger", call, &stranger, 403);
        }
        for (rank, reply) in members.iter().enumerate() {
            let permitted = open || matches!(may, May::From(least) if rank >= least);
            let wrong = || format!("{} as {}: {reply:?}", call.id, ROLES[rank]);
            findings.check(let_in(reply) == permitted || call.id == "putPrincipal", wrong);
            if !permitted {
                refused(&findings, ROLES[rank], call, reply, 403);
            }
        }
        findings.check(let_in(&operator), || format!("{} as the operator: {operator:?}", call.id));
    }
    server.is_well();
    findings.end();
}

#[test]
fn what_development_adds_is_not_there_without_it() {
    let server = Server::start_in(tempfile::tempdir().unwrap(), &[]);
    let described = calls(&server);
    let findings = Findings::of("development mode");
    let node = ["getHealth", "getReadiness", "getMetrics", "getDescription"];
    let of_development = |call: &&Call| call.path.starts_with("/_signoff/") && !node.contains(&&*call.id);
    for call in described.iter().filter(of_development) {
        for token in [None, Some(OPERATOR)] {
            findings.sent(&call.id);
            let reply = server.send(&call.request(&VALUES, token));
            findings.check(reply.status == 404, || format!("{}: {reply:?}", call.id));
        }
    }
    server.is_well();
    findings.end();
}
