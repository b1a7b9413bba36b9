//! PgBouncer before a database.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

/// Starts it on a folder of its own, not as root.
const SCRIPT: &str = include_str!("pooler.sh");

/// A pooler. It ends when this is dropped, or this process dies: its shell waits for our end of the pipe.
pub struct Pooler {
    port: u16,
    shell: Child,
}

impl Pooler {
    /// Starts it on a free port of the loopback address, before the PostgreSQL server on `port` there. `mode` is one of
    /// `session`, `transaction` and `statement`.
    ///
    /// # Errors
    /// What is missing, or what PgBouncer says.
    pub fn before(port: u16, mode: &str) -> Result<Self, String> {
        // Nobody else is told this port; taken meanwhile, PgBouncer says so.
        let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
        let own = listener.local_addr().map_err(|error| error.to_string())?.port();
        drop(listener);
        let shell = Command::new("bash")
            .args(["-c", SCRIPT])
            .env("SCRIPT", SCRIPT)
            .env("PORT", own.to_string())
            .env("SERVER", port.to_string())
            .env("MODE", mode)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let mut shell = shell.map_err(|error| format!("bash could not be started: {error}"))?;
        let said = shell.stdout.take().map(BufReader::new);
        // Held from here on, so that it ends in any case.
        let pooler = Self { port: own, shell };
        let mut before = Vec::new();
        for line in said.into_iter().flat_map(BufReader::lines).map_while(Result::ok) {
            if line == "ready" {
                return Ok(pooler);
            }
            before.push(line);
        }
        Err(format!("the tests need PgBouncer, and it did not start: {}", before.join("\n")))
    }

    /// `HOST:PORT`.
    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        // The script waits for the end of its input.
        drop(self.shell.stdin.take());
        if let Err(error) = self.shell.wait() {
            eprintln!("the PgBouncer of the test may still run: {error}");
        }
    }
}
