//! What a server can do besides when it was started with `--dev`.

use serde_json::{Value, json};
use signoff_wire::ErrorCode;
use signoff_wire::dev::{Advance, ClockNow, FaultRule, Mail, Release, Scenario};
use utoipa::ToSchema;
use utoipa::openapi::path::HttpMethod::{Delete, Get, Post, Put};
use utoipa::openapi::schema::{ArrayBuilder, KnownFormat, ObjectBuilder, SchemaFormat};
use utoipa::openapi::{Ref, RefOr};

use super::call::{Answer, Call, JSON};
use super::forms::string;
use super::samples::OPERATION;

const TAG: &str = "development";
/// The errors of a body here, where the media type does not matter.
const BODY: [ErrorCode; 4] =
    [ErrorCode::RequestTimeout, ErrorCode::PayloadTooLarge, ErrorCode::InvalidJson, ErrorCode::InvalidBody];

pub(super) fn calls() -> Vec<Call> {
    let mut calls = scenarios();
    calls.extend(clock());
    calls.extend(faults());
    calls.push(
        Call::new(TAG, Get, "/_signoff/mailbox", "listMails")
            .says("List every mail, sent or not", "In the order of writing, in English.")
            .answers(Answer::list::<Mail<'_>>("The mails.", mail()))
            .refuses(&[ErrorCode::ServiceUnavailable]),
    );
    calls.extend(state());
    calls
}

fn scenarios() -> Vec<Call> {
    const SCENARIO: &str = "/_signoff/scenarios/{publisherId}/{offerId}";
    let example =
        || json!({ "steps": { "displaycertify": { "duration": "1h", "outcome": "fail", "failTimes": 2 } } });
    let known = [ErrorCode::InvalidId, ErrorCode::ServiceUnavailable];
    vec![
        Call::new(TAG, Get, SCENARIO, "getScenario")
            .says("Get the scenario of an offer", "No steps when there is none.")
            .answers(Answer::of::<Scenario>(200, "The scenario.", example()))
            .refuses(&known),
        Call::new(TAG, Put, SCENARIO, "putScenario")
            .says(
                "Script what comes of an offer's next operations",
                "Replaces the scenario; `{\"steps\":{}}` clears it. Read when an operation starts.",
            )
            .body::<Scenario>(true, "By step; durations in ms, s, m, h, d.", example())
            .answers(Answer::of::<Scenario>(200, "The scenario as it is now.", example()))
            .refuses(&known)
            .refuses(&BODY)
            .refuses(&[ErrorCode::UnknownStep]),
        Call::new(TAG, Post, "/_signoff/scenarios/{publisherId}/{offerId}/release", "releaseStep")
            .says("Let a held step go on", "Remembered if the step is not held yet.")
            .body::<Release>(true, "Which step.", json!({ "step": "displaycertify" }))
            .answers(Answer::of::<Release>(200, "Released.", json!({ "step": "displaycertify" })))
            .refuses(&known)
            .refuses(&BODY)
            .refuses(&[ErrorCode::UnknownStep, ErrorCode::OfferNotFound, ErrorCode::OperationNotFound]),
    ]
}

fn clock() -> Vec<Call> {
    let now = || json!({ "now": "2026-11-24T08:00:00.0000000Z" });
    vec![
        Call::new(TAG, Get, "/_signoff/clock/{publisherId}", "getClock")
            .says("Get what time it is for a publisher", "Real time plus what the clock was advanced by.")
            .answers(Answer::of::<ClockNow>(200, "The time.", now()))
            .refuses(&[ErrorCode::InvalidId]),
        Call::new(TAG, Post, "/_signoff/clock/{publisherId}/advance", "advanceClock")
            .says(
                "Advance the clock of a publisher",
                "Plays events in order, each at its own time, and answers when all that was due has happened. A server that is \
                 being stopped answers 503 and says what time it is.",
            )
            .body::<Advance>(true, "How far.", json!({ "by": "3d" }))
            .answers(Answer::of::<ClockNow>(200, "The time now.", now()))
            .refuses(&BODY)
            .refuses(&[ErrorCode::InvalidId, ErrorCode::ServiceUnavailable, ErrorCode::GatewayTimeout]),
    ]
}

fn faults() -> Vec<Call> {
    const FAULTS: &str = "/_signoff/faults";
    let rule = || json!({ "method": "POST", "path": "*/cancel", "status": 503, "when": "after", "count": 1 });
    let shown = || {
        let mut shown = rule();
        shown["id"] = json!(OPERATION);
        shown
    };
    let rules = || ArrayBuilder::new().items(RefOr::Ref(Ref::from_schema_name(FaultRule::name())));
    let replaced = Answer::empty(200, "The rules as they are now.");
    vec![
        Call::new(TAG, Get, FAULTS, "listFaults")
            .says("List the fault rules", "In the order in which they are tried.")
            .answers(Answer::list::<FaultRule>("The rules.", shown())),
        Call::new(TAG, Post, FAULTS, "addFault")
            .says("Add a fault rule behind the others", "The first rule that fits a request applies.")
            .body::<FaultRule>(true, "The rule.", rule())
            .answers(Answer::of::<FaultRule>(201, "The rule with its id.", shown()))
            .refuses(&BODY)
            .refuses(&[ErrorCode::ServiceUnavailable]),
        Call::new(TAG, Put, FAULTS, "replaceFaults")
            .says("Replace all fault rules", "At most 1000.")
            .raw_body(JSON, rules(), true, "The rules.", Some(json!([rule()])))
            .answers(replaced.with_body(JSON, rules(), Some(json!([shown()]))))
            .refuses(&BODY)
            .refuses(&[ErrorCode::ServiceUnavailable]),
        Call::new(TAG, Delete, FAULTS, "clearFaults")
            .says("Remove all fault rules", "Nothing goes wrong on purpose any more.")
            .answers(Answer::empty(204, "Removed."))
            .refuses(&[ErrorCode::ServiceUnavailable]),
        Call::new(TAG, Delete, "/_signoff/faults/{faultId}", "removeFault")
            .says("Remove one fault rule", "By the id that it was given.")
            .answers(Answer::empty(204, "Removed."))
            .refuses(&[ErrorCode::NotFound, ErrorCode::ServiceUnavailable]),
    ]
}

fn state() -> Vec<Call> {
    const SNAPSHOT: &str = "/_signoff/snapshot";
    const FILE: &str = "application/vnd.sqlite3";
    let file = || string().format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)));
    let restore = |call: Call| {
        call.says("Restore a snapshot", "The whole state, clock and scenarios too, becomes that of the file.")
            .raw_body(FILE, file(), true, "What the snapshot call answered.", None)
            .answers(done("restored"))
            .refuses(&[
                ErrorCode::RequestTimeout,
                ErrorCode::PayloadTooLarge,
                ErrorCode::InvalidBody,
                ErrorCode::ServiceUnavailable,
            ])
    };
    vec![
        Call::new(TAG, Post, "/_signoff/reset", "resetState")
            .says("Start afresh", "Everything as it was at the first start, but for the signing keys.")
            .answers(done("reset"))
            .refuses(&[ErrorCode::ServiceUnavailable]),
        Call::new(TAG, Get, SNAPSHOT, "getSnapshot")
            .says("Get the whole state as one file", "Put it back with the same path.")
            .answers(Answer::empty(200, "The file.").with_body(FILE, file(), None))
            .refuses(&[ErrorCode::ServiceUnavailable]),
        restore(Call::new(TAG, Put, SNAPSHOT, "putSnapshot")),
        restore(Call::new(TAG, Post, SNAPSHOT, "postSnapshot")),
    ]
}

/// An answer that names what was done.
fn done(word: &str) -> Answer {
    let shape = ObjectBuilder::new().property("status", string()).required("status");
    Answer::empty(200, "Done.").with_body(JSON, shape, Some(json!({ "status": word })))
}

fn mail() -> Value {
    json!({
        "to": "ops@contoso.example",
        "subject": "sample-vm was canceled",
        "text": "contoso-owner canceled the publish of sample-vm.\n",
        "headers": { "Auto-Submitted": "auto-generated" },
        "messageId": "5a63deb5@signoff.example",
        "operation": OPERATION,
        "event": "canceled",
    })
}
