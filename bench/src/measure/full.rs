//! Servers on stores that are full: memory with a million running operations, and starts that must not take longer
//! for what is stored.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::say;
use crate::fill::{self, Fill};
use crate::load::{self, Load, Requests};
use crate::report::{Judged, Row};
use crate::server::{self, Server};
use crate::stats::{Sample, Spread};
use crate::{Error, Plan};

const HOUR: Duration = Duration::from_hours(1);
const STARTS: usize = 5;

/// A file in a folder that goes when this is dropped.
struct Store {
    path: PathBuf,
    _folder: tempfile::TempDir,
}

/// Fills a store, on threads of its own.
async fn filled(folder: &Path, fill: Fill) -> Result<Store, Error> {
    let folder = tempfile::tempdir_in(folder)?;
    let path = folder.path().join("signoff.db");
    let begun = Instant::now();
    let copy = path.clone();
    tokio::task::spawn_blocking(move || fill::fill(&copy, fill)).await??;
    let bytes = std::fs::metadata(&path)?.len();
    say(&format!(
        "filled: {} running and {} ended operations in {:.0} s, {:.2} GB",
        fill.running,
        fill.running * fill.ended,
        begun.elapsed().as_secs_f64(),
        Duration::from_nanos(bytes).as_secs_f64()
    ));
    Ok(Store { path, _folder: folder })
}

/// Memory of a server with `running` operations that run, polled and cancelled.
pub(crate) async fn running(plan: &Plan, running: usize) -> Result<Vec<Row>, Error> {
    // Work falls due all the time that it takes to measure.
    let window = HOUR * 4;
    let fill = Fill { running, ended: 0, first_due: Duration::from_secs(1), all_due_within: window };
    let store = filled(&plan.folder, fill).await?;
    let server = Server::start_on(&plan.server, &store.path).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let quiet = server.resident()?;
    let polls = poll(&server, running, plan.time).await?;
    let cancels = cancel(&server, running, plan.time).await?;
    let polls_again = poll(&server, running, plan.time).await?;
    let (resident, most, threads) = (server.resident()?, server.most_resident()?, server.threads()?);
    let [mut polls, mut cancels, mut polls_again] = [polls, cancels, polls_again];
    say(&format!(
        "running: {quiet:.1} MB at first; polls {:.0}/s (p99 {:.2} ms), cancels {:.0}/s (p99 {:.2} ms), polls \
         {:.0}/s (p99 {:.2} ms); then {resident:.1} MB, {most:.1} MB at most, {threads:.0} threads",
        polls.rate(),
        polls.percentile(99),
        cancels.rate(),
        cancels.percentile(99),
        polls_again.rate(),
        polls_again.percentile(99),
    ));
    let figure =
        |value| Judged::Figure { value: Spread::of(vec![value]), unit: "MB", goal: 512.0, aim: 96.0 };
    Ok(vec![
        Row {
            what: "resident, many running operations, started",
            measured: format!("{quiet:.1} MB"),
            limit: String::new(),
            judged: figure(quiet),
        },
        Row {
            what: "resident at most, polled and cancelled",
            measured: format!("{most:.1} MB"),
            limit: String::new(),
            judged: figure(most),
        },
    ])
}

/// Polls running operations at random for a while.
async fn poll(server: &Server, running: usize, time: Duration) -> Result<Sample, Error> {
    let token: Arc<str> = server.token().await?.into();
    let requests: Requests = Arc::new(move |number, into| {
        let number = number * 7919 % running;
        let (offer, id) = (fill::offer(number), fill::running(number));
        let path = format!("/api/publishers/contoso/offers/{offer}/operations/{id}");
        server::request(into, "GET", &path, &token, "");
    });
    let load = Load { connections: 64, requests, count: None, time, expected: 200, seen: None };
    load::run(server.address, &load).await
}

/// Cancels running operations for a while, from the last on: those whose work is due late.
async fn cancel(server: &Server, running: usize, time: Duration) -> Result<Sample, Error> {
    let token: Arc<str> = server.token().await?.into();
    let requests: Requests = Arc::new(move |number, into| {
        let path = format!("/api/publishers/contoso/offers/{}/cancel", fill::offer(running - 1 - number));
        server::request(into, "POST", &path, &token, "{}");
    });
    let count = Some(running / 2);
    let load = Load { connections: 64, requests, count, time, expected: 200, seen: None };
    load::run(server.address, &load).await
}

