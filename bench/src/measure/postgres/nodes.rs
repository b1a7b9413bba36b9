//! Two nodes beside one, each held to a quarter of a core: what is added must count.

use std::sync::Arc;

use super::{Offers, of_many, say};
use crate::cage::Cage;
use crate::load::{self, Load, Requests};
use crate::postgres::Postgres;
use crate::report::{self, Judged, Row};
use crate::server::{self, Server};
use crate::stats::{Sample, Spread};
use crate::{Error, Plan};

/// Of one core, for each node.
const SHARE: f64 = 0.25;
/// Connections to each node.
const EACH: usize = 64;

/// Rates of one round, a second.
#[derive(Clone, Copy)]
struct Rates {
    publishes: f64,
    cancels: f64,
    polls: f64,
}

pub(crate) async fn run(plan: &Plan) -> Result<Vec<Row>, Error> {
    let postgres = Postgres::start("")?;
    let count = plan.offers / 8;
    super::prepared(plan, &postgres, count).await?;
    // They outlive the servers that they hold.
    let cages = [Cage::new("first", SHARE)?, Cage::new("second", SHARE)?];
    let first = super::start(plan, &postgres, Some(&cages[0])).await?;
    let second = super::start(plan, &postgres, Some(&cages[1])).await?;
    let alone = Offers::on(&[&first], of_many(count)).await?;
    let both = Offers::on(&[&first, &second], of_many(count)).await?;
    let polled: Arc<[String]> = alone.publish_and_locate(EACH).await?.into();
    alone.cancel(EACH).await?;
    let mut rounds = Vec::new();
    for _ in 0..plan.rounds {
        let one = round(plan, &[&first], &alone, &polled).await?;
        let two = round(plan, &[&first, &second], &both, &polled).await?;
        say(&format!(
            "nodes: one {:.0} publishes/s, {:.0} cancels/s, {:.0} polls/s; two {:.0}, {:.0}, {:.0}",
            one.publishes, one.cancels, one.polls, two.publishes, two.cancels, two.polls
        ));
        rounds.push((one, two));
    }
    let row = |what, figure: fn(&Rates) -> f64| {
        let of = |figure: &dyn Fn(&(Rates, Rates)) -> f64| Spread::of(rounds.iter().map(figure).collect());
        Row {
            what,
            measured: report::rate(of(&|(_, two)| figure(two))),
            limit: report::rate(of(&|(one, _)| figure(one))),
            judged: Judged::Ratio {
                percent: of(&|(one, two)| 100.0 * figure(two) / figure(one)),
                goal: 170.0,
                aim: 190.0,
            },
        }
    };
    Ok(vec![
        row("publishes, two nodes of a quarter core, over one", |rates| rates.publishes),
        row("cancels, two nodes over one", |rates| rates.cancels),
        row("polls, two nodes over one", |rates| rates.polls),
    ])
}

async fn round(
    plan: &Plan,
    servers: &[&Server],
    offers: &Offers,
    polled: &Arc<[String]>,
) -> Result<Rates, Error> {
    let connections = EACH * servers.len();
    let (mut publishes, mut cancels) = (Sample::none(), Sample::none());
    while publishes.elapsed < plan.time {
        publishes.add(offers.publish(connections).await?);
        cancels.add(offers.cancel(connections).await?);
    }
    let token: Arc<str> = servers[0].token().await?.into();
    let polled = polled.clone();
    let requests: Requests = Arc::new(move |number, into| {
        server::request(into, "GET", &polled[number * 7919 % polled.len()], &token, "");
    });
    let load = Load { connections, requests, count: None, time: plan.time, expected: 200, seen: None };
    let addresses: Vec<_> = servers.iter().map(|server| server.address).collect();
    let polls = load::run_over(&mut Vec::new(), &addresses, &load).await?;
    Ok(Rates { publishes: publishes.rate(), cancels: cancels.rate(), polls: polls.rate() })
}
