//! `/_signoff/faults`: requests that go wrong on purpose, in the words of their door, before or after their effect.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use parking_lot::Mutex;
use signoff_front::cut_reply::CutConnection;
use signoff_front::middleware::Proceed;
use signoff_front::path_params::Segments;
use signoff_front::problem::{Kind, Problem};
use signoff_front::reply;
use signoff_front::request_log::Injected;
use signoff_store::contract::DevKind;
use signoff_store::{Store, StoreError};
use signoff_text::ErrorText;
use signoff_wire::dev::{FaultRule, FaultTime, InvalidFault};
use uuid::Uuid;

use crate::Dev;

/// The longest that a rule may hold a reply back.
pub const LONGEST_LATENCY: Duration = Duration::from_mins(1);
/// At most so many rules.
pub const MOST: usize = 1000;

/// The rules in force, in the order in which they were given.
#[derive(Default)]
pub(crate) struct Faults {
    any: AtomicBool,
    rules: Mutex<Vec<FaultRule>>,
    /// Held while rules and their rows in the store change together.
    changing: tokio::sync::Mutex<()>,
}

impl Faults {
    pub(crate) async fn load(&self, store: &dyn Store) -> Result<(), StoreError> {
        let _changing = self.changing.lock().await;
        self.load_alone(store).await
    }

    /// The same, for a caller that holds `changing`.
    async fn load_alone(&self, store: &dyn Store) -> Result<(), StoreError> {
        let stored = store.dev_states(DevKind::Fault).await?;
        let rules = stored.iter().map(|(_, _, body)| {
            serde_json::from_str(body).map_err(|error| StoreError::Corrupt(error.to_string()))
        });
        self.set(rules.collect::<Result<_, _>>()?);
        Ok(())
    }

    fn set(&self, rules: Vec<FaultRule>) {
        let mut present = self.rules.lock();
        self.any.store(!rules.is_empty(), Ordering::Release);
        *present = rules;
    }

    /// Whether there are rules at all.
    pub(crate) fn any(&self) -> bool {
        self.any.load(Ordering::Acquire)
    }

    fn all(&self) -> Vec<FaultRule> {
        self.rules.lock().clone()
    }

    /// The first rule that concerns the request, used once: the rule, and whether it is used up.
    fn take(&self, method: &str, path: &str) -> Option<(FaultRule, bool)> {
        let mut rules = self.rules.lock();
        let index = rules.iter().position(|rule| rule.concerns(method, path))?;
        if let Some(count) = &mut rules[index].count {
            *count -= 1;
            if *count == 0 {
                let rule = rules.remove(index);
                self.any.store(!rules.is_empty(), Ordering::Release);
                return Some((rule, true));
            }
        }
        Some((rules[index].clone(), false))
    }
}

/// Lets requests go wrong as the rules say. `/_signoff/*` is left alone.
pub(crate) async fn apply(dev: &Dev, request: Request, proceed: Proceed) -> Response {
    let path = request.uri().path();
    if path.starts_with("/_signoff/") {
        return proceed(request).await;
    }
    let rule = match take(dev, request.method().as_str(), path).await {
        Ok(Some(rule)) => rule,
        Ok(None) => return proceed(request).await,
        Err(error) => return Problem::from(error).into_response(),
    };
    if rule.when == FaultTime::After || (rule.status.is_none() && rule.cut.is_none()) {
        let response = proceed(request).await;
        wait(&rule).await;
        told(&rule, strike(&rule).unwrap_or(response))
    } else {
        wait(&rule).await;
        told(&rule, strike(&rule).unwrap_or_else(|| StatusCode::INTERNAL_SERVER_ERROR.into_response()))
    }
}

/// The response with what the log says of it: that nothing is broken, but that a rule was at work.
fn told(rule: &FaultRule, mut response: Response) -> Response {
    let what = match (rule.cut, rule.status) {
        (Some(_), _) => "injected cut",
        (None, Some(_)) => "injected status",
        (None, None) => "injected latency",
    };
    response.extensions_mut().insert(Injected { rule: rule.id.unwrap_or_default(), what });
    response
}

/// The rule that concerns the request, its count written down.
async fn take(dev: &Dev, method: &str, path: &str) -> Result<Option<FaultRule>, StoreError> {
    let faults = &dev.faults;
    if !faults.any() {
        return Ok(None);
    }
    let _changing = faults.changing.lock().await;
    loop {
        let Some((rule, used_up)) = faults.take(method, path) else { return Ok(None) };
        let left = (!used_up).then_some(&rule);
        match rule.count {
            None => {}
            Some(count) if dev.engine().store().is_shared() => {
                let before = FaultRule { count: Some(count + 1), ..rule.clone() };
                if !count_down(dev, &before, left).await? {
                    // Another node was first.
                    faults.load_alone(dev.engine().store().as_ref()).await?;
                    continue;
                }
            }
            Some(_) => keep(dev, &rule, left).await?,
        }
        return Ok(Some(rule));
    }
}

/// Writes the rule as it is now, if it is stored as it was before.
async fn count_down(dev: &Dev, before: &FaultRule, left: Option<&FaultRule>) -> Result<bool, StoreError> {
    let key = before.id.unwrap_or_default().to_string();
    let (before, left) = (text(before)?, left.map(text).transpose()?);
    dev.engine().store().swap_dev_state(DevKind::Fault, "", &key, Some(&before), left).await
}

