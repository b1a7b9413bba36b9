//! One node, with the network between it and the database.

use std::path::{Path, PathBuf};

use rustix::process::Signal;
use tokio::sync::watch;

use super::proxy::Network;
use crate::faketime;
use crate::guide::Place;
use crate::server::Server;

/// A node, and those that were in its place before.
pub(crate) struct Node {
    pub(crate) network: Network,
    /// How far its clock is wrong, as libfaketime takes it; empty: not at all.
    skew: &'static str,
    /// Which of all nodes that were ever started this is.
    pub(crate) number: u64,
    /// Clients are not led to it.
    pub(crate) hidden: bool,
    server: Option<Server>,
    /// What the last one left to be read.
    log: String,
    /// Where all of them write.
    logs: Vec<PathBuf>,
}

impl Node {
    /// A place for nodes.
    pub(crate) async fn new(skew: &'static str, members: &watch::Sender<[u16; 2]>) -> Self {
        let network = Network::to(members).await;
        Self { network, skew, number: 0, hidden: false, server: None, log: String::new(), logs: Vec::new() }
    }

    /// Starts a node.
    pub(crate) async fn start(&mut self, number: u64, folder: &Path) {
        let [one, other] = self.network.ports;
        let address = format!(
            "postgres://postgres@127.0.0.1:{one},127.0.0.1:{other}/postgres\
             ?target_session_attrs=read-write&application_name=node-{number}"
        );
        let log = folder.join(format!("node-{number}.log"));
        let skewed = (!self.skew.is_empty()).then(|| faketime::variables(self.skew));
        let mut variables = vec![("SIGNOFF_LOG", "info")];
        variables.extend(skewed.iter().flatten().map(|(name, value)| (*name, value.as_str())));
        self.logs.push(log.clone());
        self.server = Some(Server::start_in(&variables, &address, &log, &[]).await);
        self.number = number;
    }

    fn server(&self) -> &Server {
        self.server.as_ref().expect("the node runs")
    }

    pub(crate) fn base(&self) -> String {
        self.server().base.clone()
    }

    /// Where clients find it.
    pub(crate) fn place(&self) -> Option<Place> {
        let server = self.server.as_ref().filter(|_| !self.hidden)?;
        Some(Place { server: self.number, base: server.base.clone() })
    }

    pub(crate) fn signal(&self, signal: Signal) {
        self.server().signal(signal);
    }

    /// What it said, or its predecessor if there is none.
    pub(crate) fn log(&self) -> String {
        self.server.as_ref().map_or_else(|| self.log.clone(), Server::log)
    }

    /// How many late results of the last one were refused.
    pub(crate) fn late_results(&self) -> usize {
        self.log.matches("a late result was refused").count()
    }

    /// kill -9.
    pub(crate) async fn kill(&mut self) {
        let server = self.server.take().expect("the node runs");
        self.log = server.log();
        let process = server.process();
        server.kill().await;
        faketime::clear_up(process);
    }

    /// Tells it to stop, and sees that it ends well.
    pub(crate) async fn stop(&mut self) {
        let mut server = self.server.take().expect("the node runs");
        server.ask_to_stop();
        let status = server.ended().await;
        self.log = server.log();
        assert!(status.success() && !self.log.contains("panicked"), "{status}: {}", self.log);
    }
}

impl Drop for Node {
    /// Who looks for what went wrong wants to know what the node said.
    fn drop(&mut self) {
        if std::thread::panicking() {
            for log in &self.logs {
                let log = std::fs::read_to_string(log).unwrap_or_default();
                let matters = |line: &&str| line.contains("ERROR") || line.contains("WARN");
                let said: Vec<&str> = log.lines().filter(matters).collect();
                let newest = said.get(said.len().saturating_sub(15)..).unwrap_or_default();
                eprintln!("a node in place {} said:\n{}", self.network.ports[0], newest.join("\n"));
            }
        }
    }
}
