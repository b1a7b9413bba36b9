//! How long one publish takes alone, beside what no durable command can go below: one round trip and one flush.

use super::equal::{Form, Mix, Rows};
use super::{OURS, Offers, THEIRS, of_one, say};
use crate::postgres::{Postgres, Script};
use crate::report::{Judged, Row};
use crate::stats::Spread;
use crate::{Error, Plan};

/// The least that is durable: a counter.
const LEAST: &str = "UPDATE audit_counter SET last = last + 1 WHERE publisher_id = 'contoso';\n";

pub(crate) async fn run(plan: &Plan) -> Result<Vec<Row>, Error> {
    let postgres = Postgres::start("")?;
    let count = plan.offers / 16;
    super::prepared(plan, &postgres, count).await?;
    let server = super::start(plan, &postgres, None).await?;
    let offers = Offers::on(&[&server], of_one(count)).await?;
    offers.publish(1).await?;
    let equal = Rows::of_last_publish(&postgres, OURS).await?.script(Mix::One, Form::Statement, count);
    offers.cancel(1).await?;
    let theirs = async |text: &str| {
        let script = Script { database: THEIRS, text, connections: 1, time: plan.time / 2, log: true };
        postgres.pgbench(&script).await?.p50.ok_or_else(|| Error::from("pgbench kept no latencies"))
    };
    let (mut least, mut one, mut publish, mut times) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..plan.rounds {
        least.push(theirs(LEAST).await?);
        publish.push(offers.publish(1).await?.percentile(50));
        one.push(theirs(&equal).await?);
        offers.cancel(1).await?;
        times.push(publish[publish.len() - 1] / least[least.len() - 1]);
    }
    let [least, one, publish, times] = [least, one, publish, times].map(Spread::of);
    say(&format!(
        "latency: a durable round trip {:.3} ms, an equal transaction {:.3} ms, a publish {:.3} ms",
        least.median, one.median, publish.median
    ));
    Ok(vec![Row {
        what: "publish p50, PostgreSQL, c=1, over a durable round trip",
        measured: format!("{:.2} ms", publish.median),
        limit: format!("{:.2} ms", least.median),
        judged: Judged::Times { times, goal: 3.0, aim: 2.0 },
    }])
}
