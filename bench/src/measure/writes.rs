//! Durable publishes and cancels beside raw group commit, 512 waiting on both sides.

use std::time::Duration;

use super::offers::{Offers, Steps, bench};
use super::say;
use crate::raw;
use crate::report::{self, Judged, Row};
use crate::server::{self, Server};
use crate::stats::{Sample, Spread};
use crate::{Error, Plan};

const WAITING: usize = 512;

/// Rates of one round, a second, and processor time for each, in microseconds. That of raw commits includes those who
/// wait for them, that of the others leaves out the load generator.
struct Round {
    raw: (f64, f64),
    publishes: (f64, f64),
    cancels: (f64, f64),
}

pub(crate) async fn run(plan: &Plan) -> Result<Vec<Row>, Error> {
    let server = Server::start(&plan.server, &plan.folder).await?;
    let offers = Offers::prepare(&server, bench, plan.offers, Steps::Long).await?;
    // The first pass runs into empty caches on every side; it is not the state that lasts.
    offers.publish(WAITING).await?;
    offers.cancel(WAITING).await?;
    let mut rounds = Vec::new();
    for _ in 0..plan.rounds {
        let round = round(plan, &server, &offers).await?;
        say(&format!(
            "writes: raw {:.0}/s ({:.0} µs), publishes {:.0}/s ({:.0} µs), cancels {:.0}/s ({:.0} µs)",
            round.raw.0, round.raw.1, round.publishes.0, round.publishes.1, round.cancels.0, round.cancels.1
        ));
        rounds.push(round);
    }
    let of = |figure: fn(&Round) -> f64| Spread::of(rounds.iter().map(figure).collect());
    let limit = report::rate(of(|round| round.raw.0));
    Ok(vec![
        Row {
            what: "durable publishes, c=512",
            measured: report::rate(of(|round| round.publishes.0)),
            limit: limit.clone(),
            judged: Judged::Ratio {
                percent: of(|round| 100.0 * round.publishes.0 / round.raw.0),
                goal: 25.0,
                aim: 40.0,
            },
        },
        Row {
            what: "durable cancels, c=512",
            measured: report::rate(of(|round| round.cancels.0)),
            limit,
            judged: Judged::Ratio {
                percent: of(|round| 100.0 * round.cancels.0 / round.raw.0),
                goal: 25.0,
                aim: 40.0,
            },
        },
    ])
}

/// Publishes, cancels and raw commits in turns until there were enough publishes.
async fn round(plan: &Plan, server: &Server, offers: &Offers) -> Result<Round, Error> {
    let (mut raw, mut publishes, mut cancels) = (Part::new(), Part::new(), Part::new());
    while publishes.sample.elapsed < plan.time {
        let before = server::used("self")?;
        raw.add(
            raw::run(&plan.folder, WAITING, plan.time / 4).await?,
            server::used("self")?.saturating_sub(before),
        );
        let before = server.used()?;
        publishes.add(offers.publish(WAITING).await?, server.used()?.saturating_sub(before));
        let before = server.used()?;
        cancels.add(offers.cancel(WAITING).await?, server.used()?.saturating_sub(before));
    }
    Ok(Round { raw: raw.figures(), publishes: publishes.figures(), cancels: cancels.figures() })
}

/// One of the three.
struct Part {
    sample: Sample,
    used: Duration,
}

impl Part {
    fn new() -> Self {
        Self { sample: Sample::none(), used: Duration::ZERO }
    }

    fn add(&mut self, sample: Sample, used: Duration) {
        self.sample.add(sample);
        self.used += used;
    }

    /// The rate, and the processor time for each in microseconds.
    fn figures(&self) -> (f64, f64) {
        let rate = self.sample.rate();
        (rate, self.used.as_secs_f64() * 1e6 / (rate * self.sample.elapsed.as_secs_f64()))
    }
}
