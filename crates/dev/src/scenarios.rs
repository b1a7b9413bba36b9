//! `/_signoff/scenarios/{publisher}/{offer}`: what comes of an offer's next operations.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use signoff_definition::OfferTypes;
use signoff_engine::{EngineError, dev as engine};
use signoff_front::path_params::{Segments, invalid_id};
use signoff_front::problem::{Kind, Problem};
use signoff_front::reply;
use signoff_lifecycle::ids::{Micros, OfferKey};
use signoff_lifecycle::plan;
use signoff_lifecycle::refusal::Refusal;
use signoff_text::{ErrorText, RefusalText, RefusedCall};
use signoff_wire::dev::{CancelPolicy, Outcome, Release, Scenario, StepScenario};
use signoff_wire::duration::Span;
use signoff_wire::path;

use crate::Dev;

/// Replaces the offer's scenario; `{"steps":{}}` clears it.
pub(crate) async fn put(
    State(dev): State<Dev>,
    Segments(key): Segments<OfferKey>,
    body: Body,
) -> Result<Response, Problem> {
    check_ids(&key)?;
    let scenario: Scenario = crate::body(body).await?;
    let known = known_steps(&dev, &key).await?;
    let mut steps = std::collections::BTreeMap::new();
    for (id, step) in &scenario.steps {
        if !known.contains(id.as_str()) {
            let known: Vec<&str> = known.iter().copied().collect();
            let text = ErrorText::UnknownScenarioStep {
                step: id.chars().take(80).collect(),
                known: known.join(", "),
            };
            return Err(Problem::new(Kind::NoSuchStep, text).target(format!("steps.{id}")));
        }
        steps.insert(id.clone(), read(id, step)?);
    }
    dev.engine().put_scenario(&key, engine::Scenario { steps }).await?;
    Ok(reply::json(StatusCode::OK, &scenario))
}

/// The offer's scenario.
pub(crate) async fn get(
    State(dev): State<Dev>,
    Segments(key): Segments<OfferKey>,
) -> Result<Response, Problem> {
    check_ids(&key)?;
    let scenario = dev.engine().scenario(&key).unwrap_or_default();
    let steps = scenario.steps.into_iter().map(|(id, step)| (id, show(&step))).collect();
    Ok(reply::json(StatusCode::OK, &Scenario { steps }))
}

/// Lets a held step go on; remembered if it is not held yet.
pub(crate) async fn release(
    State(dev): State<Dev>,
    Segments(key): Segments<OfferKey>,
    body: Body,
) -> Result<Response, Problem> {
    check_ids(&key)?;
    let release: Release = crate::body(body).await?;
    match dev.engine().release(&key, &release.step).await {
        Ok(_) => Ok(reply::json(StatusCode::OK, &release)),
        Err(EngineError::Refused(Refusal::StepNotFound { step, .. })) => {
            let known: Vec<&str> = known_steps(&dev, &key).await?.into_iter().collect();
            let text = ErrorText::UnknownScenarioStep { step, known: known.join(", ") };
            Err(Problem::new(Kind::NoSuchStep, text).target("step"))
        }
        Err(error) => Err(not_released(&key.offer, error)),
    }
}

/// Why a step of the offer was not let go.
fn not_released(offer: &str, error: EngineError) -> Problem {
    let said = |refusal| RefusalText {
        refusal,
        call: RefusedCall { offer: offer.to_owned(), ..RefusedCall::default() },
    };
    match error {
        EngineError::Refused(refusal @ Refusal::OfferNotFound) => {
            Problem::new(Kind::NoSuchOffer, said(refusal))
        }
        EngineError::Refused(refusal @ Refusal::NoRunningOperation) => {
            Problem::new(Kind::NoSuchOperation, said(refusal))
        }
        EngineError::Store(error) => error.into(),
        EngineError::Conflict => Problem::new(Kind::Unavailable, ErrorText::StoreConflict),
        // A release brings no document, no tag and no key along.
        _ => Problem::new(Kind::Internal, ErrorText::Internal { request_id: String::new() }),
    }
}

