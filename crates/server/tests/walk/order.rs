//! The order of checks: 401 token · 400 api-version · 403 membership · 404 · 413/415/400 body · 412 · 400 state ·
//! 422 content (contract, "Every request"). Each request is wrong in several ways; the first is told.

use serde_json::json;

use crate::call::fit_document;
use crate::server::TestServer;

const STALE: &str = "W/\"datetime'2020-01-01T00%3A00%3A00.0000000Z;1;99;running'\"";

#[tokio::test]
async fn of_several_faults_the_first_is_told() {
    let server = TestServer::start().await;
    let (owner, reader, fabrikam) = (server.owner().await, server.reader().await, server.fabrikam().await);
    let unfit = json!({ "offerTypeId": "microsoft-azure-virtualmachines", "definition": {} });
    owner.put_offer("unfit", &unfit).await.expect(201);

    for action in ["/publish", "/golive", "/cancel"] {
        let path = owner.path("missing", action);
        // Token, before everything.
        server.nobody().post(&path).version(None).body("{").await.refused(401, "Unauthorized");
        // Version, before membership.
        fabrikam.post(&path).version(Some("1")).body("{").await.refused(400, "InvalidAPIVersion");
        // Membership and role, before what is there.
        fabrikam.post(&path).body("{").await.refused(403, "Forbidden");
        reader.post(&path).body("{").await.refused(403, "Forbidden");
        // What is there, before the body.
        owner.post(&path).body("{").await.refused(404, "OfferNotFound");
        owner.post(&path).header("content-type", "text/plain").body("x").await.refused(404, "OfferNotFound");
        owner.post(&path).if_match(STALE).await.refused(404, "OfferNotFound");
        // The body, before the guard.
        let path = owner.path("unfit", action);
        owner.post(&path).body("{").if_match(STALE).await.refused(400, "InvalidJson");
        owner.post(&path).emails("nobody").if_match(STALE).await.refused(400, "InvalidEmail");
        let large = "x".repeat(4 * 1024 * 1024 + 1);
        let call = owner.post(&path).body(&large).header("content-type", "text/plain").if_match(STALE);
        call.await.refused(413, "PayloadTooLarge");
        // The guard, before state and content.
        owner.post(&path).if_match(STALE).await.refused(412, "PreconditionFailed");
    }
    // The state, before the content.
    owner.create("busy").await.expect(201);
    server.scenario("busy", json!({ "displaycertify": { "hold": true } })).await.expect(200);
    owner.publish("busy").await.expect(202);
    let tag = owner.offer("busy").await.etag();
    owner.put_offer("busy", &unfit).if_match(&tag).await.expect(200);
    owner.publish("busy").await.refused(400, "OperationInProgress");
    owner.cancel("busy").await.expect(200);
    owner.publish("busy").await.refused(422, "ValidationFailed");
}

#[tokio::test]
async fn the_same_for_put() {
    let server = TestServer::start().await;
    let (owner, fabrikam) = (server.owner().await, server.fabrikam().await);
    let path = owner.path("sample-vm", "");
    let put = |client: &crate::call::Client| client.call("PUT", &path).body("{");
    put(&server.nobody()).version(None).await.refused(401, "Unauthorized");
    put(&fabrikam).version(None).await.refused(400, "InvalidAPIVersion");
    put(&fabrikam).await.refused(403, "Forbidden");
    put(&owner).if_match(STALE).await.refused(400, "InvalidJson");
    put(&owner).await.refused(400, "InvalidJson");
    let mut unknown = fit_document();
    unknown["offerTypeId"] = "no-such-type".into();
    owner.put_offer("sample-vm", &unknown).if_match(STALE).await.refused(400, "UnknownOfferType");
    owner.put_offer("sample-vm", &fit_document()).if_match(STALE).await.refused(412, "PreconditionFailed");
    owner.put_offer("sample-vm", &fit_document()).await.refused(400, "MissingIfMatch");
}

#[tokio::test]
async fn the_same_for_reads() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let guid = "56615b67-2185-49fe-80d2-c4ddf77bb2e8";
    for (path, code) in [
        ("/api/publishers/contoso/offers/missing".to_owned(), "OfferNotFound"),
        ("/api/publishers/contoso/offers/missing/versions/x".to_owned(), "OfferNotFound"),
        ("/api/publishers/contoso/offers/missing/slot/x".to_owned(), "OfferNotFound"),
        ("/api/publishers/contoso/offers/missing/status".to_owned(), "OfferNotFound"),
        ("/api/publishers/contoso/offers/missing/submissions?status=bogus".to_owned(), "OfferNotFound"),
        (format!("/api/publishers/contoso/offers/missing/operations/{guid}"), "OfferNotFound"),
        ("/api/publishers/contoso/offers/missing/operations/x".to_owned(), "OfferNotFound"),
        (format!("/api/publishers/contoso/offers/{guid}"), "OfferNotFound"),
        (format!("/api/publishers/contoso/offers/{guid}/status"), "OfferNotFound"),
        ("/api/operations/contoso$missing$1$preview".to_owned(), "OfferNotFound"),
        ("/api/publishers/contoso/offers/sample-vm/versions/0".to_owned(), "VersionNotFound"),
        ("/api/publishers/contoso/offers/sample-vm/versions/2".to_owned(), "VersionNotFound"),
        ("/api/publishers/contoso/offers/sample-vm/versions/one".to_owned(), "VersionNotFound"),
        (
            "/api/publishers/contoso/offers/sample-vm/versions/99999999999999999999".to_owned(),
            "VersionNotFound",
        ),
        ("/api/publishers/contoso/offers/sample-vm/slot/preview".to_owned(), "SlotNotFound"),
        ("/api/publishers/contoso/offers/sample-vm/slot/production".to_owned(), "SlotNotFound"),
        ("/api/publishers/contoso/offers/sample-vm/slot/staging".to_owned(), "SlotNotFound"),
        (format!("/api/publishers/contoso/offers/sample-vm/operations/{guid}"), "OperationNotFound"),
        (
            format!("/api/publishers/contoso/offers/sample-vm/submissions/operations/{guid}"),
            "OperationNotFound",
        ),
        ("/api/operations/contoso$sample-vm$1$preview".to_owned(), "OperationNotFound"),
        ("/api/publishers/contoso/offers/sample-vm/nothing".to_owned(), "NotFound"),
        ("/api/nothing".to_owned(), "NotFound"),
    ] {
        owner.get(&path).await.refused(404, code);
    }
}
