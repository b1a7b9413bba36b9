//! What tokens say: the claims that the server writes and those it reads.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use signoff_store::contract::PrincipalId;
use uuid::{Builder, Uuid};

use super::{principal_id, random};

/// The two generations of token endpoints, which differ in paths, replies and claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    V1,
    V2,
}

impl Version {
    /// The `iss` claim of tokens for `tenant`.
    pub(super) fn issuer(self, tenant: &str) -> String {
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
    pub(super) exp: i64,
    pub(super) nbf: Option<i64>,
    tid: Option<String>,
    appid: Option<String>,
    azp: Option<String>,
    client_id: Option<String>,
    oid: Option<String>,
    sub: Option<String>,
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

    /// Who calls: the first of `appid`, `azp`, `client_id`, `oid`, `sub` in the tenant `tid`; issuers without
    /// tenants vouch themselves. `None` if no claim names a caller.
    pub(super) fn principal(&self) -> Option<PrincipalId> {
        let claims = [&self.appid, &self.azp, &self.client_id, &self.oid, &self.sub];
        let client = claims.into_iter().find_map(|claim| filled(claim.as_deref()))?;
        Some(principal_id(self.tenant().unwrap_or(&self.iss), client))
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
    use crate::identity::principal_id;

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
