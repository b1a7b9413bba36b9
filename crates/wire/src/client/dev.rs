//! Calls that only a development server answers.

use reqwest::Method;

use super::Client;
use super::error::ClientError;
use super::publishers::body;
use crate::dev::{Mail, Scenario};

impl Client {
    /// Scripts what comes of the offer's next operations; an empty scenario clears it.
    pub async fn put_scenario(
        &self,
        publisher: &str,
        offer: &str,
        scenario: &Scenario,
    ) -> Result<(), ClientError> {
        let call = self.bare_call(Method::PUT, &["_signoff", "scenarios", publisher, offer]);
        self.send(call.json(body(scenario))).await.map(drop)
    }

    /// Every mail that was written, in the order of writing.
    pub async fn mailbox(&self) -> Result<Vec<Mail<'static>>, ClientError> {
        self.send(self.bare_call(Method::GET, &["_signoff", "mailbox"])).await?.read()
    }
}
