//! How long one publish and one cancel take, from the request to the reply that it is durable, beside a bare server that
//! writes as much.

use super::limit::Limit;
use super::offers::{Offers, Steps, bench};
use super::say;
use crate::bare_durable::Call;
use crate::report::{Judged, Row};
use crate::server::Server;
use crate::stats::Spread;
use crate::{Error, Plan};

/// One way of waiting for replies.
#[derive(Clone, Copy)]
struct Waiting {
    /// Requests at a time.
    connections: usize,
    /// The share of replies that come within the figure.
    percent: usize,
    /// Calls of a pass, as a part of the plan's.
    part: usize,
    /// The names of the rows.
    publishes: &'static str,
    cancels: &'static str,
    /// At most so many times the limit.
    goal: f64,
    aim: f64,
}

const BUSY: Waiting = Waiting {
    connections: 64,
    percent: 99,
    part: 2,
    publishes: "publish p99, c=64",
    cancels: "cancel p99, c=64",
    goal: 2.0,
    aim: 1.5,
};
const ALONE: Waiting = Waiting {
    connections: 1,
    percent: 50,
    part: 16,
    publishes: "publish p50, c=1",
    cancels: "cancel p50, c=1",
    goal: 1.5,
    aim: 1.25,
};

pub(crate) async fn run(plan: &Plan) -> Result<Vec<Row>, Error> {
    let mut rows = Vec::new();
    for waiting in [BUSY, ALONE] {
        rows.extend(beside(plan, waiting).await?);
    }
    Ok(rows)
}

/// Passes over all offers in turn, on the server and on its limit.
async fn beside(plan: &Plan, waiting: Waiting) -> Result<[Row; 2], Error> {
    let count = plan.offers / waiting.part;
    let server = Server::start(&plan.server, &plan.folder).await?;
    let offers = Offers::prepare(&server, bench, count, Steps::Long).await?;
    pass(&offers, waiting).await?;
    let limit = Limit::start(plan, &server, &offers, count).await?;
    pass(&limit.offers, waiting).await?;
    let (mut ours, mut limits) = (Vec::new(), Vec::new());
    for _ in 0..plan.rounds {
        limits.push(pass(&limit.offers, waiting).await?);
        ours.push(pass(&offers, waiting).await?);
    }
    Ok([(waiting.publishes, Call::Publish), (waiting.cancels, Call::Cancel)].map(|(what, call)| {
        let of = |rounds: &[[f64; 2]]| Spread::of(rounds.iter().map(|round| round[call as usize]).collect());
        let times = ours.iter().zip(&limits).map(|(ours, limit)| ours[call as usize] / limit[call as usize]);
        let times = Spread::of(times.collect());
        let (ours, limit) = (milliseconds(of(&ours)), milliseconds(of(&limits)));
        say(&format!("latency: {what} {ours}, bare {limit}"));
        let judged = Judged::Times { times, goal: waiting.goal, aim: waiting.aim };
        Row { what, measured: ours, limit, judged }
    }))
}

/// How long a publish and then a cancel of each offer took, in milliseconds.
async fn pass(offers: &Offers, waiting: Waiting) -> Result<[f64; 2], Error> {
    let publishes = offers.publish(waiting.connections).await?.percentile(waiting.percent);
    Ok([publishes, offers.cancel(waiting.connections).await?.percentile(waiting.percent)])
}

fn milliseconds(spread: Spread) -> String {
    format!("{:.2} ms ({:.2}–{:.2})", spread.median, spread.min, spread.max)
}
