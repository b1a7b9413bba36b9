//! The form in which receipts are stored: one for those of all use cases, as rows of earlier versions have it.

use serde::{Deserialize, Serialize};
use signoff_lifecycle::refusal::Reference;

use super::receipt::{CancelOrigin, Stored};

/// A receipt as it is stored. Which use case it is of, its reply says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredReceipt {
    pub(super) reply: StoredReply,
    /// Of a cancel alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) asked: Option<CancelOrigin>,
    /// Of a put alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) stored: Option<Stored>,
}

impl From<StoredReply> for StoredReceipt {
    fn from(reply: StoredReply) -> Self {
        Self { reply, asked: None, stored: None }
    }
}

/// What came of a command, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum StoredReply {
    /// Of a put.
    Stored {
        created: bool,
    },
    /// Of a publish or golive.
    Started(Reference),
    /// Of a cancel, as those that follow.
    Canceled(Reference),
    Canceling(Reference),
    CancellationEnded(Reference),
    GivenUp(Reference),
    Completed(Reference),
    NothingToCancel(Reference),
    /// Of every other command.
    Recorded,
}

#[cfg(test)]
mod tests {
    use signoff_lifecycle::decision::{Started, StopReply};
    use signoff_lifecycle::ids::{OperationId, PublisherTime};
    use signoff_lifecycle::offer::OfferStatus;
    use signoff_lifecycle::operation::{Kind, Slot};

    use super::*;
    use crate::usecase::receipt::{CancelReceipt, PutReceipt, Receipt};

    const REFERENCE: &str = r#"{"id":"01a22d26-4ec9-7001-b9f8-275bec0780b9","publishingVersion":1,"slot":"preview","migrated":true,"kind":"publish"}"#;
    const ASKED: &str = r#""asked":{"by":"bob","at":5,"reason":"too early"}"#;
    const STORED: &str = r#""stored":{"offer":"a","offerType":"vm","version":2,"putAt":7,"changedAt":8,"revision":3,"publishingVersion":4,"status":"running","migrated":false}"#;

    fn reference() -> Reference {
        Reference {
            id: "01a22d26-4ec9-7001-b9f8-275bec0780b9".parse::<OperationId>().unwrap(),
            publishing_version: 1,
            slot: Slot::Preview,
            migrated: true,
            kind: Kind::Publish,
        }
    }

    fn put() -> PutReceipt {
        let stored = Stored {
            offer: "a".to_owned(),
            offer_type: "vm".to_owned(),
            version: 2,
            put_at: PublisherTime(7),
            changed_at: PublisherTime(8),
            revision: 3,
            publishing_version: 4,
            status: OfferStatus::Running,
            migrated: false,
        };
        PutReceipt { created: true, stored }
    }

    /// Makes a reply of a kind.
    type Make = fn(Reference) -> StopReply;

    fn canceled(make: Make) -> CancelReceipt {
        let asked =
            CancelOrigin { by: "bob".to_owned(), at: PublisherTime(5), reason: Some("too early".to_owned()) };
        CancelReceipt::Stopped { reply: make(reference()), asked: Some(asked) }
    }

    /// The receipt is stored as these very bytes, and they are read as this receipt.
    fn stands_as<R: Receipt + PartialEq + std::fmt::Debug>(receipt: &R, text: &str) {
        assert_eq!(serde_json::to_string(&receipt.to_stored()).unwrap(), text);
        assert_eq!(R::from_stored(serde_json::from_str(text).unwrap()).as_ref(), Some(receipt), "{text}");
    }

    #[test]
    fn each_receipt_is_stored_as_earlier_versions_did() {
        stands_as(&put(), &format!(r#"{{"reply":{{"stored":{{"created":true}}}},{STORED}}}"#));
        stands_as(&Started(reference()), &format!(r#"{{"reply":{{"started":{REFERENCE}}}}}"#));
        let stops: [(Make, &str); 4] = [
            (StopReply::Canceled, "canceled"),
            (StopReply::Canceling, "canceling"),
            (StopReply::CancellationEnded, "cancellationEnded"),
            (StopReply::GivenUp, "givenUp"),
        ];
        for (make, word) in stops {
            stands_as(&canceled(make), &format!(r#"{{"reply":{{"{word}":{REFERENCE}}},{ASKED}}}"#));
        }
        let completed = CancelReceipt::Stopped { reply: StopReply::Completed(reference()), asked: None };
        stands_as(&completed, &format!(r#"{{"reply":{{"completed":{REFERENCE}}}}}"#));
        let nothing = CancelReceipt::NothingToCancel(reference());
        stands_as(&nothing, &format!(r#"{{"reply":{{"nothingToCancel":{REFERENCE}}}}}"#));
        stands_as(&(), r#"{"reply":"recorded"}"#);
    }

    #[test]
    fn a_receipt_of_another_use_case_is_none() {
        let (started, stopped) = (Started(reference()), canceled(StopReply::Canceled));
        assert_eq!(PutReceipt::from_stored(started.to_stored()), None);
        assert_eq!(CancelReceipt::from_stored(started.to_stored()), None);
        assert_eq!(CancelReceipt::from_stored(put().to_stored()), None);
        assert_eq!(CancelReceipt::from_stored(().to_stored()), None);
        assert_eq!(Started::from_stored(stopped.to_stored()), None);
        assert_eq!(<()>::from_stored(stopped.to_stored()), None);
        let draft_missing = StoredReceipt { stored: None, ..put().to_stored() };
        assert_eq!(PutReceipt::from_stored(draft_missing), None);
    }
}
