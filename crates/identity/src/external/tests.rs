use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::routing::get;
use http::{HeaderValue, StatusCode};
use jsonwebtoken::{Algorithm, Header};
use parking_lot::Mutex;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::{ExternalIssuer, ExternalIssuerError, MOST_AGE, SIZE_LIMIT};
use crate::claims::Version;
use crate::testing::{FakeClock, FakeStore, issuer};
use crate::{AuthError, Caller, ClientPolicy, Issuer, Verifier, principal_id};

const AUDIENCE: &str = "https://market.example";

/// A real server on loopback that ends with its test.
struct Served {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Served {
    async fn router(router: Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, task }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.task.abort();
    }
}

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
            most_age: MOST_AGE,
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
async fn an_unknown_key_is_looked_for_once_more_after_a_second() {
    let foreign = Foreign::start().await;
    let verifier = foreign.verifier("https://login.microsoftonline.com/t/v2.0");
    verify(&verifier, &foreign.token("t", AUDIENCE).await).await.unwrap();
    assert_eq!(foreign.fetched(), 1);

    let rotated = issuer(&Arc::new(FakeStore::default()), &foreign.clock, ClientPolicy::Strict);
    let token = token(&rotated, "t", AUDIENCE).await;
    foreign.answer(StatusCode::OK, &key_set(&rotated).await);
    for _ in 0..3 {
        assert_eq!(verify(&verifier, &token).await, Err(AuthError::Signature));
    }
    assert_eq!(foreign.fetched(), 1);
    foreign.clock.set(1_001);
    assert!(verify(&verifier, &token).await.is_ok());
    assert_eq!(foreign.fetched(), 2);
}

#[tokio::test]
async fn keys_that_nobody_knows_do_not_bother_the_issuer() {
    let foreign = Foreign::start().await;
    let verifier = foreign.verifier("https://login.microsoftonline.com/t/v2.0");
    let stranger = issuer(&Arc::new(FakeStore::default()), &foreign.clock, ClientPolicy::Strict);
    verify(&verifier, &foreign.token("t", AUDIENCE).await).await.unwrap();
    for seconds in 0..60 {
        foreign.clock.set(1_000 + seconds);
        assert_eq!(
            verify(&verifier, &token(&stranger, "t", AUDIENCE).await).await,
            Err(AuthError::Signature)
        );
    }
    assert_eq!(foreign.fetched(), 4, "twice in 30 seconds");
}

#[tokio::test]
async fn a_withdrawn_key_is_forgotten_within_an_hour_and_its_tokens_end() {
    let foreign = Foreign::start().await;
    let verifier = foreign.verifier("https://login.microsoftonline.com/t/v2.0");
    foreign.clock.set(1_000 + 3_000);
    let seen = foreign.token("t", AUDIENCE).await;
    foreign.clock.set(1_000);
    let caller = verify(&verifier, &seen).await;
    assert_eq!(caller, Err(AuthError::NotYetValid));
    foreign.clock.set(4_000);
    let caller = verify(&verifier, &seen).await.unwrap();
    assert_eq!(verifier.seconds_left(&caller), 3_660);
    let rotated = issuer(&Arc::new(FakeStore::default()), &foreign.clock, ClientPolicy::Strict);
    foreign.clock.set(1_000 + 3_600);
    foreign.answer(StatusCode::INTERNAL_SERVER_ERROR, "");
    assert!(verify(&verifier, &seen).await.is_ok(), "an issuer that is down changes nothing");
    foreign.answer(StatusCode::OK, &key_set(&rotated).await);
    foreign.clock.set(1_001 + 3_600);
    assert_eq!(verify(&verifier, &seen).await, Err(AuthError::Signature), "though it was seen before");
    assert_eq!(verifier.seconds_left(&caller), 0, "who holds a stream open by it is looked at again");
    let withdrawn = foreign.token("t", AUDIENCE).await;
    assert_eq!(verify(&verifier, &withdrawn).await, Err(AuthError::Signature));
}

