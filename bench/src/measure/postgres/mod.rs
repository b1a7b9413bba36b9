//! The store for many nodes, beside PostgreSQL's own load generator on the same server.

mod equal;
pub(crate) mod latency;
pub(crate) mod nodes;
pub(crate) mod publishes;

use super::offers::{Offers, Steps, Which, bench, other};
use super::say;
use crate::postgres::Postgres;
use crate::server::Server;
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
    Which { publishers: vec!["contoso".to_owned()], name: bench, count }
}

/// Offers of sixteen publishers.
fn of_many(count: usize) -> Which {
    Which { publishers: (0..PUBLISHERS).map(publisher).collect(), name: other, count }
}

/// A server with `count` offers of one publisher and as many of sixteen in the one database, and a copy of it in the
/// other. Every offer was published and cancelled once.
async fn prepared(plan: &Plan, postgres: &Postgres, count: usize) -> Result<(), Error> {
    let address = postgres.create(OURS).await?;
    let server = Server::start_at(&plan.server, &address, None).await?;
    for which in [of_one(count), of_many(count)] {
        let offers = Offers::on(&[&server], which).await?;
        offers.put(Steps::Long).await?;
        offers.publish(64).await?;
        offers.cancel(64).await?;
    }
    server.kill().await?;
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
