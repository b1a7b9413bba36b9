//! Each planted fault is found, so that the checks are known to be able to fail.

use signoff_sim::{Bug, play_many};

/// So many seeds may it take.
const SEEDS: u64 = 300;

macro_rules! is_found {
    ($($name:ident: $bug:ident, $words:literal;)+) => {
        $(
            #[test]
            fn $name() {
                let batch = play_many(0, SEEDS, Some(Bug::$bug));
                let history = batch.wrong.expect("it is found");
                let what = history.wrong.clone().unwrap();
                assert!(what.contains($words), "found by another check: {what}");
                assert!(history.to_string().contains(&format!("cargo xtask sim --seed {}", history.seed)));
            }
        )+

        #[test]
        fn every_planted_fault_has_a_test() {
            let tested = [$(Bug::$bug),+];
            assert!(Bug::ALL.iter().all(|bug| tested.contains(bug)));
        }
    };
}

is_found! {
    a_commit_that_ignores_the_revision: IgnoresRevision, "";
    a_result_without_a_lease: SkipsLease, "promise 7";
    a_letter_that_is_written_twice: WritesLettersTwice, "promise 9";
    a_letter_that_is_lost: LosesLetters, "promise 9";
    a_crash_that_loses_a_commit: CrashLosesCommit, "";
    work_that_stays_when_it_was_taken_back: KeepsFinishedWork, "promise 7";
    work_that_is_lost: LosesWork, "promise 7";
    a_cancel_that_is_not_written: LosesCancel, "not written";
    a_request_that_is_carried_out_twice: ForgetsRequests, "";
    a_cancel_that_promises_too_much: PromisesTooMuch, "200 for a cancellation that has not ended well";
    a_read_that_is_old: ShowsOldReads, "a stale read";
}
