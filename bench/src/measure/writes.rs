//! Durable publishes and cancels beside raw group commit, 512 waiting on both sides.

use super::offers::Offers;
use super::say;
use crate::raw;
use crate::report::{self, Judged, Row};
use crate::server::Server;
use crate::stats::{Sample, Spread};
use crate::{Error, Plan};

const WAITING: usize = 512;

/// Rates of one round, a second.
struct Round {
    raw: f64,
    publishes: f64,
    cancels: f64,
}

pub(crate) async fn run(plan: &Plan) -> Result<Vec<Row>, Error> {
    let server = Server::start(&plan.server, &plan.folder).await?;
    let offers = Offers::prepare(&server, plan.offers).await?;
    // The first pass runs into empty caches on every side; it is not the state that lasts.
    offers.publish(WAITING).await?;
    offers.cancel(WAITING).await?;
    let mut rounds = Vec::new();
    for _ in 0..plan.rounds {
        let round = round(plan, &offers).await?;
        say(&format!(
            "writes: raw {:.0}/s, publishes {:.0}/s, cancels {:.0}/s",
            round.raw, round.publishes, round.cancels
        ));
        rounds.push(round);
    }
    let of = |figure: fn(&Round) -> f64| Spread::of(rounds.iter().map(figure).collect());
    let limit = report::rate(of(|round| round.raw));
    Ok(vec![
        Row {
            what: "durable publishes, c=512",
            measured: report::rate(of(|round| round.publishes)),
            limit: limit.clone(),
            judged: Judged::Ratio {
                percent: of(|round| 100.0 * round.publishes / round.raw),
                goal: 25.0,
                aim: 40.0,
            },
        },
        Row {
            what: "durable cancels, c=512",
            measured: report::rate(of(|round| round.cancels)),
            limit,
            judged: Judged::Ratio {
                percent: of(|round| 100.0 * round.cancels / round.raw),
                goal: 25.0,
                aim: 40.0,
            },
        },
    ])
}

/// Publishes, cancels and raw commits in turns until there were enough publishes.
async fn round(plan: &Plan, offers: &Offers<'_>) -> Result<Round, Error> {
    let (mut raw, mut publishes, mut cancels) = (Sample::none(), Sample::none(), Sample::none());
    while publishes.elapsed < plan.time {
        raw.add(raw::run(&plan.folder, WAITING, plan.time / 4).await?);
        publishes.add(offers.publish(WAITING).await?);
        cancels.add(offers.cancel(WAITING).await?);
    }
    Ok(Round { raw: raw.rate(), publishes: publishes.rate(), cancels: cancels.rate() })
}
