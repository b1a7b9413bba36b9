use std::sync::Arc;

use http::{HeaderValue, StatusCode};
use serde_json::Value;

use signoff_identity::testing::{FakeClock, FakeStore, issuer};
use signoff_identity::{
    Caller, ClientPolicy, ExternalIssuer, Issuer, IssuerSettings, MOST_AGE, Verifier, Version, principal_id,
};

use crate::testing::{Served, http};

const LOGIN: &str = "login.microsoftonline.com";

async fn start() -> Served {
    let store = Arc::new(FakeStore::default());
    Served::issuer(&issuer(&store, &FakeClock::at(0), ClientPolicy::Strict)).await
}

async fn get(served: &Served, host: &str, path: &str) -> (StatusCode, Value) {
    let response = http().get(served.url(path)).header("host", host).send().await.unwrap();
    (response.status(), response.json().await.unwrap())
}

#[tokio::test]
async fn configurations_lead_to_the_host_that_was_asked() {
    let served = start().await;
    let (_, v2) = get(&served, LOGIN, "/t-1/v2.0/.well-known/openid-configuration").await;
    let base = format!("https://{LOGIN}/t-1");
    assert_eq!(v2["issuer"], format!("{base}/v2.0"));
    assert_eq!(v2["authorization_endpoint"], format!("{base}/oauth2/v2.0/authorize"));
    assert_eq!(v2["token_endpoint"], format!("{base}/oauth2/v2.0/token"));
    assert_eq!(v2["jwks_uri"], format!("{base}/discovery/v2.0/keys"));

    let (_, v1) = get(&served, "127.0.0.1:8443", "/t-1/.well-known/openid-configuration").await;
    assert_eq!(v1["issuer"], "https://sts.windows.net/t-1/");
    assert_eq!(v1["token_endpoint"], "https://127.0.0.1:8443/t-1/oauth2/token");
    assert_eq!(v1["jwks_uri"], "https://127.0.0.1:8443/t-1/discovery/keys");

    let (_, shared) = get(&served, LOGIN, "/common/v2.0/.well-known/openid-configuration").await;
    assert_eq!(shared["issuer"], format!("https://{LOGIN}/{{tenantid}}/v2.0"));
}

#[tokio::test]
async fn configurations_name_the_public_address_unless_a_login_host_was_asked() {
    let store = Arc::new(FakeStore::default());
    let settings = IssuerSettings {
        public_base: Some("https://market.example/".to_owned()),
        ..IssuerSettings::default()
    };
    let clock = FakeClock::at(0).clock();
    let served = Served::issuer(&Arc::new(Issuer::new(store.clone(), store, clock, settings))).await;
    for host in ["127.0.0.1:8443", "market.example", "10.0.0.7"] {
        let (_, v2) = get(&served, host, "/t-1/v2.0/.well-known/openid-configuration").await;
        let base = "https://market.example/t-1";
        assert_eq!(v2["token_endpoint"], format!("{base}/oauth2/v2.0/token"), "{host}");
        assert_eq!(v2["jwks_uri"], format!("{base}/discovery/v2.0/keys"), "{host}");
        assert_eq!(v2["authorization_endpoint"], format!("{base}/oauth2/v2.0/authorize"), "{host}");
        let (_, v1) = get(&served, host, "/t-1/.well-known/openid-configuration").await;
        assert_eq!(v1["token_endpoint"], format!("{base}/oauth2/token"), "{host}");
    }
    let (_, v2) = get(&served, LOGIN, "/t-1/v2.0/.well-known/openid-configuration").await;
    assert_eq!(v2["token_endpoint"], format!("https://{LOGIN}/t-1/oauth2/v2.0/token"));
}

#[tokio::test]
async fn a_tenant_or_host_that_is_none_is_refused() {
    let served = start().await;
    for (host, path) in [
        (LOGIN, "/a%20b/v2.0/.well-known/openid-configuration"),
        (LOGIN, "/a_b/.well-known/openid-configuration"),
        ("user@evil.example", "/t-1/v2.0/.well-known/openid-configuration"),
    ] {
        let (status, body) = get(&served, host, path).await;
        assert_eq!((status, &body["error"]), (StatusCode::BAD_REQUEST, &"invalid_request".into()), "{path}");
    }
}

