use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderValue;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rsa::RsaPrivateKey;
use rsa::pkcs8::{DecodePrivateKey, EncodePublicKey, LineEnding};
use serde_json::{Value, json};
use signoff_store::contract::{Directory as _, Keys as _, PrincipalRecord};

use super::{Caller, LENGTH_LIMIT, Verifier};
use crate::claims::Version;
use crate::testing::{FakeClock, FakeStore, issuer};
use crate::{
    AuthError, ClientPolicy, Clock, DEFAULT_AUDIENCE, ExternalIssuer, Issuer, IssuerSettings, Seeded,
    principal_id, seed_principal,
};

struct World {
    store: Arc<FakeStore>,
    clock: FakeClock,
    issuer: Arc<Issuer>,
    verifier: Verifier,
}

impl World {
    fn new() -> Self {
        let (store, clock) = (Arc::new(FakeStore::default()), FakeClock::at(1_000));
        let issuer = issuer(&store, &clock, ClientPolicy::Strict);
        let verifier = verifier(&issuer, &clock);
        Self { store, clock, issuer, verifier }
    }

    async fn token(&self, resource: &str) -> String {
        self.issuer.issue(Version::V1, &principal_id("t", "c"), resource).await.unwrap().token
    }

    /// Signs any claims with the issuer's own key.
    async fn signed(&self, claims: &Value) -> String {
        let ring = self.issuer.signing_ring().await.unwrap();
        let header = Header { kid: Some(ring.newest().kid.clone()), ..Header::new(Algorithm::RS256) };
        jsonwebtoken::encode(&header, claims, &ring.newest().encoding).unwrap()
    }

    async fn verify(&self, token: &str) -> Result<Arc<Caller>, AuthError> {
        verify(&self.verifier, token).await
    }
}

fn verifier(issuer: &Arc<Issuer>, clock: &FakeClock) -> Verifier {
    Verifier::new(Some(Arc::clone(issuer)), None, Vec::new(), clock.clock()).unwrap()
}

async fn verify(verifier: &Verifier, token: &str) -> Result<Arc<Caller>, AuthError> {
    verifier.verify(Some(&HeaderValue::from_str(&format!("Bearer {token}")).unwrap())).await
}

fn claims(changes: &Value) -> Value {
    let mut claims = json!({"iss": "https://sts.windows.net/t/", "aud": DEFAULT_AUDIENCE, "exp": 4_600, "tid": "t",
                            "appid": "c"});
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims
}

/// A token of the development mode, for a client that came with the seed, is signed with a key that production trusts.
#[tokio::test]
async fn a_token_of_a_seeded_client_counts_in_development_only() {
    let world = World::new();
    seed_principal(world.store.as_ref(), "t", "c", "a-secret").await.unwrap();
    let token = world.token(DEFAULT_AUDIENCE).await;
    assert!(world.verify(&token).await.is_ok());
    let (directory, keys) = (world.store.clone() as _, world.store.clone() as _);
    let settings = IssuerSettings { seeded: Seeded::Unknown, ..IssuerSettings::default() };
    let production = Arc::new(Issuer::new(directory, keys, world.clock.clock(), settings));
    let production = verifier(&production, &world.clock);
    let refused = verify(&production, &token).await.unwrap_err();
    assert!(matches!(refused, AuthError::Signature), "{refused:?}");
    // One of the same name that the operator registered does.
    let record = PrincipalRecord { id: principal_id("t", "c"), secret_hash: None, seeded: false };
    world.store.put_principal(record, None).await.unwrap();
    assert!(verify(&production, &token).await.is_ok());
}

#[tokio::test]
async fn both_versions_name_their_caller() {
    let world = World::new();
    for version in [Version::V1, Version::V2] {
        for audience in [DEFAULT_AUDIENCE.to_owned(), format!("{DEFAULT_AUDIENCE}/")] {
            let token = world.issuer.issue(version, &principal_id("t", "c"), &audience).await.unwrap().token;
            let caller = world.verify(&token).await.unwrap();
            let principal = principal_id("t", "c");
            assert_eq!(*caller, Caller { principal, name: None, expires_at: 4_600, keys: None });
        }
    }
}

