use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::routing::get;
use http::{HeaderValue, StatusCode};
use parking_lot::Mutex;
use serde_json::json;

use super::{ExternalIssuer, ExternalIssuerError, SIZE_LIMIT};
use crate::identity::claims::Version;
use crate::identity::testing::{FakeClock, FakeStore, Served, issuer};
use crate::identity::{AuthError, Caller, ClientPolicy, Issuer, Verifier, principal_id};

const AUDIENCE: &str = "https://market.example";

/// Somebody else's issuer, played by one of ours whose key set is served from `reply`.
struct Foreign {
    issuer: Arc<Issuer>,
    clock: FakeClock,
    reply: Arc<Mutex<(StatusCode, String)>>,
    fetches: Arc<AtomicUsize>,
    served: Served,
}

impl Foreign {
    async fn start() -> Self {
        let clock = FakeClock::at(1_000);
        let issuer = issuer(&Arc::new(FakeStore::default()), &clock, ClientPolicy::Strict);
        let reply = Arc::new(Mutex::new((StatusCode::OK, key_set(&issuer).await)));
        let fetches = Arc::new(AtomicUsize::new(0));
        let (answer, count) = (Arc::clone(&reply), Arc::clone(&fetches));
        let answer = move || {
            count.fetch_add(1, Ordering::SeqCst);
            let reply = answer.lock().clone();
            async move { reply }
        };
        let served = Served::router(Router::new().route("/keys", get(answer))).await;
        Self { issuer, clock, reply, fetches, served }
    }

    fn verifier(&self, trusted: &str) -> Verifier {
        let external = ExternalIssuer {
            issuer: trusted.to_owned(),
            audience: AUDIENCE.to_owned(),
            keys_url: self.served.url("/keys"),
        };
        Verifier::new(None, Some(external), Vec::new(), self.clock.clock()).unwrap()
    }

    async fn token(&self, tenant: &str, audience: &str) -> String {
        token(&self.issuer, tenant, audience).await
    }

    fn answer(&self, status: StatusCode, body: &str) {
        *self.reply.lock() = (status, body.to_owned());
    }

    fn fetched(&self) -> usize {
        self.fetches.load(Ordering::SeqCst)
    }
}

async fn key_set(issuer: &Issuer) -> String {
    let ring = issuer.signing_ring().await.unwrap();
    let elliptic = json!({"kty": "EC", "kid": "curve", "crv": "P-256", "x": "AA", "y": "AA"});
    json!({"keys": [elliptic, ring.newest().published, 7]}).to_string()
}

async fn token(issuer: &Issuer, tenant: &str, audience: &str) -> String {
    issuer.issue(Version::V2, &principal_id(tenant, "c"), audience).await.unwrap().token
}

async fn verify(verifier: &Verifier, token: &str) -> Result<Arc<Caller>, AuthError> {
    verifier.verify(Some(&HeaderValue::from_str(&format!("Bearer {token}")).unwrap())).await
}

#[tokio::test]
async fn the_published_key_set_of_the_own_issuer_verifies_its_tokens() {
    let (store, clock) = (Arc::new(FakeStore::default()), FakeClock::at(1_000));
    let issuer = issuer(&store, &clock, ClientPolicy::Strict);
    let served = Served::issuer(&issuer).await;
    let external = ExternalIssuer {
        issuer: "https://login.microsoftonline.com/t/v2.0".to_owned(),
        audience: AUDIENCE.to_owned(),
        keys_url: served.url("/common/discovery/keys"),
    };
    let verifier = Verifier::new(None, Some(external), Vec::new(), clock.clock()).unwrap();
    let caller = verify(&verifier, &token(&issuer, "t", AUDIENCE).await).await.unwrap();
    assert_eq!(*caller, Caller { principal: principal_id("t", "c"), expires_at: 4_660 });
}

#[tokio::test]
async fn issuer_audience_and_time_are_checked() {
    let foreign = Foreign::start().await;
    let verifier = foreign.verifier("https://login.microsoftonline.com/t/v2.0");
    let other = "https://login.microsoftonline.com/u/v2.0".to_owned();
    let refused = verify(&verifier, &foreign.token("u", AUDIENCE).await).await;
    assert_eq!(refused, Err(AuthError::Issuer { issuer: other }));
    assert_eq!(foreign.fetched(), 0, "a stranger's token makes nobody fetch keys");
    let refused = verify(&verifier, &foreign.token("t", "https://elsewhere.example").await).await;
    assert_eq!(refused, Err(AuthError::Audience { expected: AUDIENCE.to_owned() }));
    let token = foreign.token("t", &format!("{AUDIENCE}/")).await;
    foreign.clock.set(4_659);
    assert!(verify(&verifier, &token).await.is_ok(), "clocks may differ by a minute");
    foreign.clock.set(4_660);
    assert_eq!(verify(&verifier, &token).await, Err(AuthError::Expired));
}

#[tokio::test]
async fn an_issuer_of_many_tenants_vouches_for_each_under_its_own_name() {
    let foreign = Foreign::start().await;
    let verifier = foreign.verifier("https://login.microsoftonline.com/{tenantid}/v2.0");
    for tenant in ["t", "u"] {
        let caller = verify(&verifier, &foreign.token(tenant, AUDIENCE).await).await.unwrap();
        assert_eq!(caller.principal, principal_id(tenant, "c"));
    }
    let first = foreign.issuer.issue(Version::V1, &principal_id("t", "c"), AUDIENCE).await.unwrap().token;
    assert!(matches!(verify(&verifier, &first).await, Err(AuthError::Issuer { .. })));
}

