//! What tokens say: the claims that the server writes and those it reads.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Number, Value};
use sha2::{Digest, Sha256};
use signoff_store::contract::PrincipalId;
use signoff_wire::names::{self, PERSON};
use uuid::{Builder, Uuid};

use super::{principal_id, random};

/// The two generations of token endpoints, which differ in paths, replies and claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    V1,
    V2,
}

impl Version {
    /// The `iss` claim of tokens for `tenant`.
    pub fn issuer(self, tenant: &str) -> String {
        match self {
            Self::V1 => format!("https://sts.windows.net/{tenant}/"),
            Self::V2 => format!("https://login.microsoftonline.com/{tenant}/v2.0"),
        }
    }
}

/// The claims of a token that the server issues. Times in seconds since the Unix epoch.
#[derive(Serialize)]
pub(super) struct IssuedClaims<'a> {
    aud: &'a str,
    iss: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    appid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    azp: Option<&'a str>,
    oid: Uuid,
    sub: Uuid,
    tid: &'a str,
    jti: Uuid,
    ver: &'static str,
}

impl<'a> IssuedClaims<'a> {
    pub(super) fn new(
        version: Version,
        principal: &'a PrincipalId,
        resource: &'a str,
        now: i64,
        expires_at: i64,
    ) -> Self {
        let object = object_id(principal);
        let client = principal.client.as_str();
        let (appid, azp, ver) = match version {
            Version::V1 => (Some(client), None, "1.0"),
            Version::V2 => (None, Some(client), "2.0"),
        };
        Self {
            aud: resource,
            iss: version.issuer(&principal.tenant),
            iat: now,
            nbf: now,
            exp: expires_at,
            appid,
            azp,
            oid: object,
            sub: object,
            tid: &principal.tenant,
            jti: random::identifier(),
            ver,
        }
    }
}

/// The object id of a principal: the same on every node and after every restart.
fn object_id(principal: &PrincipalId) -> Uuid {
    let digest: [u8; 32] = Sha256::new()
        .chain_update(&principal.tenant)
        .chain_update([0])
        .chain_update(&principal.client)
        .finalize()
        .into();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    Builder::from_custom_bytes(bytes).into_uuid()
}

/// The claims that are read of a token, of whichever issuer.
#[derive(Deserialize)]
pub(super) struct TokenClaims {
    pub(super) iss: String,
    aud: OneOrMany,
    #[serde(deserialize_with = "seconds")]
    pub(super) exp: i64,
    #[serde(default, deserialize_with = "seconds_if_any")]
    pub(super) nbf: Option<i64>,
    #[serde(default, deserialize_with = "seconds_if_any")]
    pub(super) iat: Option<i64>,
    tid: Option<String>,
    appid: Option<String>,
    azp: Option<String>,
    client_id: Option<String>,
    oid: Option<String>,
    sub: Option<String>,
    idtyp: Option<String>,
    scp: Option<Value>,
    scope: Option<Value>,
    name: Option<Value>,
    preferred_username: Option<Value>,
}

/// A time in seconds since the Unix epoch. The fraction that it may have (RFC 7519, section 2) is left out.
fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let number = Number::deserialize(deserializer)?;
    whole(&number).ok_or_else(|| serde::de::Error::custom("not a time"))
}

fn seconds_if_any<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    let number = Option::<Number>::deserialize(deserializer)?;
    let not_a_time = || serde::de::Error::custom("not a time");
    number.map(|number| whole(&number).ok_or_else(not_a_time)).transpose()
}

