//! What every command leaves behind is its owner's alone, under any umask.
#![cfg(unix)]

use std::fs::Metadata;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::findings::Findings;
use crate::http::{Request, connect};
use crate::server::{OPERATOR, Server};

/// The binary under this umask.
fn signoff(umask: &str) -> Command {
    let mut command = Command::new("sh");
    let script = format!("umask {umask}; exec \"$0\" \"$@\"");
    command.args(["-c", &script, env!("CARGO_BIN_EXE_signoff")]);
    command
}

fn walk(folder: &Path, found: &mut Vec<(PathBuf, Metadata)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        // A file that is there for a moment may be gone.
        let Ok(metadata) = std::fs::symlink_metadata(&path) else { continue };
        if metadata.is_dir() {
            walk(&path, found);
        }
        found.push((path, metadata));
    }
}

/// Everything below the folder but what the test itself made is nobody else's to read.
/// Certificates are for everybody; keys are not.
fn is_certificate(path: &Path, name: &str) -> bool {
    path.extension().is_some_and(|extension| extension == "pem") && !name.contains("key")
}

fn look(findings: &Findings, when: &str, folder: &Path) {
    let mut found = Vec::new();
    walk(folder, &mut found);
    for (path, metadata) in found {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        // What the test itself made.
        if name == "server.log" || is_certificate(&path, &name) {
            continue;
        }
        findings.sent(&name);
        let mode = metadata.permissions().mode() & 0o777;
        findings.check(mode & 0o700 == mode, || format!("{when}: {} is {mode:o}", path.display()));
    }
}

fn run(findings: &Findings, umask: &str, folder: &Path, arguments: &[&str]) -> String {
    let output = signoff(umask)
        .args(arguments)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", folder)
        .env("TMPDIR", folder)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    findings.check(output.status.success(), || format!("{arguments:?}: {output:?}"));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn under(umask: &str) {
    let findings =
        Findings::of(if umask == "000" { "modes under umask 000" } else { "modes under umask 022" });
    let folder = tempfile::tempdir().unwrap();
    let mut command = signoff(umask);
    command.args(["serve", "--dev", "--tls", "--proxy-port", "0", "--tls-listen", "127.0.0.1:0"]);
    command.env("TMPDIR", folder.path());
    let server = Server::spawn(folder, command);
    let folder = server.folder.path();
    let publish = "/api/publishers/contoso/offers/sample-vm/publish";
    server.operator("POST", publish, &serde_json::json!({}));
    look(&findings, "a server", folder);
    // A snapshot that is being read.
    let mut stream = connect(server.host());
    let request = Request::new("GET", "/_signoff/snapshot").bytes(server.host());
    std::io::Write::write_all(&mut stream, &request).unwrap();
    let mut first = [0; 1];
    std::io::Read::read_exact(&mut stream, &mut first).unwrap();
    look(&findings, "a snapshot", folder);
    drop(stream);
    let store = format!("sqlite:{}", folder.join("signoff.db").display());
    run(&findings, umask, folder, &["store", "backup", "--store", &store, "--to", "backup.db"]);
    look(&findings, "a backup", folder);
    let copy = format!("sqlite:{}", folder.join("copy.db").display());
    run(&findings, umask, folder, &["store", "copy", "--from", "sqlite:backup.db", "--to", &copy]);
    look(&findings, "a copy", folder);
    // What `run` keeps for as long as its command lasts, seen from the command.
    let place = folder.to_str().unwrap();
    let others =
        ["-perm", "/077", "!", "-name", "server.log", "!", "-name", "ca.pem", "!", "-name", "bundle.pem"];
    let find = [["run", "--", "find", place, "-type", "f"].as_slice(), &others].concat();
    let seen = run(&findings, umask, folder, &find);
    findings.check(seen.is_empty(), || format!("a run: {seen}"));
    server.send(&Request::api("GET", "/api/publishers", Some(OPERATOR)));
    server.is_well();
    findings.end();
}

#[test]
fn files_are_their_owners_alone_under_any_umask() {
    under("000");
    under("022");
}
