//! The lives that operations have, played over HTTP on a server in development mode: what is stored of them is copied.

use std::time::{Duration, Instant};

use crate::Error;
use crate::client::Connection;
use crate::server::{self, Server};

const DRAFT: &str = include_str!("../../../../examples/sample-vm-offer.json");
const PUBLISH: &str = r#"{"metadata":{"notification-emails":"release@contoso.example"}}"#;
const CANCEL: &str = r#"{"metadata":{"reason":"measured"}}"#;
/// The offer whose operations have all ended, and one whose operation runs.
pub(super) const ENDED: &str = "full-0000000";
pub(super) const RUNNING: &str = "live-0000000";
/// How often the offer goes through everything; each time makes five operations.
const TIMES: usize = 4;
/// A step takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// Somebody who calls.
struct Caller {
    connection: Connection,
    token: String,
}

/// Plays them all, and waits until nothing is left to do of the first.
pub(super) async fn play(server: &Server) -> Result<(), Error> {
    let mut caller =
        Caller { connection: Connection::open(server.address).await?, token: server.token().await? };
    for offer in [ENDED, RUNNING] {
        caller.until(201, "PUT", &format!("/api/publishers/contoso/offers/{offer}"), DRAFT).await?;
    }
    let ended = format!("/api/publishers/contoso/offers/{ENDED}");
    for _ in 0..TIMES {
        // Cancelled in its first step, cancelled when it was ready, and brought to production.
        caller.steer(ENDED, r#"{"steps":{"displaydummycertify":{"duration":"1h"}}}"#).await?;
        caller.until(202, "POST", &format!("{ended}/publish"), PUBLISH).await?;
        caller.until(200, "POST", &format!("{ended}/cancel"), CANCEL).await?;
        caller.steer(ENDED, r#"{"steps":{}}"#).await?;
        caller.until(202, "POST", &format!("{ended}/publish"), PUBLISH).await?;
        caller.until(202, "POST", &format!("{ended}/golive"), "{}").await?;
        caller.until(202, "POST", &format!("{ended}/publish"), PUBLISH).await?;
        caller.is_ready(&ended).await?;
        caller.until(202, "POST", &format!("{ended}/cancel"), CANCEL).await?;
        caller.has_ended(&ended).await?;
    }
    caller.steer(RUNNING, r#"{"steps":{"displaydummycertify":{"duration":"24h"}}}"#).await?;
    caller.until(202, "POST", &format!("/api/publishers/contoso/offers/{RUNNING}/publish"), PUBLISH).await
}

impl Caller {
    async fn steer(&mut self, offer: &str, scenario: &str) -> Result<(), Error> {
        self.until(200, "PUT", &format!("/_signoff/scenarios/contoso/{offer}"), scenario).await
    }

    /// Calls until the reply has this status: what was asked for before may not have come to its end.
    async fn until(&mut self, status: u16, method: &str, path: &str, body: &str) -> Result<(), Error> {
        let begun = Instant::now();
        while self.ask(method, path, body).await? != status {
            if begun.elapsed() > PATIENCE {
                let body = String::from_utf8_lossy(self.connection.body()).into_owned();
                return Err(format!("{method} {path} is not answered with {status}: {body}").into());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    async fn ask(&mut self, method: &str, path: &str, body: &str) -> Result<u16, Error> {
        let mut request = Vec::new();
        server::request(&mut request, method, path, &self.token, body);
        self.connection.ask(&request).await
    }

    /// Waits until the publish waits for its publisher.
    async fn is_ready(&mut self, offer: &str) -> Result<(), Error> {
        self.newest(offer, |operation| operation.contains("waitingForPublisherReview")).await
    }

    /// Waits until the newest operation has ended.
    async fn has_ended(&mut self, offer: &str) -> Result<(), Error> {
        self.newest(offer, |operation| !operation.contains("\"running\"")).await
    }

    async fn newest(&mut self, offer: &str, is_so: fn(&str) -> bool) -> Result<(), Error> {
        let begun = Instant::now();
        loop {
            self.ask("GET", &format!("{offer}/submissions"), "").await?;
            let operations: serde_json::Value = serde_json::from_slice(self.connection.body())?;
            let id = operations[0]["id"].as_str().ok_or("an offer without operations")?.to_owned();
            self.ask("GET", &format!("{offer}/operations/{id}"), "").await?;
            let operation = String::from_utf8_lossy(self.connection.body()).into_owned();
            if is_so(&operation) {
                return Ok(());
            }
            if begun.elapsed() > PATIENCE {
                return Err(format!("{offer} does not come so far: {operation}").into());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