#[expect(clippy::cast_possible_truncation, reason = "what is out of range becomes the end of time")]
fn whole(number: &Number) -> Option<i64> {
    number.as_i64().or_else(|| number.as_f64().map(|seconds| seconds.floor() as i64))
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl TokenClaims {
    /// Whether the token is meant for one of `accepted`; a trailing slash makes no difference.
    pub(super) fn is_for(&self, accepted: &[String]) -> bool {
        let same = |audience: &String| accepted.iter().any(|known| bare(known) == bare(audience));
        match &self.aud {
            OneOrMany::One(audience) => same(audience),
            OneOrMany::Many(audiences) => audiences.iter().any(same),
        }
    }

    /// The tenant claim, if any.
    pub(super) fn tenant(&self) -> Option<&str> {
        filled(self.tid.as_deref())
    }

    /// Who calls, in the tenant `tid`; issuers without tenants vouch themselves. A person is the first of `oid`,
    /// `sub`, a program the first of `appid`, `azp`, `client_id`, `oid`, `sub`. `None` if no claim names a caller, or a
    /// program has a name that only people and the operator have.
    pub(super) fn principal(&self) -> Option<PrincipalId> {
        let tenant = self.tenant().unwrap_or(&self.iss);
        if self.is_a_persons() {
            let id = filled(self.oid.as_deref()).or(filled(self.sub.as_deref()))?;
            return Some(principal_id(tenant, &format!("{PERSON}{id}")));
        }
        let subjects = [self.oid.as_deref(), self.sub.as_deref()];
        let client = self.client().or(subjects.into_iter().find_map(filled))?;
        let is_taken = client.starts_with(PERSON) || names::is_operator(client);
        (!is_taken).then(|| principal_id(tenant, client))
    }

    /// The name of the caller for people to read. Nothing is decided by it: people may choose it.
    pub(super) fn name(&self) -> Option<&str> {
        let claims = [&self.name, &self.preferred_username].into_iter().flatten();
        claims.filter_map(Value::as_str).find(|text| !text.trim().is_empty())
    }

    /// Whether somebody signed in by a program, rather than the program itself: `idtyp` says so, or else the token
    /// names a subject that is not its client and what the person lets the client do.
    fn is_a_persons(&self) -> bool {
        match self.idtyp.as_deref() {
            Some("user") => return true,
            Some("app") => return false,
            _ => {}
        }
        let subject = filled(self.sub.as_deref()).or(filled(self.oid.as_deref()));
        let delegates = [&self.scp, &self.scope].into_iter().flatten().any(|scope| match scope {
            Value::String(text) => !text.trim().is_empty(),
            Value::Array(scopes) => !scopes.is_empty(),
            _ => false,
        });
        delegates && subject.is_some() && subject != self.client()
    }

    /// The client that the token was given to.
    fn client(&self) -> Option<&str> {
        [&self.appid, &self.azp, &self.client_id].into_iter().find_map(|claim| filled(claim.as_deref()))
    }
}

fn filled(claim: Option<&str>) -> Option<&str> {
    claim.filter(|text| !text.is_empty())
}

fn bare(audience: &str) -> &str {
    audience.strip_suffix('/').unwrap_or(audience)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{IssuedClaims, TokenClaims, Version, object_id};
    use crate::principal_id;

    fn claims(extra: &Value) -> TokenClaims {
        let mut claims = json!({"iss": "https://issuer.example", "aud": "a", "exp": 1});
        for (name, value) in extra.as_object().unwrap() {
            claims[name] = value.clone();
        }
        serde_json::from_value(claims).unwrap()
    }

    #[test]
    fn the_caller_is_named_by_the_first_claim_present() {
        let all = json!({"tid": "t", "appid": "1", "azp": "2", "client_id": "3", "oid": "4", "sub": "5"});
        let mut rest = all.as_object().unwrap().clone();
        for (claim, client) in [("appid", "1"), ("azp", "2"), ("client_id", "3"), ("oid", "4"), ("sub", "5")]
        {
            let principal = claims(&Value::Object(rest.clone())).principal().unwrap();
            assert_eq!(principal, principal_id("t", client));
            rest[claim] = json!("");
        }
        assert_eq!(claims(&Value::Object(rest)).principal(), None);
    }

    #[test]
    fn people_are_told_from_programs() {
        let person = Some(principal_id("t", "user:o"));
        let app = Some(principal_id("t", "c"));
        let signed_in = json!({"tid": "t", "azp": "c", "oid": "o", "sub": "s", "scp": "access"});
        for (changes, expected) in [
            // What the issuer says of it decides.
            (json!({"idtyp": "user"}), &person),
            (json!({"idtyp": "user", "scp": null, "sub": "c"}), &person),
            (json!({"idtyp": "app"}), &app),
            (json!({"idtyp": "user", "oid": null, "sub": null}), &None),
            // Else a subject beside the client, and something that it lets the client do.
            (json!({}), &person),
            (json!({"scp": null, "scope": "a b"}), &person),
            (json!({"scp": ["a"]}), &person),
            (json!({"azp": null}), &person),
            (json!({"oid": null, "sub": "o"}), &person),
            (json!({"scp": null}), &app),
            (json!({"scp": " "}), &app),
            (json!({"scp": []}), &app),
            (json!({"scp": 7}), &app),
            (json!({"sub": "c"}), &app),
            (json!({"sub": null, "oid": "c"}), &app),
            (json!({"idtyp": "device", "scp": null}), &app),
            // A program whose name is not fit for a program is not let in.
            (json!({"scp": null, "azp": "user:o"}), &None),
            (json!({"scp": null, "azp": "Operator"}), &None),
        ] {
            let mut token = signed_in.clone();
            for (name, value) in changes.as_object().unwrap() {
                token[name] = value.clone();
            }
            assert_eq!(&claims(&token).principal(), expected, "{changes}");
        }
    }

    #[test]
    fn a_person_is_the_same_in_any_spelling_of_the_id() {
        let guid = "6F9619FF-8B86-D011-B42D-00C04FC964FF";
        let principal = claims(&json!({"tid": "t", "idtyp": "user", "oid": guid})).principal().unwrap();
        assert_eq!(principal.client, format!("user:{}", guid.to_lowercase()));
        assert_eq!(principal, principal_id("t", &format!("user:{guid}")));
    }

    #[test]
    fn a_name_is_for_reading() {
        let name = |extra: Value| claims(&extra).name().map(str::to_owned);
        assert_eq!(name(json!({"name": "Ann", "preferred_username": "ann@x"})).as_deref(), Some("Ann"));
        assert_eq!(name(json!({"name": " ", "preferred_username": "ann@x"})).as_deref(), Some("ann@x"));
        assert_eq!(name(json!({"name": 7})), None);
    }

    #[test]
    fn times_may_have_a_fraction() {
        let times = claims(&json!({"exp": 4_600.9, "nbf": 10.5, "iat": 1e3}));
        assert_eq!((times.exp, times.nbf, times.iat), (4_600, Some(10), Some(1_000)));
        let ends = claims(&json!({"exp": 1e300, "nbf": i64::MIN}));
        assert_eq!((ends.exp, ends.nbf, ends.iat), (i64::MAX, Some(i64::MIN), None));
    }

    #[test]
    fn an_issuer_without_tenants_vouches_itself() {
        let principal = claims(&json!({"sub": "ci"})).principal().unwrap();
        assert_eq!(principal, principal_id("https://issuer.example", "ci"));
    }

    #[test]
    fn audiences_match_with_and_without_a_trailing_slash() {
        let accepted = ["https://a.example".to_owned(), "https://b.example/".to_owned()];
        for aud in
            [json!("https://a.example/"), json!("https://b.example"), json!(["x", "https://a.example"])]
        {
            assert!(claims(&json!({ "aud": aud })).is_for(&accepted), "{aud}");
        }
        for aud in [json!("https://a.example//"), json!("https://a.example.evil"), json!([]), json!("")] {
            assert!(!claims(&json!({ "aud": aud })).is_for(&accepted), "{aud}");
        }
    }

    #[test]
    fn issued_claims_differ_by_version() {
        let id = principal_id("tenant", "client");
        let v1 = serde_json::to_value(IssuedClaims::new(Version::V1, &id, "r", 10, 20)).unwrap();
        let v2 = serde_json::to_value(IssuedClaims::new(Version::V2, &id, "r", 10, 20)).unwrap();
        assert_eq!(v1["iss"], "https://sts.windows.net/tenant/");
        assert_eq!((&v1["appid"], &v1["azp"], &v1["ver"]), (&json!("client"), &Value::Null, &json!("1.0")));
        assert_eq!(v2["iss"], "https://login.microsoftonline.com/tenant/v2.0");
        assert_eq!((&v2["appid"], &v2["azp"], &v2["ver"]), (&Value::Null, &json!("client"), &json!("2.0")));
        assert_eq!((&v2["iat"], &v2["nbf"], &v2["exp"]), (&json!(10), &json!(10), &json!(20)));
        assert_eq!((&v1["oid"], &v1["oid"]), (&v1["sub"], &v2["oid"]));
        assert_ne!(v1["jti"], v2["jti"]);
    }

    #[test]
    fn object_ids_tell_principals_apart() {
        assert_ne!(object_id(&principal_id("a", "bc")), object_id(&principal_id("ab", "c")));
    }
}
