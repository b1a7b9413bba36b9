//! Nodes behind the load balancer of `deploy/compose/haproxy.cfg`, a real one: one node goes, and no request is lost.

use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::Method;
use signoff_store_postgres::testing;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::task::JoinSet;

use super::repository;
use crate::server::{Api, PATIENCE, Server, of_offer, sample};

struct Balancer {
    _child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    base: String,
}

impl Balancer {
    /// The load balancer as its file says, but for where the nodes and it itself are.
    fn start(nodes: &[&Server], folder: &std::path::Path) -> Self {
        let mut config = std::fs::read_to_string(repository().join("deploy/compose/haproxy.cfg")).unwrap();
        for (number, node) in (1..).zip(nodes) {
            let address = node.base.strip_prefix("http://").unwrap();
            config = config.replace(&format!("signoff-{number}:8080"), address);
        }
        // Nobody else is told this port.
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        config = config.replace("bind :8080", &format!("bind 127.0.0.1:{port}"));
        let lines: Vec<&str> = config.lines().filter(|line| !line.contains(":8080")).collect();
        let file = folder.join("haproxy.cfg");
        std::fs::write(&file, lines.join("\n") + "\n").unwrap();
        let path = std::env::var("PATH").unwrap_or_default();
        let mut command = Command::new("haproxy");
        command.env("PATH", format!("{path}:/usr/sbin")).arg("-db").arg("-f").arg(&file);
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true).spawn();
        let mut child = child.expect("haproxy is there: `cargo xtask test` installs it");
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { _child: child, lines, base: format!("http://127.0.0.1:{port}") }
    }

    /// Waits until it says so.
    async fn says(&mut self, words: &str) {
        let said =
            async { while !self.lines.next_line().await.unwrap().expect("it goes on").contains(words) {} };
        tokio::time::timeout(PATIENCE, said).await.unwrap_or_else(|_| panic!("it never says {words}"));
    }
}

#[tokio::test]
async fn a_node_that_drains_behind_a_load_balancer_costs_no_request() {
    let (database, folder) = (testing::database().await.unwrap(), tempfile::tempdir().unwrap());
    let node =
        async |name: &str| Server::start_at(&database, &folder.path().join(name), &["--drain", "10m"]).await;
    let (mut first, second) = (node("first.log").await, node("second.log").await);
    let mut balancer = Balancer::start(&[&first, &second], folder.path());
    let api = Api::owner(&first.base, "contoso").await.at(&balancer.base);
    let up = async {
        while api.send(Method::GET, "/_signoff/readyz", None, None).await.is_err() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, up).await.expect("it listens");

    let (over, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let mut clients = JoinSet::new();
    for client in 0..3 {
        let (api, over, answered) = (api.clone(), over.clone(), answered.clone());
        clients.spawn(async move {
            let path = of_offer("contoso", &format!("vm{client}"), "");
            let document = sample("contoso", &format!("vm{client}"), "A machine");
            api.put(&path, None, &document).await;
            while !over.load(Ordering::SeqCst) {
                api.put(&path, Some("*"), &document).await;
                assert_eq!(api.get(&path).await.status, 200);
                answered.fetch_add(1, Ordering::SeqCst);
            }
        });
    }
    let more = async |number: usize| {
        let wanted = answered.load(Ordering::SeqCst) + number;
        let went_on = async {
            while answered.load(Ordering::SeqCst) < wanted {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(PATIENCE, went_on).await.expect("requests are answered");
    };
    more(20).await;
    first.ask_to_stop();
    balancer.says("nodes/signoff-1 is DOWN").await;
    // The grace is over: here at a word, else after the time of the setting.
    first.ask_to_stop();
    assert_eq!(first.ended().await.code(), Some(0), "{}", first.log());
    more(20).await;
    over.store(true, Ordering::SeqCst);
    while let Some(ended) = clients.join_next().await {
        ended.expect("every request was answered");
    }
    second.kill().await;
}
