//! The HTTP server: routes, identity, TLS and the proxy for unmodified clients.
//!
//! To add an endpoint, write its file under `api/`, route it in `router`, and give it a row in the access test.

mod api;
mod app;
mod call_log;
mod context;
mod cut;
mod development;
mod error;
pub mod identity;
mod lab;
pub mod limits;
mod membership;
pub mod openapi;
mod operator_token;
mod ops;
pub mod proxy;
mod quota;
mod quotas;
mod refusal;
mod repeat;
mod reply;
mod router;
mod seed;
mod serve;
mod tally;
pub mod tls;
mod unknown;
mod view;
mod wait;

pub use app::{App, AppSettings};
pub use development::trace_of_development;
pub use operator_token::OperatorToken;
pub use quotas::{FAILED_SIGN_INS, PUBLISHES, QuotaSettings, RECIPIENTS};
pub use router::{Routes, router};
pub use seed::{SAMPLE_OFFER, TENANT, seed};
pub use serve::{Front, ServeSettings, serve_plain};
pub use tally::{Action, Counts, Tally};
