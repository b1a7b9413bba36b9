//! Publishers, members, principals, offer types.

use serde_json::{Value, json};
use signoff_wire::ErrorCode;
use signoff_wire::audit::AuditPage;
use signoff_wire::offer_type::{OfferType, OfferTypeKeys};
use signoff_wire::publisher::{Member, MemberPut, Publisher, PublisherPut};
use utoipa::openapi::path::HttpMethod::{Delete, Get, Put};

use super::call::{Answer, Call};
use crate::api::principals::{Principal, PrincipalPut};

const TAG: &str = "publishers";
/// What a caller may run into before anything of a publisher is looked at.
const CLOSED: [ErrorCode; 2] = [ErrorCode::Forbidden, ErrorCode::InvalidId];

pub(super) fn calls() -> Vec<Call> {
    let mut calls = publishers();
    calls.extend(members());
    calls
}

fn publishers() -> Vec<Call> {
    vec![
        Call::api(TAG, Get, "/api/publishers", "listPublishers")
            .says("List the caller's own publishers", "Contract, \"Endpoints\" and \"Shapes\".")
            .answers(Answer::list::<Publisher<'_>>("The publishers.", publisher())),
        Call::api(TAG, Get, "/api/publishers/{publisherId}", "getPublisher")
            .says("Get one publisher", "Contract, \"Endpoints\".")
            .answers(Answer::of::<Publisher<'_>>(200, "The publisher.", publisher()))
            .refuses(&CLOSED)
            .refuses(&[ErrorCode::NotFound]),
        Call::api(TAG, Put, "/api/publishers/{publisherId}", "putPublisher")
            .says(
                "Create a publisher or change its settings",
                "Members that are left out stay as they are. Owners change; the operator, and with --dev anybody \
                 with a token, creates and becomes the owner (contract, \"Migrated or not\"). With `If-None-Match: *` \
                 it only creates, with `If-Match: *` it only changes.",
            )
            .body::<PublisherPut>(
                false,
                "What to change.",
                json!({ "displayText": "Contoso", "sellerContact": "seller@contoso.example" }),
            )
            .reads_json()
            .answers(Answer::of::<Publisher<'_>>(200, "Changed.", publisher()))
            .answers(Answer::of::<Publisher<'_>>(201, "Created.", publisher()))
            .refuses(&CLOSED)
            .refuses(&[ErrorCode::InvalidEmail, ErrorCode::NotFound, ErrorCode::PreconditionFailed]),
        Call::api(TAG, Get, "/api/publishers/{publisherId}/audit", "readAudit")
            .says(
                "Read who changed what",
                "For owners and the operator: every change that somebody asked for and that went through, the newest \
                 first.",
            )
            .takes(&["$top", "before"])
            .answers(Answer::of::<AuditPage<'_>>(200, "A part of the log.", audit()))
            .refuses(&CLOSED)
            .refuses(&[ErrorCode::InvalidFilter]),
        Call::api(TAG, Get, "/api/offerTypes", "listOfferTypes")
            .says("List the offer types and their steps", "Contract, \"Endpoints\".")
            .answers(Answer::list::<OfferType<'_>>("The offer types.", offer_type())),
        Call::api(TAG, Get, "/api/offerTypes/{offerTypeId}", "getOfferType")
            .says(
                "Get an offer type with every key that its offers may use",
                "Categories, industries, core sizes and regions, letter by letter. Any name of the type will do.",
            )
            .answers(Answer::of::<OfferTypeKeys<'_>>(200, "The offer type.", offer_type_keys()))
            .refuses(&[ErrorCode::NotFound, ErrorCode::InvalidId]),
    ]
}

fn members() -> Vec<Call> {
    const MEMBER: &str = "/api/publishers/{publisherId}/members/{tenant}/{client}";
    vec![
        Call::api(TAG, Get, "/api/publishers/{publisherId}/members", "listMembers")
            .says("List the members of a publisher", "For owners. Contract, \"Every request\".")
            .answers(Answer::list::<Member<'_>>("The members.", member()))
            .refuses(&CLOSED),
        Call::api(TAG, Put, MEMBER, "putMember")
            .says("Add a member or change its role", "For owners. Contract, \"Every request\".")
            .body::<MemberPut>(true, "The role.", json!({ "role": "reader" }))
            .reads_json()
            .answers(Answer::of::<Member<'_>>(200, "The member as it is now.", member()))
            .refuses(&CLOSED)
            .refuses(&[ErrorCode::NotFound]),
        Call::api(TAG, Delete, MEMBER, "deleteMember")
            .says("Remove a member", "For owners. Removing one that is none changes nothing.")
            .answers(Answer::empty(204, "The principal is no member."))
            .refuses(&CLOSED)
            .refuses(&[ErrorCode::NotFound]),
        Call::api(TAG, Put, "/api/principals/{tenant}/{client}", "putPrincipal")
            .says(
                "Give a client of the server's own token endpoint its secret",
                "For the operator; with --dev anybody with a token may add new ones (contract, \"Tokens\").",
            )
            .body::<PrincipalPut>(true, "The secret.", json!({ "secret": "a long passphrase" }))
            .reads_json()
            .answers(Answer::of::<Principal>(200, "Its secret was replaced.", principal()))
            .answers(Answer::of::<Principal>(201, "The client is new.", principal()))
            .refuses(&CLOSED),
    ]
}

fn publisher() -> Value {
    json!({
        "id": "contoso",
        "version": 1,
        "definition": {
            "displayText": "Contoso",
            "offerTypeCategories": ["microsoft-azure-virtualmachines"],
            "sellerId": 1,
            "sellerContact": "seller@contoso.example",
            "pcMigrationStatus": "migrated",
        },
    })
}

fn audit() -> Value {
    json!({
        "entries": [{
            "number": 42,
            "time": "2026-11-21T08:00:00.1234560Z",
            "by": "11111111-1111-1111-1111-111111111111/contoso-owner",
            "role": "owner",
            "action": "force",
            "publisherId": "contoso",
            "offerId": "sample-vm",
            "operationId": "5a63deb5-925b-4ee0-938b-7c86fbf287c5",
            "outcome": "givenUp",
            "reason": "the replication hangs",
            "requestId": "019a1b2c-0000-7000-8000-000000000000",
        }],
        "next": 42,
    })
}

fn offer_type() -> Value {
    json!({
        "id": "microsoft-azure-virtualmachines",
        "displayText": "Virtual machines",
        "steps": [{ "id": "displaycertify", "stepName": "Certification", "estimatedTimeFrame": "< 5 days" }],
    })
}

fn offer_type_keys() -> Value {
    let mut shown = offer_type();
    shown["aliases"] = json!([]);
    shown["categories"] = json!([{ "key": "compute", "name": "Compute", "below": ["cache"] }]);
    shown["industries"] = json!([]);
    shown["coreSizes"] = json!(["sharedcore", "1core"]);
    shown["regions"] = json!([{ "region": "NL", "currency": "EUR" }]);
    shown
}

fn member() -> Value {
    let mut shown = principal();
    shown["role"] = json!("reader");
    shown
}

fn principal() -> Value {
    json!({ "tenant": "11111111-1111-1111-1111-111111111111", "client": "contoso-reader" })
}
