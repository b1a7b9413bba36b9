//! The table of bounds, row by row: what is at the bound is taken, one more is answered as the row says.
//!
//! A new row needs its walk in `walk`. Most are two calls, which `calls` sends; the others look for themselves. Where a
//! setting or a server of the walk's own makes the bound smaller, the walk goes to that one.

mod callers;
mod connections;
mod documents;
mod requests;

use signoff_engine::FollowLimits;
use signoff_server::limits::{Beyond, Bound};

use crate::call::Call;
use crate::reply::Reply;
use crate::server::TestServer;

/// What came of going to a bound and one beyond.
pub(crate) struct Seen {
    /// The status of what is at the bound.
    pub(crate) at: u16,
    pub(crate) beyond: Outcome,
}

/// What came of one more.
#[derive(Debug, PartialEq)]
pub(crate) enum Outcome {
    /// Status and `error.code`, or a token host's `error`.
    Refused(u16, String),
    /// The connection was closed without a reply.
    Closed,
    /// It was answered, and the walk found the reply to be as the row says.
    Answered,
}

impl Outcome {
    pub(crate) fn refused(reply: &Reply) -> Self {
        let body: serde_json::Value = serde_json::from_str(&reply.text).unwrap_or_default();
        let code = body["error"]["code"].as_str().or_else(|| body["error"].as_str()).unwrap_or_default();
        Self::Refused(reply.status, code.to_owned())
    }
}

/// Sends what is at the bound, then what is one beyond.
pub(crate) async fn calls(at: Call, beyond: Call) -> Seen {
    let at = at.await;
    Seen { at: at.status, beyond: Outcome::refused(&beyond.await) }
}

/// Goes to the bound and one beyond. `value` is the bound. `None`: no call sees it, and the test of this name goes there.
async fn walk(bound: Bound, server: &TestServer, value: usize) -> Option<Seen> {
    Some(match bound {
        // who_did_least_is_forgotten_first_and_memory_is_bounded, as_many_lines_wait_as_the_table_of_bounds_says
        Bound::QuotaKeys | Bound::LogLines
        // a_large_body_is_not_tried_as_json5
        | Bound::Json5
        // a_long_answer_is_cut_short, a_reply_that_is_no_answer_is_a_passing_failure
        | Bound::WebhookFindings | Bound::WebhookText | Bound::WebhookReply => return None,
        Bound::Connections => connections::connections().await,
        Bound::Strangers => connections::strangers().await,
        Bound::HealthPlaces => connections::health_places().await,
        Bound::HeadTime => connections::head_time().await,
        Bound::IdleTime => connections::idle_time().await,
        Bound::BodyTime => connections::body_time().await,
        Bound::WriteTime => connections::write_time().await,
        Bound::Head => connections::head(server, value).await,
        Bound::Headers => connections::headers(server, value).await,
        Bound::UnreadBody => connections::unread_body(server, value).await,
        Bound::Callback => connections::callback(value).await,
        Bound::Snapshot => connections::snapshot(server, value).await,
        Bound::StreamsOfPublisher => {
            connections::streams(FollowLimits { streams_of_publisher: 1, ..FollowLimits::default() }).await
        }
        Bound::StreamsOfCaller => {
            connections::streams(FollowLimits { streams_of_caller: 1, ..FollowLimits::default() }).await
        }
        Bound::Waits => connections::waits().await,
        Bound::List => requests::list(server, value).await,
        Bound::ClientId => requests::client_id(server, value).await,
        Bound::Resource => requests::resource(server, value).await,
        Bound::PublisherName => requests::publisher_name(server, value).await,
        Bound::FaultRules => requests::fault_rules(server, value).await,
        Bound::Body => requests::body(server, value).await,
        Bound::JsonDepth => requests::json_depth(server, value).await,
        Bound::JsonValues => documents::json_values(server, value).await,
        Bound::Findings => documents::findings(server, value).await,
        Bound::Changes => documents::changes(server, value).await,
        Bound::FilterConditions => documents::filter_conditions(server, value).await,
        Bound::OfferTypes => documents::offer_types(server, value).await,
        Bound::TokenForm => requests::token_form(server, value).await,
        Bound::Token => requests::token(server, value).await,
        Bound::Id => requests::id(server, value).await,
        Bound::RepeatabilityId => requests::repeatability_id(server, value).await,
        Bound::Name => callers::name(server, value).await,
        Bound::Secret => callers::secret(server, value).await,
        Bound::Recipients => callers::recipients(server, value).await,
        Bound::Address => callers::address(server, value).await,
        Bound::PlanId => documents::plan_id(server, value).await,
        Bound::FaultLatency => requests::fault_latency(server, value).await,
        Bound::PublishesAnHour => callers::publishes_an_hour(value).await,
        Bound::RecipientsAnHour => callers::recipients_an_hour(value).await,
        Bound::FailedSignIns => callers::failed_sign_ins(value).await,
        Bound::PublisherPage => callers::publisher_page(server, value).await,
        Bound::Reason => requests::reason(server, value).await,
        Bound::CancelMany => requests::cancel_many(server, value).await,
        Bound::AuditPage => requests::audit_page(server, value).await,
        Bound::Wait => requests::wait(server, value).await,
    })
}

#[tokio::test]
async fn each_bound_holds_and_one_more_is_answered_as_the_table_says() {
    let server = TestServer::start().await;
    for bound in Bound::ALL {
        let row = bound.row();
        let Some(seen) = walk(*bound, &server, usize::try_from(row.value).unwrap()).await else { continue };
        let expected = match row.beyond {
            Beyond::Refused(code) => Outcome::Refused(code.status(), code.as_str().to_owned()),
            Beyond::TokenRefused(status, error) => Outcome::Refused(status, error.to_owned()),
            Beyond::Closed => Outcome::Closed,
            Beyond::Answered(_) => Outcome::Answered,
        };
        assert_eq!(seen.beyond, expected, "one beyond {bound:?}");
        assert!((200..500).contains(&seen.at), "at {bound:?}: {}", seen.at);
        assert_ne!(Outcome::Refused(seen.at, String::new()), expected.without_code(), "at {bound:?}");
    }
}

impl Outcome {
    fn without_code(&self) -> Self {
        match self {
            Self::Refused(status, _) => Self::Refused(*status, String::new()),
            Self::Closed => Self::Closed,
            Self::Answered => Self::Answered,
        }
    }
}
