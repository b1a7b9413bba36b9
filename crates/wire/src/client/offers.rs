//! Calls on offers.

use reqwest::Method;
use serde_json::value::RawValue;

use super::error::ClientError;
use super::{Client, send::Call};
use crate::diff::{ContentName, OfferDiff};
use crate::offer::{Offer, OfferSummary};
use crate::offer_type::OfferType;
use crate::operation::StatusReply;
use crate::words::OfferSlot;

/// Which form of an offer to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The draft, by its plain address.
    Current,
    /// One version of the draft.
    Version(u64),
    /// What stands in a slot.
    Slot(OfferSlot),
}

/// An offer as it was read.
#[derive(Clone, Debug)]
pub struct OfferRead {
    /// The whole document, to the last digit; it may be put back.
    pub document: Box<RawValue>,
    /// The tag for `If-Match`, when the server sent one.
    pub etag: Option<String>,
}

impl OfferRead {
    /// The members that this API knows; unknown ones are in the document only.
    ///
    /// Fails when a member of the document has the wrong type.
    pub fn offer(&self) -> Result<Offer<'static>, ClientError> {
        serde_json::from_str(self.document.get())
            .map_err(|error| ClientError::Unreadable { url: "the offer".into(), reason: error.to_string() })
    }
}

/// What a PUT did.
#[derive(Clone, Debug)]
pub struct PutReply {
    /// Whether the offer is new: 201 rather than 200.
    pub created: bool,
    /// The offer as it is now.
    pub now: OfferRead,
}

impl Client {
    /// The offers of a publisher; `filter` as in `$filter`.
    pub async fn offers(
        &self,
        publisher: &str,
        filter: Option<&str>,
    ) -> Result<Vec<OfferSummary<'static>>, ClientError> {
        let call = self.call(Method::GET, &["api", "publishers", publisher, "offers"]);
        self.list(call.query("$filter", filter)).await
    }

    /// One offer.
    pub async fn offer(&self, publisher: &str, offer: &str, which: Which) -> Result<OfferRead, ClientError> {
        let call = match which {
            Which::Current => self.offer_call(Method::GET, publisher, offer, &[]),
            Which::Version(version) => {
                self.offer_call(Method::GET, publisher, offer, &["versions", &version.to_string()])
            }
            Which::Slot(slot) => self.offer_call(Method::GET, publisher, offer, &["slot", slot.as_str()]),
        };
        let reply = self.send(call).await?;
        Ok(OfferRead { document: reply.read()?, etag: reply.header("etag") })
    }

    /// Puts a draft: `document` is sent as it is; `if_match` is a tag, or `*` for any version.
    pub async fn put_offer(
        &self,
        publisher: &str,
        offer: &str,
        document: Vec<u8>,
        if_match: Option<&str>,
    ) -> Result<PutReply, ClientError> {
        let call = self.offer_call(Method::PUT, publisher, offer, &[]);
        let call = call.header("if-match", if_match).json(document).marked(self.mark());
        let reply = self.send(call).await?;
        let now = OfferRead { document: reply.read()?, etag: reply.header("etag") };
        Ok(PutReply { created: reply.status == 201, now })
    }

    /// Where publishing stands.
    pub async fn status(&self, publisher: &str, offer: &str) -> Result<StatusReply<'static>, ClientError> {
        self.send(self.offer_call(Method::GET, publisher, offer, &["status"])).await?.read()
    }

    /// What differs between two contents of an offer; by default from production to the draft.
    pub async fn offer_diff(
        &self,
        publisher: &str,
        offer: &str,
        from: Option<ContentName>,
        to: Option<ContentName>,
    ) -> Result<OfferDiff<'static>, ClientError> {
        let (from, to) = (from.map(|name| name.to_string()), to.map(|name| name.to_string()));
        let call = self.offer_call(Method::GET, publisher, offer, &["diff"]);
        let call = call.query("from", from.as_deref()).query("to", to.as_deref());
        self.send(call).await?.read()
    }

    /// Every kind of offer the server knows.
    pub async fn offer_types(&self) -> Result<Vec<OfferType<'static>>, ClientError> {
        self.send(self.call(Method::GET, &["api", "offerTypes"])).await?.read()
    }

    /// The server's description of itself, OpenAPI as JSON text.
    pub async fn openapi(&self) -> Result<String, ClientError> {
        Ok(self.send(self.bare_call(Method::GET, &["_signoff", "openapi.json"])).await?.text)
    }

    /// A call below the address of an offer.
    pub(super) fn offer_call(&self, method: Method, publisher: &str, offer: &str, below: &[&str]) -> Call {
        let path = [&["api", "publishers", publisher, "offers", offer], below].concat();
        self.call(method, &path)
    }
}
