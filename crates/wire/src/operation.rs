//! Operations, their steps and messages, and the replies that lead to them (contract, "Shapes" and "Location").

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::error::ErrorItem;
use crate::words::{
    CancellationRequestState, Level, OfferStatus, OperationState, StepStatus, SubmissionSlot, SubmissionType,
};

/// One operation in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OperationItem<'a> {
    /// The operation's id.
    #[schema(value_type = String, format = "uuid")]
    pub id: Uuid,
    /// The offer's id.
    pub offer_id: Cow<'a, str>,
    /// The version of the draft that the operation works on.
    pub offer_version: u64,
    /// What kind of offer.
    pub offer_type_id: Cow<'a, str>,
    /// Whose offer.
    pub publisher_id: Cow<'a, str>,
    /// What kind of operation.
    pub submission_type: SubmissionType,
    /// Where it stands.
    pub submission_state: OperationState,
    /// Its number within the offer.
    pub publishing_version: u64,
    /// `staging` for a publish, `production` for a golive; a cancellation has its target's.
    pub slot: SubmissionSlot,
    /// Ticks; grows with every change.
    pub version: i64,
    /// What the request said.
    #[serde(default)]
    pub definition: OperationDefinition<'a>,
    /// When it last changed, RFC 3339.
    pub changed_time: Cow<'a, str>,
}

/// What the request of an operation said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OperationDefinition<'a> {
    /// Its metadata.
    #[serde(default)]
    pub metadata: OperationMetadata<'a>,
}

/// The metadata of an operation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OperationMetadata<'a> {
    /// The addresses to notify, separated by commas; left out for migrated offers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emails: Option<Cow<'a, str>>,
}

/// One operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OperationDetail<'a> {
    /// The operation's id.
    #[schema(value_type = String, format = "uuid")]
    pub id: Uuid,
    /// What kind of operation.
    pub submission_type: SubmissionType,
    /// Where it stands.
    pub status: OperationState,
    /// What there is to say about the operation as a whole.
    #[serde(default)]
    pub messages: Vec<MessageView<'a>>,
    /// Its number within the offer.
    pub publishing_version: u64,
    /// The version of the draft that the operation works on.
    pub offer_version: u64,
    /// Whether a cancel is possible, under way or done.
    pub cancellation_request_state: CancellationRequestState,
    /// The steps in their order.
    #[serde(default)]
    pub steps: Vec<StepView<'a>>,
    /// Where the preview can be seen.
    #[serde(default)]
    pub preview_links: Vec<Link<'a>>,
    /// Where the live offer can be seen.
    #[serde(default)]
    pub live_links: Vec<Link<'a>>,
    /// When it began, RFC 3339.
    #[serde(default)]
    pub created_date_time: Cow<'a, str>,
    /// When it last changed, RFC 3339.
    #[serde(default)]
    pub last_action_date_time: Cow<'a, str>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<OperationError<'a>>,
    /// Who canceled it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canceled_by: Option<Cow<'a, str>>,
    /// When it was canceled, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canceled_date_time: Option<Cow<'a, str>>,
    /// Why it was canceled, in the words of who did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancellation_reason: Option<Cow<'a, str>>,
    /// Of a cancellation: what it cancels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<TargetRef<'a>>,
    /// The addresses to notify, separated by commas; of non-migrated offers only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notification_emails: Option<Cow<'a, str>>,
}

/// One step of an operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StepView<'a> {
    /// How long it usually takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimated_time_frame: Option<Cow<'a, str>>,
    /// The step's id.
    pub id: Cow<'a, str>,
    /// Its name for people; in the dialect `observed` the sign-off step's is its id.
    #[serde(default)]
    pub step_name: Cow<'a, str>,
    /// What happens in it.
    #[serde(default)]
    pub description: Cow<'a, str>,
    /// Where it stands.
    pub status: StepStatus,
    /// What happened in it.
    #[serde(default)]
    pub messages: Vec<MessageView<'a>>,
    /// 0 to 100.
    #[serde(default)]
    pub progress_percentage: u8,
}

/// One message of an operation or a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessageView<'a> {
    /// The message as HTML.
    pub message_html: Cow<'a, str>,
    /// How serious it is.
    pub level: Level,
    /// When, RFC 3339.
    #[serde(default)]
    pub timestamp: Cow<'a, str>,
}

