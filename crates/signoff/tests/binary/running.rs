//! `signoff run` and what it leaves behind.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::server::signoff;

/// How a run ended.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs `signoff run` with these arguments in `folder`.
pub(crate) async fn run(folder: &Path, arguments: &[&str]) -> Run {
    run_in(folder, &[], arguments).await
}

/// The same with these variables.
pub(crate) async fn run_in(folder: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> Run {
    let mut command = signoff(folder);
    command.arg("run").args(arguments).current_dir(folder).envs(variables.iter().copied());
    ended(command.output().await.unwrap())
}

/// What came of it.
pub(crate) fn ended(output: std::process::Output) -> Run {
    Run {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Run {
    /// The lines of JSON that it printed, if it ended well.
    pub(crate) fn lines(&self) -> Vec<Value> {
        assert_eq!(self.code, 0, "{}{}", self.stdout, self.stderr);
        self.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// What is said at the end, line by line. A blank line comes first.
    pub(crate) fn report(&self) -> Vec<&str> {
        let (_, report) =
            self.stderr.split_once("\nsignoff: ").expect("the report is there, on a line of its own");
        report.lines().map(|line| line.strip_prefix("signoff: ").unwrap_or(line)).collect()
    }
}

/// The path of a file of this crate.
pub(crate) fn here(file: &str) -> String {
    format!("{}/{file}", env!("CARGO_MANIFEST_DIR"))
}

/// The Python that has the released clients, and a program of theirs.
pub(crate) fn python() -> (String, String) {
    let own = PathBuf::from(here("../../target/venv/bin/python"));
    let python = std::env::var_os("SIGNOFF_TEST_PYTHON").map_or(own, PathBuf::from);
    let client = python.with_file_name("azure-img-utils");
    assert!(
        client.exists(),
        "{} is missing; in the root of the repository run\n\
         python3 -m venv target/venv && target/venv/bin/pip install -r xtask/clients.txt",
        client.display()
    );
    (python.display().to_string(), client.display().to_string())
}
