use std::sync::Arc;

use http::StatusCode;
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use signoff_store::contract::{Directory as _, PrincipalId, PrincipalRecord};

use signoff_identity::testing::{FakeClock, FakeStore, issuer};
use signoff_identity::{ClientPolicy, Issuer, IssuerSettings, Seeded, principal_id, seed_principal};

use crate::testing::{Served, http};
use crate::token_hosts::login_router;

const V1: &str = "/tenant-1/oauth2/token";
const V2: &str = "/tenant-1/oauth2/v2.0/token";
const V1_FORM: &str = "grant_type=client_credentials&client_id=c&client_secret=s&resource=https://r.example";
const V2_FORM: &str =
    "grant_type=client_credentials&client_id=c&client_secret=s&scope=https://r.example/.default";

struct Login {
    store: Arc<FakeStore>,
    served: Served,
}

impl Login {
    /// A token host that knows the client `c` of `tenant-1` with the secret `s`.
    async fn start(policy: ClientPolicy) -> Self {
        let store = Arc::new(FakeStore::default());
        seed_principal(store.as_ref(), "tenant-1", "c", "s").await.unwrap();
        let served = Served::issuer(&issuer(&store, &FakeClock::at(1_700_000_000), policy)).await;
        Self { store, served }
    }

    fn post(&self, path: &str, form: &str) -> RequestBuilder {
        let form_type = "application/x-www-form-urlencoded";
        http().post(self.served.url(path)).header("content-type", form_type).body(form.to_owned())
    }
}

async fn outcome(request: RequestBuilder) -> (StatusCode, Value) {
    let response = request.send().await.unwrap();
    assert_eq!(response.headers()["cache-control"], "no-store");
    (response.status(), response.json().await.unwrap())
}

fn unverified(token: &Value) -> Value {
    jsonwebtoken::dangerous::insecure_decode_claims(token.as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn tokens_have_the_shape_that_released_clients_read() {
    let login = Login::start(ClientPolicy::Strict).await;
    let (status, mut v1) = outcome(login.post(&format!("{V1}?api-version=1.0"), V1_FORM)).await;
    let claims = unverified(&v1["access_token"].take());
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        v1,
        json!({"token_type": "Bearer", "expires_in": "3600", "ext_expires_in": "3600", "expires_on": "1700003600",
               "not_before": "1700000000", "resource": "https://r.example", "access_token": null})
    );
    assert_eq!((&claims["appid"], &claims["aud"]), (&json!("c"), &json!("https://r.example")));

    let form = format!("{V2_FORM}&client_info=1");
    let (status, mut v2) = outcome(login.post(V2, &form)).await;
    let claims = unverified(&v2["access_token"].take());
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        v2,
        json!({"token_type": "Bearer", "expires_in": 3600, "ext_expires_in": 3600, "access_token": null})
    );
    assert_eq!((&claims["azp"], &claims["aud"]), (&json!("c"), &json!("https://r.example")));
}

#[tokio::test]
async fn credentials_may_come_as_http_basic() {
    let login = Login::start(ClientPolicy::Strict).await;
    seed_principal(login.store.as_ref(), "tenant-1", "odd", "a b:c%+é").await.unwrap();
    let form = "grant_type=client_credentials&resource=r";
    let request = login.post(V1, form).basic_auth("odd", Some("a+b%3Ac%25%2B%C3%A9"));
    assert_eq!(outcome(request).await.0, StatusCode::OK);
    let named = login.post(V1, &format!("{form}&client_id=c")).basic_auth("c", Some("s"));
    assert_eq!(outcome(named).await.0, StatusCode::OK);
    let wrong = login.post(V1, form).basic_auth("c", Some("x")).send().await.unwrap();
    assert_eq!(wrong.status(), StatusCode::UNAUTHORIZED);
    assert!(wrong.headers()["www-authenticate"].to_str().unwrap().starts_with("Basic "));

    for (extra, field) in [("&client_secret=s", "'client_secret'"), ("&client_id=other", "'client_id'")] {
        let request = login.post(V1, &format!("{form}{extra}")).basic_auth("c", Some("s"));
        assert_refused(outcome(request).await, 400, "invalid_request", field);
    }
    for header in ["Basic !", "Basic Yw==", "Basic OnM=", "Basic YzpzOg", "Bearer x", ""] {
        let request = login.post(V1, form).header("authorization", header);
        assert_refused(outcome(request).await, 400, "invalid_request", "'Authorization'");
    }
}

