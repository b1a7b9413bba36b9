//! For tests: databases and servers of their own, what they were asked, and what stands between them and a node.

mod by_hand;
mod capture;
mod database;
mod own_server;
mod pooler;
mod postgres_server;
mod proxy;

pub use by_hand::{TableLock, ask, sql};
pub use capture::{Capture, Executed, Line};
pub use database::{database, database_server};
pub use own_server::{OwnServer, connect};
pub use pooler::Pooler;
pub use proxy::Proxy;
