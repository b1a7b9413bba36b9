//! Publishers, members, principals, offer types.

use serde_json::{Value, json};
use signoff_wire::ErrorCode;
use signoff_wire::audit::AuditPage;
use signoff_wire::me::Me;
use signoff_wire::offer_type::{OfferType, OfferTypeKeys};
use signoff_wire::publisher::{Member, MemberPut, Principal, PrincipalPut, Publisher, PublisherPut};
use utoipa::openapi::path::HttpMethod::{Delete, Get, Put};

use super::call::{Answer, Call};

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
            .says(
                "List the caller's own publishers",
                "The operator gets all there are, by id, in pages: where there is more, `Link` leads to it. Contract, \
                 \"Endpoints\" and \"Shapes\".",
            )
            .takes(&["topOfList", "after"])
            .answers(Answer::list::<Publisher<'_>>("The publishers.", publisher()).may_have(&["Link"]))
            .refuses(&[ErrorCode::InvalidFilter]),
        Call::api(TAG, Get, "/api/me", "whoAmI")
            .says(
                "Say whom the server takes the caller for",
                "A person, an app or the operator; what they are to which publisher; how they are named as a member.",
            )
            .answers(Answer::of::<Me<'_>>(200, "The caller.", me())),
        Call::api(TAG, Get, "/api/audit", "readServerAudit")
            .says(
                "Read who changed what belongs to no publisher",
                "For the operator: which clients of the server's own token endpoint got secrets, the newest first.",
            )
            .takes(&["$top", "before"])
            .answers(Answer::of::<AuditPage<'_>>(200, "A part of the log.", server_audit()))
            .refuses(&[ErrorCode::Forbidden, ErrorCode::InvalidFilter]),
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
            .says(
                "Add a member or change its role",
                "For owners. The client of a person is `user:` and the person's object id (or subject). The last owner \
                 stays one, unless the operator says otherwise. Contract, \"Every request\".",
            )
            .body::<MemberPut>(true, "The role.", json!({ "role": "reader" }))
            .reads_json()
            .answers(Answer::of::<Member<'_>>(200, "The member as it is now.", member()))
            .refuses(&CLOSED)
            .refuses(&[ErrorCode::NotFound, ErrorCode::LastOwner]),
        Call::api(TAG, Delete, MEMBER, "deleteMember")
            .says(
                "Remove a member",
                "For owners. Removing one that is none changes nothing. The last owner stays, unless it is the operator \
                 who removes them.",
            )
            .answers(Answer::empty(204, "The principal is no member."))
            .refuses(&CLOSED)
            .refuses(&[ErrorCode::NotFound, ErrorCode::LastOwner]),
        Call::api(TAG, Put, "/api/principals/{tenant}/{client}", "putPrincipal")
            .says(
                "Give a client of the server's own token endpoint its secret",
                "For the operator; with --dev anybody with a token may add new ones (contract, \"Tokens\"). Without a \
                 secret the server makes one, and shows it in this reply alone.",
            )
            .body::<PrincipalPut>(
                false,
                "The secret.",
                json!({ "secret": "a passphrase of at least 32 characters" }),
            )
            .reads_json()
            .answers(Answer::of::<Principal<'_>>(200, "Its secret was replaced.", principal()))
            .answers(Answer::of::<Principal<'_>>(201, "The client is new.", principal()))
            .refuses(&CLOSED)
            .refuses(&[ErrorCode::NoTokenEndpoint]),
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
            "selfReview": false,
        },
    })
}

fn audit() -> Value {
    json!({
        "entries": [{
            "number": 42,
            "time": "2026-11-21T08:00:00.1234560Z",
            "by": "11111111-1111-1111-1111-111111111111/contoso-owner",
            "actor": {
                "kind": "app",
                "tenant": "11111111-1111-1111-1111-111111111111",
                "id": "contoso-owner",
            },
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

fn server_audit() -> Value {
    json!({
        "entries": [{
            "number": 1,
            "time": "2026-11-21T08:00:00.1234560Z",
            "by": "operator",
            "actor": { "kind": "operator" },
            "role": "operator",
            "action": "putPrincipal",
            "subject": "11111111-1111-1111-1111-111111111111/contoso-reader",
            "outcome": "created",
            "requestId": "019a1b2c-0000-7000-8000-000000000000",
        }],
    })
}

fn me() -> Value {
    json!({
        "kind": "person",
        "tenant": "11111111-1111-1111-1111-111111111111",
        "id": "6f9619ff-8b86-d011-b42d-00c04fc964ff",
        "client": "user:6f9619ff-8b86-d011-b42d-00c04fc964ff",
        "name": "Ann Example",
        "publishers": [{ "id": "contoso", "role": "reviewer" }],
        "expires": "2026-11-21T09:00:00.0000000Z",
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
