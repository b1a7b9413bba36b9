//! PostgreSQL with the durability that it has by default, on a data directory of its own, and its own load generator.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::Error;
use crate::postgres_server::Postgres as Running;

/// What tests leave out is put back: every commit waits for the disk.
const DURABLE: &str = "-c fsync=on -c synchronous_commit=on";

/// A server that ends when this is dropped.
pub(crate) struct Postgres {
    running: Running,
    programs: PathBuf,
}

impl Postgres {
    /// Starts it below the temporary folder. `options` are further ones of its command line.
    pub(crate) fn start(options: &str) -> Result<Self, Error> {
        let running = Running::start_with("", &format!("{DURABLE} {options}"))?;
        Ok(Self { running, programs: programs()? })
    }

    /// The address of a database, for the server under test and for every program of PostgreSQL.
    pub(crate) fn address(&self, database: &str) -> String {
        // On one machine TLS is not needed, and neither side should pay for it.
        format!("{}/{database}?sslmode=disable", self.running.address)
    }

    /// Makes an empty database; answers its address.
    pub(crate) async fn create(&self, database: &str) -> Result<String, Error> {
        self.ask("postgres", &format!("CREATE DATABASE {database}")).await?;
        Ok(self.address(database))
    }

    /// Processor time that servers of this process used so far, with all their processes, those that ended among them.
    pub(crate) fn used() -> Result<Duration, Error> {
        let mut processes = Vec::new();
        for entry in std::fs::read_dir("/proc")?.flatten() {
            let stat = std::fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
            // The name before the bracket may hold anything.
            let Some((head, fields)) = stat.rsplit_once(") ") else { continue };
            let numbers: Vec<u64> = fields.split(' ').map(|field| field.parse().unwrap_or(0)).collect();
            let id: u64 = head.split(' ').next().unwrap_or_default().parse()?;
            if numbers.len() > 14 {
                processes.push((id, numbers[1], numbers[11..15].iter().sum::<u64>()));
            }
        }
        // Ours are those whose parents are ours, from this process on; a shell and the server are all that it keeps.
        let mut ours = vec![u64::from(std::process::id())];
        let mut ticks = 0;
        let mut place = 0;
        while let Some(parent) = ours.get(place).copied() {
            for (id, _, used) in processes.iter().filter(|(_, of, _)| *of == parent) {
                if place > 0 || is_shell(*id) {
                    ours.push(*id);
                    ticks += used;
                }
            }
            place += 1;
        }
        Ok(Duration::from_millis(ticks * 10))
    }

    /// Runs statements and answers what they select: rows apart by line ends, columns by tabs.
    pub(crate) async fn ask(&self, database: &str, statements: &str) -> Result<String, Error> {
        let mut child = Command::new(self.programs.join("psql"))
            .args(ASK)
            .arg(self.address(database))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let mut input = child.stdin.take().ok_or("a child without input")?;
        input.write_all(statements.as_bytes()).await?;
        drop(input);
        told(&child.wait_with_output().await?)
    }

    /// Like [`Postgres::ask`], with more statements than one would keep in memory: `write` writes them.
    pub(crate) async fn stream(
        &self,
        database: &str,
        write: impl FnOnce(&mut dyn std::io::Write) -> Result<(), Error> + Send + 'static,
    ) -> Result<String, Error> {
        let mut command = std::process::Command::new(self.programs.join("psql"));
        command.args(ASK).arg(self.address(database));
        tokio::task::spawn_blocking(move || {
            let mut child =
                command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
            let input = child.stdin.take().ok_or("a child without input")?;
            let mut input = std::io::BufWriter::with_capacity(1 << 20, input);
            let written = write(&mut input).and_then(|()| Ok(std::io::Write::flush(&mut input)?));
            drop(input);
            let answer = told(&child.wait_with_output()?)?;
            written.map(|()| answer)
        })
        .await?
    }

    /// From now on all new work of the database is due an hour later than its server says: no step ends while something
    /// is measured. Whoever writes such rows pays for it alike.
    pub(crate) async fn hold_work(&self, database: &str) -> Result<(), Error> {
        let statements = "CREATE FUNCTION bench_hold() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN NEW.due_at := NEW.due_at + 3600000000; RETURN NEW; END $$;
            CREATE TRIGGER bench_hold BEFORE INSERT ON work FOR EACH ROW EXECUTE FUNCTION bench_hold()";
        self.ask(database, statements).await.map(|_| ())
    }

