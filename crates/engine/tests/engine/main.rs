//! The engine over a real store, without HTTP. Time is the publisher's test clock: nothing here waits for real time.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod advance;
mod certifier;
mod clock_put_back;
mod crash;
mod earlier;
mod force;
mod leaving;
mod lifecycle;
mod put;
mod repeats;
mod restart;
mod retention;
mod rules;
mod scenarios;
mod times;
mod undo;
mod views;
mod webhook;
mod world;