#[tokio::test]
async fn a_key_that_comes_ends_the_tokens_of_one_that_goes_at_once() {
    let foreign = Foreign::start().await;
    let verifier = foreign.verifier("https://login.microsoftonline.com/t/v2.0");
    let seen = foreign.token("t", AUDIENCE).await;
    verify(&verifier, &seen).await.unwrap();
    let rotated = issuer(&Arc::new(FakeStore::default()), &foreign.clock, ClientPolicy::Strict);
    foreign.answer(StatusCode::OK, &key_set(&rotated).await);
    foreign.clock.set(1_001);
    verify(&verifier, &token(&rotated, "t", AUDIENCE).await).await.unwrap();
    assert_eq!(verify(&verifier, &seen).await, Err(AuthError::Signature));
}

/// A token of this issuer with any claims.
async fn signed(foreign: &Foreign, claims: serde_json::Value) -> String {
    let ring = foreign.issuer.signing_ring().await.unwrap();
    let header = Header { kid: Some(ring.newest().kid.clone()), ..Header::new(Algorithm::RS256) };
    let mut all =
        json!({"iss": "https://login.microsoftonline.com/t/v2.0", "tid": "t", "aud": AUDIENCE, "azp": "c"});
    for (name, value) in claims.as_object().unwrap() {
        all[name] = value.clone();
    }
    jsonwebtoken::encode(&header, &all, &ring.newest().encoding).unwrap()
}

#[tokio::test]
async fn a_token_counts_for_a_day_or_so_whatever_it_says() {
    let foreign = Foreign::start().await;
    let verifier = foreign.verifier("https://login.microsoftonline.com/t/v2.0");
    let years = 1_000_000_000;
    for (claims, until) in [
        (json!({"exp": years, "iat": 500}), 500 + MOST_AGE),
        (json!({"exp": years, "iat": 500.75}), 500 + MOST_AGE),
        (json!({"exp": years, "jti": "without a beginning"}), 1_000 + MOST_AGE),
        (json!({"exp": years, "iat": 5_000_000}), 1_000 + MOST_AGE),
        (json!({"exp": 2_000, "iat": 500}), 2_060),
    ] {
        foreign.clock.set(1_000);
        let token = signed(&foreign, claims.clone()).await;
        assert_eq!(verify(&verifier, &token).await.map(|caller| caller.expires_at), Ok(until), "{claims}");
        foreign.clock.set(until - 1);
        assert!(verify(&verifier, &token).await.is_ok(), "{claims}");
        for later in [until, until + 1_000, until + MOST_AGE] {
            foreign.clock.set(later);
            assert_eq!(verify(&verifier, &token).await, Err(AuthError::Expired), "{claims} at {later}");
        }
    }
}

#[tokio::test]
async fn a_token_without_a_beginning_does_not_begin_anew_when_the_keys_change() {
    let foreign = Foreign::start().await;
    let verifier = foreign.verifier("https://login.microsoftonline.com/t/v2.0");
    let token = signed(&foreign, json!({"exp": 1_000_000_000})).await;
    verify(&verifier, &token).await.unwrap();
    let other = issuer(&Arc::new(FakeStore::default()), &foreign.clock, ClientPolicy::Strict);
    let both = [&foreign.issuer, &other];
    let mut keys = Vec::new();
    for issuer in both {
        keys.push(serde_json::to_value(&issuer.signing_ring().await.unwrap().newest().published).unwrap());
    }
    foreign.answer(StatusCode::OK, &json!({ "keys": keys }).to_string());
    foreign.clock.set(1_000 + 3_600);
    let again = verify(&verifier, &token).await.unwrap();
    assert_eq!((again.keys, again.expires_at), (Some(2), 1_000 + MOST_AGE));
}

#[tokio::test]
async fn people_and_programs_come_with_the_same_client() {
    let foreign = Foreign::start().await;
    let verifier = foreign.verifier("https://login.microsoftonline.com/t/v2.0");
    let claims = json!({"exp": 2_000.5, "oid": "ann", "sub": "s", "scp": "access", "name": "Ann"});
    let caller = verify(&verifier, &signed(&foreign, claims).await).await.unwrap();
    assert_eq!(caller.principal, principal_id("t", "user:ann"));
    assert_eq!(caller.name.as_deref(), Some("Ann"));
    let caller =
        verify(&verifier, &signed(&foreign, json!({"exp": 2_000, "oid": "c", "sub": "c"})).await).await;
    assert_eq!(caller.unwrap().principal, principal_id("t", "c"));
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
            most_age: MOST_AGE,
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
