//! The end of the log: the thread of the log writes here, a line a call.
//!
//! Nothing leaves but through here, so this is where lines are cleaned: what strangers wrote (names, paths, replies of
//! other servers) can neither forge a line nor steer the reader's terminal.

use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use signoff_text::clean;
use tracing_appender::non_blocking::{ErrorCounter, NonBlocking};

/// While lines come faster than they are written, it is told this often, in lines, how many were dropped.
const TOLD_EVERY: usize = 4096;

/// The levels with the colours of their words.
const COLOURS: [(&str, &str); 5] =
    [("ERROR", "31"), ("WARN", "33"), ("INFO", "32"), ("DEBUG", "34"), ("TRACE", "35")];

/// How many lines were dropped, and how many of them that was told of.
#[derive(Clone, Default)]
pub(super) struct Drops(Arc<Inner>);

#[derive(Default)]
struct Inner {
    counter: OnceLock<ErrorCounter>,
    told: AtomicUsize,
}

impl Drops {
    /// Counts those of `writer`.
    pub(super) fn count(&self, writer: &NonBlocking) {
        // There is one writer.
        let _ = self.0.counter.set(writer.error_counter());
    }

    /// How many were dropped since this was last asked.
    fn untold(&self) -> usize {
        let dropped = self.0.counter.get().map_or(0, ErrorCounter::dropped_lines);
        dropped.saturating_sub(self.0.told.swap(dropped, Ordering::Relaxed))
    }

    /// Says in the log how many were dropped since it was last said, if any.
    pub(super) fn tell(&self) {
        let count = self.untold();
        if count > 0 {
            tracing::warn!(
                count,
                "lines of the log were dropped: they came faster than they could be written"
            );
        }
    }
}

/// Writes lines to `out`.
pub(super) struct Sink<W> {
    out: W,
    is_coloured: bool,
    /// Tells how many lines were dropped.
    tell: Box<dyn FnMut() + Send>,
    since_told: usize,
}

impl<W: Write> Sink<W> {
    pub(super) fn new(out: W, is_coloured: bool, tell: impl FnMut() + Send + 'static) -> Self {
        Self { out, is_coloured, tell: Box::new(tell), since_told: 0 }
    }

    fn tell_of_drops(&mut self) {
        self.since_told = 0;
        (self.tell)();
    }
}

impl<W: Write> Write for Sink<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        let clean = clean::escaped(text.strip_suffix('\n').unwrap_or(&text));
        let shown = if self.is_coloured { coloured(&clean) } else { None };
        let shown = shown.as_deref().unwrap_or(&clean);
        // In one piece: others write to standard error, too. If it cannot be written, there is no one to tell.
        let _ = self.out.write_all(format!("{shown}\n").as_bytes());
        self.since_told += 1;
        if self.since_told == TOLD_EVERY {
            self.tell_of_drops();
        }
        Ok(line.len())
    }

    /// No more lines wait.
    fn flush(&mut self) -> io::Result<()> {
        self.tell_of_drops();
        self.out.flush()
    }
}

