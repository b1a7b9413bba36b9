//! The store for many nodes, beside PostgreSQL's own load generator on the same server.

mod equal;
pub(crate) mod latency;
pub(crate) mod nodes;
pub(crate) mod publishes;

use std::sync::Arc;

use super::offers::{Offers, Steps, Which, bench, other};
use super::say;
use crate::cage::Cage;
use crate::postgres::Postgres;
use crate::server::{Mode, Server};
use crate::{Error, Plan};

/// The database that the servers under test share.
const OURS: &str = "ours";
/// A copy of it, for the load generator of PostgreSQL.
const THEIRS: &str = "theirs";
/// Publishers of the offers that are not all of one.
const PUBLISHERS: usize = 16;

fn publisher(number: usize) -> String {
    format!("bench-{number:02}")
}

/// Offers of one publisher.
fn of_one(count: usize) -> Which {
    Which { publishers: vec!["contoso".to_owned()], name: Arc::new(bench), count }
}

/// Offers of sixteen publishers.
fn of_many(count: usize) -> Which {
    Which { publishers: (0..PUBLISHERS).map(publisher).collect(), name: Arc::new(other), count }
}

/// A server on our database.
async fn start(plan: &Plan, postgres: &Postgres, cage: Option<&Cage>) -> Result<Server, Error> {
    Server::start_at(&plan.server, &postgres.address(OURS), Mode::Production, cage).await
}

/// A server with `count` offers of one publisher and as many of sixteen in the one database, and a copy of it in the
/// other. Every offer was published and cancelled once.
async fn prepared(plan: &Plan, postgres: &Postgres, count: usize) -> Result<(), Error> {
    postgres.create(OURS).await?;
    let server = start(plan, postgres, None).await?;
    postgres.hold_work(OURS).await?;
    for which in [of_one(count), of_many(count)] {
        let offers = Offers::on(&[&server], which).await?;
        offers.put(Steps::Long).await?;
        offers.publish(64).await?;
        offers.cancel(64).await?;
    }
    server.kill().await?;
    // As it is before long anyway: the planner knows what is there.
    postgres.ask(OURS, "VACUUM ANALYZE").await?;
    // A killed server's connections end when the database notices.
    postgres
        .ask(
            "postgres",
            &format!(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{OURS}';
                 CREATE DATABASE {THEIRS} TEMPLATE {OURS}; CHECKPOINT;"
            ),
        )
        .await?;
    equal::prepare(postgres, THEIRS).await
}
