//! Who calls, as the server takes it: `GET /api/me`.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum CallerKind {
    /// A person, who signed in by some program.
    Person,
    /// A program that acts by itself.
    App,
    /// The operator of the server.
    Operator,
}

impl CallerKind {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::App => "app",
            Self::Operator => "operator",
        }
    }
}

impl fmt::Display for CallerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Who did something, in parts: `tenant` and `id` are absent of the operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Actor<'a> {
    /// What they are.
    pub kind: CallerKind,
    /// The tenant, or the issuer where it has no tenants.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<Cow<'a, str>>,
    /// The client id of an app, the object id (or subject) of a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Cow<'a, str>>,
}

/// Whom the server takes the caller for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Me<'a> {
    /// What the caller is.
    pub kind: CallerKind,
    /// The tenant, or the issuer where it has no tenants; absent of the operator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<Cow<'a, str>>,
    /// The client id of an app, the object id (or subject) of a person; absent of the operator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Cow<'a, str>>,
    /// How members are named: the client id, or `user:` and the person's id; absent of the operator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<Cow<'a, str>>,
    /// The name in the token, for people to read; it decides nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Cow<'a, str>>,
    /// The publishers that the caller is a member of.
    pub publishers: Vec<MyRole<'a>>,
    /// Until when the token counts, RFC 3339; absent if it does not expire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Cow<'a, str>>,
}

/// What the caller is to a publisher.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MyRole<'a> {
    /// The publisher's id.
    pub id: Cow<'a, str>,
    /// `owner`, `contributor`, `reviewer` or `reader`.
    pub role: Cow<'a, str>,
}
