//! The walk through the wire contract, row by row, over real HTTP. Each module takes one part of the contract, and its
//! tables read like it.

#[cfg(test)]
mod access;
#[cfg(test)]
mod audit;
#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod bad_text;
#[cfg(test)]
mod bulk;
#[cfg(test)]
mod call;
#[cfg(test)]
mod cancel;
#[cfg(test)]
mod cancel_guards;
#[cfg(test)]
mod cancel_undo;
#[cfg(test)]
mod certifier;
#[cfg(test)]
mod clock;
#[cfg(test)]
mod concurrency;
#[cfg(test)]
mod connections;
#[cfg(test)]
mod dialects;
#[cfg(test)]
mod diff;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod early;
#[cfg(test)]
mod events;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod force;
#[cfg(test)]
mod languages;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod mail;
#[cfg(test)]
mod members;
#[cfg(test)]
mod nodes;
#[cfg(test)]
mod offers;
#[cfg(test)]
mod operations;
#[cfg(test)]
mod order;
#[cfg(test)]
mod people;
#[cfg(test)]
mod publish;
#[cfg(test)]
mod quotas;
#[cfg(test)]
mod raw;
#[cfg(test)]
mod repeat;
#[cfg(test)]
mod reply;
#[cfg(test)]
mod requests;
#[cfg(test)]
mod retention;
#[cfg(test)]
mod scenarios;
#[cfg(test)]
mod server;
#[cfg(test)]
mod shapes;
#[cfg(test)]
mod state;
#[cfg(test)]
mod tokens;
#[cfg(test)]
mod validate_only;
#[cfg(test)]
mod wait;
#[cfg(test)]
mod webhook;
