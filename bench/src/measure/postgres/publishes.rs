//! Durable publishes over HTTP beside pgbench with one equal transaction for each.

use std::time::Duration;

use super::equal::{Form, Mix, Rows};
use super::{OURS, Offers, THEIRS, of_many, of_one, say};
use crate::postgres::{Postgres, Script};
use crate::report::{self, Judged, Row};
use crate::server::Server;
use crate::stats::{Sample, Spread, real};
use crate::{Error, Plan};

const WAITING: usize = 512;
/// As many as the server's pool has.
const CONNECTIONS: usize = 16;

/// Rates of one round, a second.
struct Round {
    statement: f64,
    transaction: f64,
    publishes: f64,
    cancels: f64,
}

impl Round {
    /// The better of the two forms.
    fn limit(&self) -> f64 {
        self.statement.max(self.transaction)
    }
}

pub(crate) async fn run(plan: &Plan) -> Result<Vec<Row>, Error> {
    let postgres = Postgres::start("")?;
    let count = plan.offers / 2;
    super::prepared(plan, &postgres, count).await?;
    let server = super::start(plan, &postgres, None).await?;
    let one = Offers::on(&[&server], of_one(count)).await?;
    let many = Offers::on(&[&server], of_many(count)).await?;
    // The first pass runs into empty caches; and its rows are what pgbench writes.
    one.publish(WAITING).await?;
    let rows = Rows::of_last_publish(&postgres, OURS).await?;
    one.cancel(WAITING).await?;
    let (mut of_one, mut of_many) = (Vec::new(), Vec::new());
    for _ in 0..plan.rounds {
        of_one.push(round(plan, (&postgres, &server), &rows, Mix::One, &one).await?);
        of_many.push(round(plan, (&postgres, &server), &rows, Mix::Many, &many).await?);
    }
    Ok([
        judged("durable publishes, PostgreSQL, 1 publisher, c=512", &of_one, |round| round.publishes),
        judged("the same, 16 publishers", &of_many, |round| round.publishes),
        judged("durable cancels, PostgreSQL, 1 publisher, c=512", &of_one, |round| round.cancels),
        judged("the same, 16 publishers", &of_many, |round| round.cancels),
    ]
    .into())
}

fn judged(what: &'static str, rounds: &[Round], figure: fn(&Round) -> f64) -> Row {
    let of = |figure: &dyn Fn(&Round) -> f64| Spread::of(rounds.iter().map(figure).collect());
    Row {
        what,
        measured: report::rate(of(&figure)),
        limit: report::rate(of(&Round::limit)),
        judged: Judged::Ratio {
            percent: of(&|round| 100.0 * figure(round) / round.limit()),
            goal: 100.0,
            aim: 250.0,
        },
    }
}

/// What one of so many took.
fn micros(time: Duration, count: f64) -> f64 {
    time.as_secs_f64() * 1e6 / count
}

async fn round(
    plan: &Plan,
    (postgres, server): (&Postgres, &Server),
    rows: &Rows,
    mix: Mix,
    offers: &Offers,
) -> Result<Round, Error> {
    let theirs = async |form| {
        let text = rows.script(mix, form, plan.offers / 2);
        let script =
            Script { database: THEIRS, text: &text, connections: CONNECTIONS, time: plan.time, log: false };
        Ok::<_, Error>(postgres.pgbench(&script).await?.rate)
    };
    let before = Postgres::used()?;
    let statement = theirs(Form::Statement).await?;
    let their_cost = micros(Postgres::used()?.saturating_sub(before), statement * plan.time.as_secs_f64());
    let (mut publishes, mut cancels) = (Sample::none(), Sample::none());
    let (mut ours, mut theirs_for_us) = (Duration::ZERO, Duration::ZERO);
    while publishes.elapsed < plan.time {
        let (here, there) = (server.used()?, Postgres::used()?);
        publishes.add(offers.publish(WAITING).await?);
        ours += server.used()?.saturating_sub(here);
        theirs_for_us += Postgres::used()?.saturating_sub(there);
        cancels.add(offers.cancel(WAITING).await?);
    }
    let count = real(publishes.latencies.len());
    let transaction = theirs(Form::Transaction).await?;
    let round = Round { statement, transaction, publishes: publishes.rate(), cancels: cancels.rate() };
    say(&format!(
        "publishes: pgbench {:.0}/s as one statement, {:.0}/s as a transaction; signoff {:.0}/s (p99 {:.1} ms), cancels \
         {:.0}/s; processor time for one: PostgreSQL {their_cost:.0} µs for pgbench, {:.0} µs for signoff, which takes {:.0} µs",
        round.statement,
        round.transaction,
        round.publishes,
        publishes.percentile(99),
        round.cancels,
        micros(theirs_for_us, count),
        micros(ours, count),
    ));
    Ok(round)
}
