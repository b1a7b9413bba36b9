//! The processes that are measured: started as children, killed when dropped.

use std::ffi::OsStr;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::Error;
use crate::cage::Cage;
use crate::client::Connection;

/// How long a child may take to say where it listens.
const PATIENCE: Duration = Duration::from_secs(20);
const TENANT: &str = "11111111-1111-1111-1111-111111111111";
/// The query that every call of the API carries.
pub(crate) const VERSION: &str = "api-version=2017-10-31";

/// A child that listens somewhere.
pub(crate) struct Listening {
    pub(crate) address: SocketAddr,
    child: Child,
}

impl Listening {
    /// Starts `program` and waits for its line `listening on http://…`.
    pub(crate) async fn start<I, S>(program: &Path, arguments: I) -> Result<Self, Error>
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        let mut child = Command::new(program)
            .args(arguments)
            .env("SIGNOFF_OPERATOR_TOKEN", OPERATOR)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let stdout = child.stdout.take().ok_or("a child without output")?;
        let mut lines = BufReader::new(stdout).lines();
        let said = async {
            while let Some(line) = lines.next_line().await? {
                if let Some(address) = line.strip_prefix("listening on http://") {
                    return Ok::<SocketAddr, Error>(address.parse()?);
                }
            }
            Err(format!("{} stopped before it listened; start it by hand to see why", program.display())
                .into())
        };
        let address = tokio::time::timeout(PATIENCE, said).await??;
        Ok(Self { address, child })
    }

    /// Processor time used so far.
    pub(crate) fn used(&self) -> Result<Duration, Error> {
        used(&self.child.id().ok_or("the server has stopped")?.to_string())
    }
}

/// Who may do everything on a server outside the development mode.
const OPERATOR: &str = "operator-of-the-bench";

/// How a server is started.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// With publishers, tokens and scenarios.
    Development,
    /// With an operator, and nothing else. On a store for many nodes the development mode asks the store before each
    /// request what others did to clocks and scenarios, so that it is no measure.
    Production,
}

/// The server under test, with a store of its own.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) mode: Mode,
    /// From before the start until it answered that it is ready.
    pub(crate) ready_after: Duration,
    listening: Listening,
    store: Option<PathBuf>,
    _folder: Option<tempfile::TempDir>,
}

impl Server {
    /// Starts the server on an empty folder below `folder`.
    pub(crate) async fn start(program: &Path, folder: &Path) -> Result<Self, Error> {
        let folder = tempfile::tempdir_in(folder)?;
        let server = Self::start_on(program, &folder.path().join("signoff.db")).await?;
        Ok(Self { _folder: Some(folder), ..server })
    }

    /// Starts the server on the store in the file `store`.
    pub(crate) async fn start_on(program: &Path, store: &Path) -> Result<Self, Error> {
        let address = format!("sqlite:{}", store.display());
        let server = Self::start_at(program, &address, Mode::Development, None).await?;
        Ok(Self { store: Some(store.to_owned()), ..server })
    }

    /// Starts the server on the store at the address `store`, held by `cage` from the time that it listens.
    pub(crate) async fn start_at(
        program: &Path,
        store: &str,
        mode: Mode,
        cage: Option<&Cage>,
    ) -> Result<Self, Error> {
        let begun = Instant::now();
        let dev = (mode == Mode::Development).then_some("--dev");
        let arguments = ["serve", "--listen", "127.0.0.1:0", "--store", store].into_iter().chain(dev);
        let listening = Listening::start(program, arguments).await?;
        if let Some(cage) = cage {
            cage.hold(listening.child.id().ok_or("the server has stopped")?)?;
        }
        let address = listening.address;
        let mut connection = Connection::open(address).await?;
        while connection.ask(b"GET /_signoff/readyz HTTP/1.1\r\nhost: bench\r\n\r\n").await? != 200 {}
        Ok(Self { address, mode, ready_after: begun.elapsed(), listening, store: None, _folder: None })
    }

    /// Resident memory, in MB (10^6 bytes).
    pub(crate) fn resident(&self) -> Result<f64, Error> {
        Ok(self.status("VmRSS:")? * 1.024 / 1000.0)
    }

