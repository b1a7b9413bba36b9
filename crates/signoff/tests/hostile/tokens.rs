//! Forged, stale, misdirected and malformed tokens, against a server that trusts a real issuer.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use rsa::pkcs8::{EncodePrivateKey as _, EncodePublicKey as _, LineEnding};
use rsa::traits::PublicKeyParts as _;
use rsa::{RsaPrivateKey, RsaPublicKey};
use serde_json::{Value, json};

use crate::findings::Findings;
use crate::http::Request;
use crate::server::{OPERATOR, Server};

const ISSUER: &str = "https://login.example.com/a-tenant/v2.0";
const AUDIENCE: &str = "https://cloudpartner.azure.com";
const TENANT: &str = "a-tenant";

/// A key pair and the name that its key set gives it.
struct Signer {
    kid: String,
    private: RsaPrivateKey,
}

impl Signer {
    fn new(kid: &str) -> Self {
        Self { kid: kid.to_owned(), private: RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048).unwrap() }
    }

    fn public(&self) -> RsaPublicKey {
        self.private.to_public_key()
    }

    fn jwk(&self) -> Value {
        let number = |number: &rsa::BigUint| URL_SAFE_NO_PAD.encode(number.to_bytes_be());
        let public = self.public();
        json!({ "kty": "RSA", "use": "sig", "kid": self.kid, "n": number(public.n()), "e": number(public.e()) })
    }

    fn key(&self) -> EncodingKey {
        let pem = self.private.to_pkcs8_pem(LineEnding::LF).unwrap();
        EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap()
    }

    /// The claims, signed under this header.
    fn sign_under(&self, header: &Header, claims: &Value) -> String {
        encode(header, claims, &self.key()).unwrap()
    }

    fn sign(&self, claims: &Value) -> String {
        self.sign_under(&header(Algorithm::RS256, &self.kid), claims)
    }
}

fn header(algorithm: Algorithm, kid: &str) -> Header {
    Header { kid: Some(kid.to_owned()), ..Header::new(algorithm) }
}

#[expect(clippy::disallowed_methods, reason = "tokens are of the real time")]
fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap()
}

/// The claims of a good token, changed.
fn claims(change: impl FnOnce(&mut Value)) -> Value {
    let now = now();
    let mut claims = json!({
        "iss": ISSUER, "aud": AUDIENCE, "iat": now, "nbf": now, "exp": now + 3600,
        "appid": "an-app", "azp": "an-app", "tid": TENANT, "oid": "an-app", "sub": "an-app", "idtyp": "app",
    });
    change(&mut claims);
    claims
}

fn with(name: &str, value: Value) -> Value {
    claims(|claims| claims[name] = value)
}

fn without(name: &str) -> Value {
    claims(|claims| {
        claims.as_object_mut().unwrap().remove(name);
    })
}

/// Serves the key set, for as long as the test lasts.
fn serve(keys: &Value) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let body = keys.to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
            let head =
                format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            // The caller may have gone.
            let _ = stream.write_all((head + &body).as_bytes());
        }
    });
    format!("http://{address}/keys")
}

fn encoded(part: &str) -> String {
    URL_SAFE_NO_PAD.encode(part)
}

/// A token whose header is this text, with that signature.
fn assembled(header: &Value, claims: &str, signature: &str) -> String {
    format!("{}.{}.{signature}", encoded(&header.to_string()), encoded(claims))
}

