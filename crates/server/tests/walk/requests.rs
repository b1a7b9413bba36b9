//! What holds of every request and every reply (contract, "Every request").

use serde_json::json;

use crate::call::fit_document;
use crate::server::TestServer;

#[tokio::test]
async fn the_api_version_is_required() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    for (version, known) in [
        (Some("2017-10-31"), true),
        (Some("2016-08-01-preview"), true),
        (None, false),
        (Some(""), false),
        (Some("2018-01-01"), false),
        (Some("2017-10-31-preview"), false),
        (Some("2017-10-31 "), false),
        (Some("'2017-10-31'"), false),
    ] {
        for path in ["/api/publishers", "/api/offerTypes", "/api/publishers/contoso/offers/sample-vm/status"]
        {
            let reply = owner.get(path).version(version).await;
            if known {
                reply.expect(200);
                continue;
            }
            let reply = reply.refused(400, "InvalidAPIVersion");
            let message = reply.message();
            assert!(message.contains("2017-10-31") && message.contains("2016-08-01-preview"), "{message}");
        }
    }
    // It may come in any place of the query.
    owner
        .get("/api/publishers")
        .version(None)
        .query("x", "y")
        .query("api-version", "2017-10-31")
        .await
        .expect(200);
}

#[tokio::test]
async fn every_reply_carries_a_request_id_of_its_own() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let tag = owner.offer("sample-vm").await.etag();
    let replies = [
        owner.offer("sample-vm").await.expect(200),
        owner.offer("sample-vm").if_none_match(&tag).await.expect(304),
        owner.create("fresh").await.expect(201),
        owner.publish("fresh").await.expect(202),
        owner.get("/api/nowhere").await.refused(404, "NotFound"),
        owner.call("PATCH", "/api/publishers").await.refused(405, "MethodNotAllowed"),
        server.nobody().get("/api/publishers").await.refused(401, "Unauthorized"),
        server.dev("GET", "/healthz").await.expect(200),
        server.dev("GET", "/mailbox").await.expect(200),
        server.nobody().get("/nowhere/at/all").await.expect(404),
    ];
    let mut ids: Vec<String> = replies.iter().map(|reply| reply.header("x-ms-request-id")).collect();
    assert!(ids.iter().all(|id| id.len() == 36), "{ids:?}");
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), replies.len());
}

#[tokio::test]
async fn a_trailing_slash_means_the_same_path() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let location = owner.publish_to_signoff("sample-vm").await;
    let id = location.split('?').next().unwrap().rsplit('/').next().unwrap().to_owned();
    for path in [
        "/api/publishers".to_owned(),
        "/api/publishers/contoso".to_owned(),
        "/api/offerTypes".to_owned(),
        "/api/publishers/contoso/offers".to_owned(),
        owner.path("sample-vm", ""),
        owner.path("sample-vm", "/versions/1"),
        owner.path("sample-vm", "/slot/preview"),
        owner.path("sample-vm", "/status"),
        owner.path("sample-vm", "/submissions"),
        owner.path("sample-vm", &format!("/operations/{id}")),
        owner.path("sample-vm", &format!("/submissions/operations/{id}")),
        "/api/operations/contoso$sample-vm$1$preview".to_owned(),
    ] {
        let plain = owner.get(&path).await.expect(200);
        let slashed = owner.get(&format!("{path}/")).await.expect(200);
        assert_eq!(plain.text, slashed.text, "{path}");
    }
    owner.post(&owner.path("sample-vm", "/cancel/")).await.succeeded();
    owner.post(&owner.path("sample-vm", "/publish/")).await.refused(400, "OperationInProgress");
    owner.post(&owner.path("sample-vm", "/golive/")).await.refused(400, "OperationInProgress");
    owner.put(&owner.path("slashed", "/"), &fit_document()).await.expect(201);
}

#[tokio::test]
async fn a_dollar_may_be_escaped() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    owner.publish_to_signoff("sample-vm").await;
    let plain = owner.get("/api/operations/contoso$sample-vm$1$preview").await.expect(200);
    let escaped = owner.get("/api/operations/contoso%24sample-vm%241%24preview").await.expect(200);
    assert_eq!(plain.text, escaped.text);
    for filter in ["$filter", "%24filter"] {
        let path =
            format!("/api/publishers/contoso/offers?{filter}=status%20eq%20'failed'&api-version=2017-10-31");
        assert_eq!(owner.get(&path).version(None).await.expect(200).json(), json!([]));
    }
}

/// Publish, go live and cancel of an offer on which none of them is possible: what they are refused for shows
/// whether the body was taken.
const AFTER_THE_BODY: [(&str, u16, &str); 3] = [
    ("/publish", 422, "ValidationFailed"),
    ("/golive", 400, "NotReadyForGoLive"),
    ("/cancel", 400, "NoOperationInProgress"),
];

