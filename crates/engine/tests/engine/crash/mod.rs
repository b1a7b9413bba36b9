//! The server dies, or its store fails, at the n-th call of the store: for every n of a whole story.
//!
//! The story: publish, cancel while packaging, publish again, go live. After a crash the files are copied as they
//! are, a new engine opens them, and the client goes on, repeating what was not answered.

mod client;
mod life;
mod outcome;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use signoff_store::testing::{Fault, Outcome, Plan, Point};
use tempfile::TempDir;

use crate::world::World;
use client::Client;
use life::{End, State};

/// Stories that are told at the same time: most of their time they wait for the disk.
const AT_ONCE: u64 = 4;

/// A state with an offer whose steps take an hour each, as a file to copy.
fn template(folder: &TempDir) -> PathBuf {
    life::runtime().block_on(async {
        let world = World::without_runner().await;
        world.put("a").await;
        world.an_hour_each("a").await;
        let file = folder.path().join("template.db");
        world.engine.snapshot(&file).await.unwrap();
        file
    })
}

/// Tells the story with one fault at the `nth` call. Answers whether there was such a call.
fn story(template: &Path, fault: Fault, nth: u64) -> bool {
    let what = format!("{fault:?} at call {nth}");
    let (mut state, mut client) = (State::like(template), Client::default());
    let (end, log) = state.live(Plan::at(Point::call(nth), fault), &mut client);
    let hit = log.get(usize::try_from(nth - 1).unwrap()).is_some();
    match fault {
        Fault::CrashBefore | Fault::CrashAfter => {
            assert_eq!(end == End::Crashed, hit, "{what}");
            if hit {
                state.check(&format!("{what}, after the crash"));
                let (end, _) = state.live(Plan::none(), &mut client);
                assert_eq!(end, End::Told, "{what}");
            }
        }
        Fault::Error | Fault::ReplyLost | Fault::Block | Fault::Slow { .. } => {
            assert_eq!(end, End::Told, "{what}");
            let met = |outcome: &Outcome| matches!(outcome, Outcome::Error | Outcome::ReplyLost);
            assert!(!hit || log.iter().any(|entry| met(&entry.outcome)), "{what}: {log:?}");
        }
    }
    state.check(&format!("{what}, at the end"));
    outcome::is_as_without_faults(&state, &client, &what);
    hit
}

/// Tells the story for every n, until it has ended before its n-th call.
fn every_call(fault: Fault) {
    let folder = TempDir::new().unwrap();
    let template = template(&folder);
    let (next, last) = (AtomicU64::new(1), AtomicU64::new(u64::MAX));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let nth = next.fetch_add(1, Ordering::Relaxed);
                    if nth > last.load(Ordering::Relaxed) {
                        break;
                    }
                    if !story(&template, fault, nth) {
                        last.fetch_min(nth, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let told = last.load(Ordering::Relaxed) - 1;
    eprintln!("{fault:?}: {told} calls");
    assert!(told >= 100, "a story has more calls than {told}");
}

/// Each server lives for so many calls only, and dies now before, now after its last one.
fn short_lives(calls: u64) {
    let folder = TempDir::new().unwrap();
    let (mut state, mut client) = (State::like(&template(&folder)), Client::default());
    for life in 1..=500 {
        let what = format!("{calls} calls a life, life {life}");
        let fault = if life % 2 == 0 { Fault::CrashBefore } else { Fault::CrashAfter };
        let (end, _) = state.live(Plan::at(Point::call(calls), fault), &mut client);
        state.check(&what);
        if end == End::Told {
            outcome::is_as_without_faults(&state, &client, &what);
            return;
        }
    }
    panic!("{calls} calls a life are too few: {client:?}");
}

#[test]
fn a_server_that_dies_again_and_again_gets_there() {
    for calls in [20, 29, 47, 71] {
        short_lives(calls);
    }
}

#[test]
fn a_crash_before_any_call_loses_nothing() {
    every_call(Fault::CrashBefore);
}

#[test]
fn a_crash_after_any_call_loses_nothing() {
    every_call(Fault::CrashAfter);
}

#[test]
fn an_error_of_any_call_is_got_over() {
    every_call(Fault::Error);
}

#[test]
fn a_lost_reply_of_any_call_is_got_over() {
    every_call(Fault::ReplyLost);
}
