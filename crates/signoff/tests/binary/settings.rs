//! What wins where a setting is said twice, and what counts as said.

use std::path::Path;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt as _, BufReader};

use crate::client::{signoff as client, signoff_with};
use crate::server::{PATIENCE, signoff};

/// Starts `signoff serve` and returns what it introduces itself with.
pub(crate) async fn introduction(home: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> String {
    let mut command = signoff(home);
    command.args(["serve", "--listen", "127.0.0.1:0", "--store", "sqlite:x.db"]).args(arguments);
    command.envs(variables.iter().copied()).current_dir(home);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let said = async {
        let mut all = String::new();
        while let Some(line) = lines.next_line().await.unwrap() {
            all.push_str(&line);
            all.push('\n');
            if line.starts_with("state in ") {
                return all;
            }
        }
        panic!("it ended: {all}");
    };
    let said = tokio::time::timeout(PATIENCE, said).await.expect("it starts");
    child.kill().await.unwrap();
    said
}

#[tokio::test]
async fn a_flag_wins_over_the_variable_and_the_variable_over_the_file() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("dev.toml"), "dev = true\ncompat = \"observed\"\n").unwrap();
    let file = ["--config", "dev.toml"];
    for (variables, flags, is_dev) in [
        (&[][..], &[][..], true),
        (&[("SIGNOFF_DEV", "false")], &[], false),
        (&[("SIGNOFF_DEV", "off")], &[], false),
        (&[("SIGNOFF_DEV", "false")], &["--dev"], true),
        (&[("SIGNOFF_DEV", "true")], &["--dev=no"], false),
        (&[("SIGNOFF_DEV", "")], &[], true),
    ] {
        let home = tempfile::tempdir_in(home.path()).unwrap();
        std::fs::copy(home.path().join("../dev.toml"), home.path().join("dev.toml")).unwrap();
        let said = introduction(home.path(), variables, &[&file[..], flags].concat()).await;
        assert_eq!(said.contains("development mode"), is_dev, "{variables:?} {flags:?}: {said}");
        assert!(said.contains("dialect observed"), "{said}");
    }
}

/// What `signoff token` prints or asks for, by who is said to call in the file, the variable and the flag.
#[tokio::test]
async fn a_caller_is_taken_from_the_flag_then_the_variable_then_the_file() {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join("signoff")).unwrap();
    let settings = home.path().join("signoff/client.toml");
    let config = ("XDG_CONFIG_HOME", home.path().to_str().unwrap());
    // The scripted server's own token is taken back.
    let none = ("SIGNOFF_TOKEN", "");
    std::fs::write(&settings, "token = 'of-file'\n").unwrap();
    for (variables, flags, expected) in [
        (&[none][..], &[][..], "of-file\n"),
        (&[("SIGNOFF_TOKEN", "of-variable")], &[], "of-variable\n"),
        (&[("SIGNOFF_TOKEN", "of-variable")], &["--token", "of-flag"], "of-flag\n"),
        (&[none], &["--token", "of-flag"], "of-flag\n"),
        (&[("SIGNOFF_TOKEN", "of-variable")], &["--token", ""], "of-variable\n"),
        (&[none], &["--token", ""], "of-file\n"),
    ] {
        let run = signoff_with(&[], &[&[config], variables].concat(), &[&["token"], flags].concat()).await;
        assert_eq!((run.code, run.stdout.as_str()), (0, expected), "{variables:?} {flags:?}: {}", run.stderr);
    }
    std::fs::write(&settings, "tenant = 'tenant'\nclient-id = 'of-file'\nclient-secret = 'hush'\n").unwrap();
    let reply = [(200, serde_json::json!({"access_token": "abc"}))];
    for (variables, flags, expected) in [
        (&[none][..], &[][..], "client_id=of-file&"),
        (&[none, ("SIGNOFF_CLIENT_ID", "")], &[], "client_id=of-file&"),
        (&[none, ("SIGNOFF_CLIENT_ID", "of-variable")], &[], "client_id=of-variable&"),
        (&[none, ("SIGNOFF_CLIENT_ID", "of-variable")], &["--client-id", "of-flag"], "client_id=of-flag&"),
        (&[none, ("SIGNOFF_CLIENT_ID", "of-variable")], &["--client-id", ""], "client_id=of-variable&"),
    ] {
        let run = signoff_with(&reply, &[&[config], variables].concat(), &[&["token"], flags].concat()).await;
        assert_eq!(run.code, 0, "{variables:?} {flags:?}: {}", run.stderr);
        let asked = format!("{}&", run.requests[0]);
        assert!(asked.contains(expected), "{variables:?} {flags:?}: {asked}");
    }
}

#[tokio::test]
async fn a_variable_that_is_set_to_nothing_is_not_set() {
    let home = tempfile::tempdir().unwrap();
    let names = [
        "STORE",
        "CONNECTIONS",
        "STORE_WAIT",
        "LISTEN",
        "CONFIG",
        "DEV",
        "COMPAT",
        "TLS",
        "PROXY_PORT",
        "TLS_LISTEN",
        "TLS_FOLDER",
        "PIPELINE",
        "RETENTION",
        "MIGRATE",
        "DRAIN",
        "OPERATOR_TOKEN",
        "OPERATOR_TOKEN_FILE",
        "MAIL_PASSWORD",
        "STORE_PASSWORD",
        "URL",
        "OUTPUT",
        "CA",
    ];
    let names = names.map(|name| format!("SIGNOFF_{name}"));
    let empty: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
    let said = introduction(home.path(), &empty, &[]).await;
    assert!(said.contains("production mode") && said.contains("dialect documented"), "{said}");

    let empty =
        [("SIGNOFF_OUTPUT", ""), ("SIGNOFF_CA", ""), ("SIGNOFF_AUTHORITY", ""), ("SIGNOFF_TENANT", "")];
    let run = signoff_with(&[(200, serde_json::json!([]))], &empty, &["offer", "list"]).await;
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let copy =
        signoff_with(&[], &[("SIGNOFF_COPY_FROM", ""), ("SIGNOFF_COPY_TO", "")], &["store", "copy"]).await;
    assert!(copy.code == 2 && copy.stderr.contains("--from <URL>"), "{}", copy.stderr);
}

#[tokio::test]
async fn a_usage_error_names_what_is_missing_and_nothing_that_is_set() {
    let run = client(&[], &["publish"]).await;
    assert_eq!(run.code, 2);
    assert!(
        run.stderr.contains("<OFFER>") && run.stderr.contains("Usage: signoff publish"),
        "{}",
        run.stderr
    );
    for set in ["--url", "--publisher", "--token"] {
        assert!(!run.stderr.contains(set), "{set}: {}", run.stderr);
    }
    assert!(run.stderr.lines().any(|line| line.starts_with("Usage: ")), "{}", run.stderr);
    let run = client(&[], &["offer"]).await;
    assert!(run.code == 2 && run.stderr.contains("[subcommands: list, show"), "{}", run.stderr);
    // What is wrong with a variable is still told.
    let run = signoff_with(&[], &[("SIGNOFF_OUTPUT", "yaml")], &["offer", "list"]).await;
    assert!(run.code == 2 && run.stderr.contains("yaml"), "{}", run.stderr);
}

#[tokio::test]
async fn the_page_of_settings_is_that_of_the_program() {
    let run = client(&[], &["settings"]).await;
    let same = run.stdout == include_str!("../../../../docs/settings.md");
    assert!(same, "docs/settings.md is not what the program says: run cargo xtask generate");
}
