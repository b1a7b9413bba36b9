//! What is put: one reading of it, secrets, findings and their bound, contradictions.

use serde_json::{Value, json};
use signoff_lifecycle::ids::OfferKey;

use crate::call::{Call, Client, fit_document};
use crate::server::TestServer;

fn raw(owner: &Client, offer: &str, text: &str) -> Call {
    owner.call("PUT", &owner.path(offer, "")).body(text)
}

#[tokio::test]
async fn a_repeated_member_is_refused_at_every_depth_of_every_body() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let put = raw(&owner, "twice", "");
    let action = |what: &str| owner.call("POST", &owner.path("sample-vm", what));
    let member = owner.call("PUT", "/api/publishers/contoso/members/t/c");
    let scenario = server.dev("PUT", "/scenarios/contoso/sample-vm");
    for (call, body, path) in [
        (
            put.clone(),
            r#"{"definition":{"offer":{"password":"x","password":null}}}"#,
            "definition.offer.password",
        ),
        (put.clone(), r#"{"definition":{"plans":[{},{"a":{"b":1,"\u0062":2}}]}}"#, "definition.plans[1].a.b"),
        (put.clone(), r#"{"definition":{},"x":[[{"y":1,"y":1}]]}"#, "x[0][0].y"),
        (put.clone(), r#"{"definition":{},"definition":{}}"#, "definition"),
        (put, "{\"definition\":{\"a\\u001b[31m\":1,\"a\\u001b[31m\":1}}", r"definition.a\u{1b}[31m"),
        (action("/publish"), r#"{"metadata":{"reason":"a","reason":"b"}}"#, "metadata.reason"),
        (action("/golive"), r#"{"x":{"y":1,"y":1}}"#, "x.y"),
        (action("/cancel"), "{operationId:'a','operationId':'b'}", "operationId"),
        (member, r#"{"role":"reader","role":"owner"}"#, "role"),
        (scenario, r#"{"steps":{"live":{},"live":{"hold":true}}}"#, "steps.live"),
    ] {
        let reply = call.body(body).await.refused(400, "InvalidBody");
        assert_eq!(reply.target(), path, "{body}");
        let said = format!(
            "The body holds the member '{path}' more than once, so it is not clear which one counts. Send it once."
        );
        assert_eq!(reply.json()["error"]["message"], said, "{body}");
    }
    owner.offer("twice").await.refused(404, "OfferNotFound");
}

#[tokio::test]
async fn secrets_are_never_shown_and_a_mask_keeps_them() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let text = r#"{"offerTypeId":"microsoft-azure-virtualmachines","definition":{"offer":{
        "client_secret":"hunter2","api-key":"hunter2","x":{"passwd\u00a0":"hunter2","hasPassword":true}}},
        "note":{"credentials":{"user":"hunter2"}},"token":"hunter2"}"#;
    let put = raw(&owner, "secret", text).await.expect(201);
    let shown = owner.offer("secret").await.expect(200);
    for reply in [&put, &shown] {
        assert!(!reply.text.contains("hunter2"), "{}", reply.text);
        assert_eq!(reply.json()["definition"], json!({"offer": {"x": {"hasPassword": true}}}));
        assert_eq!(reply.json()["note"], json!({}));
    }
    let again = text.replace("hunter2", "********");
    let put = raw(&owner, "secret", &again).if_match("*").await.expect(200);
    assert!(!put.text.contains('*'), "{}", put.text);
    let snapshot = server.snapshot().await;
    let held = snapshot.windows(7).filter(|bytes| bytes == b"hunter2").count();
    assert!(held > 0, "the mask kept them");
}

#[tokio::test]
async fn findings_are_bounded_and_the_rest_is_counted() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let mut document = fit_document();
    document["definition"]["plans"] = (0..20_000).map(|_| json!({})).collect();
    owner.put_offer("large", &document).await.expect(201);
    let call = owner.publish("large");
    for call in [call.clone(), call.query("validateOnly", "true")] {
        let reply = call.await.refused(422, "ValidationFailed");
        let error = &reply.json()["error"];
        assert_eq!(error["details"].as_array().unwrap().len(), 200);
        assert_eq!(error["details"][0]["target"], "definition.plans[0].planId");
        let omitted = error["omitted"].as_u64().unwrap();
        let message = error["message"].as_str().unwrap();
        assert!(message.contains("findings") && omitted == 20_000 * 5 - 200, "{omitted} {message}");
        assert!(reply.text.len() < 256 * 1024, "{}", reply.text.len());
    }
    // Warnings likewise, in the reply and in the messages of the operation.
    let mut document = fit_document();
    document["definition"]["plans"][0]["regions"] = (0..1000).map(|_| json!("AZ")).collect();
    owner.put_offer("warned", &document).await.expect(201);
    let reply = owner.publish("warned").query("validateOnly", "true").await.expect(200);
    assert_eq!(
        (reply.json()["warnings"].as_array().unwrap().len(), &reply.json()["omitted"]),
        (200, &json!(800))
    );
    let location = owner.publish("warned").await.expect(202).location();
    let operation = owner.follow(&location).await.expect(200).json();
    let messages = operation["steps"][0]["messages"].as_array().unwrap();
    let warnings: Vec<&Value> = messages.iter().filter(|message| message["level"] == "warning").collect();
    assert_eq!(warnings.len(), 201);
    assert!(
        warnings[200]["messageHtml"].as_str().unwrap().contains("800 more warnings"),
        "{}",
        warnings[200]
    );
}

#[tokio::test]
async fn findings_come_in_the_order_of_what_was_sent() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let text = r#"{"definition":{"plans":[{"regions":["?"],"planId":"a b"}],"password":"x","offer":{
        "microsoft-azure-marketplace.title":1}},"offerTypeId":"microsoft-azure-virtualmachines"}"#;
    raw(&owner, "order", text).await.expect(201);
    let call = owner.publish("order");
    for call in [call.clone(), call.query("validateOnly", "true")] {
        let reply = call.await.refused(422, "ValidationFailed").json();
        let targets: Vec<&str> = reply["error"]["details"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|detail| detail["target"].as_str())
            .filter(|target| {
                ["regions[0]", "planId", "marketplace.title"].iter().any(|end| target.ends_with(end))
            })
            .collect();
        assert_eq!(
            targets,
            [
                "definition.plans[0].regions[0]",
                "definition.plans[0].planId",
                "definition.offer.microsoft-azure-marketplace.title"
            ],
            "{reply:#}"
        );
    }
}