#[tokio::test]
async fn every_refusal_names_its_reason() {
    let login = Login::start(ClientPolicy::Strict).await;
    let grant = "grant_type=client_credentials";
    let credentials = "client_id=c&client_secret=s";
    let long = "x".repeat(2049);
    let rows: Vec<(&str, String, u16, &str, &str)> = vec![
        (V1, String::new(), 400, "invalid_request", "'grant_type'"),
        (V1, "grant_type=password".into(), 400, "unsupported_grant_type", "client_credentials"),
        (V1, format!("{grant}&client_secret=s&resource=r"), 400, "invalid_request", "'client_id'"),
        (V1, format!("{grant}&client_id=c&resource=r"), 400, "invalid_request", "'client_secret'"),
        (V1, format!("{grant}&{credentials}"), 400, "invalid_request", "'resource'"),
        (V1, format!("{grant}&{credentials}&resource="), 400, "invalid_request", "'resource'"),
        (V1, format!("{grant}&{credentials}&resource=a%0Ab"), 400, "invalid_request", "'resource'"),
        (V1, format!("{grant}&{credentials}&resource={long}"), 400, "invalid_request", "'resource'"),
        (V2, format!("{grant}&{credentials}"), 400, "invalid_request", "'scope'"),
        (V2, format!("{grant}&{credentials}&scope=User.Read"), 400, "invalid_scope", "/.default"),
        (V2, format!("{grant}&{credentials}&scope=/.default"), 400, "invalid_scope", "/.default"),
        (
            V2,
            format!("{grant}&{credentials}&scope=a/.default b/.default"),
            400,
            "invalid_scope",
            "one resource",
        ),
        (V1, format!("{V1_FORM}&client_id=d"), 400, "invalid_request", "twice"),
        (V1, V1_FORM.replace("client_id=c", "client_id=c%20d"), 400, "invalid_request", "'client_id'"),
        (V1, V1_FORM.replace("client_id=c", "client_id=c/d"), 400, "invalid_request", "'client_id'"),
        (V1, V1_FORM.replace("client_id=c", "client_id=Operator"), 400, "invalid_request", "'client_id'"),
        (V1, V1_FORM.replace("client_id=c", "client_id=user:c"), 400, "invalid_request", "'client_id'"),
        (V1, V1_FORM.replace("client_secret=s", "client_secret=x"), 401, "invalid_client", "secret"),
        (V1, V1_FORM.replace("client_id=c", "client_id=d"), 401, "invalid_client", "'d'"),
        ("/tenant-2/oauth2/token", V1_FORM.into(), 401, "invalid_client", "'tenant-2'"),
        ("/common/oauth2/token", V1_FORM.into(), 400, "invalid_request", "tenant"),
        ("/te%20nant/oauth2/token", V1_FORM.into(), 400, "invalid_request", "tenant"),
        ("/%ff/oauth2/token", V1_FORM.into(), 400, "invalid_request", "tenant"),
    ];
    for (path, form, status, error, named) in rows {
        assert_refused(outcome(login.post(path, &form)).await, status, error, named);
    }
}

