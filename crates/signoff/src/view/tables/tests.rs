//! Snapshots of every table.
use insta::assert_snapshot;
use serde_json::{from_value, json};

use super::*;

#[test]
fn offers_of_a_list() {
    let list: Vec<OfferSummary<'_>> = from_value(json!([
        {"id": "sample-vm", "publisherId": "contoso", "offerTypeId": "microsoft-azure-virtualmachines",
         "status": "waitingForPublisherReview", "version": 12, "changedTime": "2026-11-21T08:00:00.0000000Z",
         "definition": {"displayText": "Sample <b>VM</b>\u{1b}[2J"}},
        {"id": "x", "publisherId": "contoso", "offerTypeId": "t", "status": "running", "version": 1,
         "changedTime": "2026-11-21T08:00:00.0000000Z", "definition": {}},
    ]))
    .unwrap();
    assert_snapshot!(offers(&list));
    assert_snapshot!("no_offers", offers(&[]));
}

#[test]
fn what_checks_found() {
    let warning =
        json!({"code": "SasIncomplete", "message": "It lacks <b>sp</b>.", "target": "definition.plans[0]"});
    let valid = from_value(json!({"status": "valid", "warnings": [warning]})).unwrap();
    assert_snapshot!(validation(&valid), @r"
    Status  valid

    WARNING        AT                   MESSAGE
    SasIncomplete  definition.plans[0]  It lacks sp.
    ");
    assert_eq!(validation(&Validation { warnings: Vec::new(), ..valid }).to_string(), "Status  valid\n");
}

#[test]
fn one_offer() {
    let document = json!({"id": "sample-vm", "publisherId": "contoso", "version": 12, "status": "running",
        "definition": {"displayText": "Sample VM", "plans": [{"planId": "gen1"}, {}]}});
    assert_snapshot!(offer(&document, Some("W/\"x\"")));
}

#[test]
fn a_failed_operation_with_its_messages() {
    let detail: OperationDetail<'_> = from_value(json!({
        "id": "5a63deb5-925b-4ee0-938b-7c86fbf287c5", "submissionType": "publish", "status": "failed",
        "publishingVersion": 2, "offerVersion": 1, "cancellationRequestState": "cannotCancel",
        "createdDateTime": "2026-11-21T08:00:00.0000000Z", "lastActionDateTime": "2026-11-21T08:01:00.0000000Z",
        "error": {"code": "StepFailed", "message": "Certification failed."},
        "messages": [{"messageHtml": "Undone.", "level": "information", "timestamp": "2026-11-21T08:01:00Z"}],
        "steps": [
            {"id": "displaydummycertify", "stepName": "Validate Pre-Requisites", "status": "complete",
             "estimatedTimeFrame": "< 15 min", "progressPercentage": 100},
            {"id": "displaycertify", "stepName": "Certification", "status": "blocked", "progressPercentage": 40,
             "messages": [{"messageHtml": "No <i>image</i>.", "level": "error", "timestamp": "2026-11-21T08:00:59Z"}]},
        ],
    }))
    .unwrap();
    assert_snapshot!(operation(&detail));
}

#[test]
fn status_of_an_offer() {
    let reply: StatusReply<'_> = from_value(json!({
        "status": "neverPublished", "notificationEmails": "a@x.example",
    }))
    .unwrap();
    assert_snapshot!(status(&reply));
}

#[test]
fn operations_of_a_list() {
    let list: Vec<OperationItem<'_>> = from_value(json!([{
        "id": "5a63deb5-925b-4ee0-938b-7c86fbf287c5", "offerId": "vm", "offerVersion": 1, "offerTypeId": "t",
        "publisherId": "p", "submissionType": "goLive", "submissionState": "canceled", "publishingVersion": 3,
        "slot": "production", "version": 636_576_975_611_768_314_i64, "changedTime": "2026-11-21T08:00:00Z",
    }]))
    .unwrap();
    assert_snapshot!(operations(&list));
}

#[test]
fn publishers_and_members() {
    let contoso: Publisher<'_> = from_value(json!({"id": "contoso", "version": 1, "definition": {
        "displayText": "Contoso", "sellerId": 5, "offerTypeCategories": ["a", "b"],
        "sellerContact": "seller@contoso.example", "pcMigrationStatus": "migrated"}}))
    .unwrap();
    assert_snapshot!("publishers", publishers(std::slice::from_ref(&contoso)));
    assert_snapshot!("publisher", publisher(&contoso));
    let owner = Member { tenant: "t".into(), client: "contoso-owner".into(), role: "owner".into() };
    assert_snapshot!("members", members(&[owner]));
}
