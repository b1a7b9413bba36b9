//! `POST /api/publishers/{publisherId}/offers/{offerId}/kill`: the operator ends what runs, past a point of no return
//! too. Body, query and headers are those of a cancel.

use axum::response::Response;
use axum::routing::on;
use serde_json::json;
use signoff_lifecycle::command::StopLevel;
use signoff_wire::ErrorCode;
use signoff_wire::body::Action as ActionKind;
use signoff_wire::operation::Accepted;
use signoff_wire::repeatability::RESULT;

use super::action::{Acting, TheOperator, described};
use super::cancel::stop;
use crate::endpoint::{Endpoint, Least};
use crate::error::ApiError;
use crate::openapi::{Answer, Call, samples};

pub(crate) const ENDPOINT: Endpoint =
    Endpoint::post("/api/publishers/{publisher}/offers/{offer}/kill", |method| on(method, handle))
        .least(Least::Operator)
        .repeatable()
        .described(describe);

async fn handle(acting: Acting<TheOperator>) -> Result<Response, ApiError> {
    stop(acting, StopLevel::Kill).await
}

fn describe(call: Call) -> Call {
    let completed =
        json!({ "location": samples::LOCATION, "operationId": samples::OPERATION, "status": "completed" });
    let given_up =
        json!({ "location": samples::LOCATION, "operationId": samples::OPERATION, "status": "failed" });
    let text = "As of a cancel.";
    let example = json!({ "metadata": { "reason": "the certifier is gone" } });
    described(call.named("operations", "killOperation"), ActionKind::Cancel, text, example)
        .says(
            "End whatever runs, past a point of no return too",
            "For the operator of the server. What began is left behind and listed (202); where nothing \
             is, the operation is canceled (200); a golive past its switch, which can only complete, is \
             complete at once (200).",
        )
        .takes(&["cancelOperationId"])
        .answers(
            Answer::of::<Accepted<'_>>(200, "The operation is canceled, or complete.", completed).headers(&[
                "Location",
                "Operation-Location",
                "Preference-Applied",
                RESULT,
            ]),
        )
        .answers(
            Answer::of::<Accepted<'_>>(
                202,
                "It has failed; its cancellation says what is left behind.",
                given_up,
            )
            .headers(&[
                "Location",
                "Operation-Location",
                "Retry-After",
                "Preference-Applied",
                RESULT,
            ]),
        )
        .refuses(&[
            ErrorCode::OperationNotFound,
            ErrorCode::NoOperationInProgress,
            ErrorCode::OperationNotRunning,
            ErrorCode::CancellationFailed,
        ])
}
