//! `signoff run` on a machine as it is: behind a proxy, under `nohup`, as the first process of a container.

use std::process::Stdio;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::process::Command;

use crate::running::{ended, python, run, run_in};
use crate::server::PATIENCE;

/// A proxy that answers every request with a refusal that says who it is, and keeps the heads.
async fn company() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let heads = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&heads);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let mut stream = BufReader::new(stream);
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") && stream.read_line(&mut head).await.unwrap() > 0 {}
            kept.lock().unwrap().push(head);
            let reply = b"HTTP/1.1 418 I am the company's\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            stream.get_mut().write_all(reply).await.unwrap();
        }
    });
    (address, heads)
}

#[tokio::test]
async fn the_machines_own_proxy_leads_to_other_hosts() {
    let folder = tempfile::tempdir().unwrap();
    let (proxy, heads) = company().await;
    let address = format!("http://me:hush@{proxy}");
    let other = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let local = other.local_addr().unwrap();
    let script = format!(
        "curl -sS -o reply https://other.example/; curl -sS -o reply -w '%{{http_code}}\\n' http://plain.example/a; \
         curl -sS -o reply -w '%{{http_code}}\\n' https://cloudpartner.azure.com/api/publishers; \
         curl -sS -o reply http://{local}/ --max-time 0.01; true"
    );
    let command = ["--", "sh", "-c", &script];
    for (name, other_name) in [("HTTPS_PROXY", "http_proxy"), ("all_proxy", "NO_PROXY")] {
        let no = if other_name == "NO_PROXY" { "elsewhere.example" } else { &address };
        let variables = [(name, address.as_str()), (other_name, no), ("SIGNOFF_LOG", "debug")];
        let run = run_in(folder.path(), &variables, &command).await;
        assert_eq!(run.stdout, "418\n401\n", "{}", run.stderr);
        let heads = std::mem::take(&mut *heads.lock().unwrap());
        let lines: Vec<&str> = heads.iter().filter_map(|head| head.lines().next()).collect();
        assert_eq!(lines, ["CONNECT other.example:443 HTTP/1.1", "GET http://plain.example:80/a HTTP/1.1"]);
        // me:hush
        assert!(heads.iter().all(|head| head.contains("Basic bWU6aHVzaA==")), "{heads:?}");
        assert!(
            run.stderr.contains(&format!("the proxy {proxy} that the environment names")),
            "{}",
            run.stderr
        );
        assert!(!run.stderr.contains("hush") && !run.stderr.contains("bWU6aHVzaA"), "{}", run.stderr);
    }
    let variables = [("ALL_PROXY", address.as_str()), ("NO_PROXY", "example")];
    run_in(folder.path(), &variables, &["--offline", "--", "sh", "-c", &script]).await;
    assert!(heads.lock().unwrap().is_empty(), "offline means offline");
}

#[tokio::test]
async fn a_proxy_that_is_none_is_said_and_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let run = run_in(folder.path(), &[("HTTPS_PROXY", "ftp://me:hush@p:1")], &["--", "true"]).await;
    assert!(run.stderr.starts_with("signoff: HTTPS_PROXY is not the address of a proxy"), "{}", run.stderr);
    assert!(!run.stderr.contains("hush"), "{}", run.stderr);
}

#[tokio::test]
async fn this_machine_is_reached_offline() {
    let folder = tempfile::tempdir().unwrap();
    let other = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = other.local_addr().unwrap().port();
    let answers =
        tokio::spawn(async move { axum::serve(other, axum::Router::new().fallback(async || "own\n")).await });
    let ask = format!(
        "curl -sS http://127.0.0.1:{port}/; curl -sS http://localhost:{port}/; \
         curl -sS --proxytunnel http://localhost:{port}/; curl -sS -o reply -w '%{{http_code}}' http://other.example/"
    );
    let offline = run(folder.path(), &["--offline", "--", "sh", "-c", &ask]).await;
    assert_eq!((offline.code, offline.stdout.as_str()), (0, "own\nown\nown\n403"), "{}", offline.stderr);
    answers.abort();
}

#[tokio::test]
async fn a_signal_that_is_ignored_stays_ignored() {
    let folder = tempfile::tempdir().unwrap();
    // The parent of the command is `signoff run`: both are sent what both ignore, then what ends them.
    let command = "kill -HUP $PPID; kill -HUP $$; kill -INT $PPID; kill -INT $$; exit 9";
    let script = format!(r#"trap '' HUP INT; exec "$0" run -- sh -c '{command}'"#);
    let output = Command::new("sh")
        .args(["-c", &script, env!("CARGO_BIN_EXE_signoff")])
        .current_dir(folder.path())
        .output()
        .await
        .unwrap();
    let run = ended(output);
    assert_eq!(run.code, 9, "{}", run.stderr);
    // One that is not ignored reaches the command through us.
    let command = r#"trap "exit 42" TERM; kill -TERM $PPID; while :; do sleep 0.02; done"#;
    let passed = crate::running::run(folder.path(), &["--", "sh", "-c", command]).await;
    assert_eq!(passed.code, 42, "{}", passed.stderr);
}

/// Becomes a parent of orphans, as the first process of a container is, and then what it is told.
#[cfg(target_os = "linux")]
const SUBREAPER: &str = "import ctypes, os, sys\n\
    assert ctypes.CDLL(None).prctl(36, 1, 0, 0, 0) == 0\n\
    os.execv(sys.argv[1], sys.argv[1:])";

/// Leaves an orphan that ends when its pipe is written to, says its number, and waits to be told to go on; then ends.
#[cfg(target_os = "linux")]
const ORPHAN: &str =
    r"mkfifo gate; n=$(sh -c '(read line < gate) > reply & echo $!'); echo $n; read line; exit 5";

#[cfg(target_os = "linux")]
#[tokio::test]
async fn orphans_leave_no_zombies() {
    let folder = tempfile::tempdir().unwrap();
    let (python, _) = python();
    let mut command = Command::new(python);
    command.args(["-c", SUBREAPER, env!("CARGO_BIN_EXE_signoff")]).args(["run", "--", "sh", "-c", ORPHAN]);
    command.current_dir(folder.path()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.kill_on_drop(true).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let orphan: u32 = lines.next_line().await.unwrap().unwrap().trim().parse().unwrap();
    let parent = || {
        let stat = std::fs::read_to_string(format!("/proc/{orphan}/stat")).ok()?;
        let (_, rest) = stat.rsplit_once(") ")?;
        rest.split(' ').nth(1)?.parse::<u32>().ok()
    };
    assert_eq!(parent(), child.id(), "the orphan is ours to wait for");
    // It ends, and its number is free when it was waited for.
    tokio::fs::write(folder.path().join("gate"), "go\n").await.unwrap();
    let reaped = async {
        while parent().is_some() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, reaped).await.expect("it is waited for");
    child.stdin.take().unwrap().write_all(b"go\n").await.unwrap();
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).await.unwrap();
    assert_eq!(child.wait().await.unwrap().code(), Some(5), "{said}");
}
