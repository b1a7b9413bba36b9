//! Durable publishes and cancels beside a bare server that writes as much, 512 waiting on both sides; and beside raw
//! group commit, which has no goal: it takes no request and gives no reply.

use std::time::Duration;

use super::limit::Limit;
use super::offers::{Offers, Steps, bench};
use super::say;
use crate::raw;
use crate::report::{self, Judged, Row};
use crate::server::{self, Server};
use crate::stats::{Sample, Spread};
use crate::{Error, Plan};

const WAITING: usize = 512;

/// A rate a second, and the processor time for each in microseconds.
type Figures = (f64, f64);

/// One round. The processor time of raw commits includes those who wait for them, that of the others leaves out the load
/// generator.
struct Round {
    raw: Figures,
    bare_publishes: Figures,
    publishes: Figures,
    bare_cancels: Figures,
    cancels: Figures,
}

pub(crate) async fn run(plan: &Plan) -> Result<Vec<Row>, Error> {
    let server = Server::start(&plan.server, &plan.folder).await?;
    let offers = Offers::prepare(&server, bench, plan.offers, Steps::Long).await?;
    // The first pass runs into empty caches on every side; it is not the state that lasts.
    offers.publish(WAITING).await?;
    offers.cancel(WAITING).await?;
    let limit = Limit::start(plan, &server, &offers, plan.offers).await?;
    limit.offers.publish(WAITING).await?;
    limit.offers.cancel(WAITING).await?;
    let mut rounds = Vec::new();
    for _ in 0..plan.rounds {
        let round = round(plan, (&server, &offers), &limit).await?;
        let said = |what, (rate, used): Figures| format!("{what} {rate:.0}/s ({used:.0} µs)");
        say(&format!(
            "writes: {}, {}, {}, {}, {}",
            said("raw", round.raw),
            said("bare publishes", round.bare_publishes),
            said("publishes", round.publishes),
            said("bare cancels", round.bare_cancels),
            said("cancels", round.cancels)
        ));
        rounds.push(round);
    }
    let resident = Spread::of(vec![server.resident()?]);
    say(&format!("writes: {:.1} MB resident after them", resident.median));
    let of = |figure: fn(&Round) -> f64| Spread::of(rounds.iter().map(figure).collect());
    let share = |what, ours: fn(&Round) -> f64, limit: fn(&Round) -> f64, goals: Option<(f64, f64)>| {
        let percent = Spread::of(rounds.iter().map(|round| 100.0 * ours(round) / limit(round)).collect());
        let judged = match goals {
            Some((goal, aim)) => Judged::Ratio { percent, goal, aim },
            None => Judged::Share { percent },
        };
        Row { what, measured: report::rate(of(ours)), limit: report::rate(of(limit)), judged }
    };
    let goals = Some((50.0, 70.0));
    Ok(vec![
        share("durable publishes, c=512", |round| round.publishes.0, |round| round.bare_publishes.0, goals),
        share("durable cancels, c=512", |round| round.cancels.0, |round| round.bare_cancels.0, goals),
        share("publishes beside raw commits", |round| round.publishes.0, |round| round.raw.0, None),
        share("cancels beside raw commits", |round| round.cancels.0, |round| round.raw.0, None),
        used(
            "processor time of a publish",
            of(|round| round.publishes.1),
            of(|round| round.bare_publishes.1),
        ),
        used("processor time of a cancel", of(|round| round.cancels.1), of(|round| round.bare_cancels.1)),
        Row {
            what: "resident memory after all of these",
            measured: format!("{:.1} MB", resident.median),
            limit: String::new(),
            judged: Judged::Figure { value: resident, unit: "MB", goal: 64.0, aim: 48.0 },
        },
    ])
}

/// A row of processor times in microseconds.
fn used(what: &'static str, ours: Spread, limit: Spread) -> Row {
    let text = |spread: Spread| format!("{:.0} µs ({:.0}–{:.0})", spread.median, spread.min, spread.max);
    let percent = Spread::of(vec![100.0 * ours.median / limit.median]);
    Row { what, measured: text(ours), limit: text(limit), judged: Judged::Share { percent } }
}

/// All of them in turns until there were enough publishes.
async fn round(plan: &Plan, (server, offers): (&Server, &Offers), limit: &Limit) -> Result<Round, Error> {
    let [mut raw, mut bare_publishes, mut publishes, mut bare_cancels, mut cancels] =
        std::array::from_fn(|_| Part::new());
    while publishes.sample.elapsed < plan.time {
        let before = server::used("self")?;
        raw.add(
            raw::run(&plan.folder, WAITING, plan.time / 4).await?,
            server::used("self")?.saturating_sub(before),
        );
        let before = limit.used()?;
        bare_publishes.add(limit.offers.publish(WAITING).await?, limit.used()?.saturating_sub(before));
        let before = server.used()?;
        publishes.add(offers.publish(WAITING).await?, server.used()?.saturating_sub(before));
        let before = limit.used()?;
        bare_cancels.add(limit.offers.cancel(WAITING).await?, limit.used()?.saturating_sub(before));
        let before = server.used()?;
        cancels.add(offers.cancel(WAITING).await?, server.used()?.saturating_sub(before));
    }
    Ok(Round {
        raw: raw.figures(),
        bare_publishes: bare_publishes.figures(),
        publishes: publishes.figures(),
        bare_cancels: bare_cancels.figures(),
        cancels: cancels.figures(),
    })
}

/// One of them.
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

    fn figures(&self) -> Figures {
        let rate = self.sample.rate();
        (rate, self.used.as_secs_f64() * 1e6 / (rate * self.sample.elapsed.as_secs_f64()))
    }
}
