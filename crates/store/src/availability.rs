//! One line in the log when the store goes away, and one when it is back: calls in between say nothing.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use crate::StoreError;

/// Whether it is away, as far as this process saw last.
static AWAY: AtomicBool = AtomicBool::new(false);
/// How often it answered since it failed last.
static ANSWERS: AtomicU32 = AtomicU32::new(0);

/// It is back when it answered so often in turn: one that can be read and not written fails in between.
const ENOUGH: u32 = 5;

/// To be called with what the store said to somebody who was served badly for it.
pub fn failed(error: &StoreError) {
    ANSWERS.store(0, Ordering::Relaxed);
    match error {
        StoreError::Unavailable(_) if !AWAY.swap(true, Ordering::Relaxed) => {
            tracing::error!(%error, "the store is away; it is asked on, and the log says when it is back");
        }
        StoreError::Unavailable(_) => tracing::debug!(%error, "the store is still away"),
        StoreError::Corrupt(_) => tracing::error!(%error, "the store failed"),
        StoreError::Stale | StoreError::Fenced => tracing::debug!(%error, "the store refused a change"),
    }
}

/// To be called by who asks the store all the time, when it answers.
pub fn answered() {
    if AWAY.load(Ordering::Relaxed)
        && ANSWERS.fetch_add(1, Ordering::Relaxed) + 1 >= ENOUGH
        && AWAY.swap(false, Ordering::Relaxed)
    {
        tracing::info!("the store is back");
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::Arc;

    use parking_lot::Mutex;

    use super::*;

    /// What a log wrote.
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Write for Log {
        fn write(&mut self, line: &[u8]) -> io::Result<usize> {
            self.0.lock().extend_from_slice(line);
            Ok(line.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_store_that_goes_and_comes_back_has_two_lines() {
        let log = Log::default();
        let writer = log.clone();
        let subscriber =
            tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
        let said = || String::from_utf8(std::mem::take(&mut *log.0.lock())).unwrap();
        let away = || failed(&StoreError::Unavailable("no answer".to_owned()));
        tracing::subscriber::with_default(subscriber, || {
            answered();
            assert_eq!(said(), "", "it was never away");
            away();
            let first = said();
            assert!(first.contains("ERROR") && first.contains("the store is away"), "{first}");
            // It can be read, and not written.
            for _ in 0..10 {
                for _ in 1..ENOUGH {
                    answered();
                }
                away();
            }
            assert_eq!(said(), "");
            for _ in 0..2 * ENOUGH {
                answered();
            }
            let last = said();
            assert_eq!(last.lines().count(), 1, "{last}");
            assert!(last.contains("INFO") && last.contains("the store is back"), "{last}");
        });
    }
}