#[tokio::test]
async fn instance_discovery_leads_to_the_tenant_on_this_host() {
    let served = start().await;
    let authority = "authorization_endpoint=https%3A%2F%2F127.0.0.1%3A8443%2Ft-1%2Foauth2";
    let v2 = format!("/common/discovery/instance?api-version=1.1&{authority}%2Fv2.0%2Fauthorize");
    let (_, found) = get(&served, LOGIN, &v2).await;
    let document = "/v2.0/.well-known/openid-configuration";
    assert_eq!(found["tenant_discovery_endpoint"], format!("https://{LOGIN}/t-1{document}"));
    assert_eq!(found["api-version"], "1.1");
    assert!(found["metadata"][0]["aliases"].as_array().unwrap().contains(&LOGIN.into()));

    let v1 = format!("/common/discovery/instance?{authority}%2Fauthorize&api-version=1.0");
    let (_, found) = get(&served, LOGIN, &v1).await;
    let document = "/.well-known/openid-configuration";
    assert_eq!(found["tenant_discovery_endpoint"], format!("https://{LOGIN}/t-1{document}"));
    assert!(found.get("metadata").is_none());

    for (query, named) in [
        ("", "authorization_endpoint"),
        ("authorization_endpoint=nonsense", "authorization_endpoint"),
        ("authorization_endpoint=https://x.example/", "authorization_endpoint"),
        ("authorization_endpoint=https://x.example/t&api-version=9", "api-version"),
    ] {
        let (status, body) = get(&served, LOGIN, &format!("/common/discovery/instance?{query}")).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{query}");
        assert!(body["error_description"].as_str().unwrap().contains(named), "{body}");
    }
}

#[tokio::test]
async fn the_key_set_is_the_same_at_all_its_addresses_and_public() {
    let served = start().await;
    let (status, keys) = get(&served, LOGIN, "/common/discovery/keys").await;
    assert_eq!(status, StatusCode::OK);
    for path in ["/t-1/discovery/keys", "/t-1/discovery/v2.0/keys"] {
        assert_eq!(get(&served, LOGIN, path).await.1, keys);
    }
    let key = keys["keys"][0].as_object().unwrap();
    let members: Vec<&str> = key.keys().map(String::as_str).collect();
    assert_eq!(members, ["kty", "use", "kid", "alg", "n", "e"]);
    assert_eq!(
        (&key["kty"], &key["use"], &key["alg"], &key["e"]),
        (&"RSA".into(), &"sig".into(), &"RS256".into(), &"AQAB".into())
    );
}

#[tokio::test]
async fn the_published_key_set_of_the_own_issuer_verifies_its_tokens() {
    const AUDIENCE: &str = "https://market.example";
    let (store, clock) = (Arc::new(FakeStore::default()), FakeClock::at(1_000));
    let issuer = issuer(&store, &clock, ClientPolicy::Strict);
    let served = Served::issuer(&issuer).await;
    let external = ExternalIssuer {
        issuer: "https://login.microsoftonline.com/t/v2.0".to_owned(),
        audience: AUDIENCE.to_owned(),
        keys_url: served.url("/common/discovery/keys"),
        most_age: MOST_AGE,
    };
    let verifier = Verifier::new(None, Some(external), Vec::new(), clock.clock()).unwrap();
    let token = issuer.issue(Version::V2, &principal_id("t", "c"), AUDIENCE).await.unwrap().token;
    let bearer = HeaderValue::from_str(&format!("Bearer {token}")).unwrap();
    let caller = verifier.verify(Some(&bearer)).await.unwrap();
    let principal = principal_id("t", "c");
    assert_eq!(*caller, Caller { principal, name: None, expires_at: 4_660, keys: Some(1) });
}