/// Tokens that the issuer's key did not sign as it must.
fn forged(issuer: &Signer, other: &Signer) -> Vec<(&'static str, String)> {
    let good = claims(|_| {});
    let token = issuer.sign(&good);
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let mut cases = Vec::new();
    for word in ["none", "None", "nOnE", "NONE", "", "RS256 "] {
        let unsigned = json!({ "alg": word, "typ": "JWT", "kid": issuer.kid });
        cases.push(("no algorithm", assembled(&unsigned, &good.to_string(), "")));
        cases.push(("no algorithm, yet a signature", assembled(&unsigned, &good.to_string(), signature)));
    }
    let public = issuer.public();
    let secrets = [
        public.to_public_key_pem(LineEnding::LF).unwrap().into_bytes(),
        public.to_public_key_der().unwrap().as_bytes().to_vec(),
        public.n().to_bytes_be(),
        issuer.jwk().to_string().into_bytes(),
    ];
    for secret in &secrets {
        for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            let key = EncodingKey::from_secret(secret);
            let forged = encode(&header(algorithm, &issuer.kid), &good, &key).unwrap();
            cases.push(("the public key as a shared secret", forged));
        }
    }
    for algorithm in
        [Algorithm::RS384, Algorithm::RS512, Algorithm::PS256, Algorithm::PS384, Algorithm::PS512]
    {
        cases.push(("another algorithm", issuer.sign_under(&header(algorithm, &issuer.kid), &good)));
    }
    cases.push((
        "another's key under the issuer's name",
        other.sign_under(&header(Algorithm::RS256, &issuer.kid), &good),
    ));
    cases.push(("a key that nobody published", other.sign(&good)));
    let named = |member: &str, value: Value| {
        let mut header = json!({ "alg": "RS256", "typ": "JWT", "kid": issuer.kid });
        header[member] = value;
        let signed = format!("{}.{}", encoded(&header.to_string()), encoded(&good.to_string()));
        let signature =
            jsonwebtoken::crypto::sign(signed.as_bytes(), &other.key(), Algorithm::RS256).unwrap();
        format!("{signed}.{signature}")
    };
    cases.push(("a key that the token brings along", named("jwk", other.jwk())));
    cases.push(("a key set that the token names", named("jku", json!("http://127.0.0.1:9/keys"))));
    cases.push(("a certificate that the token brings along", named("x5c", json!(["MIIB"]))));
    let critical = json!({ "alg": "RS256", "kid": issuer.kid, "crit": ["exp"] });
    cases.push(("an extension that must be understood", assembled(&critical, &good.to_string(), signature)));
    let flipped = if signature.starts_with('A') { "B" } else { "A" };
    cases.push(("a signature with one letter changed", format!("{signed}.{flipped}{}", &signature[1..])));
    cases.push((
        "a signature of another token",
        format!("{}.{signature}", issuer.sign(&with("oid", json!("x"))).rsplit_once('.').unwrap().0),
    ));
    cases
}

/// Tokens that the issuer signed, and that count for nothing here.
fn misdirected(issuer: &Signer) -> Vec<(&'static str, String)> {
    let now = now();
    let claims = [
        ("expired", with("exp", json!(now - 3600))),
        ("expired in 1970", with("exp", json!(0))),
        ("expired before time", with("exp", json!(-1))),
        ("without an end", without("exp")),
        ("with an end that is a word", with("exp", json!("tomorrow"))),
        ("with an end that is null", with("exp", Value::Null)),
        ("not yet valid", with("nbf", json!(now + 3600))),
        ("for another audience", with("aud", json!("https://management.azure.com"))),
        ("for an audience that begins so", with("aud", json!(format!("{AUDIENCE}.evil.example")))),
        ("for others", with("aud", json!(["https://a.example", "https://b.example"]))),
        ("for nobody", with("aud", json!([]))),
        ("without an audience", without("aud")),
        ("of another issuer", with("iss", json!("https://login.example.com/b-tenant/v2.0"))),
        ("of an issuer that begins so", with("iss", json!(format!("{ISSUER}.evil")))),
        ("of no issuer", without("iss")),
        ("of an issuer that is a list", with("iss", json!([ISSUER]))),
    ];
    claims.into_iter().map(|(name, claims)| (name, issuer.sign(&claims))).collect()
}

