//! What is measured, one file each.

pub(crate) mod documents;
pub(crate) mod footprint;
pub(crate) mod full;
pub(crate) mod growth;
pub(crate) mod latency;
mod limit;
mod offers;
pub(crate) mod polls;
pub(crate) mod postgres;
pub(crate) mod running;
pub(crate) mod writes;

/// Says on standard error how far the run is; the table alone goes to standard output.
fn say(text: &str) {
    eprintln!("{text}");
}