    /// A single number that a statement selects.
    pub(crate) async fn number(&self, database: &str, statement: &str) -> Result<f64, Error> {
        let answer = self.ask(database, statement).await?;
        answer.parse().map_err(|_| format!("{statement}: {answer:?} is no number").into())
    }
}

/// Statements come from the standard input; rows go apart by line ends, columns by tabs.
const ASK: [&str; 10] = ["-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-f", "-"];

fn told(output: &std::process::Output) -> Result<String, Error> {
    if output.status.success() {
        Ok(String::from_utf8(output.stdout.clone())?.trim_end().to_owned())
    } else {
        Err(format!("psql: {}", String::from_utf8_lossy(&output.stderr)).into())
    }
}

/// Whether the process is what PostgreSQL was started with.
fn is_shell(id: u64) -> bool {
    let name = std::fs::read_to_string(format!("/proc/{id}/comm")).unwrap_or_default();
    matches!(name.trim_end(), "bash" | "runuser")
}

/// Debian keeps the programs out of the path.
fn programs() -> Result<PathBuf, Error> {
    let debian = Path::new("/usr/lib/postgresql");
    let versions = std::fs::read_dir(debian).into_iter().flatten().flatten();
    let newest = versions
        .filter_map(|entry| {
            Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path().join("bin")))
        })
        .max();
    match newest {
        Some((_, programs)) => Ok(programs),
        None => {
            Err("pgbench is missing: install the Debian packages postgresql and postgresql-contrib".into())
        }
    }
}

/// What pgbench saw.
pub(crate) struct Seen {
    /// Transactions a second.
    pub(crate) rate: f64,
    /// The middle latency in milliseconds, if it was kept.
    pub(crate) p50: Option<f64>,
}

/// How pgbench runs a script.
pub(crate) struct Script<'a> {
    pub(crate) database: &'a str,
    pub(crate) text: &'a str,
    pub(crate) connections: usize,
    pub(crate) time: Duration,
    /// Whether the latency of each transaction is kept, which costs a little.
    pub(crate) log: bool,
}

fn since_epoch() -> Result<Duration, Error> {
    Ok(std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?)
}

impl Postgres {
    /// Runs a script of pgbench with prepared statements, one transaction after the other on each connection.
    pub(crate) async fn pgbench(&self, script: &Script<'_>) -> Result<Seen, Error> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("script");
        std::fs::write(&file, script.text)?;
        let output = Command::new(self.programs.join("pgbench"))
            .args(["--no-vacuum", "--protocol=prepared"])
            .args(script.log.then_some(["--log", "--log-prefix=log"]).into_iter().flatten())
            // Keys of one run come after those of the run before.
            .arg(format!("--define=id={}", since_epoch()?.as_micros()))
            .arg(format!("--client={}", script.connections))
            .arg(format!("--jobs={}", script.connections.min(2)))
            .arg(format!("--time={}", script.time.as_secs().max(1)))
            .arg("--file")
            .arg(&file)
            .arg(self.address(script.database))
            .current_dir(folder.path())
            .kill_on_drop(true)
            .output()
            .await?;
        let said = String::from_utf8_lossy(&output.stdout);
        let rate = said.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
        match rate {
            Some(rate) if output.status.success() => {
                let p50 = if script.log { Some(middle(folder.path())?) } else { None };
                Ok(Seen { rate, p50 })
            }
            _ => Err(format!("pgbench: {said}{}", String::from_utf8_lossy(&output.stderr)).into()),
        }
    }
}

/// The middle latency of the transactions in pgbench's logs, in milliseconds.
fn middle(folder: &Path) -> Result<f64, Error> {
    let mut micros: Vec<u64> = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with("log.") {
            let text = std::fs::read_to_string(entry.path())?;
            micros.extend(text.lines().filter_map(|line| line.split(' ').nth(2)?.parse::<u64>().ok()));
        }
    }
    micros.sort_unstable();
    let middle = micros.get(micros.len() / 2).ok_or("pgbench made no transaction")?;
    Ok(Duration::from_micros(*middle).as_secs_f64() * 1000.0)
}