#[tokio::test]
async fn the_header_must_be_a_bearer_token() {
    let world = World::new();
    let token = world.token(DEFAULT_AUDIENCE).await;
    assert_eq!(world.verifier.verify(None).await, Err(AuthError::Missing));
    let long = format!("Bearer {}", "a".repeat(LENGTH_LIMIT));
    let basic = format!("Basic {token}");
    let glued = format!("Bearer{token}");
    for value in [
        "",
        "Bearer",
        "Bearer ",
        "Bearer a.b",
        "Bearer a.b.c",
        "Bearer a.b.c.d",
        &long,
        &basic,
        &glued,
        &token,
    ] {
        let refused = world.verifier.verify(Some(&HeaderValue::from_str(value).unwrap())).await;
        assert_eq!(refused, Err(AuthError::Malformed), "{value:.40}");
    }
    let not_ascii = HeaderValue::from_bytes(b"Bearer \xff").unwrap();
    assert_eq!(world.verifier.verify(Some(&not_ascii)).await, Err(AuthError::Malformed));
    let lower = HeaderValue::from_str(&format!("bearer  {token}")).unwrap();
    assert!(world.verifier.verify(Some(&lower)).await.is_ok());
}

#[tokio::test]
async fn claims_decide_after_the_signature() {
    let world = World::new();
    let foreign = AuthError::Issuer { issuer: "https://evil.example/".to_owned() };
    let other_tenant = AuthError::Issuer { issuer: "https://sts.windows.net/other/".to_owned() };
    let audience = AuthError::Audience { expected: DEFAULT_AUDIENCE.to_owned() };
    for (changes, error) in [
        (json!({"aud": "https://graph.example"}), audience.clone()),
        (json!({"aud": []}), audience),
        (json!({"iss": "https://evil.example/"}), foreign),
        (json!({"iss": "https://sts.windows.net/other/"}), other_tenant),
        (json!({"exp": 1_000}), AuthError::Expired),
        (json!({"exp": i64::MIN}), AuthError::Expired),
        (json!({"exp": 1_000.9}), AuthError::Expired),
        (json!({"nbf": 1_061}), AuthError::NotYetValid),
        (json!({"exp": null}), AuthError::Malformed),
        (json!({"exp": "soon"}), AuthError::Malformed),
        (json!({"aud": 7}), AuthError::Malformed),
        (json!({"appid": null}), AuthError::Malformed),
    ] {
        let token = world.signed(&claims(&changes)).await;
        assert_eq!(world.verify(&token).await, Err(error), "{changes}");
    }
    for changes in [
        json!({}),
        json!({"nbf": 1_060}),
        json!({"exp": 1_001}),
        json!({"exp": i64::MAX}),
        json!({"exp": 4_600.25, "nbf": 999.5, "iat": 999.5}),
    ] {
        let token = world.signed(&claims(&changes)).await;
        assert!(world.verify(&token).await.is_ok(), "{changes}");
    }
}

#[tokio::test]
async fn only_rs256_by_a_known_key_counts() {
    let world = World::new();
    let good = world.token(DEFAULT_AUDIENCE).await;
    let kid = world.issuer.signing_ring().await.unwrap().newest().kid.clone();
    let (message, signature) = good.rsplit_once('.').unwrap();
    let payload = message.split_once('.').unwrap().1;

    for alg in ["none", "None", "RS1", ""] {
        let header = URL_SAFE_NO_PAD.encode(json!({"alg": alg, "typ": "JWT", "kid": kid}).to_string());
        for end in ["", signature] {
            let refused = world.verify(&format!("{header}.{payload}.{end}")).await;
            assert_eq!(refused, Err(AuthError::Malformed), "{alg}");
        }
    }

    // The classic confusion: the public key, which everybody has, as the secret of an HMAC.
    let stored = world.store.signing_keys().await.unwrap().remove(0);
    let public = RsaPrivateKey::from_pkcs8_pem(&stored.private_pem).unwrap().to_public_key();
    let pem = public.to_public_key_pem(LineEnding::LF).unwrap();
    let der = public.to_public_key_der().unwrap();
    for secret in [pem.as_bytes(), der.as_bytes()] {
        for alg in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            let header = Header { kid: Some(kid.clone()), ..Header::new(alg) };
            let key = EncodingKey::from_secret(secret);
            let forged = jsonwebtoken::encode(&header, &claims(&json!({})), &key).unwrap();
            assert_eq!(world.verify(&forged).await, Err(AuthError::Signature));
        }
    }

    let ring = world.issuer.signing_ring().await.unwrap();
    let encoded =
        |header: Header| jsonwebtoken::encode(&header, &claims(&json!({})), &ring.newest().encoding).unwrap();
    let other_alg = encoded(Header { kid: Some(kid.clone()), ..Header::new(Algorithm::PS256) });
    assert_eq!(world.verify(&other_alg).await, Err(AuthError::Signature));
    for unknown in [None, Some("other".to_owned())] {
        let token = encoded(Header { kid: unknown, ..Header::new(Algorithm::RS256) });
        assert_eq!(world.verify(&token).await, Err(AuthError::Signature));
    }
    let crit = Some(vec!["b64".to_owned()]);
    let critical = encoded(Header { kid: Some(kid), crit, ..Header::new(Algorithm::RS256) });
    assert_eq!(world.verify(&critical).await, Err(AuthError::Malformed));
}

