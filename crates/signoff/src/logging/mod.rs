//! The log: lines on standard error, written by a thread of its own, so that a slow reader holds no request up.
//!
//! `docs/operations.md` says what the lines mean.

mod filter;
mod sink;

use std::fmt;
use std::io::{self, IsTerminal as _};
use std::panic;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use signoff_server::limits::LOG_LINES;
use signoff_settings::{BadSetting, Format, LogSettings};
use tracing_appender::non_blocking::{NonBlocking, NonBlockingBuilder, WorkerGuard};

use crate::view;
use filter::Filter;
use sink::{Drops, Sink};

/// The thread that writes, while there is one.
static WRITER: Mutex<Option<(WorkerGuard, Drops)>> = Mutex::new(None);

/// Whether everything on standard error is a JSON object.
static IS_JSON: AtomicBool = AtomicBool::new(false);

/// Starts the log; `level` holds unless the settings say otherwise.
///
/// # Errors
/// If the filter cannot be read.
pub(crate) fn start(level: &str, settings: &LogSettings) -> Result<(), BadSetting> {
    let filter = Filter::read(settings.filter.as_deref().unwrap_or(level))?;
    let is_json = settings.format == Format::Json;
    let drops = Drops::default();
    let counted = drops.clone();
    let sink = Sink::new(io::stderr(), !is_json && shows_colour(), move || counted.tell());
    let (writer, guard) = builder().finish(sink);
    drops.count(&writer);
    if subscribe(filter, is_json, writer).is_err() {
        // A log was started before, which is as good.
        return Ok(());
    }
    IS_JSON.store(is_json, Ordering::Relaxed);
    *WRITER.lock() = Some((guard, drops));
    panic::set_hook(Box::new(tell_of_panic));
    Ok(())
}

fn builder() -> NonBlockingBuilder {
    // Lines that come when so many wait are dropped and counted.
    NonBlockingBuilder::default().lossy(true).buffered_lines_limit(LOG_LINES).thread_name("log")
}

fn subscribe(
    filter: Filter,
    is_json: bool,
    writer: NonBlocking,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let log = tracing_subscriber::fmt().with_ansi(false).with_env_filter(filter.directives);
    let log = log.with_target(is_json || filter.is_of_others).with_writer(writer);
    if is_json { log.json().try_init() } else { log.try_init() }
}

/// Colour is for people who look on, and may be declined (no-color.org).
fn shows_colour() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value: std::ffi::OsString| !value.is_empty());
    let is_dumb = std::env::var_os("TERM").is_none_or(|kind| kind.is_empty() || kind == "dumb");
    io::stderr().is_terminal() && !is_set("NO_COLOR") && !is_dumb
}

/// Writes what waits to be written, for two seconds at most, and ends the log.
pub(crate) fn end() {
    let Some((guard, drops)) = WRITER.lock().take() else { return };
    drops.tell();
    drop(guard);
}

/// Ends the log when it goes, be it in a panic.
pub(crate) struct UntilEnd;

impl Drop for UntilEnd {
    fn drop(&mut self) {
        end();
    }
}

/// Tells who started the server something: on a line of its own, or in the log where that is read by programs.
pub(crate) fn introduce(sentence: &str) {
    if IS_JSON.load(Ordering::Relaxed) { tell(sentence) } else { view::say(sentence) }
}

/// Tells a stage in the life of the server, in the log.
pub(crate) fn tell(sentence: &str) {
    tracing::info!(message = sentence);
}

/// Tells in the log why the command ends, and what helps, if the log is for programs; else answers no.
pub(crate) fn fail(failure: &dyn fmt::Display, hint: Option<&str>) -> bool {
    let is_json = IS_JSON.load(Ordering::Relaxed);
    if is_json {
        tracing::error!(hint, message = %failure);
    }
    is_json
}

/// A panic is a line like any other.
fn tell_of_panic(panic: &panic::PanicHookInfo<'_>) {
    let words = panic.payload();
    let words = words.downcast_ref::<&str>().copied();
    let words = words.or_else(|| panic.payload().downcast_ref::<String>().map(String::as_str));
    let at = panic.location().map(|at| format!("{}:{}", within_crate(at.file()), at.line()));
    let thread = std::thread::current();
    tracing::error!(
        thread = thread.name(),
        at = at.as_deref(),
        reason = words.unwrap_or("no words"),
        "a thread panicked: this is a fault of the program"
    );
}

/// A source file without the folders of the machine on which the program was built.
fn within_crate(file: &str) -> &str {
    let after = |mark| file.split_once(mark).map(|(_, rest)| rest);
    let registry = after("/registry/src/").and_then(|rest| rest.split_once('/')).map(|(_, rest)| rest);
    registry.or_else(|| after("/library/")).unwrap_or(file)
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::mpsc;

    use signoff_server::limits::Bound;

    use super::*;

    #[test]
    fn no_folder_of_the_builder_is_shown() {
        for (file, shown) in [
            (
                "/home/ann/.cargo/registry/src/index-1949cf8c6b5b557f/h2-0.4.20/src/lib.rs",
                "h2-0.4.20/src/lib.rs",
            ),
            (
                "/rustc/29483883eed69d5fb4db01964cdf2af4d86e9cb2/library/core/src/option.rs",
                "core/src/option.rs",
            ),
            ("crates/engine/src/clock.rs", "crates/engine/src/clock.rs"),
        ] {
            assert_eq!(within_crate(file), shown);
        }
    }

    /// Takes one line and no more until it is let go.
    struct Still {
        has_one: mpsc::Sender<()>,
        let_go: mpsc::Receiver<()>,
    }

    impl Write for Still {
        fn write(&mut self, line: &[u8]) -> io::Result<usize> {
            // Errors mean that the test is over.
            let _ = self.has_one.send(());
            let _ = self.let_go.recv();
            Ok(line.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn as_many_lines_wait_as_the_table_of_bounds_says() {
        let (has_one, taken) = mpsc::channel();
        let (hold, let_go) = mpsc::channel();
        let (mut writer, guard) = builder().finish(Still { has_one, let_go });
        let dropped = writer.error_counter();
        let mut line = || writer.write_all(b"line\n").unwrap();
        line();
        taken.recv().unwrap();
        for _ in 0..Bound::LogLines.row().value {
            line();
        }
        assert_eq!(dropped.dropped_lines(), 0);
        line();
        assert_eq!(dropped.dropped_lines(), 1);
        drop((hold, guard));
    }
}