#[tokio::test]
async fn an_unknown_key_fetches_at_most_every_thirty_seconds() {
    let foreign = Foreign::start().await;
    let verifier = foreign.verifier("https://login.microsoftonline.com/t/v2.0");
    verify(&verifier, &foreign.token("t", AUDIENCE).await).await.unwrap();
    assert_eq!(foreign.fetched(), 1);

    let rotated = issuer(&Arc::new(FakeStore::default()), &foreign.clock, ClientPolicy::Strict);
    let token = token(&rotated, "t", AUDIENCE).await;
    foreign.answer(StatusCode::OK, &key_set(&rotated).await);
    foreign.clock.set(1_029);
    for _ in 0..3 {
        assert_eq!(verify(&verifier, &token).await, Err(AuthError::Signature));
    }
    assert_eq!(foreign.fetched(), 1);
    foreign.clock.set(1_030);
    assert!(verify(&verifier, &token).await.is_ok());
    assert_eq!(foreign.fetched(), 2);
}

#[tokio::test]
async fn a_withdrawn_key_is_forgotten_within_a_day() {
    let foreign = Foreign::start().await;
    let verifier = foreign.verifier("https://login.microsoftonline.com/t/v2.0");
    verify(&verifier, &foreign.token("t", AUDIENCE).await).await.unwrap();
    let rotated = issuer(&Arc::new(FakeStore::default()), &foreign.clock, ClientPolicy::Strict);
    foreign.clock.set(1_000 + 86_400);
    foreign.answer(StatusCode::INTERNAL_SERVER_ERROR, "");
    let old = foreign.token("t", AUDIENCE).await;
    assert!(verify(&verifier, &old).await.is_ok(), "an issuer that is down changes nothing");
    foreign.answer(StatusCode::OK, &key_set(&rotated).await);
    foreign.clock.set(1_030 + 86_400);
    let withdrawn = foreign.token("t", AUDIENCE).await;
    assert_eq!(verify(&verifier, &withdrawn).await, Err(AuthError::Signature));
}

#[tokio::test]
async fn a_key_set_that_cannot_be_had_is_no_fault_of_the_token() {
    let foreign = Foreign::start().await;
    let token = foreign.token("t", AUDIENCE).await;
    let good = foreign.reply.lock().1.clone();
    let huge = format!("{}{good}", " ".repeat(SIZE_LIMIT));
    for (status, body) in [
        (StatusCode::INTERNAL_SERVER_ERROR, good.as_str()),
        (StatusCode::FOUND, good.as_str()),
        (StatusCode::OK, "<html>"),
        (StatusCode::OK, r#"{"keys":[]}"#),
        (StatusCode::OK, r#"{"keys":[{"kty":"oct","kid":"1"}]}"#),
        (StatusCode::OK, &huge),
    ] {
        foreign.answer(status, body);
        let verifier = foreign.verifier("https://login.microsoftonline.com/t/v2.0");
        assert_eq!(verify(&verifier, &token).await, Err(AuthError::KeysUnavailable), "{status} {body:.40}");
        foreign.answer(StatusCode::OK, &good);
        let fetched = foreign.fetched();
        assert_eq!(verify(&verifier, &token).await, Err(AuthError::KeysUnavailable), "too soon to ask again");
        assert_eq!(foreign.fetched(), fetched);
        foreign.clock.set(1_005);
        assert!(verify(&verifier, &token).await.is_ok());
        foreign.clock.set(1_000);
    }
}

#[tokio::test]
async fn requests_that_arrive_together_fetch_once() {
    let foreign = Foreign::start().await;
    let verifier = foreign.verifier("https://login.microsoftonline.com/t/v2.0");
    let token = foreign.token("t", AUDIENCE).await;
    let (a, b, c) =
        tokio::join!(verify(&verifier, &token), verify(&verifier, &token), verify(&verifier, &token));
    assert!(a.is_ok() && b.is_ok() && c.is_ok());
    assert_eq!(foreign.fetched(), 1);
}

#[test]
fn wrong_settings_name_themselves() {
    let made = |issuer: &str, audience: &str, keys_url: &str| {
        let external = ExternalIssuer {
            issuer: issuer.to_owned(),
            audience: audience.to_owned(),
            keys_url: keys_url.to_owned(),
        };
        Verifier::new(None, Some(external), Vec::new(), FakeClock::at(0).clock()).map(|_| ())
    };
    let keys = "https://issuer.example/keys";
    assert_eq!(made("", "a", keys), Err(ExternalIssuerError::Empty("issuer")));
    assert_eq!(made("i", " ", keys), Err(ExternalIssuerError::Empty("audience")));
    for url in ["", "issuer.example/keys", "file:///etc/keys", "ftp://127.0.0.1/keys"] {
        assert_eq!(made("i", "a", url), Err(ExternalIssuerError::KeysUrl), "{url}");
    }
    for url in ["http://issuer.example/keys", "http://10.0.0.1/keys", "http://localhost.example/keys"] {
        assert_eq!(made("i", "a", url), Err(ExternalIssuerError::Insecure), "{url}");
    }
    for url in [keys, "http://127.0.0.1:8080/keys", "http://[::1]/keys", "http://localhost/keys"] {
        assert_eq!(made("i", "a", url), Ok(()), "{url}");
    }
}
