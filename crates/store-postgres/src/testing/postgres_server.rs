//! A PostgreSQL server for tests. `cargo xtask test` compiles this file, too: it starts one for all tests, since each of
//! them is a process of its own.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

/// The variable that names a server where tests may create databases, e.g. `postgres://postgres@127.0.0.1:5432`.
pub(crate) const VARIABLE: &str = "SIGNOFF_TEST_POSTGRES";

/// Starts a server on a new data directory, not as root, and waits until it answers.
const SCRIPT: &str = include_str!("postgres_server.sh");

/// A log that tests can read through the server. It stays empty but for databases where a test switches it on.
const LOG: &str = "-c logging_collector=on -c log_destination=csvlog -c log_directory=log -c log_filename=statements \
    -c log_rotation_age=0 -c log_rotation_size=0";

/// A server on a data directory of its own. It ends when this is dropped, or this process dies: its shell waits
/// for our end of the pipe.
pub(crate) struct Postgres {
    /// An address under which databases may be created.
    pub(crate) address: String,
    shell: Child,
}

impl Postgres {
    /// Starts it on a free port of the loopback address.
    ///
    /// # Errors
    /// What is missing, in the script's words.
    pub(crate) fn start() -> Result<Self, String> {
        Self::start_with("", LOG)
    }

    /// The same after the shell commands of `setup`, run beside the new directory `data`, and with further `options`.
    ///
    /// # Errors
    /// What is missing, in the script's words.
    pub(crate) fn start_with(setup: &str, options: &str) -> Result<Self, String> {
        // Nobody else is told this port; taken meanwhile, the server says so.
        let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
        let port = listener.local_addr().map_err(|error| error.to_string())?.port();
        drop(listener);
        let shell = Command::new("bash")
            .args(["-c", SCRIPT])
            .env("SCRIPT", SCRIPT)
            .env("PORT", port.to_string())
            .env("SETUP", setup)
            .env("OPTIONS", options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let mut shell = shell.map_err(|error| format!("bash could not be started: {error}"))?;
        let said = shell.stdout.take().map(BufReader::new).into_iter().flat_map(BufRead::lines);
        let mut before = Vec::new();
        for line in said.map_while(Result::ok) {
            if line == "ready" {
                return Ok(Self { address: format!("postgres://postgres@127.0.0.1:{port}"), shell });
            }
            before.push(line);
        }
        Err(format!("the tests need PostgreSQL 13 or newer, and it did not start: {}", before.join("\n")))
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // The script waits for the end of its input.
        drop(self.shell.stdin.take());
        if let Err(error) = self.shell.wait() {
            eprintln!("the PostgreSQL server of the tests may still run: {error}");
        }
    }
}
