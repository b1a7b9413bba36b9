//! Whether a server is ready.

use serde::Deserialize;

use super::{Client, ClientError};

/// What a server says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readiness {
    /// Whether it wants requests.
    pub is_ready: bool,
    /// Its word for it: `ready`, `starting`, `draining`, `the store does not answer`.
    pub status: String,
}

#[derive(Deserialize)]
struct Body {
    status: String,
}

impl Client {
    /// Asks a server of ours whether it is ready, once and without a token.
    pub async fn readiness(&self) -> Result<Readiness, ClientError> {
        let reply = self.look_once(&["_signoff", "readyz"]).await?;
        let body: Body = reply.read()?;
        Ok(Readiness { is_ready: reply.status == 200, status: body.status })
    }
}
