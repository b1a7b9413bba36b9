//! The log: to standard error, `SIGNOFF_LOG` chooses what, `SIGNOFF_LOG_FORMAT=json` how.

use tracing_subscriber::EnvFilter;

/// Starts the log; `level` holds unless `SIGNOFF_LOG` says otherwise.
pub(crate) fn start(level: &str) {
    let filter = EnvFilter::try_from_env("SIGNOFF_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // An error means that a log was started before, which is as good.
    let _ = if std::env::var("SIGNOFF_LOG_FORMAT").is_ok_and(|format| format == "json") {
        log.json().try_init()
    } else {
        log.try_init()
    };
}