/// A place to look at an offer. Other servers send a bare address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Link<'a> {
    /// An address with its name.
    #[serde(rename_all = "camelCase")]
    Named {
        /// Its name for people.
        display_text: Cow<'a, str>,
        /// The address.
        uri: Cow<'a, str>,
    },
    /// An address.
    Bare(Cow<'a, str>),
}

/// Why an operation failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OperationError<'a> {
    /// What kind of failure, in PascalCase.
    pub code: Cow<'a, str>,
    /// One sentence.
    pub message: Cow<'a, str>,
    /// Every single finding, where there are several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<ErrorItem>,
}

/// What a cancellation cancels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TargetRef<'a> {
    /// The operation's id.
    #[schema(value_type = String, format = "uuid")]
    pub operation_id: Uuid,
    /// Its relative address.
    pub location: Cow<'a, str>,
}

/// The reply of `/status`: the offer's status and the steps of its newest publish or golive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StatusReply<'a> {
    /// The offer's status.
    pub status: OfferStatus,
    /// What there is to say about the offer.
    #[serde(default)]
    pub messages: Vec<MessageView<'a>>,
    /// The steps in their order.
    #[serde(default)]
    pub steps: Vec<StepView<'a>>,
    /// Where the preview can be seen.
    #[serde(default)]
    pub preview_links: Vec<Link<'a>>,
    /// Where the live offer can be seen.
    #[serde(default)]
    pub live_links: Vec<Link<'a>>,
    /// The addresses to notify, separated by commas; of non-migrated offers only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notification_emails: Option<Cow<'a, str>>,
}

/// The body of a 200 or 202 to publish, go live and cancel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Accepted<'a> {
    /// The relative address of the operation, as in `Location`.
    pub location: Cow<'a, str>,
    /// The operation's id.
    #[schema(value_type = String, format = "uuid")]
    pub operation_id: Uuid,
    /// Where it stands.
    pub status: OperationState,
    /// `nothingToCancel`, in the dialect `observed` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancellation: Option<Cow<'a, str>>,
    /// Of a cancel: who asked first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canceled_by: Option<Cow<'a, str>>,
    /// Of a cancel: when that was, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canceled_date_time: Option<Cow<'a, str>>,
    /// Of a cancel: why, in the words of who asked first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancellation_reason: Option<Cow<'a, str>>,
}

impl<'a> Accepted<'a> {
    /// The reply that leads to an operation and says nothing more.
    pub fn new(location: impl Into<Cow<'a, str>>, operation_id: Uuid, status: OperationState) -> Self {
        Self {
            location: location.into(),
            operation_id,
            status,
            cancellation: None,
            canceled_by: None,
            canceled_date_time: None,
            cancellation_reason: None,
        }
    }
}

/// What `cancellation` of [`Accepted`] says when there was nothing to cancel.
pub const NOTHING_TO_CANCEL: &str = "nothingToCancel";

/// What [`Validation::status`] says.
pub const VALID: &str = "valid";

/// The body of a 200 to a publish that asks for the checks alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Validation<'a> {
    /// `valid`: a publish would start.
    pub status: Cow<'a, str>,
    /// What the checks found and what would not stop it.
    #[serde(default)]
    pub warnings: Vec<ErrorItem>,
    /// How many warnings there are beyond those; left out if there are none.
    #[serde(default, skip_serializing_if = "crate::error::is_none")]
    pub omitted: u64,
}