/// The line with the time dimmed and the level, which stands behind it, in its colour.
fn coloured(line: &str) -> Option<String> {
    let (time, rest) = line.split_once(' ')?;
    let rest = rest.trim_start();
    let (level, rest) = rest.split_once(' ')?;
    let (_, colour) = COLOURS.iter().find(|(name, _)| *name == level)?;
    Some(format!("\u{1b}[2m{time}\u{1b}[0m \u{1b}[{colour}m{level:>5}\u{1b}[0m {rest}"))
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;
    use crate::logging::builder;
    use parking_lot::Mutex;

    /// A reader that stands still until it is let go.
    struct Still {
        let_go: mpsc::Receiver<()>,
        read: Arc<Mutex<Vec<u8>>>,
    }

    impl Write for Still {
        fn write(&mut self, line: &[u8]) -> io::Result<usize> {
            // An error means that it was let go.
            let _ = self.let_go.recv();
            self.read.lock().extend_from_slice(line);
            Ok(line.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_a_reader_that_stands_still_missed_is_counted_and_told_once_it_goes_on() {
        let (hold, let_go) = mpsc::channel();
        let (told, heard) = mpsc::channel();
        let (read, drops) = (Arc::default(), Drops::default());
        let (out, counted) = (Still { let_go, read: Arc::clone(&read) }, drops.clone());
        let sink = Sink::new(out, false, move || told.send(counted.untold()).unwrap());
        let (mut writer, guard) = builder().buffered_lines_limit(3).finish(sink);
        drops.count(&writer);
        for number in 0..10 {
            // It never waits.
            writer.write_all(format!("line {number}\n").as_bytes()).unwrap();
        }
        drop(hold);
        let missed = heard.recv().unwrap();
        drop((guard, heard));
        let read = String::from_utf8(read.lock().clone()).unwrap();
        assert!((6..=7).contains(&missed), "three wait, and one is perhaps on its way: {missed}");
        assert_eq!(read.lines().count() + missed, 10, "{read}");
        assert!(read.starts_with("line 0\nline 1\n"), "{read}");
    }

    #[test]
    fn what_was_dropped_is_told_in_one_line() {
        let (hold, let_go) = mpsc::channel();
        let (mut writer, guard) =
            builder().buffered_lines_limit(1).finish(Still { let_go, read: Arc::default() });
        let drops = Drops::default();
        drops.count(&writer);
        for _ in 0..10 {
            writer.write_all(b"line\n").unwrap();
        }
        let read = Arc::<Mutex<Vec<u8>>>::default();
        let log = Log(Arc::clone(&read));
        let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || log.clone()).finish();
        tracing::subscriber::with_default(subscriber, || {
            drops.tell();
            drops.tell();
        });
        drop((hold, guard));
        let read = String::from_utf8(read.lock().clone()).unwrap();
        assert_eq!(read.lines().count(), 1, "{read}");
        assert!(read.contains("WARN") && read.contains("lines of the log were dropped"), "{read}");
        assert!(read.contains("count=8") || read.contains("count=9"), "one may be on its way: {read}");
    }

    /// What a log wrote.
    #[derive(Clone)]
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

    fn written(line: &str, is_coloured: bool) -> String {
        let mut out = Vec::new();
        Sink::new(&mut out, is_coloured, || {}).write_all(line.as_bytes()).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_a_stranger_wrote_stays_on_its_line_and_steers_nothing() {
        let line = "2026-11-30T10:00:00Z  INFO a\nname=\u{1b}[2J\u{7}\u{202e}x\u{9b}31m\r\u{2028}é\n";
        let expected =
            "2026-11-30T10:00:00Z  INFO a\\u000aname=\\u001b[2J\\u0007\\u202ex\\u009b31m\\u000d\\u2028é\n";
        assert_eq!(written(line, false), expected);
        let coloured = written(line, true);
        assert_eq!(coloured.matches('\u{1b}').count(), 4, "only our own: {coloured:?}");
    }

    #[test]
    fn json_stays_the_same_json() {
        let value = serde_json::json!({"fields": {"name": "\u{202e}\u{1b}\u{85}\n\"é"}});
        let line = written(&format!("{value}\n"), false);
        assert!(line.is_ascii() || line.contains('é'));
        assert!(!line.trim_end().contains(clean::is_steering), "{line:?}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&line).unwrap(), value);
    }

    #[test]
    fn colour_is_in_the_level_and_the_time() {
        let line = "2026-11-30T10:00:00Z ERROR broken INFO\n";
        assert_eq!(
            written(line, true),
            "\u{1b}[2m2026-11-30T10:00:00Z\u{1b}[0m \u{1b}[31mERROR\u{1b}[0m broken INFO\n"
        );
        assert_eq!(written(line, false), line);
        assert_eq!(written("no line of ours\n", true), "no line of ours\n");
    }
}
