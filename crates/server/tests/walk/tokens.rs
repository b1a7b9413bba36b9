//! Tokens: what is none, and that one outlives a restart (contract, "Tokens" and the 401 of "Every request").

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use signoff_server::TENANT;
use signoff_server::identity::DEFAULT_AUDIENCE;

use crate::server::TestServer;

/// The token with its claims changed and its signature kept.
fn forged(token: &str, change: impl Fn(&mut Value)) -> String {
    let parts: Vec<&str> = token.split('.').collect();
    let mut claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
    change(&mut claims);
    format!("{}.{}.{}", parts[0], URL_SAFE_NO_PAD.encode(claims.to_string()), parts[2])
}

/// The token with the algorithm `none` and no signature.
fn unsigned(token: &str) -> String {
    let claims = token.split('.').nth(1).unwrap();
    format!("{}.{claims}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#))
}

#[tokio::test]
async fn what_is_no_token_is_401() {
    let server = TestServer::start().await;
    let good = server.token("contoso-owner", "contoso-secret", DEFAULT_AUDIENCE).await;
    let foreign = TestServer::start().await.token("contoso-owner", "contoso-secret", DEFAULT_AUDIENCE).await;
    let elsewhere = server.token("contoso-owner", "contoso-secret", "https://other.example").await;
    let promoted = forged(&good, |claims| claims["appid"] = "fabrikam-owner".into());
    let prolonged = forged(&good, |claims| claims["exp"] = 4_000_000_000_u64.into());
    server.bearing(&good).offer("sample-vm").await.expect(200);
    for (what, authorization) in [
        ("nothing", None),
        ("an empty header", Some(String::new())),
        ("the scheme alone", Some("Bearer".to_owned())),
        ("the scheme and a blank", Some("Bearer ".to_owned())),
        ("another scheme", Some(format!("Basic {good}"))),
        ("no scheme", Some(good.clone())),
        ("no JWT", Some("Bearer not-a-token".to_owned())),
        ("dots", Some("Bearer ..".to_owned())),
        ("two parts of three", Some(format!("Bearer {}", good.rsplit_once('.').unwrap().0))),
        ("a signature cut short", Some(format!("Bearer {}", &good[..good.len() - 8]))),
        ("another client's claims", Some(format!("Bearer {promoted}"))),
        ("a later end", Some(format!("Bearer {prolonged}"))),
        ("no algorithm", Some(format!("Bearer {}", unsigned(&good)))),
        ("another server's key", Some(format!("Bearer {foreign}"))),
        ("another audience", Some(format!("Bearer {elsewhere}"))),
    ] {
        let mut call = server.nobody().offer("sample-vm");
        if let Some(authorization) = &authorization {
            call = call.header("authorization", authorization);
        }
        let reply = call.await;
        assert_eq!((reply.status, reply.code().as_str()), (401, "Unauthorized"), "{what}: {}", reply.text);
        assert!(reply.header("www-authenticate").starts_with("Bearer"), "{what}");
        assert!(!reply.text.contains(&good), "{what}: the token is told back");
    }
    server.let_tokens_expire();
    let reply = server.bearing(&good).offer("sample-vm").await.refused(401, "Unauthorized");
    assert!(reply.message().contains("expired"), "{}", reply.text);
}

#[tokio::test]
async fn a_token_and_its_right_outlive_a_restart() {
    let server = TestServer::start().await;
    let token = server.token("contoso-owner", "contoso-secret", DEFAULT_AUDIENCE).await;
    server.bearing(&token).create("kept").await.expect(201);
    let server = server.restart().await;
    server.bearing(&token).offer("kept").await.expect(200);
}

#[tokio::test]
async fn both_token_endpoints_and_what_leads_to_them() {
    let server = TestServer::start().await;
    let v1 = server.nobody().call("POST", &format!("/{TENANT}/oauth2/token")).version(None);
    let form = "grant_type=client_credentials&client_id=contoso-owner&client_secret=contoso-secret";
    let ask = |call: crate::call::Call, form: String| {
        call.body(&form).header("content-type", "application/x-www-form-urlencoded")
    };
    let reply = ask(v1.clone(), format!("{form}&resource={DEFAULT_AUDIENCE}")).await.expect(200).json();
    assert_eq!(reply["token_type"], "Bearer");
    assert!(reply["expires_on"].is_string(), "{reply}");
    let v2 = server.nobody().call("POST", &format!("/{TENANT}/oauth2/v2.0/token")).version(None);
    let reply = ask(v2, format!("{form}&scope={DEFAULT_AUDIENCE}/.default")).await.expect(200).json();
    let token = reply["access_token"].as_str().unwrap().to_owned();
    server.bearing(&token).offer("sample-vm").await.expect(200);
    for (wrong, status) in [
        (form.replace("contoso-secret", "wrong"), 401),
        (form.replace("contoso-owner", "nobody"), 401),
        (form.replace("client_credentials", "password"), 400),
        (String::new(), 400),
    ] {
        let reply = ask(v1.clone(), format!("{wrong}&resource={DEFAULT_AUDIENCE}")).await;
        assert!(reply.status == status || reply.status == 400, "{wrong}: {} {}", reply.status, reply.text);
        assert!(reply.json()["error"].is_string(), "{}", reply.text);
    }
    let discovery = format!("/{TENANT}/v2.0/.well-known/openid-configuration");
    let found = server.nobody().get(&discovery).version(None).await.expect(200).json();
    assert!(found["jwks_uri"].is_string() && found["token_endpoint"].is_string(), "{found}");
    let keys = server.nobody().get(&format!("/{TENANT}/discovery/v2.0/keys")).version(None).await.expect(200);
    assert_eq!(keys.json()["keys"][0]["kty"], json!("RSA"));
}