/// Starts on a store with `live` running operations and `stored` altogether.
pub(crate) async fn starts(plan: &Plan, live: usize, stored: usize) -> Result<Vec<Row>, Error> {
    let ended = (stored / live).saturating_sub(1);
    let few = Fill { running: live, ended: 0, first_due: HOUR, all_due_within: HOUR };
    let few_store = filled(&plan.folder, few).await?;
    let many_store = filled(&plan.folder, Fill { ended, ..few }).await?;
    let (mut few, mut many, mut killed) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..STARTS {
        few.push(ready(plan, &few_store, None).await?);
        many.push(ready(plan, &many_store, None).await?);
        // Killed in the midst of writing, so that its log has to be read.
        killed.push(ready(plan, &many_store, Some((live, killed.len()))).await?);
    }
    let [few, many, killed] = [few, many, killed].map(Spread::of);
    let row = |what, value: Spread, limit: String| Row {
        what,
        measured: format!("{:.1} ms", value.median),
        limit,
        judged: Judged::Figure { value, unit: "ms", goal: 500.0, aim: 100.0 },
    };
    Ok(vec![
        row("start to ready, many stored", many, format!("{:.1} ms", few.median)),
        row("start to ready, killed while it wrote", killed, String::new()),
        backlog(plan, live).await?,
    ])
}

/// The milliseconds from a start until the server is ready. With `cancels` it is killed before: while the operations of
/// that part of the offers are cancelled.
async fn ready(plan: &Plan, store: &Store, cancels: Option<(usize, usize)>) -> Result<f64, Error> {
    if let Some((live, part)) = cancels {
        let server = Server::start_on(&plan.server, &store.path).await?;
        let token: Arc<str> = server.token().await?.into();
        let first = live / STARTS * part;
        let (most, asked) = (live / STARTS, Arc::new(AtomicUsize::new(0)));
        let count = asked.clone();
        let requests: Requests = Arc::new(move |number, into| {
            count.fetch_max(number + 1, Ordering::Relaxed);
            let path = format!("/api/publishers/contoso/offers/{}/cancel", fill::offer(first + number));
            server::request(into, "POST", &path, &token, "{}");
        });
        let count = Some(most);
        let load = Load { connections: 512, requests, count, time: HOUR, expected: 200, seen: None };
        let address = server.address;
        let load = tokio::spawn(async move { load::run(address, &load).await });
        while asked.load(Ordering::Relaxed) < most * 9 / 10 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        server.kill().await?;
        // Its connections broke.
        let _ = load.await?;
        let mut log = store.path.as_os_str().to_owned();
        log.push("-wal");
        let bytes = std::fs::metadata(Path::new(&log)).map_or(0, |metadata| metadata.len());
        say(&format!(
            "killed after {} cancels, its log has {} KiB",
            asked.load(Ordering::Relaxed),
            bytes >> 10
        ));
    }
    let server = Server::start_on(&plan.server, &store.path).await?;
    let milliseconds = server.ready_after.as_secs_f64() * 1000.0;
    server.kill().await?;
    Ok(milliseconds)
}

/// A server that comes back when the work of all `live` operations is due: how long cancels take meanwhile.
async fn backlog(plan: &Plan, live: usize) -> Result<Row, Error> {
    let due = Fill { running: live, ended: 0, first_due: Duration::ZERO, all_due_within: Duration::ZERO };
    let store = filled(&plan.folder, due).await?;
    let server = Server::start_on(&plan.server, &store.path).await?;
    let (ready, begun) = (server.ready_after, Instant::now());
    // The last in the order of work: most of them have their work yet to come.
    let mut cancels = cancel(&server, live, plan.time / 2).await?;
    let p99 = cancels.percentile(99);
    let mut used = server.used()?;
    // It has caught up when it rests.
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let now = server.used()?;
        if now.saturating_sub(used) < Duration::from_millis(100) {
            break;
        }
        used = now;
    }
    say(&format!(
        "backlog: ready after {:.1} ms, cancels p99 {p99:.2} ms, caught up after {:.0} s, {:.1} MB at most",
        ready.as_secs_f64() * 1000.0,
        begun.elapsed().as_secs_f64() - 1.0,
        server.most_resident()?
    ));
    Ok(Row {
        what: "cancel p99, c=64, all work of the live is overdue",
        measured: format!("{p99:.2} ms"),
        limit: String::new(),
        judged: Judged::Figure { value: Spread::of(vec![p99]), unit: "ms", goal: 100.0, aim: 25.0 },
    })
}