fn text(rule: &FaultRule) -> Result<String, StoreError> {
    serde_json::to_string(rule).map_err(|error| StoreError::Corrupt(error.to_string()))
}

async fn wait(rule: &FaultRule) {
    if let Some(latency) = rule.latency {
        tokio::time::sleep(Duration::from_micros(latency.micros())).await;
    }
}

/// What comes in the place of the reply; `None`: the rule only delays.
fn strike(rule: &FaultRule) -> Option<Response> {
    if rule.cut.is_some() {
        return Some(CutConnection.into_response());
    }
    let status = StatusCode::from_u16(rule.status?).ok()?;
    let text = match status {
        StatusCode::TOO_MANY_REQUESTS => ErrorText::TooBusy,
        StatusCode::SERVICE_UNAVAILABLE => ErrorText::Unavailable,
        _ => ErrorText::Internal { request_id: rule.id.unwrap_or_default().to_string() },
    };
    let mut problem = Problem::new(Kind::Injected(status), text);
    problem.message.clone_from(&rule.message);
    Some(problem.into_response())
}

/// Writes the rule as it is now: its remaining count, or that it is gone.
async fn keep(dev: &Dev, rule: &FaultRule, left: Option<&FaultRule>) -> Result<(), StoreError> {
    let key = rule.id.unwrap_or_default().to_string();
    let body = left.map(text).transpose()?;
    dev.engine().store().put_dev_state(DevKind::Fault, "", &key, body).await
}

/// The rules in force.
pub(crate) async fn list(State(dev): State<Dev>) -> Response {
    reply::json(StatusCode::OK, &dev.faults.all())
}

/// Adds a rule behind the others.
pub(crate) async fn add(State(dev): State<Dev>, body: Body) -> Result<Response, Problem> {
    let rule = checked(&dev, crate::body(body).await?)?;
    let _changing = dev.faults.changing.lock().await;
    let mut rules = dev.faults.all();
    if rules.len() >= MOST {
        return Err(invalid("faults", "at most 1000 rules"));
    }
    keep(&dev, &rule, Some(&rule)).await?;
    rules.push(rule.clone());
    dev.faults.set(rules);
    Ok(reply::json(StatusCode::CREATED, &rule))
}

/// Puts these rules in the place of the present ones.
pub(crate) async fn replace(State(dev): State<Dev>, body: Body) -> Result<Response, Problem> {
    let rules: Vec<FaultRule> = crate::body(body).await?;
    if rules.len() > MOST {
        return Err(invalid("faults", "at most 1000 rules"));
    }
    let rules = rules.into_iter().map(|rule| checked(&dev, rule)).collect::<Result<Vec<_>, _>>()?;
    let _changing = dev.faults.changing.lock().await;
    for rule in dev.faults.all() {
        keep(&dev, &rule, None).await?;
    }
    for rule in &rules {
        keep(&dev, rule, Some(rule)).await?;
    }
    dev.faults.set(rules.clone());
    Ok(reply::json(StatusCode::OK, &rules))
}

/// Removes every rule.
pub(crate) async fn clear(State(dev): State<Dev>) -> Result<StatusCode, Problem> {
    let _changing = dev.faults.changing.lock().await;
    for rule in dev.faults.all() {
        keep(&dev, &rule, None).await?;
    }
    dev.faults.set(Vec::new());
    Ok(StatusCode::NO_CONTENT)
}

/// Removes one rule.
pub(crate) async fn remove(
    State(dev): State<Dev>,
    Segments(id): Segments<String>,
) -> Result<StatusCode, Problem> {
    let _changing = dev.faults.changing.lock().await;
    let mut rules = dev.faults.all();
    let wanted = Uuid::try_parse(&id).ok();
    let index = rules.iter().position(|rule| rule.id.is_some() && rule.id == wanted);
    let Some(index) = index else {
        let path = format!("/_signoff/faults/{}", id.chars().take(80).collect::<String>());
        return Err(Problem::new(Kind::NotFound, ErrorText::PathNotFound { path }));
    };
    let rule = rules.remove(index);
    keep(&dev, &rule, None).await?;
    dev.faults.set(rules);
    Ok(StatusCode::NO_CONTENT)
}

fn checked(dev: &Dev, mut rule: FaultRule) -> Result<FaultRule, Problem> {
    rule.check().map_err(|error| {
        let field = match error {
            InvalidFault::Path => "path",
            InvalidFault::Status(_) | InvalidFault::Both | InvalidFault::Nothing => "injected status",
            InvalidFault::Count => "count",
        };
        invalid(field, &error.to_string())
    })?;
    if rule.latency.is_some_and(|latency| Duration::from_micros(latency.micros()) > LONGEST_LATENCY) {
        return Err(invalid("latency", "must be at most 60s"));
    }
    rule.id = Some(Uuid::from_u128(dev.engine().clock().new_id().0));
    Ok(rule)
}

fn invalid(field: &str, detail: &str) -> Problem {
    let text = ErrorText::InvalidFault { field: field.to_owned(), detail: detail.to_owned() };
    Problem::new(Kind::InvalidBody, text).target(field)
}
