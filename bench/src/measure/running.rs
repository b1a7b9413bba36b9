//! Cancels on an idle server beside cancels while ten thousand other operations run and are polled.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::offers::{Offers, Steps, bench, other};
use super::say;
use crate::client::Connection;
use crate::report::{Judged, Row};
use crate::server::{self, Server};
use crate::stats::{Sample, Spread};
use crate::{Error, Plan};

const RUNNING: usize = 10_000;
/// The first step of one of them ends every 2 ms.
const STEPS: Steps = Steps::Spread { first: Duration::from_secs(3), each: Duration::from_millis(2) };
const CANCELS: usize = 64;
const POLLS: usize = 16;
/// Each operation is polled every five seconds, as a patient client does.
const POLLS_A_SECOND: u32 = 2_000;

/// How the polls come.
#[derive(Clone, Copy)]
enum Pace {
    /// At a rate of all together.
    ASecond(u32),
    /// Each connection asks again when it is answered.
    AtOnce,
}

struct Round {
    idle: f64,
    paced: f64,
    flooded: f64,
}

pub(crate) async fn run(plan: &Plan) -> Result<Vec<Row>, Error> {
    let server = Server::start(&plan.server, &plan.folder).await?;
    let count = plan.offers / 2;
    let measured = Offers::prepare(&server, bench, count, Steps::Long).await?;
    let others = Offers::prepare(&server, other, RUNNING, STEPS).await?;
    for offers in [&measured, &others] {
        offers.publish(64).await?;
        offers.cancel(64).await?;
    }
    let mut rounds = Vec::new();
    for _ in 0..plan.rounds {
        let idle = cancels(plan, &measured).await?.percentile(99);
        let addresses: Arc<[String]> = others.publish_and_locate(64).await?.into();
        let (paced, first) =
            beside(&server, &addresses, Pace::ASecond(POLLS_A_SECOND), cancels(plan, &measured)).await?;
        let (flooded, second) = beside(&server, &addresses, Pace::AtOnce, cancels(plan, &measured)).await?;
        others.cancel(64).await?;
        let (mut paced, mut flooded) = (paced?, flooded?);
        let round = Round { idle, paced: paced.percentile(99), flooded: flooded.percentile(99) };
        say(&format!(
            "running: cancels p99 {:.2} ms idle; {:.2} ms beside {:.0} polls/s; {:.2} ms beside {:.0} polls/s",
            round.idle,
            round.paced,
            first.rate(),
            round.flooded,
            second.rate()
        ));
        rounds.push(round);
    }
    let row = |what, figure: fn(&Round) -> f64| {
        let of = |figure: &dyn Fn(&Round) -> f64| Spread::of(rounds.iter().map(figure).collect());
        Row {
            what,
            measured: format!("{:.2} ms", of(&figure).median),
            limit: format!("{:.2} ms", of(&|round| round.idle).median),
            judged: Judged::Times { times: of(&|round| figure(round) / round.idle), goal: 3.0, aim: 1.5 },
        }
    };
    Ok(vec![
        row("cancel p99, c=64, 10 000 running, 2 000 polls/s", |round| round.paced),
        row("cancel p99, c=64, 10 000 running, polls without pause", |round| round.flooded),
    ])
}

/// Publishes and cancels in turns; answers the cancels.
async fn cancels(plan: &Plan, offers: &Offers) -> Result<Sample, Error> {
    let mut sample = Sample::none();
    while sample.elapsed < plan.time / 2 {
        offers.publish(CANCELS).await?;
        sample.add(offers.cancel(CANCELS).await?);
    }
    Ok(sample)
}

/// Does `work` while the operations at `addresses` are polled.
async fn beside<T>(
    server: &Server,
    addresses: &Arc<[String]>,
    pace: Pace,
    work: impl Future<Output = T>,
) -> Result<(T, Sample), Error> {
    let over = Arc::new(AtomicBool::new(false));
    let next = Arc::new(AtomicUsize::new(0));
    let token: Arc<str> = server.token().await?.into();
    let begun = Instant::now();
    let mut clients = JoinSet::new();
    for _ in 0..POLLS {
        let connection = Connection::open(server.address).await?;
        let (addresses, token) = (addresses.clone(), token.clone());
        clients.spawn(poll(connection, addresses, token, pace, (begun, over.clone(), next.clone())));
    }
    let done = work.await;
    over.store(true, Ordering::Relaxed);
    let mut latencies = Vec::new();
    while let Some(ended) = clients.join_next().await {
        latencies.extend(ended??);
    }
    Ok((done, Sample { elapsed: begun.elapsed(), latencies }))
}

async fn poll(
    mut connection: Connection,
    addresses: Arc<[String]>,
    token: Arc<str>,
    pace: Pace,
    (begun, over, next): (Instant, Arc<AtomicBool>, Arc<AtomicUsize>),
) -> Result<Vec<Duration>, Error> {
    let mut latencies = Vec::new();
    let mut request = Vec::new();
    while !over.load(Ordering::Relaxed) {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if let Pace::ASecond(rate) = pace {
            let due = begun + Duration::from_secs(1) * u32::try_from(number)? / rate;
            tokio::time::sleep_until(due.into()).await;
        }
        request.clear();
        // Neighbours in time are no neighbours in the store.
        server::request(&mut request, "GET", &addresses[number * 7919 % addresses.len()], &token, "");
        let sent = Instant::now();
        if connection.ask(&request).await? != 200 {
            return Err(format!("a poll got {}", String::from_utf8_lossy(connection.body())).into());
        }
        latencies.push(sent.elapsed());
    }
    Ok(latencies)
}
