//! `deploy/systemd/`, read by systemd's own checker. No unit is started here: that needs systemd as the first process.

use std::collections::BTreeMap;
use std::os::unix::net::UnixDatagram;

use tokio::process::Command;

use super::node::{Node, Variables, seconds};
use super::{output, printed, repository};
use crate::server::PATIENCE;

fn text(name: &str) -> String {
    std::fs::read_to_string(repository().join("deploy/systemd").join(name)).unwrap()
}

/// The values that a unit gives a setting.
fn values<'a>(unit: &'a str, setting: &'a str) -> impl Iterator<Item = &'a str> {
    unit.lines().filter_map(move |line| line.strip_prefix(setting)?.strip_prefix('='))
}

/// The unit with the program of this test, and its drop-in.
fn install(folder: &std::path::Path) -> std::path::PathBuf {
    let (unit, more) = (folder.join("signoff.service"), folder.join("signoff.service.d"));
    let program = env!("CARGO_BIN_EXE_signoff");
    std::fs::write(&unit, text("signoff.service").replace("/usr/local/bin/signoff", program)).unwrap();
    std::fs::create_dir(&more).unwrap();
    std::fs::write(more.join("postgres.conf"), text("postgres.conf")).unwrap();
    unit
}

#[tokio::test]
async fn systemd_knows_every_setting_and_finds_little_exposed() {
    let folder = tempfile::tempdir().unwrap();
    let unit = install(folder.path());
    // What it does not know it only mentions.
    let verified = output(Command::new("systemd-analyze").args(["verify", "--man=no"]).arg(&unit)).await;
    let said = String::from_utf8(verified.stderr).unwrap();
    assert!(verified.status.success() && !said.contains("signoff"), "{said}");
    // 0 is nothing, 100 is everything.
    let exposed = ["security", "--offline=true", "--threshold=20", "--no-pager"];
    printed(Command::new("systemd-analyze").args(exposed).arg(&unit)).await;
}

#[tokio::test]
async fn the_server_tells_systemd_when_it_is_ready_and_when_it_stops() {
    let folder = tempfile::tempdir().unwrap();
    let (unit, more) = (text("signoff.service"), text("postgres.conf"));
    let environment = text("signoff.env");
    let lines = values(&unit, "Environment").chain(values(&more, "Environment"));
    let variables: BTreeMap<String, String> = lines
        .chain(
            environment
                .lines()
                .map(|line| line.trim_start_matches("# "))
                .filter(|line| line.starts_with("SIGNOFF_")),
        )
        .map(|line| line.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned())).unwrap())
        .collect();
    // Every credential that a variable names is loaded.
    let loaded: Vec<&str> = values(&unit, "LoadCredential").chain(values(&more, "LoadCredential")).collect();
    for (name, file) in variables.iter().filter(|(name, _)| name.ends_with("_FILE")) {
        let credential = file.strip_prefix("%d/").unwrap();
        assert!(loaded.iter().any(|loads| loads.starts_with(&format!("{credential}:"))), "{name}");
    }
    let socket = folder.path().join("notify");
    let told = UnixDatagram::bind(&socket).unwrap();
    told.set_read_timeout(Some(PATIENCE)).unwrap();
    let settings = folder.path().join("signoff.toml");
    std::fs::write(&settings, "").unwrap();
    let store = format!("sqlite:{}", folder.path().join("signoff.db").display());

    let mut variables = Variables(variables).here(&settings, &store, &folder);
    variables.are_read(&folder).await;
    variables.0.insert("NOTIFY_SOCKET".to_owned(), socket.to_str().unwrap().to_owned());
    let node = Node::start(&variables, &folder).await;
    let next = || {
        let mut bytes = [0; 64];
        let length = told.recv(&mut bytes).expect("it says so");
        String::from_utf8(bytes[..length].to_vec()).unwrap()
    };
    assert_eq!(next(), "READY=1");
    let limit = node.stop().await;
    assert_eq!(next(), "STOPPING=1\nSTATUS=draining");
    let granted = seconds(values(&unit, "TimeoutStopSec").next().unwrap());
    assert!(granted > limit, "it is killed after {granted} s and may take {limit} s");
}
