//! What the stored operations cost: everything that is measured on a store with few of them is measured on one with many
//! in turn, so that what else the machine does hits both.

mod life;
mod stores;

use std::sync::Arc;
use std::time::Duration;

use super::offers::{Offers, Steps, Which};
use super::say;
use crate::load::{self, Load, Requests};
use crate::postgres::Postgres;
use crate::report::{self, Judged, Row};
use crate::server::{self, Server};
use crate::stats::{Sample, Spread};
use crate::{Error, Plan};
use stores::{Filled, Store};

/// Operations in the small store.
const FEW: usize = 10_000;
/// So many of a hundred operations run in the large one.
const LIVE_OF_HUNDRED: usize = 1;
const CONNECTIONS: usize = 64;
/// Calls one after the other, to count what each reads.
const COUNTED: usize = 400;
const STARTS: usize = 5;

/// Options of the server that PostgreSQL's figures come from: a fill writes no log, and each statement's pages are
/// counted.
const OPTIONS: &str =
    "-c wal_level=minimal -c max_wal_senders=0 -c shared_preload_libraries=pg_stat_statements";

/// A store, a server on it, and the offers that are published there.
struct Side<'a> {
    store: Store<'a>,
    filled: Filled,
    server: Server,
    offers: Offers,
}

/// SQLite's growth to `stored` operations.
pub(crate) async fn sqlite(plan: &Plan, stored: usize) -> Result<Vec<Row>, Error> {
    let folder = tempfile::tempdir_in(&plan.folder)?;
    let store = |name: &str| Store::Sqlite(folder.path().join(name));
    run(plan, [store("few.db"), store("many.db")], stored, &SQLITE).await
}

/// PostgreSQL's growth to `stored` operations.
pub(crate) async fn postgres(plan: &Plan, stored: usize) -> Result<Vec<Row>, Error> {
    let postgres = Postgres::start(OPTIONS)?;
    for database in ["few", "many"] {
        postgres.create(database).await?;
        postgres.ask(database, "CREATE EXTENSION pg_stat_statements").await?;
    }
    let both = [Store::Postgres(&postgres, "few"), Store::Postgres(&postgres, "many")];
    run(plan, both, stored, &POSTGRES).await
}

/// What the rows of an engine are called.
struct Names {
    publishes: &'static str,
    cancels: &'static str,
    polls: &'static str,
    pages_of_cancel: &'static str,
    pages_of_poll: &'static str,
    bytes: &'static str,
    start: &'static str,
    resident: &'static str,
}

const SQLITE: Names = Names {
    publishes: "SQLite, publishes kept, many stored over 10^4",
    cancels: "SQLite, cancels kept",
    polls: "SQLite, polls of old operations kept",
    pages_of_cancel: "SQLite, pages read per cancel, many over 10^4",
    pages_of_poll: "SQLite, pages read per poll",
    bytes: "SQLite, bytes per operation",
    start: "SQLite, start to ready, many stored, 1 % of them live",
    resident: "SQLite, resident after that start",
};

const POSTGRES: Names = Names {
    publishes: "PostgreSQL, publishes kept, many stored over 10^4",
    cancels: "PostgreSQL, cancels kept",
    polls: "PostgreSQL, polls of old operations kept",
    pages_of_cancel: "PostgreSQL, pages read per cancel, many over 10^4",
    pages_of_poll: "PostgreSQL, pages read per poll",
    bytes: "PostgreSQL, bytes per operation",
    start: "PostgreSQL, start to ready, many stored, 1 % of them live",
    resident: "PostgreSQL, resident after that start",
};

/// Rates of one round, a second.
#[derive(Clone, Copy)]
struct Rates {
    publishes: f64,
    cancels: f64,
    polls: f64,
}