/// The body of a reviewer's approve or reject; optional.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewBody {
    /// Why, in the reviewer's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 1000)]
    pub reason: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: Uuid = Uuid::from_u128(0x5a63_deb5_925b_4ee0_938b_7c86_fbf2_87c5);

    fn message() -> MessageView<'static> {
        MessageView {
            message_html: "Step completed.".into(),
            level: Level::Information,
            timestamp: "2018-03-16T17:50:45.7215660Z".into(),
        }
    }

    fn step() -> StepView<'static> {
        StepView {
            estimated_time_frame: Some("< 15 min".into()),
            id: "displaydummycertify".into(),
            step_name: "Validate Pre-Requisites".into(),
            description: "The draft is checked.".into(),
            status: StepStatus::Complete,
            messages: vec![message()],
            progress_percentage: 100,
        }
    }

    fn running() -> OperationDetail<'static> {
        OperationDetail {
            id: ID,
            submission_type: SubmissionType::Publish,
            status: OperationState::Running,
            messages: Vec::new(),
            publishing_version: 2,
            offer_version: 1,
            cancellation_request_state: CancellationRequestState::CanCancel,
            steps: vec![step()],
            preview_links: Vec::new(),
            live_links: Vec::new(),
            created_date_time: "2018-03-16T17:50:45.0000000Z".into(),
            last_action_date_time: "2018-03-16T17:50:45.7215660Z".into(),
            error: None,
            canceled_by: None,
            canceled_date_time: None,
            cancellation_reason: None,
            target: None,
            notification_emails: None,
        }
    }

    #[test]
    fn an_operation_in_a_list() {
        let mut item = OperationItem {
            id: ID,
            offer_id: "sample-vm".into(),
            offer_version: 1,
            offer_type_id: "microsoft-azure-virtualmachines".into(),
            publisher_id: "fabrikam".into(),
            submission_type: SubmissionType::GoLive,
            submission_state: OperationState::Running,
            publishing_version: 2,
            slot: SubmissionSlot::Production,
            version: 636_576_975_611_768_314,
            definition: OperationDefinition {
                metadata: OperationMetadata { emails: Some("jdoe@fabrikam.example".into()) },
            },
            changed_time: "2018-03-26T21:46:01.1799480Z".into(),
        };
        insta::assert_json_snapshot!("operation_item", item);
        item.definition = OperationDefinition::default();
        let text = serde_json::to_string(&item).unwrap();
        assert!(text.contains(r#""definition":{"metadata":{}}"#), "{text}");
        assert_eq!(serde_json::from_str::<OperationItem<'_>>(&text).unwrap(), item);
    }

    #[test]
    fn a_running_operation_leaves_out_what_is_not_there() {
        insta::assert_json_snapshot!("operation_running", running());
    }

    #[test]
    fn a_cancellation_and_its_ended_target_show_everything() {
        let full = OperationDetail {
            submission_type: SubmissionType::Cancel,
            status: OperationState::Failed,
            messages: vec![message()],
            preview_links: vec![Link::Named {
                display_text: "Preview".into(),
                uri: "https://x.example".into(),
            }],
            error: Some(OperationError {
                code: "CancellationFailed".into(),
                message: "One thing is left behind.".into(),
                details: vec![ErrorItem {
                    code: "Left".into(),
                    message: "The preview image.".into(),
                    target: None,
                }],
            }),
            canceled_by: Some("contoso-owner".into()),
            canceled_date_time: Some("2018-03-16T17:50:45.7215660Z".into()),
            cancellation_reason: Some("wrong image".into()),
            target: Some(TargetRef {
                operation_id: ID,
                location: "/api/operations/p$o$1$preview?api-version=2017-10-31".into(),
            }),
            notification_emails: Some("a@x".into()),
            ..running()
        };
        insta::assert_json_snapshot!("operation_full", full);
        let text = serde_json::to_string(&full).unwrap();
        assert_eq!(serde_json::from_str::<OperationDetail<'_>>(&text).unwrap(), full);
    }

    #[test]
    fn status_and_accepted() {
        let status = StatusReply {
            status: OfferStatus::WaitingForPublisherReview,
            messages: Vec::new(),
            steps: vec![step()],
            preview_links: Vec::new(),
            live_links: Vec::new(),
            notification_emails: Some("jdoe@fabrikam.example".into()),
        };
        insta::assert_json_snapshot!("status_reply", status);
        let mut accepted = Accepted::new(
            "/api/operations/p$o$1$preview?api-version=2017-10-31",
            ID,
            OperationState::Canceled,
        );
        insta::assert_json_snapshot!("accepted", accepted);
        accepted.cancellation = Some(NOTHING_TO_CANCEL.into());
        let text = serde_json::to_string(&accepted).unwrap();
        assert!(text.ends_with(r#","cancellation":"nothingToCancel"}"#), "{text}");
    }

    #[test]
    fn bare_links_of_other_servers_are_read() {
        let link: Link<'_> = serde_json::from_str(r#""https://x.example""#).unwrap();
        assert_eq!(link, Link::Bare("https://x.example".into()));
    }
}
