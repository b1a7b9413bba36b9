//! The front of a server: all that is the same at each of its doors.
//!
//! Connections, TLS and the proxy for unmodified clients; who asks and what they may do; what they may do in a while;
//! calls that wait, and calls that come again. It knows no door: what it refuses is a [`problem::Problem`], and a
//! [`door::Door`] says that in its own shape.

pub mod app;
pub mod context;
pub mod cut_reply;
pub mod door;
pub mod first_use;
pub mod membership;
pub mod middleware;
pub mod operator_token;
mod ops;
pub mod path_params;
pub mod problem;
pub mod proxy;
mod quota;
pub mod quotas;
pub mod repeat;
pub mod reply;
pub mod request_log;
pub mod serve;
#[cfg(test)]
mod testing;
pub mod tls;
pub mod token_hosts;
mod unmatched_calls;
pub mod wait;