fn check_ids(key: &OfferKey) -> Result<(), Problem> {
    let (publisher, offer) = key.texts();
    path::publisher_id(publisher).map_err(|error| invalid_id(&error, publisher))?;
    path::offer_id(offer).map_err(|error| invalid_id(&error, offer))?;
    Ok(())
}

/// The steps of the offer's type; of every type while there is no such offer.
async fn known_steps(dev: &Dev, key: &OfferKey) -> Result<BTreeSet<&'static str>, Problem> {
    let loaded = dev.engine().store().load(key).await?;
    let of_offer = loaded.map(|loaded| loaded.aggregate.offer.offer_type.clone());
    let types = OfferTypes::load().all().iter();
    let wanted = types.filter(|known| of_offer.as_ref().is_none_or(|id| *id == known.id));
    Ok(wanted.flat_map(|known| &known.steps).map(|step| step.id.as_str()).collect())
}

fn read(id: &str, step: &StepScenario) -> Result<engine::StepScenario, Problem> {
    let manual = match step.executor.as_deref() {
        None | Some("simulated") => false,
        Some("manual") => true,
        Some(_) => {
            let field = format!("steps.{id}.executor");
            let detail = "must be manual or simulated".to_owned();
            let text = ErrorText::InvalidScenario { field: field.clone(), detail };
            return Err(Problem::new(Kind::InvalidBody, text).target(field));
        }
    };
    if step.propagate_duration.is_some() && !propagates(id) {
        let field = format!("steps.{id}.propagateDuration");
        let detail = "is for steps that switch the production slot, like live".to_owned();
        let text = ErrorText::InvalidScenario { field: field.clone(), detail };
        return Err(Problem::new(Kind::InvalidBody, text).target(field));
    }
    let micros = |span: Span| Micros(span.micros());
    Ok(engine::StepScenario {
        duration: step.duration.map(micros),
        outcome: step.outcome.map_or(plan::Outcome::Succeed, outcome),
        message: step.message.clone(),
        fail_times: step.fail_times,
        cancel: step.cancel.map(|policy| match policy {
            CancelPolicy::Interrupt => plan::CancelPolicy::Interrupt,
            CancelPolicy::Undo => plan::CancelPolicy::Undo,
            CancelPolicy::Refuse => plan::CancelPolicy::Refuse,
        }),
        undo_duration: step.undo_duration.map(micros),
        propagate_duration: step.propagate_duration.map(micros),
        undo_outcome: step.undo_outcome.map_or(plan::Outcome::Succeed, outcome),
        hold: step.hold,
        manual,
    })
}

/// Whether a step of this id switches the production slot, in the development pipeline of any offer type.
fn propagates(id: &str) -> bool {
    let mut steps = OfferTypes::load().all().iter().flat_map(|known| &known.steps);
    steps.any(|step| step.id == id && step.development.executor == plan::Executor::Live)
}

fn outcome(outcome: Outcome) -> plan::Outcome {
    match outcome {
        Outcome::Succeed => plan::Outcome::Succeed,
        Outcome::Fail => plan::Outcome::Fail,
    }
}

fn show(step: &engine::StepScenario) -> StepScenario {
    let span = |micros: Micros| Span::from_micros(micros.0);
    let shown = |outcome| match outcome {
        plan::Outcome::Succeed => Outcome::Succeed,
        plan::Outcome::Fail => Outcome::Fail,
    };
    StepScenario {
        duration: step.duration.map(span),
        outcome: Some(shown(step.outcome)),
        message: step.message.clone(),
        fail_times: step.fail_times,
        cancel: step.cancel.map(|policy| match policy {
            plan::CancelPolicy::Interrupt => CancelPolicy::Interrupt,
            plan::CancelPolicy::Undo => CancelPolicy::Undo,
            plan::CancelPolicy::Refuse => CancelPolicy::Refuse,
        }),
        undo_duration: step.undo_duration.map(span),
        propagate_duration: step.propagate_duration.map(span),
        undo_outcome: Some(shown(step.undo_outcome)),
        hold: step.hold,
        executor: step.manual.then(|| "manual".to_owned()),
    }
}