    /// The most memory that ever was resident, in MB (10^6 bytes).
    pub(crate) fn most_resident(&self) -> Result<f64, Error> {
        Ok(self.status("VmHWM:")? * 1.024 / 1000.0)
    }

    /// Threads of the server.
    pub(crate) fn threads(&self) -> Result<f64, Error> {
        self.status("Threads:")
    }

    /// A number that the kernel tells of the process.
    fn status(&self, name: &str) -> Result<f64, Error> {
        let id = self.listening.child.id().ok_or("the server has stopped")?;
        let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let number = line.and_then(|line| line.split_whitespace().next());
        Ok(number.ok_or_else(|| format!("no {name}"))?.parse()?)
    }

    /// Pages of four kilobytes that it has read from files; what came from the network is not among them.
    pub(crate) fn pages_read(&self) -> Result<f64, Error> {
        let id = self.listening.child.id().ok_or("the server has stopped")?;
        let counters = std::fs::read_to_string(format!("/proc/{id}/io"))?;
        let bytes = counters.lines().find_map(|line| line.strip_prefix("rchar: "));
        Ok(bytes.ok_or("no rchar")?.parse::<f64>()? / 4096.0)
    }

    /// Kills the server (SIGKILL) and waits until it is gone.
    pub(crate) async fn kill(mut self) -> Result<(), Error> {
        Ok(self.listening.child.kill().await?)
    }

    /// Processor time used so far.
    pub(crate) fn used(&self) -> Result<Duration, Error> {
        self.listening.used()
    }

    /// The file of its store.
    pub(crate) fn store(&self) -> Result<&Path, Error> {
        Ok(self.store.as_deref().ok_or("the store is no file")?)
    }

    /// A token of contoso's owner, or the operator's.
    pub(crate) async fn token(&self) -> Result<String, Error> {
        if self.mode == Mode::Production {
            return Ok(OPERATOR.to_owned());
        }
        let form = "grant_type=client_credentials&client_id=contoso-owner&client_secret=contoso-secret\
                    &resource=https%3A%2F%2Fcloudpartner.azure.com";
        let request = format!(
            "POST /{TENANT}/oauth2/token HTTP/1.1\r\nhost: bench\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
            form.len()
        );
        let mut connection = Connection::open(self.address).await?;
        let status = connection.ask(request.as_bytes()).await?;
        let reply: serde_json::Value = serde_json::from_slice(connection.body())?;
        match reply["access_token"].as_str() {
            Some(token) if status == 200 => Ok(token.to_owned()),
            _ => Err(format!("no token: {status} {reply}").into()),
        }
    }
}

/// Processor time that a process (`self`, or its id) used so far; the kernel counts it in hundredths of a second.
pub(crate) fn used(process: &str) -> Result<Duration, Error> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name before the bracket may hold anything.
    let (_, fields) = stat.rsplit_once(") ").ok_or("an unreadable stat")?;
    let ticks = |field: usize| fields.split(' ').nth(field).and_then(|ticks| ticks.parse::<u64>().ok());
    let (user, system) = ticks(11).zip(ticks(12)).ok_or("an unreadable stat")?;
    Ok(Duration::from_millis((user + system) * 10))
}

/// Writes a request as released clients send it. `path` is all of it before the query.
pub(crate) fn request(into: &mut Vec<u8>, method: &str, path: &str, token: &str, body: &str) {
    request_with(into, method, format_args!("{path}?{VERSION}"), token, "", body);
}

/// The same of a `target` with its query, and with further `headers`, a line each.
pub(crate) fn request_with(
    into: &mut Vec<u8>,
    method: &str,
    target: std::fmt::Arguments<'_>,
    token: &str,
    headers: &str,
    body: &str,
) {
    use std::io::Write as _;
    // Writing to a vector cannot fail.
    let _ = write!(
        into,
        "{method} {target} HTTP/1.1\r\nhost: localhost\r\nuser-agent: bench\r\n\
         accept: application/json\r\nauthorization: Bearer {token}\r\n{headers}"
    );
    let _ = if method == "GET" {
        into.write_all(b"\r\n")
    } else {
        write!(into, "content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len())
    };
}