/// What is no token, made of a good one.
fn malformed(issuer: &Signer) -> Vec<(&'static str, String)> {
    let token = issuer.sign(&claims(|_| {}));
    let parts: Vec<&str> = token.split('.').collect();
    let nested = issuer.sign(&json!(token));
    let deep = format!("{}{}", "[".repeat(6_000), "]".repeat(6_000));
    let header = json!({ "alg": "RS256", "kid": issuer.kid });
    let mut cases = vec![
        ("nothing", String::new()),
        ("dots", "..".to_owned()),
        ("two parts", format!("{}.{}", parts[0], parts[1])),
        ("four parts", format!("{token}.{}", parts[2])),
        ("no header", format!(".{}.{}", parts[1], parts[2])),
        ("no claims", format!("{}..{}", parts[0], parts[2])),
        ("a blank inside", token.replacen('.', " .", 1)),
        ("padding", token.replacen('.', "==.", 1)),
        ("a token within a token", nested),
        ("claims that are deep", assembled(&header, &deep, parts[2])),
        ("claims that are no JSON", assembled(&header, "exp", parts[2])),
        ("claims twice", assembled(&header, r#"{"exp":1,"exp":99999999999}"#, parts[2])),
        ("fifteen thousand letters", "a".repeat(15_000)),
        ("quotes", format!("\"{token}\"")),
        ("the operator's token, short", OPERATOR[1..].to_owned()),
        ("the operator's token, long", format!("{OPERATOR}x")),
    ];
    for at in [1, parts[0].len(), token.len() / 2, token.len() - 1] {
        cases.push(("cut off", token[..at].to_owned()));
    }
    cases
}

/// A server that trusts `issuer`, with `an-app` as an owner of contoso.
fn server_of(issuer: &Signer) -> Server {
    let folder = tempfile::tempdir().unwrap();
    let keys_url = serve(&json!({ "keys": [issuer.jwk()] }));
    let settings = folder.path().join("signoff.toml");
    let text =
        format!("[identity]\nissuer = \"{ISSUER}\"\naudience = \"{AUDIENCE}\"\nkeys_url = \"{keys_url}\"\n");
    std::fs::write(&settings, text).unwrap();
    let server = Server::start_in(folder, &["--config", settings.to_str().unwrap()]);
    server.operator("PUT", "/api/publishers/contoso", &json!({}));
    let member = format!("/api/publishers/contoso/members/{TENANT}/an-app");
    server.operator("PUT", &member, &json!({ "role": "owner" }));
    server
}

/// A client that is registered here would be of no use: the tokens come from elsewhere.
#[test]
fn no_client_is_registered_where_another_issuer_gives_the_tokens() {
    let server = server_of(&Signer::new("issuer"));
    let register = |body: &Value| {
        server.send(&Request::api("PUT", "/api/principals/t/a-client", Some(OPERATOR)).json(body))
    };
    for body in [json!({}), json!({ "secret": "a-secret-of-more-than-32-characters-for-tests" })] {
        let reply = register(&body);
        let error = reply.json()["error"].clone();
        assert_eq!((reply.status, &error["code"]), (400, &json!("NoTokenEndpoint")), "{reply:?}");
        assert!(error["message"].as_str().unwrap().contains(ISSUER), "{error}");
    }
    // Who is no operator learns nothing of it, and what is wrong with the body is told first.
    let stranger = Request::api("PUT", "/api/principals/t/a-client", None).json(&json!({}));
    assert_eq!(server.send(&stranger).status, 401);
    assert_eq!(register(&json!({ "secrets": 1 })).json()["error"]["code"], "InvalidJson");
    // Nor does a token endpoint answer.
    let form = "grant_type=client_credentials&client_id=a-client&client_secret=x";
    let request = Request::new("POST", "/t/oauth2/token")
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(form.to_owned());
    assert_eq!(server.send(&request).status, 404);
}

const PATH: &str = "/api/publishers/contoso/members";

#[test]
fn only_a_token_of_the_issuer_for_this_server_and_this_moment_is_let_in() {
    let (issuer, other) = (Signer::new("issuer"), Signer::new("other"));
    let server = server_of(&issuer);
    let findings = Findings::of("tokens");
    let good = issuer.sign(&claims(|_| {}));
    let ask = |authorizations: &[String]| {
        let request = Request::api("GET", PATH, None);
        let add = |request: Request, value: &String| request.header("Authorization", value);
        server.send(&authorizations.iter().fold(request, add))
    };
    let cases = [forged(&issuer, &other), misdirected(&issuer), malformed(&issuer)].concat();
    for (name, token) in cases {
        findings.sent(name);
        let reply = ask(&[format!("Bearer {token}")]);
        findings.check(reply.status == 401, || format!("{name}: {} to {token}", reply.status));
        let challenge = reply.header("www-authenticate").unwrap_or_default();
        findings.check(challenge.starts_with("Bearer "), || format!("{name}: {challenge}"));
    }
    let bearer = format!("Bearer {good}");
    let schemes = [
        ("no scheme", vec![good.clone()]),
        ("another scheme", vec![format!("Basic {good}")]),
        ("a scheme that begins so", vec![format!("Bearers {good}")]),
        ("nothing but the scheme", vec!["Bearer".to_owned()]),
        ("a good token, then another", vec![bearer.clone(), "Bearer x".to_owned()]),
        ("a bad token, then a good one", vec!["Bearer x".to_owned(), bearer.clone()]),
        ("two in one header", vec![format!("{bearer}, {bearer}")]),
    ];
    for (name, values) in schemes {
        findings.sent(name);
        let reply = ask(&values);
        findings.check(reply.status == 401, || format!("{name}: {}", reply.status));
    }
    for (name, value) in [("X-Authorization", &bearer), ("Proxy-Authorization", &bearer), ("Cookie", &good)] {
        findings.sent(name);
        let reply = server.send(&Request::api("GET", PATH, None).header(name, value));
        findings.check(reply.status == 401, || format!("{name}: {}", reply.status));
    }
    let in_query = server.send(&Request::api("GET", &format!("{PATH}?access_token={good}"), None));
    findings.check(in_query.status == 401, || format!("in the query: {}", in_query.status));
    // What is right is let in, however its scheme is written, before and after all of this.
    for scheme in ["Bearer", "bearer", "BEARER"] {
        for token in [good.as_str(), OPERATOR] {
            findings.sent("a good token");
            let reply = ask(&[format!("{scheme} {token}")]);
            findings.check(reply.status == 200, || format!("{scheme}: {reply:?}"));
        }
    }
    server.is_well();
    findings.end();
}
