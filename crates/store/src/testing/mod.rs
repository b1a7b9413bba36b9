//! For tests: a store that fails, forgets to answer or dies at a chosen call, and databases of PostgreSQL.
//!
//! [`FaultyStore`] stands before any other store, counts and logs every call, and does what its [`Plan`] says. It has
//! no clock and draws nothing: the same calls in the same order meet the same faults.

mod by_hand;
mod calls;
mod capture;
mod database;
mod faulty;
mod file;
mod log;
mod own_server;
mod plan;
mod pooler;
mod postgres_server;
mod proxy;

pub use by_hand::{Held, ask, sql};
pub use capture::{Capture, Executed, Line};
pub use database::{database, database_server};
pub use faulty::{Events, FaultyStore, Twist};
pub use file::{copy_as_killed, faults_of_file};
pub use log::{Entry, Outcome};
pub use own_server::{OwnServer, connect};
pub use plan::{Fault, Faults, Plan, Point};
pub use pooler::Pooler;
pub use proxy::Proxy;

#[cfg(test)]
mod tests;