#[tokio::test]
async fn an_array_is_no_object_at_any_depth() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let action = |what: &str| owner.call("POST", &owner.path("sample-vm", what));
    let scenario = server.dev("PUT", "/scenarios/contoso/sample-vm");
    owner.create("reviewed").await.expect(201);
    let location = owner.publish_to_signoff("reviewed").await;
    let operation = location.split(['/', '?']).nth(7).unwrap();
    let review = owner.approve("reviewed", operation, "publisher-signoff");
    for (call, body, code, target) in [
        (owner.call("PUT", "/api/publishers/contoso"), r#"["Contoso"]"#, "InvalidJson", ""),
        (owner.call("PUT", "/api/publishers/contoso/members/t/c"), r#"["owner"]"#, "InvalidJson", ""),
        (server.operator().call("PUT", "/api/principals/t/c"), r#"["secretsecret"]"#, "InvalidJson", ""),
        (action("/publish"), r#"{"metadata":["a@x.example"]}"#, "InvalidBody", "metadata"),
        (action("/golive"), r#"[{"reason":"x"}]"#, "InvalidBody", "the body"),
        (action("/cancel"), r#"{"metadata":[["x"]]}"#, "InvalidBody", "metadata"),
        (review, r#"["fine"]"#, "InvalidJson", ""),
        (raw(&owner, "array", ""), r#"{"definition":["x"]}"#, "InvalidBody", "definition"),
        (raw(&owner, "array", ""), r#"{"definition":{"offer":[]}}"#, "InvalidBody", "definition.offer"),
        (scenario.clone(), r#"[{"live":{}}]"#, "InvalidJson", ""),
        (scenario.clone(), r#"{"steps":{"live":["1h"]}}"#, "InvalidJson", "steps.live"),
        (scenario, r#"{"steps":{"live":{"hold":[]}}}"#, "InvalidJson", "steps.live.hold"),
        (server.dev("POST", "/clock/contoso/advance"), r#"["3d"]"#, "InvalidJson", ""),
        (server.dev("POST", "/scenarios/contoso/sample-vm/release"), r#"["live"]"#, "InvalidJson", ""),
        (server.dev("POST", "/faults"), r#"[null,null,"/*",503]"#, "InvalidJson", ""),
        (
            server.dev("PUT", "/faults"),
            r#"[{"path":"/x","status":503},[null,null,"/*",503]]"#,
            "InvalidJson",
            "[1]",
        ),
    ] {
        let reply = call.body(body).await.refused(400, code);
        assert_eq!(
            reply.json()["error"]["target"].as_str().unwrap_or_default(),
            target,
            "{body}: {}",
            reply.text
        );
    }
    server.dev("GET", "/faults").await.expect(200);
    assert_eq!(server.dev("GET", "/faults").await.json(), json!([]));
}

#[tokio::test]
async fn an_image_that_is_live_may_outlive_its_signature() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let now = jiff_of(server.now());
    let mut document = fit_document();
    let images = "microsoft-azure-virtualmachines.vmImages";
    let address = format!("https://images.contoso.example/vhds/a.vhd?sig=x&sp=rl&se={now}");
    document["definition"]["plans"][0][images]["1.4.0"]["osVhdUrl"] = json!(address);
    owner.put_offer("aged", &document).await.expect(201);
    owner.publish_live("aged").await;
    server.advance("contoso", "18d").await.expect(200);
    let tag = owner.offer("aged").await.etag();
    document["definition"]["offer"]["microsoft-azure-marketplace.title"] = json!("Next release");
    owner.put_offer("aged", &document).if_match(&tag).await.expect(200);
    let reply = owner.publish("aged").query("validateOnly", "true").await.expect(200);
    assert_eq!(reply.json()["warnings"][0]["code"], "SasExpired", "{}", reply.text);
    // Another image with the same signature is no image that was published.
    let moved = address.replace("a.vhd", "b.vhd");
    document["definition"]["plans"][0][images]["1.4.0"]["osVhdUrl"] = json!(moved);
    let tag = owner.offer("aged").await.etag();
    owner.put_offer("aged", &document).if_match(&tag).await.expect(200);
    let reply = owner.publish("aged").await.refused(422, "ValidationFailed");
    assert_eq!(reply.json()["error"]["details"][0]["code"], "SasExpired", "{}", reply.text);
}

#[tokio::test]
async fn so_may_one_that_is_in_preview_while_another_is_live() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let until = jiff_of(server.now());
    let of = |image: &str| {
        let mut document = fit_document();
        let images = "microsoft-azure-virtualmachines.vmImages";
        let address = format!("https://images.contoso.example/vhds/{image}.vhd?sig=x&sp=rl&se={until}");
        document["definition"]["plans"][0][images]["1.4.0"]["osVhdUrl"] = json!(address);
        document
    };
    owner.put_offer("aged", &of("live")).await.expect(201);
    owner.publish_live("aged").await;
    // A golive that fails leaves one version in preview, and another live.
    owner.put_offer("aged", &of("preview")).if_match("*").await.expect(200);
    owner.publish_to_signoff("aged").await;
    server.scenario("aged", json!({ "live": { "outcome": "fail" } })).await.expect(200);
    let golive = owner.golive("aged").await.expect(202).location();
    owner.ends(&golive, "failed").await;
    server.advance("contoso", "18d").await.expect(200);
    for image in ["live", "preview"] {
        owner.put_offer("aged", &of(image)).if_match("*").await.expect(200);
        let reply = owner.publish("aged").query("validateOnly", "true").await.expect(200);
        assert_eq!(reply.json()["warnings"][0]["code"], "SasExpired", "{image}: {}", reply.text);
    }
    owner.put_offer("aged", &of("new")).if_match("*").await.expect(200);
    owner.publish("aged").query("validateOnly", "true").await.refused(422, "ValidationFailed");
}

/// The moment ten days after this one.
fn jiff_of(micros: i64) -> String {
    signoff_wire::time::rfc3339(micros + 10 * 86_400_000_000)
}

#[tokio::test]
async fn what_the_original_filled_in_is_shown_in_its_dialect_and_not_stored() {
    let vm = "microsoft-azure-virtualmachines.vmImages";
    let document = json!({"offerTypeId": "microsoft-azure-virtualmachines",
        "definition": {"displayText": "x", "offer": {}, "plans": [{"planId": "a"}]}});
    let server = TestServer::observed().await;
    let owner = server.owner().await;
    let put = owner.put_offer("bare", &document).await.expect(200);
    for reply in [put, owner.offer("bare").await.expect(200), owner.slot("bare", "draft").await.expect(200)] {
        assert_eq!(
            reply.json()["definition"]["plans"],
            json!([{"planId": "a", vm: {}, "diskGenerations": []}])
        );
        let offer = &reply.json()["definition"]["offer"];
        assert_eq!(offer["microsoft-azure-marketplace.crmLeadConfiguration"], json!({}));
    }
    let stored = server.engine.store().content(&OfferKey::new("contoso", "bare"), 1).await.unwrap().unwrap();
    assert_eq!(serde_json::from_str::<Value>(&stored.definition).unwrap(), document["definition"]);
    let server = TestServer::start().await;
    let owner = server.owner().await;
    owner.put_offer("bare", &document).await.expect(201);
    let reply = owner.offer("bare").await.expect(200);
    assert_eq!(reply.json()["definition"], document["definition"]);
}

#[tokio::test]
async fn refusals_say_what_is_meant() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let mut changed = fit_document();
    changed["offerTypeId"] = json!("microsoft-azure-corevm");
    let tag = owner.offer("sample-vm").await.etag();
    for tag in ["*", tag.as_str()] {
        let reply = owner.put_offer("sample-vm", &changed).if_match(tag).await.refused(400, "InvalidBody");
        assert_eq!(
            reply.json()["error"]["message"],
            "The offer has the offerTypeId 'microsoft-azure-virtualmachines', which cannot become \
             'microsoft-azure-corevm'. Send the stored one, or create another offer under a new id."
        );
    }
    let reply = raw(&owner, "empty", "{}").await.refused(400, "InvalidBody");
    assert_eq!(
        reply.json()["error"]["message"],
        "The member 'definition' of the body is missing. Add it and send the request again."
    );
    owner.create("idle").await;
    let reply = owner.golive("idle").await.refused(400, "NotReadyForGoLive");
    assert_eq!(
        reply.json()["error"]["message"],
        "The offer cannot go live while its status is 'neverPublished'. Publish it and wait until its status is \
         waitingForPublisherReview."
    );
}

#[tokio::test]
async fn the_path_counts_and_a_contradiction_is_told() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let mut document = fit_document();
    document["id"] = json!("other");
    document["publisherId"] = json!("fabrikam");
    let reply = owner.put_offer("mine", &document).await.expect(201);
    assert_eq!((&reply.json()["id"], &reply.json()["publisherId"]), (&json!("mine"), &json!("contoso")));
    let body = reply.json();
    let warnings = body["warnings"].as_array().unwrap();
    let told: Vec<_> = warnings.iter().map(|warning| (&warning["code"], &warning["target"])).collect();
    let code = json!("PathDecides");
    assert_eq!(told, [(&code, &json!("publisherId")), (&code, &json!("id"))]);
    assert_eq!(
        warnings[1]["message"],
        "The body names 'other' as id, and the path 'mine'. The path counts; leave the member out, or send what the \
         path says."
    );
    // What a client got may be put back whole, and nothing of it is kept.
    let back = owner.put_offer("mine", &reply.json()).if_match(&reply.etag()).await.expect(200);
    assert_eq!(back.json().get("warnings"), None, "{}", back.text);
    assert_eq!(owner.offer("mine").await.expect(200).json().get("warnings"), None);
    // By its GUID it may name itself either way.
    let guid = server.guid_of("contoso", "mine").await;
    for id in [guid.as_str(), "mine"] {
        document["id"] = json!(id);
        document["publisherId"] = json!("contoso");
        let reply = owner.put_offer(&guid, &document).if_match("*").await.expect(200);
        assert_eq!(reply.json().get("warnings"), None, "{}", reply.text);
    }
}

#[tokio::test]
async fn both_names_of_an_offer_type_mean_one() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let (own, alias) = ("microsoft-azure-containers", "microsoft-azure-container");
    let document = |id: &str| json!({"offerTypeId": id, "definition": {}});
    let reply = owner.put_offer("boxes", &document(alias)).await.expect(201);
    assert_eq!(reply.json()["offerTypeId"], own);
    for id in [own, alias] {
        owner.put_offer("boxes", &document(id)).if_match("*").await.expect(200);
        let list =
            owner.get("/api/publishers/contoso/offers").query("$filter", &format!("offerTypeId eq '{id}'"));
        assert_eq!(list.await.expect(200).json().as_array().unwrap().len(), 1, "{id}");
        assert_eq!(owner.get(&format!("/api/offerTypes/{id}")).await.expect(200).json()["id"], own);
    }
    let settings = json!({"offerTypeCategories": [alias, "microsoft-azure-virtualmachines"]});
    let reply = owner.put("/api/publishers/contoso", &settings).await.expect(200);
    assert_eq!(
        reply.json()["definition"]["offerTypeCategories"],
        json!([own, "microsoft-azure-virtualmachines"])
    );
}

#[tokio::test]
async fn an_offer_type_lists_every_key_that_its_offers_may_use() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let vm = owner.get("/api/offerTypes/microsoft-azure-virtualmachines").await.expect(200).json();
    let named = |list: &str, key: &str, value: &str| {
        vm[list].as_array().unwrap().iter().any(|group| group[key] == value)
    };
    assert!(named("categories", "key", "compute") && named("regions", "region", "NL"), "{vm}");
    assert!(vm["coreSizes"].as_array().unwrap().contains(&json!("416core")));
    assert_eq!(vm["industries"], json!([]));
    let saas = owner.get("/api/offerTypes/microsoft-azure-saas").await.expect(200).json();
    assert!(!saas["industries"].as_array().unwrap().is_empty() && saas["regions"] == json!([]));
    owner.get("/api/offerTypes/nothing").await.refused(404, "NotFound");
}

#[tokio::test]
async fn a_new_id_differs_from_all_others_in_more_than_letter_case() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    owner.create("MyOffer").await;
    let reply = owner.put_offer("myoffer", &fit_document()).await.refused(400, "InvalidId");
    assert_eq!(reply.target(), "offerId");
    assert_eq!(
        reply.message(),
        "'myoffer' differs from the existing offerId 'MyOffer' in letter case alone. Use 'MyOffer' for that one, or \
         choose another id for a new one."
    );
    owner.offer("myoffer").await.refused(404, "OfferNotFound");
    // Of two at once one is created.
    let puts = ["Both", "BOTH", "both", "bOTH"].map(|id| owner.put_offer(id, &fit_document()).try_send());
    let statuses: Vec<u16> =
        futures_util::future::join_all(puts).await.into_iter().map(|reply| reply.unwrap().status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 400).count(), 3, "{statuses:?}");
}
