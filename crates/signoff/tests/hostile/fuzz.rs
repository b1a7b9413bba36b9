//! A fuzzer reads the description of the API and holds the server to it, in both dialects: no server error; status,
//! content type, headers and body as described; what breaks the description is refused, what keeps to it accepted.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::server::{OPERATOR, Server};

/// Neither streams, which last, nor what is below this, which changes the rules for others.
const PUBLISHING: &str = "/events$|^/_signoff/";
/// What replaces the whole state.
const STATE: &str = "^/api/|^/[{]|^/_signoff/(snapshot|reset)";

fn here(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(file)
}

/// The fuzzer, installed below `target/`.
fn schemathesis() -> PathBuf {
    let own = here("../../target/fuzz/bin/python");
    let python = std::env::var_os("SIGNOFF_TEST_FUZZ").map_or(own, PathBuf::from);
    let program = python.with_file_name("schemathesis");
    assert!(
        program.exists(),
        "{} is missing; in the root of the repository run\n\
         python3 -m venv target/fuzz && target/fuzz/bin/pip install -r xtask/fuzz.txt",
        program.display()
    );
    program
}

/// A run of the fuzzer against a server of its own.
struct Run {
    name: &'static str,
    server: Server,
    fuzzer: Child,
}

impl Run {
    fn start(name: &'static str, dialect: &str, operator: bool, excluded: &str) -> Self {
        let server = Server::start(&["--compat", dialect]);
        let token =
            if operator { OPERATOR.to_owned() } else { server.token("contoso-owner", "contoso-secret") };
        let output = std::fs::File::create(server.folder.path().join("fuzz.txt")).unwrap();
        let fuzzer = Command::new(schemathesis())
            .arg("--config-file")
            .arg(here("tests/hostile/fuzz/schemathesis.toml"))
            .args(["run", &format!("{}/_signoff/openapi.json", server.base), "--url", &server.base])
            .args(["--no-color", "--warnings", "off", "--exclude-path-regex", excluded])
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", server.folder.path())
            .env("PYTHONPATH", here("tests/hostile/fuzz"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("FUZZ_TOKEN", token)
            .current_dir(server.folder.path())
            .stdin(Stdio::null())
            .stderr(output.try_clone().unwrap())
            .stdout(output)
            .spawn()
            .unwrap();
        Self { name, server, fuzzer }
    }

    /// Waits for the end and prints the summary; whether nothing was found.
    fn end(mut self) -> bool {
        let status = self.fuzzer.wait().unwrap();
        let said = std::fs::read_to_string(self.server.folder.path().join("fuzz.txt")).unwrap();
        let summary = said.split_once("= SUMMARY =").map_or(&*said, |(_, summary)| summary);
        println!("== {}\n{}", self.name, if status.success() { summary } else { &said });
        self.server.is_well();
        status.success()
    }
}

#[test]
fn the_server_keeps_to_its_description() {
    let runs = [
        Run::start("documented, an owner", "documented", false, PUBLISHING),
        Run::start("observed, the operator", "observed", true, PUBLISHING),
        Run::start("development", "documented", false, STATE),
    ];
    let clean: Vec<bool> = runs.into_iter().map(Run::end).collect();
    assert_eq!(clean, [true, true, true], "what was found stands above");
}
