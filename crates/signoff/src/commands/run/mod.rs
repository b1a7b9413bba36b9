//! `signoff run -- COMMAND`: a command in an environment in which the portal is a private server.

pub(crate) mod child;
pub(crate) mod environment;
