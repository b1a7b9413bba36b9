//! How long one publish takes, from the request to the reply that it is durable.

use super::offers::{Offers, Steps, bench};
use super::say;
use crate::raw;
use crate::report::{Judged, Row};
use crate::server::Server;
use crate::stats::Spread;
use crate::{Error, Plan};

pub(crate) async fn run(plan: &Plan) -> Result<Vec<Row>, Error> {
    let server = Server::start(&plan.server, &plan.folder).await?;
    let busy = Offers::prepare(&server, bench, plan.offers / 2, Steps::Long).await?;
    busy.publish(64).await?;
    busy.cancel(64).await?;
    let lone_server = Server::start(&plan.server, &plan.folder).await?;
    let lone = Offers::prepare(&lone_server, bench, plan.offers / 16, Steps::Long).await?;
    let (mut p99, mut raw_p99, mut p50, mut raw_p50) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..plan.rounds {
        p99.push(busy.publish(64).await?.percentile(99));
        raw_p99.push(raw::run(&plan.folder, 64, plan.time / 4).await?.percentile(99));
        p50.push(lone.publish(1).await?.percentile(50));
        raw_p50.push(raw::run(&plan.folder, 1, plan.time / 4).await?.percentile(50));
        busy.cancel(64).await?;
        lone.cancel(1).await?;
    }
    let [p99, raw_p99, p50, raw_p50] = [p99, raw_p99, p50, raw_p50].map(Spread::of);
    say(&format!("latency: p99 {:.2} ms with 64 waiting, p50 {:.3} ms alone", p99.median, p50.median));
    Ok(vec![
        Row {
            what: "publish p99, c=64",
            measured: format!("{:.2} ms", p99.median),
            limit: format!("{:.2} ms", raw_p99.median),
            judged: Judged::Figure { value: p99, unit: "ms", goal: 25.0, aim: 10.0 },
        },
        Row {
            what: "publish p50, c=1",
            measured: format!("{:.2} ms", p50.median),
            limit: format!("{:.2} ms", raw_p50.median),
            judged: Judged::Figure { value: p50, unit: "ms", goal: 1.0, aim: 0.5 },
        },
    ])
}