async fn run(plan: &Plan, both: [Store<'_>; 2], stored: usize, names: &Names) -> Result<Vec<Row>, Error> {
    let [few, many] = both;
    // Both are filled before a server starts: while ten million are written its connections would idle too long.
    let filled =
        (few.fill(plan, FEW, 0).await?, many.fill(plan, stored, stored * LIVE_OF_HUNDRED / 100).await?);
    let few = side(plan, few, filled.0).await?;
    let many = side(plan, many, filled.1).await?;
    let mut rounds = Vec::new();
    for round in 0..plan.rounds {
        // Whoever is first finds the other's pages in the cache: they take turns in that, too.
        let (one, other) = if round % 2 == 0 { (&few, &many) } else { (&many, &few) };
        let (one, other) = (one.rates(plan).await?, other.rates(plan).await?);
        let (few, many) = if round % 2 == 0 { (one, other) } else { (other, one) };
        say(&format!(
            "growth: few {:.0} publishes/s, {:.0} cancels/s, {:.0} polls/s; many {:.0}, {:.0}, {:.0}",
            few.publishes, few.cancels, few.polls, many.publishes, many.cancels, many.polls
        ));
        rounds.push((few, many));
    }
    let (few_pages, many_pages) = (few.pages().await?, many.pages().await?);
    say(&format!(
        "growth: pages read per cancel {:.1} and {:.1}, per poll {:.1} and {:.1}",
        few_pages.0, many_pages.0, few_pages.1, many_pages.1
    ));
    let kept = |what, figure: fn(&Rates) -> f64| {
        let of = |figure: &dyn Fn(&(Rates, Rates)) -> f64| Spread::of(rounds.iter().map(figure).collect());
        Row {
            what,
            measured: report::rate(of(&|(_, many)| figure(many))),
            limit: report::rate(of(&|(few, _)| figure(few))),
            judged: Judged::Ratio {
                percent: of(&|(few, many)| 100.0 * figure(many) / figure(few)),
                goal: 70.0,
                aim: 95.0,
            },
        }
    };
    let pages = |what, few: f64, many: f64| Row {
        what,
        measured: format!("{many:.1}"),
        limit: format!("{few:.1}"),
        judged: Judged::Times { times: Spread::of(vec![many / few.max(1.0)]), goal: 1.5, aim: 1.25 },
    };
    let bytes = Row {
        what: names.bytes,
        measured: format!("{:.0} B", many.filled.bytes),
        limit: String::new(),
        judged: Judged::Figure {
            value: Spread::of(vec![many.filled.bytes]),
            unit: "B",
            goal: 2500.0,
            aim: 1700.0,
        },
    };
    let mut rows = vec![
        kept(names.publishes, |rates| rates.publishes),
        kept(names.cancels, |rates| rates.cancels),
        kept(names.polls, |rates| rates.polls),
        pages(names.pages_of_cancel, few_pages.0, many_pages.0),
        pages(names.pages_of_poll, few_pages.1, many_pages.1),
        bytes,
    ];
    rows.extend(starts(plan, few, many, names).await?);
    Ok(rows)
}

/// How many offers are measured, as many in both stores, and how far they are apart, so that they are all over the
/// store.
fn spread(filled: Filled) -> (usize, usize) {
    let count = filled.offers.min(FEW / 20);
    (count, filled.offers / count)
}

async fn side<'a>(plan: &Plan, store: Store<'a>, filled: Filled) -> Result<Side<'a>, Error> {
    let server = store.serve(plan).await?;
    let (count, step) = spread(filled);
    let name: Arc<dyn Fn(usize) -> String + Send + Sync> =
        Arc::new(move |number| format!("full-{:07}", number * step));
    let which = Which { publishers: vec!["contoso".to_owned()], name, count };
    let offers = Offers::on(&[&server], which).await?;
    offers.steer(Steps::Long).await?;
    offers.publish(CONNECTIONS).await?;
    offers.cancel(CONNECTIONS).await?;
    Ok(Side { store, filled, server, offers })
}

