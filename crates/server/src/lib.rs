//! The HTTP server: routes, identity, TLS and the proxy for unmodified clients.

mod api;
mod app;
mod call_log;
mod context;
mod cut;
mod development;
mod door;
mod error;
mod first_use;
pub mod identity;
mod lab;
pub mod limits;
mod membership;
pub mod openapi;
mod ops;
mod portal;
mod problem;
pub mod proxy;
mod query;
mod quota;
mod quotas;
mod refusal;
mod repeat;
mod reply;
mod seed;
mod segments;
mod serve;
mod server;
mod surround;
mod tally;
#[cfg(test)]
mod testing;
pub mod tls;
mod view;
mod wait;

pub use app::{App, AppSettings, OperatorToken};
pub use development::trace_of_development;
pub use quotas::{FAILED_SIGN_INS, PUBLISHES, QuotaSettings, RECIPIENTS};
pub use seed::{SAMPLE_OFFER, TENANT, seed};
pub use serve::{Front, Routes, ServeSettings, serve_plain};
pub use server::{Server, ServerSettings, front};
pub use tally::{Action, Counts, Tally};
