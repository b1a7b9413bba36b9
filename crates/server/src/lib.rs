//! A whole server: the portal's door and the development mode around one front.
//!
//! It puts together what does not know each other, and says what a caller can make all of it do ([`limits`]).

pub mod limits;
mod server;

pub use server::{Server, ServerSettings, front};
pub use signoff_dev::{SAMPLE_OFFER, TENANT, seed, trace_of_development};
pub use signoff_front::app::{App, AppSettings};
pub use signoff_front::operator_token::OperatorToken;
pub use signoff_front::quotas::{FAILED_SIGN_INS, PUBLISHES, QuotaSettings, RECIPIENTS};
pub use signoff_front::serve::{Front, Routes, ServeSettings, serve_plain};
pub use signoff_front::token_hosts::login_router;
pub use signoff_front::{proxy, tls};
pub use signoff_identity as identity;
pub use signoff_portal::call_report::{Action, Counts, Tally};
pub use signoff_portal::openapi;