impl Side<'_> {
    async fn rates(&self, plan: &Plan) -> Result<Rates, Error> {
        let (mut publishes, mut cancels) = (Sample::none(), Sample::none());
        while publishes.elapsed < plan.time {
            publishes.add(self.offers.publish(CONNECTIONS).await?);
            cancels.add(self.offers.cancel(CONNECTIONS).await?);
        }
        let polls = self.polls(1, CONNECTIONS, None, plan.time).await?;
        Ok(Rates { publishes: publishes.rate(), cancels: cancels.rate(), polls: polls.rate() })
    }

    /// Polls an old operation of each of the offers, which are all over the store; `place` says which: the oldest has
    /// the first.
    async fn polls(
        &self,
        place: usize,
        connections: usize,
        count: Option<usize>,
        time: Duration,
    ) -> Result<Sample, Error> {
        let token: Arc<str> = self.server.token().await?.into();
        let (all, (offers, step)) = (self.filled.offers, spread(self.filled));
        let requests: Requests = Arc::new(move |number, into| {
            let offer = number % offers * step;
            // Ids are numbered one after the other, those of all offers' oldest operations first.
            let id = 1 + place * all + offer;
            let id = format!("{:08x}-{:04x}-7000-8000-{place:012x}", id >> 16, id & 0xffff);
            let path = format!("/api/publishers/contoso/offers/full-{offer:07}/operations/{id}");
            server::request(into, "GET", &path, &token, "");
        });
        let load = Load { connections, requests, count, time, expected: 200, seen: None };
        load::run(self.server.address, &load).await
    }

    /// Pages that a cancel and a poll read, of those that are made one after the other.
    async fn pages(&self) -> Result<(f64, f64), Error> {
        self.offers.publish(CONNECTIONS).await?;
        let before = self.read(true).await?;
        let cancels = self.offers.cancel(1).await?.latencies.len();
        let of_cancels = self.read(true).await? - before;
        let before = self.read(false).await?;
        // Of operations that were not polled yet: those kept in memory cost no page.
        let polls = self.polls(2, 1, Some(COUNTED), Duration::from_mins(1)).await?.latencies.len();
        let of_polls = self.read(false).await? - before;
        let (cancels, polls) = (u32::try_from(cancels)?, u32::try_from(polls)?);
        Ok((of_cancels / f64::from(cancels), of_polls / f64::from(polls)))
    }

    /// Pages read so far: those that PostgreSQL looked at for commands or for polls, and those that SQLite read from its
    /// file.
    async fn read(&self, by_commands: bool) -> Result<f64, Error> {
        match &self.store {
            Store::Sqlite(_) => self.server.pages_read(),
            Store::Postgres(postgres, database) => {
                let which = if by_commands {
                    "query LIKE '%revision, state%' OR query LIKE 'WITH given%'"
                } else {
                    "query LIKE 'SELECT operation_id, offer_id, body%'"
                };
                let text = format!(
                    "SELECT coalesce(sum(shared_blks_hit + shared_blks_read), 0) FROM pg_stat_statements
                     WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND ({which})"
                );
                postgres.number(database, &text).await
            }
        }
    }
}

/// Starts on both, in turn.
async fn starts(plan: &Plan, few: Side<'_>, many: Side<'_>, names: &Names) -> Result<Vec<Row>, Error> {
    let stores = [few.store, many.store];
    few.server.kill().await?;
    many.server.kill().await?;
    let (mut ready, mut resident) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
    for _ in 0..STARTS {
        for (place, store) in stores.iter().enumerate() {
            let server = store.serve(plan).await?;
            ready[place].push(server.ready_after.as_secs_f64() * 1000.0);
            tokio::time::sleep(Duration::from_secs(1)).await;
            resident[place].push(server.resident()?);
            server.kill().await?;
        }
    }
    let [few_ready, many_ready] = ready.map(Spread::of);
    let [few_resident, many_resident] = resident.map(Spread::of);
    Ok(vec![
        Row {
            what: names.start,
            measured: format!("{:.1} ms", many_ready.median),
            limit: format!("{:.1} ms", few_ready.median),
            judged: Judged::Figure { value: many_ready, unit: "ms", goal: 500.0, aim: 100.0 },
        },
        Row {
            what: names.resident,
            measured: format!("{:.1} MB", many_resident.median),
            limit: format!("{:.1} MB", few_resident.median),
            judged: Judged::Times {
                times: Spread::of(vec![many_resident.median / few_resident.median]),
                goal: 2.0,
                aim: 1.25,
            },
        },
    ])
}