#[tokio::test]
async fn a_changed_token_is_refused_also_after_the_right_one_was_seen() {
    let world = World::new();
    let good = world.token(DEFAULT_AUDIENCE).await;
    world.verify(&good).await.unwrap();
    let (message, signature) = good.rsplit_once('.').unwrap();
    let (header, _) = message.split_once('.').unwrap();
    let richer = URL_SAFE_NO_PAD.encode(claims(&json!({"appid": "owner"})).to_string());
    let forged = format!("{header}.{richer}.{signature}");
    assert_eq!(world.verify(&forged).await, Err(AuthError::Signature));
    let one_byte_less = &good[..good.len() - 2];
    assert_eq!(world.verify(one_byte_less).await, Err(AuthError::Signature));
}

#[tokio::test]
async fn a_token_is_remembered_until_it_expires() {
    let world = World::new();
    let token = world.token(DEFAULT_AUDIENCE).await;
    let first = world.verify(&token).await.unwrap();
    world.store.break_down();
    world.clock.set(4_599);
    assert!(Arc::ptr_eq(&first, &world.verify(&token).await.unwrap()), "the second look-up is a hit");
    world.clock.set(4_600);
    assert_eq!(world.verify(&token).await, Err(AuthError::Expired));
}

#[tokio::test]
async fn tokens_outlive_their_process_and_pass_between_nodes() {
    let world = World::new();
    let token = world.token(DEFAULT_AUDIENCE).await;
    let other = issuer(&world.store, &world.clock, ClientPolicy::Strict);
    let restarted = verifier(&other, &world.clock);
    assert!(verify(&restarted, &token).await.is_ok());
    let back = other.issue(Version::V2, &principal_id("t", "c"), DEFAULT_AUDIENCE).await.unwrap().token;
    assert!(world.verify(&back).await.is_ok());

    let stranger = verifier(&issuer(&Arc::default(), &world.clock, ClientPolicy::Strict), &world.clock);
    assert_eq!(verify(&stranger, &token).await, Err(AuthError::Signature));
}

#[tokio::test]
async fn keys_out_of_reach_are_no_fault_of_the_token() {
    let world = World::new();
    let token = world.token(DEFAULT_AUDIENCE).await;
    let restarted = verifier(&issuer(&world.store, &world.clock, ClientPolicy::Strict), &world.clock);
    world.store.break_down();
    assert_eq!(verify(&restarted, &token).await, Err(AuthError::KeysUnavailable));
    world.store.recover();
    assert!(verify(&restarted, &token).await.is_ok());
}

#[test]
fn who_has_no_token_is_told_whose_and_for_whom() {
    let clock: Clock = Arc::new(|| 0);
    let external = ExternalIssuer {
        issuer: "https://login.example.com/{tenantid}/v2.0".to_owned(),
        audience: "https://signoff.example.com".to_owned(),
        keys_url: "https://login.example.com/keys".to_owned(),
        most_age: super::super::MOST_AGE,
    };
    let verifier = Verifier::new(None, Some(external), Vec::new(), clock).unwrap();
    let told = AuthError::Missing.www_authenticate(&verifier.challenge(None));
    assert_eq!(
        told,
        "Bearer authorization_uri=\"https://login.example.com/common/v2.0\", \
         resource_id=\"https://signoff.example.com\""
    );
}
