//! People and programs: whom the server takes a caller for, and what it says of it (contract, "Every request").

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use signoff_server::TENANT;
use signoff_server::identity::DEFAULT_AUDIENCE;

use crate::call::Client;
use crate::server::TestServer;

const ANN: &str = "6f9619ff-8b86-d011-b42d-00c04fc964ff";

/// A token of this server with the claims of contoso's owner and these.
async fn token(server: &TestServer, claims: Value) -> String {
    // The first token request makes the key.
    server.token("contoso-owner", "contoso-secret", DEFAULT_AUDIENCE).await;
    let key = server.engine.store().signing_keys().await.unwrap().remove(0);
    let header = Header { kid: Some(key.kid), ..Header::new(Algorithm::RS256) };
    let mut all = json!({
        "iss": format!("https://sts.windows.net/{TENANT}/"),
        "aud": DEFAULT_AUDIENCE,
        "tid": TENANT,
        "exp": server.now() / 1_000_000 + 600,
        "appid": "contoso-owner",
    });
    for (name, value) in claims.as_object().unwrap() {
        all[name] = value.clone();
    }
    let signing = EncodingKey::from_rsa_pem(key.private_pem.as_bytes()).unwrap();
    jsonwebtoken::encode(&header, &all, &signing).unwrap()
}

/// Somebody who signed in by the app of contoso's owner.
async fn person(server: &TestServer, id: &str) -> Client {
    let claims = json!({ "oid": id, "sub": "pairwise", "scp": "user_impersonation", "name": "Ann Example" });
    server.bearing(&token(server, claims).await)
}

#[tokio::test]
async fn who_signs_in_by_an_app_is_not_that_app() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let ann = person(&server, ANN).await;
    let refused = ann.offer("sample-vm").await.refused(403, "Forbidden");
    let taken_for = format!("The server takes you for the person '{TENANT}/user:{ANN}'.");
    assert!(refused.message().ends_with(&taken_for), "{}", refused.text);

    let member = format!("/api/publishers/contoso/members/{TENANT}/user:{}", ANN.to_uppercase());
    let put = owner.put(&member, &json!({ "role": "contributor" })).await.expect(200).json();
    assert_eq!(put["client"], format!("user:{ANN}"), "the one spelling of a GUID");
    ann.publish("sample-vm").await.expect(202);
    ann.reaches("sample-vm", "waitingForPublisherReview").await;
    ann.cancel("sample-vm").await.succeeded();
    ann.reaches("sample-vm", "canceled").await;
    let operations = owner.operations("sample-vm").await.json();
    let publish =
        operations.as_array().unwrap().iter().find(|one| one["submissionType"] == "publish").unwrap();
    let publish = owner.operation("sample-vm", publish["id"].as_str().unwrap()).await.json();
    assert_eq!(publish["canceledBy"], format!("user:{ANN}"), "{publish:#}");

    let log = owner.get("/api/publishers/contoso/audit").await.expect(200).json();
    let entry = |action: &str| {
        let entries = log["entries"].as_array().unwrap();
        entries.iter().find(|entry| entry["action"] == action).unwrap().clone()
    };
    assert_eq!(entry("publish")["by"], format!("{TENANT}/user:{ANN}"));
    assert_eq!(entry("publish")["actor"], json!({ "kind": "person", "tenant": TENANT, "id": ANN }));
    assert_eq!(entry("putMember")["subject"], format!("{TENANT}/user:{ANN}"));
    assert_eq!(
        entry("putMember")["actor"],
        json!({ "kind": "app", "tenant": TENANT, "id": "contoso-owner" })
    );
    owner.call("DELETE", &member).await.expect(204);
    ann.offer("sample-vm").await.refused(403, "Forbidden");
}

#[tokio::test]
async fn what_the_issuer_says_of_a_token_decides() {
    let server = TestServer::start().await;
    for (claims, status) in [
        (json!({}), 200),
        (json!({ "idtyp": "app", "oid": ANN, "sub": "s", "scp": "a" }), 200),
        (json!({ "oid": ANN, "sub": "s", "roles": ["a"] }), 200),
        (json!({ "sub": "contoso-owner", "scp": "a" }), 200),
        (json!({ "idtyp": "user", "oid": ANN }), 403),
        (json!({ "oid": ANN, "sub": "s", "scope": "a" }), 403),
        // A name decides nothing.
        (json!({ "oid": ANN, "scp": "a", "name": "contoso-owner", "preferred_username": "operator" }), 403),
        (json!({ "appid": "operator" }), 401),
        (json!({ "appid": format!("user:{ANN}") }), 401),
    ] {
        let caller = server.bearing(&token(&server, claims.clone()).await);
        let reply = caller.offer("sample-vm").await;
        assert_eq!(reply.status, status, "{claims}: {}", reply.text);
    }
}

#[tokio::test]
async fn callers_are_told_whom_they_are_taken_for() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let me = owner.get("/api/me").await.expect(200).json();
    assert!(me["expires"].as_str().is_some_and(|time| time.ends_with('Z')), "{me}");
    let expected = json!({ "kind": "app", "tenant": TENANT, "id": "contoso-owner", "client": "contoso-owner",
                           "publishers": [{ "id": "contoso", "role": "owner" }], "expires": me["expires"] });
    assert_eq!(me, expected);
    let me = person(&server, ANN).await.get("/api/me").await.expect(200).json();
    let expected = json!({ "kind": "person", "tenant": TENANT, "id": ANN, "client": format!("user:{ANN}"),
                           "name": "Ann Example", "publishers": [], "expires": me["expires"] });
    assert_eq!(me, expected);
    let me = server.operator().get("/api/me").await.expect(200).json();
    assert_eq!(me, json!({ "kind": "operator", "publishers": [] }));
    server.nobody().get("/api/me").await.refused(401, "Unauthorized");
}

#[tokio::test]
async fn a_refusal_of_a_right_says_so_in_every_language() {
    let server = TestServer::start().await;
    let reader = server.reader().await;
    let mut seen = std::collections::HashSet::new();
    for lang in ["en", "nl", "sv", "tr", "hu", "pl"] {
        for call in [
            reader.publish("sample-vm"),
            reader.get("/api/publishers/nobody-at-all"),
            reader.get("/api/audit"),
            reader.post(&reader.path("sample-vm", "/kill")),
            reader.put(&format!("/api/principals/{TENANT}/contoso-owner"), &json!({ "secret": "x" })),
        ] {
            let refused = call.header("accept-language", lang).await.refused(403, "Forbidden");
            let name = format!("{TENANT}/contoso-reader");
            assert!(refused.message().contains(&name), "{lang}: {}", refused.text);
            seen.insert(refused.message());
        }
    }
    assert_eq!(seen.len(), 18, "three sentences in six languages: {seen:?}");
}
