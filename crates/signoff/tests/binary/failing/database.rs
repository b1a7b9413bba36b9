//! PostgreSQL servers that are killed, promoted, and run out of disk: a primary with a synchronous standby.

use std::process::Stdio;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::net::TcpListener;
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::watch;

use crate::server::PATIENCE;

/// Starts a server, keeps it for as long as its input is open, and does what it is told there.
const SCRIPT: &str = include_str!("../../../../store-postgres/src/testing/postgres_server.sh");

/// A server with a data directory of its own. It ends with this process, however that ends.
pub(crate) struct Member {
    pub(crate) port: u16,
    /// What its disk is; empty: that of the machine.
    disk: String,
    shell: Child,
    input: ChildStdin,
    said: Lines<BufReader<ChildStdout>>,
}

impl Member {
    /// Starts a server with an empty database.
    pub(crate) async fn empty(disk: Option<&str>) -> Self {
        Self::start(&[("DISK", disk.unwrap_or_default())]).await
    }

    /// Copies the server at `port` and follows it.
    pub(crate) async fn following(port: u16) -> Self {
        Self::start(&[("FOLLOW", &port.to_string())]).await
    }

    async fn start(variables: &[(&str, &str)]) -> Self {
        // Nobody else is told this port; taken meanwhile, the server says so.
        let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        let mut command = Command::new("bash");
        command.args(["-c", SCRIPT]).env("SCRIPT", SCRIPT).env("PORT", port.to_string());
        command.envs(variables.iter().copied());
        let mut shell = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let input = shell.stdin.take().unwrap();
        let mut said = BufReader::new(shell.stdout.take().unwrap()).lines();
        let (mut before, mut disk) = (Vec::new(), String::new());
        loop {
            let line = tokio::time::timeout(PATIENCE, said.next_line()).await.expect("PostgreSQL starts");
            match line.unwrap().as_deref() {
                Some("ready") => return Self { port, disk, shell, input, said },
                Some(line) if line.starts_with("disk: ") => line["disk: ".len()..].clone_into(&mut disk),
                Some(line) => before.push(line.to_owned()),
                None => panic!("PostgreSQL did not start: {}", before.join("\n")),
            }
        }
    }

    /// Tells it something; what it says, or what went wrong.
    pub(crate) async fn tell(&mut self, what: &str) -> Result<String, String> {
        let line = format!("{}\n", what.split_whitespace().collect::<Vec<_>>().join(" "));
        self.input.write_all(line.as_bytes()).await.unwrap();
        let mut told = Vec::new();
        loop {
            let line = tokio::time::timeout(PATIENCE, self.said.next_line()).await.expect("an answer comes");
            match line.unwrap().expect("the shell lives as long as its input").as_str() {
                "done" => return Ok(told.join("\n")),
                "failed" => return Err(told.join("\n")),
                line => told.push(line.to_owned()),
            }
        }
    }

    /// Tells it something that succeeds.
    pub(crate) async fn must(&mut self, what: &str) -> String {
        self.tell(what).await.unwrap_or_else(|why| panic!("{what}: {why}"))
    }

    /// What the statement answers.
    pub(crate) async fn sql(&mut self, statement: &str) -> String {
        self.must(&format!("sql {statement}")).await
    }

    /// Asks until the statement answers so.
    pub(crate) async fn until(&mut self, statement: &str, wanted: &str) {
        let asking = async {
            loop {
                let is = self.sql(statement).await;
                if is == wanted {
                    return;
                }
                tokio::time::sleep(super::LOOK_AGAIN).await;
            }
        };
        tokio::time::timeout(PATIENCE, asking)
            .await
            .unwrap_or_else(|_| panic!("{statement}: never {wanted}"));
    }

    /// Waits until it writes no more.
    pub(crate) async fn fails_to_write(&mut self) {
        let failing = async {
            while self
                .tell("sql CREATE TABLE more AS SELECT generate_series(1, 100000) AS it; DROP TABLE more")
                .await
                .is_ok()
            {}
        };
        tokio::time::timeout(PATIENCE, failing).await.expect("its disk is full");
    }

    /// Ends it, if it was not killed, and removes its data.
    pub(crate) async fn end(self) {
        let Self { mut shell, input, .. } = self;
        drop(input);
        let ended = tokio::time::timeout(PATIENCE, shell.wait()).await.expect("PostgreSQL ends").unwrap();
        assert!(ended.success(), "{ended}");
    }
}

/// Two servers: a primary, and the standby without which it answers nothing.
pub(crate) struct Cluster {
    members: [Member; 2],
    /// Which of them is the primary.
    primary: usize,
    /// Where they listen.
    pub(crate) ports: watch::Sender<[u16; 2]>,
    /// What the disk of the first primary is; empty: that of the machine.
    pub(crate) disk: String,
}

impl Cluster {
    /// Starts both; `disk` is the size of the primary's disk.
    pub(crate) async fn start(disk: Option<&str>) -> Self {
        let primary = Member::empty(disk).await;
        let standby = Member::following(primary.port).await;
        let ports = watch::Sender::new([primary.port, standby.port]);
        let disk = primary.disk.clone();
        let mut cluster = Self { members: [primary, standby], primary: 0, ports, disk };
        cluster.wait_for_standby().await;
        cluster
    }

    pub(crate) fn primary(&mut self) -> &mut Member {
        &mut self.members[self.primary]
    }

    pub(crate) fn standby(&mut self) -> &mut Member {
        &mut self.members[1 - self.primary]
    }

    /// From now on the primary does not wait for the standby, which gets nothing any more.
    pub(crate) async fn forget_standby(&mut self) {
        for setting in ["ALTER SYSTEM RESET synchronous_standby_names", "SELECT pg_reload_conf()"] {
            self.primary().sql(setting).await;
        }
        self.primary().until("SELECT sync_state FROM pg_stat_replication", "async").await;
        for setting in ["ALTER SYSTEM SET primary_conninfo = ''", "SELECT pg_reload_conf()"] {
            self.standby().sql(setting).await;
        }
        self.primary().until("SELECT count(*) FROM pg_stat_replication", "0").await;
    }

    /// From now on nothing is committed that the standby does not have.
    async fn wait_for_standby(&mut self) {
        let primary = self.primary();
        primary.sql("ALTER SYSTEM SET synchronous_standby_names = '*'").await;
        primary.sql("SELECT pg_reload_conf()").await;
        primary.until("SELECT sync_state FROM pg_stat_replication", "sync").await;
    }

    /// Kills the primary, and puts the standby in its place.
    pub(crate) async fn fail_over(&mut self) {
        self.primary().must("kill").await;
        self.standby().must("promote").await;
        self.primary = 1 - self.primary;
    }

    /// Makes a standby in the place of the one that is the primary now.
    pub(crate) async fn replace_standby(&mut self) {
        let next = Member::following(self.primary().port).await;
        let former = std::mem::replace(self.standby(), next);
        self.ports.send_replace([self.members[0].port, self.members[1].port]);
        former.end().await;
        self.wait_for_standby().await;
    }

    /// Ends both.
    pub(crate) async fn end(self) {
        for member in self.members {
            member.end().await;
        }
    }
}
