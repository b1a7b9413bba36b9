//! Examples that the descriptions of several endpoints show.

use serde_json::{Value, json};

/// The relative address of an operation.
pub(crate) const LOCATION: &str = "/api/publishers/contoso/offers/sample-vm/operations/\
    5a63deb5-925b-4ee0-938b-7c86fbf287c5?api-version=2017-10-31";
/// The id of an operation.
pub(crate) const OPERATION: &str = "5a63deb5-925b-4ee0-938b-7c86fbf287c5";

/// The document of an offer.
pub(crate) fn document() -> Value {
    json!({
        "offerTypeId": "microsoft-azure-virtualmachines",
        "definition": {
            "displayText": "Sample",
            "offer": { "microsoft-azure-marketplace.title": "Sample" },
            "plans": [{ "planId": "basic", "microsoft-azure-virtualmachines.skuTitle": "Basic" }],
        },
    })
}

/// An offer with its definition.
pub(crate) fn offer() -> Value {
    let mut shown = summary();
    shown["definition"] = document()["definition"].clone();
    shown
}

/// An offer in a list.
pub(crate) fn summary() -> Value {
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

/// A publisher.
pub(crate) fn publisher() -> Value {
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

/// A member of a publisher.
pub(crate) fn member() -> Value {
    let mut shown = principal();
    shown["role"] = json!("reader");
    shown
}

/// A client of the server's own token endpoint.
pub(crate) fn principal() -> Value {
    json!({ "tenant": "11111111-1111-1111-1111-111111111111", "client": "contoso-reader" })
}

/// An offer type in the list of them.
pub(crate) fn offer_type() -> Value {
    json!({
        "id": "microsoft-azure-virtualmachines",
        "displayText": "Virtual machines",
        "steps": [{ "id": "displaycertify", "stepName": "Certification", "estimatedTimeFrame": "< 5 days" }],
    })
}

/// A step of an operation.
pub(crate) fn step() -> Value {
    json!({
        "estimatedTimeFrame": "< 5 days",
        "id": "displaycertify",
        "stepName": "Certification",
        "description": "The images are certified.",
        "status": "inProgress",
        "messages": [],
        "progressPercentage": 40,
    })
}

/// An operation.
pub(crate) fn operation() -> Value {
    json!({
        "id": OPERATION,
        "submissionType": "publish",
        "status": "running",
        "messages": [],
        "publishingVersion": 1,
        "offerVersion": 1,
        "cancellationRequestState": "canCancel",
        "steps": [step()],
        "previewLinks": [],
        "liveLinks": [],
        "createdDateTime": "2026-11-21T08:00:00.1234560Z",
        "lastActionDateTime": "2026-11-21T08:00:02.0000000Z",
    })
}