#[tokio::test]
async fn bodies_of_publish_go_live_and_cancel() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let unfit = json!({ "offerTypeId": "microsoft-azure-virtualmachines", "definition": {} });
    owner.put_offer("unfit", &unfit).await.expect(201);
    for body in [
        "",
        " \n",
        "null",
        "{}",
        r#"{"metadata":null}"#,
        r#"{"metadata":{"notification-emails":null}}"#,
        r#"{"metadata":{"notification-emails":""}}"#,
        r#"{"metadata":{"notification-emails":"a@x.example, b@y.example"},"unknown":[1]}"#,
        "{'metadata':{'notification-emails':'a@x.example'}}",
        "{metadata: {'notification-emails': 'a@x.example',},} // JSON5",
        "\u{feff}{}",
    ] {
        for (action, status, code) in AFTER_THE_BODY {
            owner.post(&owner.path("unfit", action)).body(body).await.refused(status, code);
        }
    }
    for (body, code, target) in [
        ("{", "InvalidJson", ""),
        ("metadata", "InvalidJson", ""),
        ("{'metadata':}", "InvalidJson", ""),
        ("[]", "InvalidBody", "the body"),
        (r#"{"metadata":"x"}"#, "InvalidBody", "metadata"),
        (r#"{"metadata":{"notification-emails":["a@x"]}}"#, "InvalidBody", "metadata.notification-emails"),
        (r#"{"metadata":{"notification-emails":"nobody"}}"#, "InvalidEmail", "metadata.notification-emails"),
    ] {
        for (action, ..) in AFTER_THE_BODY {
            let reply = owner.post(&owner.path("unfit", action)).body(body).await.refused(400, code);
            assert_eq!(reply.target(), target, "{body}");
        }
    }
}

#[tokio::test]
async fn content_types() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let unfit = json!({ "offerTypeId": "microsoft-azure-virtualmachines", "definition": {} });
    owner.put_offer("unfit", &unfit).await.expect(201);
    for (content_type, taken) in [
        ("application/json", true),
        ("Application/JSON; charset=utf-8", true),
        ("application/json;odata=verbose", true),
        ("text/plain", false),
        ("application/jsonp", false),
        ("text/json", false),
        ("multipart/form-data; boundary=x", false),
        ("", false),
    ] {
        for (action, status, code) in AFTER_THE_BODY {
            let call =
                owner.post(&owner.path("unfit", action)).body("{}").header("content-type", content_type);
            if taken {
                call.await.refused(status, code);
            } else {
                call.await.refused(415, "UnsupportedMediaType");
            }
        }
    }
    for (action, status, code) in AFTER_THE_BODY {
        let path = owner.path("unfit", action);
        // Nothing was sent, so there is nothing to declare.
        owner.call("POST", &path).await.refused(status, code);
        owner
            .post(&path)
            .body("{}")
            .without_header("content-type")
            .await
            .refused(415, "UnsupportedMediaType");
    }
    owner
        .put_offer("other", &fit_document())
        .header("content-type", "text/plain")
        .await
        .refused(415, "UnsupportedMediaType");
    owner.offer("other").await.refused(404, "OfferNotFound");
}

#[tokio::test]
async fn a_put_takes_strict_json_only() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let path = owner.path("strict", "");
    for body in [
        "",
        "null",
        "{'offerTypeId':'microsoft-azure-virtualmachines','definition':{}}",
        "{offerTypeId:\"microsoft-azure-virtualmachines\",definition:{}}",
        "{\"offerTypeId\":\"microsoft-azure-virtualmachines\",\"definition\":{},}",
        "{\"offerTypeId\":\"microsoft-azure-virtualmachines\",\"definition\":{}} // why not",
        "{\"offerTypeId\":\"microsoft-azure-virtualmachines\",\"definition\":{\"n\":0x10}}",
        "{\"offerTypeId\":\"microsoft-azure-virtualmachines\",\"definition\":{\"n\":NaN}}",
    ] {
        let reply = owner.call("PUT", &path).body(body).await;
        assert_eq!(reply.status, 400, "{body}: {}", reply.text);
        assert!(["InvalidJson", "InvalidBody"].contains(&reply.code().as_str()), "{body}: {}", reply.text);
    }
    owner.offer("strict").await.refused(404, "OfferNotFound");
}

#[tokio::test]
async fn a_method_that_a_path_does_not_take() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    for (method, path, allowed) in [
        ("DELETE", "/api/publishers", "GET"),
        ("POST", "/api/publishers/contoso/offers/sample-vm", "PUT"),
        ("GET", "/api/publishers/contoso/offers/sample-vm/cancel", "POST"),
        ("PUT", "/api/publishers/contoso/offers/sample-vm/submissions", "GET"),
    ] {
        server.nobody().call(method, path).await.refused(401, "Unauthorized");
        let reply = owner.call(method, path).await.refused(405, "MethodNotAllowed");
        assert!(reply.header("allow").contains(allowed), "{method} {path}: {:?}", reply.headers);
    }
}
