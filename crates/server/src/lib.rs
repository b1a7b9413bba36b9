//! The HTTP server: routes, identity, TLS and the proxy for unmodified clients.

pub mod proxy;
pub mod tls;
