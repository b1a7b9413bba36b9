//! Copying the write-ahead log into the database, and starting it anew before it is long.
//!
//! A thread of its own copies, by the growth of the log: its file never shrinks and says nothing. The log can start
//! anew only when all of it is copied, which under load is never so, for the writer goes on meanwhile. So the writer
//! copies the little that is left itself, between two groups. Neither ever waits for a reader.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use rusqlite::Connection;
use signoff_store::StoreError;

use super::{connect, sql, unavailable};

/// The log is copied when it has grown by so many pages of 4 KiB.
const COPY_EVERY: u32 = 4096;
/// A log of so many pages is started anew; reading it is what a start after a crash takes.
const START_ANEW_FROM: u32 = 16_384;
/// If a reader prevents that, it is tried again after so many further pages.
const TRY_AGAIN_AFTER: u32 = 1024;

/// How long the log is, and what was done about it. Belongs to the writer.
pub(super) struct Checkpoints {
    /// Pages in the log as of the last commit.
    pages: Arc<AtomicU32>,
    /// Whether the thread is copying.
    copying: Arc<AtomicBool>,
    /// `None` only while it is dropped.
    requests: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
    next: Next,
}

impl Drop for Checkpoints {
    /// Waits for the thread: it holds a connection, and closing the last one takes the log away.
    fn drop(&mut self) {
        self.requests = None;
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the thread that copies the log did not end well");
        }
    }
}

/// The lengths at which something is due.
#[derive(Debug, PartialEq, Eq)]
struct Next {
    seen: u32,
    copy: u32,
    start_anew: u32,
}

/// What the length of the log asks for.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    Nothing,
    Copy,
    StartAnew,
}

impl Next {
    fn new() -> Self {
        Self { seen: 0, copy: COPY_EVERY, start_anew: START_ANEW_FROM }
    }

    /// What to do about a log of so many pages.
    fn step(&mut self, pages: u32, copying: bool) -> Step {
        if pages < self.seen {
            // It has been started anew.
            *self = Self::new();
        }
        self.seen = pages;
        if copying {
            return Step::Nothing;
        }
        if pages >= self.copy {
            self.copy = pages.saturating_add(COPY_EVERY);
            return Step::Copy;
        }
        if pages >= self.start_anew {
            self.start_anew = pages.saturating_add(TRY_AGAIN_AFTER);
            return Step::StartAnew;
        }
        Step::Nothing
    }
}

impl Checkpoints {
    /// Starts the thread, and watches the commits of `writer`, the connection to the file at `path`.
    pub(super) fn start(writer: &mut Connection, path: &Path) -> Result<Self, StoreError> {
        let pages = Arc::new(AtomicU32::new(0));
        let seen = pages.clone();
        writer
            .wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, pages| {
                seen.store(u32::try_from(pages).unwrap_or(0), Ordering::Relaxed);
                Ok(())
            }))
            .map_err(sql)?;
        let copying = Arc::new(AtomicBool::new(false));
        // Made before the thread, so that what is wrong with the file is said at once.
        let connection = connect(path)?;
        let (requests, queue) = sync_channel::<()>(1);
        let done = copying.clone();
        let thread = thread::Builder::new()
            .name("store-checkpoint".to_owned())
            .spawn(move || {
                for () in queue {
                    copy(&connection);
                    done.store(false, Ordering::Release);
                }
            })
            .map_err(|error| unavailable(path, &error))?;
        Ok(Self { pages, copying, requests: Some(requests), thread: Some(thread), next: Next::new() })
    }

    /// Does what the length of the log asks for. `writer` has no transaction open.
    pub(super) fn after_commit(&mut self, writer: &Connection) {
        let pages = self.pages.load(Ordering::Relaxed);
        match self.next.step(pages, self.copying.load(Ordering::Acquire)) {
            Step::Nothing => {}
            Step::Copy => {
                self.copying.store(true, Ordering::Release);
                let asked = self.requests.as_ref().is_some_and(|requests| requests.try_send(()).is_ok());
                if !asked {
                    self.copying.store(false, Ordering::Release);
                }
            }
            Step::StartAnew => copy(writer),
        }
    }
}

/// Copies what no reader still needs in the log, without waiting for anybody.
fn copy(connection: &Connection) {
    let copied = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
    if let Err(error) = copied {
        tracing::warn!(%error, "the write-ahead log could not be copied");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_is_copied_as_it_grows_and_started_anew_when_it_is_long() {
        let mut next = Next::new();
        assert_eq!(next.step(COPY_EVERY - 1, false), Step::Nothing);
        assert_eq!(next.step(COPY_EVERY, false), Step::Copy);
        assert_eq!(next.step(2 * COPY_EVERY, true), Step::Nothing, "one copy at a time");
        assert_eq!(next.step(2 * COPY_EVERY + 9, false), Step::Copy);
        assert_eq!(next.step(2 * COPY_EVERY + 10, false), Step::Nothing);
        assert_eq!(next.step(START_ANEW_FROM, false), Step::Copy, "first by the thread,");
        assert_eq!(next.step(START_ANEW_FROM + 9, false), Step::StartAnew, "then what is left by the writer");
        assert_eq!(next.step(START_ANEW_FROM + 10, false), Step::Nothing, "a reader prevented it");
        assert_eq!(next.step(START_ANEW_FROM + 9 + TRY_AGAIN_AFTER, false), Step::StartAnew);
        assert_eq!(next.step(1, false), Step::Nothing);
        assert_eq!(next, Next { seen: 1, ..Next::new() }, "it began anew");
    }

    /// A transaction that adds so many pages to the log, and a few; answers how long it is then.
    fn write(writer: &Connection, checkpoints: &Checkpoints, pages: u32) -> u32 {
        writer.execute("INSERT INTO note VALUES (zeroblob(?1))", [i64::from(pages) * 4096]).unwrap();
        checkpoints.pages.load(Ordering::Relaxed)
    }

    fn wait(checkpoints: &Checkpoints) {
        while checkpoints.copying.load(Ordering::Acquire) {
            thread::yield_now();
        }
    }

    #[test]
    fn a_long_log_is_started_anew_as_soon_as_its_readers_allow() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("signoff.db");
        signoff_store::files::create_new(&path).unwrap();
        let mut writer = connect(&path).unwrap();
        writer.execute_batch("PRAGMA synchronous = OFF; CREATE TABLE note (body BLOB);").unwrap();
        let reader = connect(&path).unwrap();
        let mut checkpoints = Checkpoints::start(&mut writer, &path).unwrap();
        write(&writer, &checkpoints, START_ANEW_FROM - 100);
        // It reads the log as it is now for as long as it likes. What comes later cannot be copied meanwhile.
        reader.execute_batch("BEGIN; SELECT count(*) FROM note;").unwrap();
        assert!(write(&writer, &checkpoints, 100) > START_ANEW_FROM);
        checkpoints.after_commit(&writer);
        wait(&checkpoints);
        checkpoints.after_commit(&writer);
        assert!(write(&writer, &checkpoints, 1) > START_ANEW_FROM, "the reader needs it");
        reader.execute_batch("COMMIT").unwrap();
        assert!(write(&writer, &checkpoints, TRY_AGAIN_AFTER) > START_ANEW_FROM, "not all is copied");
        checkpoints.after_commit(&writer);
        assert!(write(&writer, &checkpoints, 1) < 100, "it began anew");
    }
}
