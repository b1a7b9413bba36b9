//! The simulation: many seeds in which nothing may be wrong, the same history from the same seed every time, and
//! planted faults that must be found.

mod planted;
mod same;
mod seeds;
