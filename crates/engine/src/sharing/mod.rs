//! What nodes that share a store do, so that it makes no difference which of them answers.
//!
//! Nobody leads and nobody tells the others anything: each asks the store. A read asks whether what is kept here is
//! still so, who waits is looked for by a steady tick, and what was looked up of the directory counts for a short time.
//! On a store of one's own none of this happens.

mod hear;
mod looked;
mod publishers;
mod time;

pub(crate) use looked::Looked;
pub(crate) use publishers::Publishers;
