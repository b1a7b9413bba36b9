//! Who may read the files that the program makes: their owner alone, under any umask.

use std::collections::BTreeMap;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Output, Stdio};

use reqwest::Method;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::server::{Api, PATIENCE, http};

/// `signoff` with this umask.
fn under(umask: &str, home: &Path) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("umask {umask}; exec \"$0\" \"$@\"")]);
    command.arg(env!("CARGO_BIN_EXE_signoff"));
    command.env_clear().env("HOME", home).env("TMPDIR", home).kill_on_drop(true).stdin(Stdio::null());
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    command
}

/// A server that has said where it listens.
async fn serve(mut command: Command) -> (Child, String) {
    command.args(["--listen", "127.0.0.1:0"]).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = tokio::time::timeout(PATIENCE, lines.next_line()).await.unwrap().unwrap().expect("it listens");
    let base = line.strip_prefix("listening on ").unwrap().to_owned();
    // It must not find its standard output closed.
    std::mem::forget(lines);
    (child, base)
}

async fn to_its_end(command: &mut Command) -> Output {
    let output = tokio::time::timeout(PATIENCE, command.output()).await.unwrap().unwrap();
    assert!(output.status.success(), "{output:?}");
    output
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// Everything below the folder, with its mode.
fn below(folder: &Path) -> BTreeMap<String, u32> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            found.extend(below(&path).into_iter().map(|(inner, mode)| (format!("{name}/{inner}"), mode)));
        }
        found.insert(name, mode(&path));
    }
    found
}

/// Nobody but its owner can read any of it; a certificate that clients are to trust is public.
fn are_private(found: &BTreeMap<String, u32>) {
    for (name, mode) in found {
        assert!(name.ends_with("/ca.pem") || mode % 0o100 == 0, "{name} has mode {mode:o}");
    }
}

#[tokio::test]
async fn what_a_server_keeps_is_for_its_owner_whatever_the_umask_is() {
    for (umask, mode) in [("000", "--dev"), ("022", "--dev"), ("000", "--tls"), ("022", "--tls")] {
        let home = TempDir::new().unwrap();
        let mut command = under(umask, home.path());
        command.args(["serve", mode, "--proxy-port", "0", "--tls-listen", "127.0.0.1:0"]);
        let (mut server, base) = serve(command).await;
        if mode == "--dev" {
            let api = Api::owner(&base, "contoso").await;
            assert_eq!(api.http.get(format!("{base}/_signoff/snapshot")).send().await.unwrap().status(), 200);
        } else {
            // The authority is there when the ports are open: its folder is listed below.
            let ready = http().get(format!("{base}/_signoff/readyz")).send().await.unwrap();
            assert_eq!(ready.status(), 200);
        }
        let found = below(home.path());
        let ends = |end: &str| found.keys().any(|name| name.ends_with(end));
        let name = if mode == "--dev" { "signoff-dev.db" } else { "signoff.db" };
        for end in ["", "-wal", "-shm", ".lock"] {
            assert!(ends(&format!("{name}{end}")), "{name}{end} in {found:?}");
        }
        assert_eq!(mode == "--tls", ends("ca-key.pem"), "{found:?}");
        are_private(&found);
        server.kill().await.unwrap();
    }
}

#[tokio::test]
async fn so_are_those_of_a_run_a_copy_and_a_backup() {
    for umask in ["000", "022"] {
        let home = TempDir::new().unwrap();
        let list = "find \"$TMPDIR\" -mindepth 1 -printf '%m %P\\n'";
        let output = to_its_end(under(umask, home.path()).args(["run", "--", "sh", "-c", list])).await;
        let listed = String::from_utf8(output.stdout).unwrap();
        let found: BTreeMap<String, u32> = listed
            .lines()
            .filter_map(|line| line.split_once(' '))
            .map(|(mode, name)| (name.to_owned(), u32::from_str_radix(mode, 8).unwrap()))
            .collect();
        for end in ["signoff.db", "signoff.db-wal", "bundle.pem"] {
            assert!(found.keys().any(|name| name.ends_with(end)), "{end} in {listed}");
        }
        assert!(found.values().all(|mode| mode % 0o100 == 0), "{listed}");

        let at = |name: &str| home.path().join(name).display().to_string();
        let source = format!("sqlite:{}", at("source.db"));
        to_its_end(under(umask, home.path()).args(["store", "migrate", "--store", &source])).await;
        let target = format!("sqlite:{}", at("target.db"));
        to_its_end(under(umask, home.path()).args(["store", "copy", "--from", &source, "--to", &target]))
            .await;
        let backup = ["store", "backup", "--store", &source, "--to", &at("backup.db")];
        to_its_end(under(umask, home.path()).args(backup)).await;
        let found = below(home.path());
        for name in ["source.db", "source.db.lock", "target.db", "target.db.lock", "backup.db"] {
            assert!(found.contains_key(name), "{name} in {found:?}");
        }
        are_private(&found);
    }
}

