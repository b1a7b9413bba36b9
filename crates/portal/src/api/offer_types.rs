//! `GET /api/offerTypes`, and one of them with every key that its offers may use.

use axum::extract::State;
use axum::response::Response;
use axum::routing::on;
use http::StatusCode;
use serde_json::{Value, json};
use signoff_definition::{OfferType as Known, tables};
use signoff_front::context::Context;
use signoff_front::path_params::Segments;
use signoff_front::reply;
use signoff_wire::ErrorCode;
use signoff_wire::offer_type::{KeyGroup, OfferType, OfferTypeKeys, OfferTypeStep, Region};

use crate::Portal;
use crate::endpoint::{Endpoint, Least};
use crate::error::ApiError;
use crate::openapi::{Answer, Call, samples};
use crate::refusal::no_such_offer_type;

pub(crate) const LIST: Endpoint = Endpoint::get("/api/offerTypes", |method| on(method, handle))
    .least(Least::Anybody)
    .described(describe_list);

pub(crate) const ONE: Endpoint = Endpoint::get("/api/offerTypes/{offer_type}", |method| on(method, one))
    .least(Least::Anybody)
    .described(describe_one);

/// `GET /api/offerTypes`.
async fn handle(State(app): State<Portal>, _context: Context) -> Response {
    let types: Vec<OfferType<'_>> = app
        .engine()
        .offer_types()
        .all()
        .iter()
        .map(|known| OfferType {
            id: known.id.as_str().into(),
            display_text: known.display_text.as_str().into(),
            steps: steps(known),
        })
        .collect();
    reply::json(StatusCode::OK, &types)
}

/// `GET /api/offerTypes/{offerTypeId}`.
async fn one(
    State(app): State<Portal>,
    _context: Context,
    Segments(id): Segments<String>,
) -> Result<Response, ApiError> {
    let known = app.engine().offer_types().get(&id).ok_or_else(|| no_such_offer_type(&id))?;
    let priced = known.core_pricing;
    let shown = OfferTypeKeys {
        id: known.id.as_str().into(),
        aliases: known.aliases.iter().map(|alias| alias.as_str().into()).collect(),
        display_text: known.display_text.as_str().into(),
        steps: steps(known),
        categories: groups(known.category_tables.iter().filter_map(|name| tables::categories(name))),
        industries: groups(known.industry_table.iter().filter_map(|name| tables::industries(name))),
        core_sizes: tables::core_sizes().iter().filter(|_| priced).map(|size| size.as_str().into()).collect(),
        regions: tables::regions()
            .filter(|_| priced)
            .map(|(region, currency)| Region { region: region.into(), currency: currency.into() })
            .collect(),
    };
    Ok(reply::json(StatusCode::OK, &shown))
}

fn steps(known: &Known) -> Vec<OfferTypeStep<'_>> {
    known
        .steps
        .iter()
        .map(|step| OfferTypeStep {
            id: step.id.as_str().into(),
            step_name: step.name.as_str().into(),
            estimated_time_frame: Some(step.time_frame.as_str().into()),
        })
        .collect()
}

fn groups(tables: impl Iterator<Item = &'static tables::KeyTable>) -> Vec<KeyGroup<'static>> {
    tables
        .flat_map(|table| &table.keys)
        .map(|top| KeyGroup {
            key: top.key.as_str().into(),
            name: top.name.as_str().into(),
            below: top.below.iter().map(|below| below.as_str().into()).collect(),
        })
        .collect()
}

fn describe_list(call: Call) -> Call {
    call.named("publishers", "listOfferTypes")
        .says("List the offer types and their steps", "Contract, \"Endpoints\".")
        .answers(Answer::list::<OfferType<'_>>("The offer types.", samples::offer_type()))
}

fn describe_one(call: Call) -> Call {
    call.named("publishers", "getOfferType")
        .says(
            "Get an offer type with every key that its offers may use",
            "Categories, industries, core sizes and regions, letter by letter. Any name of the type will do.",
        )
        .answers(Answer::of::<OfferTypeKeys<'_>>(200, "The offer type.", sample_of_keys()))
        .refuses(&[ErrorCode::NotFound, ErrorCode::InvalidId])
}

fn sample_of_keys() -> Value {
    let mut shown = samples::offer_type();
    shown["aliases"] = json!([]);
    shown["categories"] = json!([{ "key": "compute", "name": "Compute", "below": ["cache"] }]);
    shown["industries"] = json!([]);
    shown["coreSizes"] = json!(["sharedcore", "1core"]);
    shown["regions"] = json!([{ "region": "NL", "currency": "EUR" }]);
    shown
}
