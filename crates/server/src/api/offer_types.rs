//! `GET /api/offerTypes`.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use signoff_wire::offer_type::{OfferType, OfferTypeStep};

use crate::app::App;
use crate::context::Context;
use crate::reply;

pub(crate) async fn handle(State(app): State<App>, _context: Context) -> Response {
    let types: Vec<OfferType<'_>> = app
        .engine()
        .catalogue()
        .offer_types()
        .iter()
        .map(|known| OfferType {
            id: known.id.as_str().into(),
            display_text: known.display_text.as_str().into(),
            steps: known
                .steps
                .iter()
                .map(|step| OfferTypeStep {
                    id: step.id.as_str().into(),
                    step_name: step.name.as_str().into(),
                    estimated_time_frame: Some(step.time_frame.as_str().into()),
                })
                .collect(),
        })
        .collect();
    reply::json(StatusCode::OK, &types)
}