#[tokio::test]
async fn files_that_were_open_to_others_are_closed_at_the_start_and_the_log_says_so() {
    let home = TempDir::new().unwrap();
    let folder = home.path().join("data");
    std::fs::create_dir(&folder).unwrap();
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).unwrap();
    let store = format!("sqlite:{}", folder.join("signoff.db").display());
    to_its_end(under("022", home.path()).args(["store", "migrate", "--store", &store])).await;
    for name in ["signoff.db", "signoff.db.lock"] {
        std::fs::set_permissions(folder.join(name), std::fs::Permissions::from_mode(0o644)).unwrap();
    }
    let log = home.path().join("log");
    let mut command = under("022", home.path());
    command.args(["serve", "--store", &store]).stderr(std::fs::File::create(&log).unwrap());
    let (mut server, _) = serve(command).await;
    are_private(&below(&folder));
    assert_eq!(mode(&folder), 0o755, "a folder that was there is left alone");
    let said = std::fs::read_to_string(&log).unwrap();
    let lines: Vec<&str> = said.lines().filter(|line| line.contains("others could read")).collect();
    assert!(lines.len() == 1 && lines[0].contains("signoff.db.lock"), "{said}");
    server.kill().await.unwrap();
}

#[tokio::test]
async fn one_file_has_one_server_whatever_it_is_called() {
    let home = TempDir::new().unwrap();
    let at = |name: &str| home.path().join(name);
    let store = format!("sqlite:{}", at("signoff.db").display());
    let mut command = under("022", home.path());
    command.args(["serve", "--dev", "--store", &store]);
    let (mut server, _) = serve(command).await;
    symlink("signoff.db", at("link.db")).unwrap();
    let refused = async |arguments: &[&str], why: &str| {
        let output = under("022", home.path()).args(arguments).output().await.unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.contains(why), "{arguments:?}: {said}");
    };
    let link = format!("sqlite:{}", at("link.db").display());
    let listen = ["--listen", "127.0.0.1:0"];
    refused(&[&["serve", "--dev", "--store", &link][..], &listen].concat(), "stop that one first").await;
    refused(&["store", "copy", "--from", &link, "--to", "sqlite:new.db"], "stop that one first").await;
    refused(&["store", "copy", "--from", &link, "--to", &store], "cannot be copied to itself").await;
    for name in ["sqlite:file:x.db", "sqlite::memory:"] {
        let why = "something else than a file";
        refused(&[&["serve", "--store", name][..], &listen].concat(), why).await;
        for command in ["check", "migrate"] {
            refused(&["store", command, "--store", name], why).await;
        }
        refused(&["store", "backup", "--store", name, "--to", "x.db"], why).await;
        refused(&["store", "copy", "--from", name, "--to", "sqlite:x.db"], why).await;
        refused(&["store", "copy", "--from", &store, "--to", name], why).await;
    }
    server.kill().await.unwrap();
    std::fs::hard_link(at("signoff.db"), at("second.db")).unwrap();
    assert_eq!(std::fs::metadata(at("signoff.db")).unwrap().nlink(), 2);
    for name in ["signoff.db", "second.db"] {
        let store = format!("sqlite:{}", at(name).display());
        refused(&[&["serve", "--dev", "--store", &store][..], &listen].concat(), "a hard link").await;
        refused(&["store", "check", "--store", &store], "a hard link").await;
    }
}

/// Without a superuser's right to read and write everything.
fn unprivileged(home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--bounding-set", "-dac_override,-dac_read_search,-fowner"]);
    command.arg(env!("CARGO_BIN_EXE_signoff")).args(arguments);
    command.env("HOME", home).stdin(Stdio::null()).kill_on_drop(true);
    command
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_store_that_cannot_be_written_is_refused_at_the_start_with_the_reason() {
    let home = TempDir::new().unwrap();
    let file = home.path().join("signoff.db");
    let store = format!("sqlite:{}", file.display());
    to_its_end(under("022", home.path()).args(["store", "migrate", "--store", &store])).await;
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o400)).unwrap();
    let serve = ["serve", "--store", &store, "--listen", "127.0.0.1:0"];
    let output = unprivileged(home.path(), &serve).output().await.unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && said.contains("signoff.db cannot be written"), "{said}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_check_in_a_folder_that_cannot_be_written_says_why_it_is_not_done() {
    let home = TempDir::new().unwrap();
    let folder = home.path().join("copy");
    std::fs::create_dir(&folder).unwrap();
    let file = folder.join("signoff.db");
    let store = format!("sqlite:{}", file.display());
    let mut command = under("022", home.path());
    command.args(["serve", "--dev", "--store", &store]);
    let (mut server, base) = serve(command).await;
    let api = Api::owner(&base, "contoso").await;
    let path = crate::server::of_offer("contoso", "sample-vm", "");
    assert_eq!(api.send(Method::GET, &path, None, None).await.unwrap().status, 200);
    // As a copy of the files of a running server is: without what it keeps in memory.
    server.kill().await.unwrap();
    std::fs::remove_file(folder.join("signoff.db-shm")).unwrap();
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o500)).unwrap();
    let output = unprivileged(home.path(), &["store", "check", "--store", &store]).output().await.unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700)).unwrap();
    assert!(said.contains("cannot be read") && said.contains("let this user write the folder"), "{said}");
    assert!(!said.contains("no store of signoff"), "{said}");
}