#[tokio::test]
async fn who_is_unknown_and_who_is_wrong_get_one_answer() {
    let login = Login::start(ClientPolicy::Strict).await;
    let bare = principal_id("tenant-1", "bare");
    let record = PrincipalRecord { id: bare, secret_hash: None, seeded: false };
    login.store.put_principal(record, None).await.unwrap();
    let mut answers = Vec::new();
    for client in ["c", "bare", "nobody"] {
        let form =
            V1_FORM.replace("client_id=c", &format!("client_id={client}")).replace("_secret=s", "_secret=x");
        let (status, mut body) = outcome(login.post(V1, &form)).await;
        for differs in ["trace_id", "correlation_id"] {
            body[differs].take();
        }
        answers.push((status, body.to_string().replace(&format!("'{client}'"), "the client")));
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
}

/// A token host that can tell where its callers are, and has had enough after `most` that failed.
async fn guarded(most: Option<u32>) -> (Served, FakeClock) {
    let (store, clock) = (Arc::new(FakeStore::default()), FakeClock::at(1_700_000_000));
    seed_principal(store.as_ref(), "tenant-1", "c", "s").await.unwrap();
    let settings = IssuerSettings { seeded: Seeded::Count, ..IssuerSettings::default() };
    let issuer = Issuer::new(store.clone(), store, clock.clock(), settings);
    let here = axum::Extension(axum::extract::ConnectInfo(std::net::SocketAddr::from(([192, 0, 2, 1], 7))));
    (Served::router(login_router(Arc::new(issuer), most).layer(here)).await, clock)
}

#[tokio::test]
async fn an_address_may_fail_so_often_and_then_waits() {
    let (served, clock) = guarded(Some(6)).await;
    let post = |form: &str| {
        let form_type = "application/x-www-form-urlencoded";
        http().post(served.url(V1)).header("content-type", form_type).body(form.to_owned()).send()
    };
    let wrong = V1_FORM.replace("client_secret=s", "client_secret=x");
    for _ in 0..3 {
        assert_eq!(post(V1_FORM).await.unwrap().status(), StatusCode::OK, "what goes well does not count");
    }
    for number in 0..6 {
        let unknown = wrong.replace("client_id=c", &format!("client_id=c{number}"));
        assert_eq!(post(&unknown).await.unwrap().status(), StatusCode::UNAUTHORIZED);
    }
    for form in [&wrong, V1_FORM] {
        let refused = post(form).await.unwrap();
        assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(refused.headers()["retry-after"], "10");
        assert_eq!(refused.json::<Value>().await.unwrap()["error"], "temporarily_unavailable");
    }
    clock.set(1_700_000_010);
    assert_eq!(post(V1_FORM).await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn without_a_quota_sign_ins_may_fail_for_ever() {
    let (served, _) = guarded(None).await;
    let wrong = V1_FORM.replace("client_secret=s", "client_secret=x");
    for _ in 0..100 {
        let form = http().post(served.url(V1)).header("content-type", "application/x-www-form-urlencoded");
        let refused = form.body(wrong.clone()).send().await.unwrap();
        assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn a_body_that_is_no_small_form_is_refused() {
    let login = Login::start(ClientPolicy::Strict).await;
    let json = http().post(login.served.url(V1)).header("content-type", "application/json").body("{}");
    assert_refused(outcome(json).await, 400, "invalid_request", "application/x-www-form-urlencoded");
    let large = format!("{V1_FORM}&more={}", "x".repeat(64 * 1024));
    assert_refused(outcome(login.post(V1, &large)).await, 413, "invalid_request", "64 KiB");
    let untyped = http().post(login.served.url(V1)).body(V1_FORM);
    assert_eq!(outcome(untyped).await.0, StatusCode::OK, "some scripts name no type");
}

#[tokio::test]
async fn refusals_are_traceable_and_keep_the_secret() {
    let login = Login::start(ClientPolicy::Strict).await;
    let sent = "6f1bd0a2-7f83-4b5a-9a0f-3c1d2e4f5a6b";
    let form = V1_FORM.replace("client_secret=s", "client_secret=hunter2");
    let (_, error) = outcome(login.post(V1, &form).header("client-request-id", sent)).await;
    assert_eq!(error["correlation_id"], sent);
    assert_eq!(error["timestamp"], "2023-11-14 22:13:20Z");
    assert_eq!(error["error_codes"], json!([7_000_215]));
    assert!(uuid::Uuid::try_parse(error["trace_id"].as_str().unwrap()).is_ok());
    assert!(!error.to_string().contains("hunter2"));
}

#[tokio::test]
async fn strangers_become_principals_on_first_use_if_the_policy_says_so() {
    let login = Login::start(ClientPolicy::CreateOnFirstUse).await;
    let guid = "AAAAAAAA-1111-1111-1111-111111111111";
    let form = V1_FORM.replace("client_id=c", "client_id=new");
    let (status, _) = outcome(login.post(&format!("/{guid}/oauth2/token"), &form)).await;
    assert_eq!(status, StatusCode::OK);
    let id: PrincipalId = principal_id(guid, "new");
    let record = signoff_store::contract::Directory::principal(login.store.as_ref(), &id).await.unwrap();
    assert!(record.is_some_and(|record| !record.seeded));
    let wrong = V1_FORM.replace("client_secret=s", "client_secret=x");
    assert_refused(outcome(login.post(V1, &wrong)).await, 401, "invalid_client", "secret");
}

#[tokio::test]
async fn an_unreachable_store_asks_to_try_again() {
    let login = Login::start(ClientPolicy::Strict).await;
    login.store.break_down();
    let response = login.post(V1, V1_FORM).send().await.unwrap();
    assert_eq!(
        (response.status(), &response.headers()["retry-after"]),
        (StatusCode::SERVICE_UNAVAILABLE, &"1".parse().unwrap())
    );
    let error: Value = response.json().await.unwrap();
    assert_eq!(error["error"], "temporarily_unavailable");
    login.store.recover();
    assert_eq!(outcome(login.post(V1, V1_FORM)).await.0, StatusCode::OK);
}

#[track_caller]
fn assert_refused((status, body): (StatusCode, Value), expected: u16, error: &str, named: &str) {
    assert_eq!((status.as_u16(), body["error"].as_str().unwrap()), (expected, error), "{body}");
    assert!(body["error_description"].as_str().unwrap().contains(named), "{named} is not in {body}");
}
