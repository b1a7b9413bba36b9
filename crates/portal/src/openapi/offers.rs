//! Offers: lists, drafts, versions, slots, status.

use serde_json::{Value, json};
use signoff_wire::ErrorCode;
use signoff_wire::offer::{Offer, OfferSummary};
use signoff_wire::offer_put::OfferPut;
use signoff_wire::operation::StatusReply;
use signoff_wire::repeatability::RESULT;
use utoipa::openapi::path::HttpMethod::{Get, Put};

use super::call::{Answer, Call, JSON};
use super::forms;
use super::operations::step;

const TAG: &str = "offers";
const OFFER: &str = "/api/publishers/{publisherId}/offers/{offerId}";

pub(super) fn calls() -> Vec<Call> {
    let mut calls = vec![
        Call::api(TAG, Get, "/api/publishers/{publisherId}/offers", "listOffers")
            .says("List the offers of a publisher", "Page retrieve-offers; contract, \"Endpoints\".")
            .takes(&["$filter", "topOfList", "behindOffer"])
            .answers(Answer::list::<OfferSummary<'_>>("A summary of each.", summary()).may_have(&["Link"]))
            .refuses(&[ErrorCode::Forbidden, ErrorCode::InvalidId, ErrorCode::InvalidFilter]),
    ];
    calls.extend(reads());
    calls.push(put());
    calls.push(
        read(OFFER_STATUS, "getOfferStatus")
            .says(
                "Get where publishing stands",
                "The steps are those of the newest publish or golive. Page retrieve-offer-status.",
            )
            .takes(&["Prefer"])
            .answers(
                Answer::of::<StatusReply<'_>>(200, "The status.", status())
                    .headers(&["ETag", "Preference-Applied"]),
            ),
    );
    calls
}

const OFFER_STATUS: &str = "/api/publishers/{publisherId}/offers/{offerId}/status";

fn read(path: &'static str, id: &str) -> Call {
    Call::api(TAG, Get, path, id).refuses(&[
        ErrorCode::Forbidden,
        ErrorCode::InvalidId,
        ErrorCode::OfferNotFound,
    ])
}

fn reads() -> Vec<Call> {
    let shown = |call: Call, text: &str| {
        call.takes(&["includeAllPricing", "If-None-Match"])
            .refuses(&[ErrorCode::InvalidParameter])
            .answers(Answer::of::<Offer<'_>>(200, text, offer()).headers(&["ETag"]))
            .answers(Answer::empty(304, "The tag sent is still good.").headers(&["ETag"]))
    };
    let version =
        read("/api/publishers/{publisherId}/offers/{offerId}/versions/{version}", "getOfferVersion")
            .says("Get a version of the draft", "Page retrieve-specific-offer.")
            .refuses(&[ErrorCode::VersionNotFound]);
    let slot = read("/api/publishers/{publisherId}/offers/{offerId}/slot/{slot}", "getOfferSlot")
        .says("Get what is in a slot", "404 while the slot was never filled. Page retrieve-specific-offer.")
        .refuses(&[ErrorCode::SlotNotFound]);
    vec![
        shown(
            read(OFFER, "getOffer").says(
                "Get the draft of an offer",
                "Secrets are never shown. Page retrieve-specific-offer; contract, \"Shapes\".",
            ),
            "The draft.",
        ),
        shown(version, "The offer with the content of that version."),
        shown(slot, "The offer with the content of that slot."),
    ]
}

fn put() -> Call {
    Call::api(TAG, Put, OFFER, "putOffer")
        .says(
            "Create an offer or change its draft",
            "Page creating-offer; contract, \"Concurrency\". Without `If-Match` it creates; a change needs the \
             current tag, or `*`. In the dialect `observed` a change needs no tag, `*` may create, and the answer \
             is always 200.",
        )
        .takes(&["If-Match"])
        .repeatable()
        .raw_body(
            JSON,
            OfferPut::described(forms::offer_types()),
            true,
            "The whole document; it replaces the draft.",
            Some(document()),
        )
        .reads_json()
        .answers(Answer::of::<Offer<'_>>(200, "Changed.", offer()).headers(&["ETag", RESULT]))
        .answers(Answer::of::<Offer<'_>>(201, "Created.", offer()).headers(&["ETag", RESULT]))
        .refuses(&[
            ErrorCode::Forbidden,
            ErrorCode::InvalidId,
            ErrorCode::UnknownOfferType,
            ErrorCode::MissingIfMatch,
            ErrorCode::PreconditionFailed,
        ])
}

fn document() -> Value {
    json!({
        "offerTypeId": "microsoft-azure-virtualmachines",
        "definition": {
            "displayText": "Sample",
            "offer": { "microsoft-azure-marketplace.title": "Sample" },
            "plans": [{ "planId": "basic", "microsoft-azure-virtualmachines.skuTitle": "Basic" }],
        },
    })
}

fn offer() -> Value {
    let mut shown = summary();
    shown["definition"] = document()["definition"].clone();
    shown
}

fn summary() -> Value {
    json!({
        "offerTypeId": "microsoft-azure-virtualmachines",
        "publisherId": "contoso",
        "status": "neverPublished",
        "id": "sample-vm",
        "version": 1,
        "definition": { "displayText": "Sample" },
        "changedTime": "2026-11-21T08:00:00.1234560Z",
        "pcMigrationStatus": "migrated",
    })
}

fn status() -> Value {
    json!({ "status": "running", "messages": [], "steps": [step()], "previewLinks": [], "liveLinks": [] })
}
