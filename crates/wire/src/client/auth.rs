//! Where a client's token comes from (contract, "Tokens").

use std::fmt;

use serde::Deserialize;
use tokio::sync::Mutex;
use url::Url;

use super::error::{ClientError, unreachable};

/// The host of the public portal.
pub const PORTAL_HOST: &str = "cloudpartner.azure.com";

/// The authority that gives out tokens for the public portal.
pub const PUBLIC_AUTHORITY: &str = "https://login.microsoftonline.com";

/// The resource that a token is asked for, the same for every server.
const SCOPE: &str = "https://cloudpartner.azure.com/.default";

/// The authority to ask when none is set: the public one for the public portal, else the server itself.
pub fn default_authority(base: &Url) -> String {
    if base.host_str() == Some(PORTAL_HOST) {
        PUBLIC_AUTHORITY.to_owned()
    } else {
        base.as_str().trim_end_matches('/').to_owned()
    }
}

/// Where the token comes from.
pub enum TokenSource {
    /// Requests carry none.
    None,
    /// It is given and used as it is.
    Given(String),
    /// It is fetched for a client id and secret.
    Credentials(ClientCredentials),
}

/// The credentials of a client, for the v2 token endpoint of an authority.
pub struct ClientCredentials {
    /// For example `https://login.microsoftonline.com`.
    pub authority: String,
    /// The tenant's id or name.
    pub tenant: String,
    /// The client's id.
    pub client_id: String,
    /// The client's secret.
    pub client_secret: String,
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Given(_) => "Given(…)",
            Self::Credentials(_) => "Credentials(…)",
        })
    }
}

impl TokenSource {
    /// Whether tokens come from the server at `base` alone.
    pub(super) fn stays_on(&self, base: &Url) -> bool {
        match self {
            Self::None | Self::Given(_) => true,
            Self::Credentials(credentials) => {
                credentials.authority.trim_end_matches('/') == default_authority(base)
            }
        }
    }
}

/// The source and the token that it last gave.
pub(super) struct Tokens {
    source: TokenSource,
    fetched: Mutex<Option<String>>,
}

#[derive(Deserialize)]
struct TokenReply {
    access_token: String,
}

#[derive(Deserialize)]
struct TokenRefusal {
    error: String,
    #[serde(default)]
    error_description: String,
}

impl Tokens {
    pub(super) fn new(source: TokenSource) -> Self {
        Self { source, fetched: Mutex::new(None) }
    }

    /// The token to send, or `None` when requests carry none.
    pub(super) async fn current(&self, http: &reqwest::Client) -> Result<Option<String>, ClientError> {
        match &self.source {
            TokenSource::None => Ok(None),
            TokenSource::Given(token) => Ok(Some(token.clone())),
            TokenSource::Credentials(credentials) => {
                let mut fetched = self.fetched.lock().await;
                if fetched.is_none() {
                    *fetched = Some(fetch(http, credentials).await?);
                }
                Ok(fetched.clone())
            }
        }
    }

    pub(super) async fn get(&self, http: &reqwest::Client) -> Result<String, ClientError> {
        self.current(http).await?.ok_or_else(|| {
            ClientError::Setting(
                "there is no token: set --token, or --tenant, --client-id and --client-secret".into(),
            )
        })
    }

    /// Forgets a token that the server refused; says whether asking for another makes sense.
    pub(super) async fn refused(&self, token: &str) -> bool {
        let mut fetched = self.fetched.lock().await;
        if fetched.as_deref() == Some(token) {
            *fetched = None;
        }
        matches!(self.source, TokenSource::Credentials(_))
    }
}

async fn fetch(http: &reqwest::Client, credentials: &ClientCredentials) -> Result<String, ClientError> {
    let ClientCredentials { authority, tenant, client_id, client_secret } = credentials;
    let url = format!("{}/{tenant}/oauth2/v2.0/token", authority.trim_end_matches('/'));
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", client_id),
        ("client_secret", client_secret),
        ("scope", SCOPE),
    ];
    let address = Url::parse(&url).map_err(|error| {
        ClientError::Setting(format!("the authority {authority:?} is no address: {error}"))
    })?;
    let lost = |error: reqwest::Error| unreachable(error, &address);
    let reply = http.post(address.clone()).form(&form).send().await.map_err(lost)?;
    let status = reply.status();
    let text = reply.text().await.map_err(lost)?;
    if status.is_success() {
        let reply: TokenReply = serde_json::from_str(&text).map_err(|_| ClientError::Token {
            url: url.clone(),
            // The reply may hold a secret.
            reason: "the reply has no access_token".into(),
        })?;
        return Ok(reply.access_token);
    }
    let reason = match serde_json::from_str::<TokenRefusal>(&text) {
        Ok(refusal) => format!("{} {}", refusal.error, refusal.error_description).trim_end().to_owned(),
        Err(_) => format!("HTTP {}", status.as_u16()),
    };
    Err(ClientError::Token { url, reason })
}
