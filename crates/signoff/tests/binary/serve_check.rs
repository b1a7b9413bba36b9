//! `signoff serve --check`, and what a server says that lacks something.

use std::path::Path;

use axum::Json;
use axum::routing::get;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

use crate::server::{PATIENCE, signoff};

/// What the check says, as JSON, and its exit code.
async fn check(home: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> (Value, i32) {
    let mut command = signoff(home);
    command.args(["serve", "--check", "--output", "json"]).args(arguments);
    command.envs(variables.iter().copied()).current_dir(home);
    let output = tokio::time::timeout(PATIENCE, command.output()).await.expect("it ends").unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    let looks = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {said}"));
    (looks, output.status.code().unwrap())
}

fn state<'a>(looks: &'a Value, part: &str) -> (&'a str, &'a str) {
    let look = looks.as_array().unwrap().iter().find(|look| look["part"] == part);
    let look = look.unwrap_or_else(|| panic!("{part} in {looks}"));
    (look["state"].as_str().unwrap(), look["found"].as_str().unwrap())
}

#[tokio::test]
async fn what_is_not_set_is_told_and_nothing_is_made() {
    let home = tempfile::tempdir().unwrap();
    let (looks, code) = check(home.path(), &[], &["--store", "sqlite:x.db", "--tls"]).await;
    assert_eq!(code, 0, "{looks}");
    assert_eq!(state(&looks, "settings").0, "ok");
    assert_eq!(state(&looks, "store"), ("ok", "sqlite:x.db is not there yet; the start makes it"));
    for (part, words) in [
        ("identity", "gives out tokens itself"),
        ("operator", "SIGNOFF_OPERATOR_TOKEN"),
        ("mail", "not sent"),
        ("hooks", "the server's own"),
    ] {
        let (state, found) = state(&looks, part);
        assert!(state == "unset" && found.contains(words), "{part}: {state} {found}");
    }
    assert!(state(&looks, "tls").1.contains("the start makes it"), "{looks}");
    let made: Vec<_> =
        std::fs::read_dir(home.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(made.is_empty(), "{made:?}");
}

/// A mail server that greets and remembers what it is told.
async fn mail_server() -> (u16, tokio::task::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = tokio::spawn(async move {
        let (peer, _) = listener.accept().await.unwrap();
        let mut peer = BufReader::new(peer);
        peer.write_all(b"220 mail.example ESMTP\r\n").await.unwrap();
        let (mut told, mut line) = (Vec::new(), String::new());
        while peer.read_line(&mut line).await.is_ok_and(|count| count > 0) {
            told.push(line.split_whitespace().next().unwrap_or_default().to_owned());
            peer.write_all(b"250 mail.example\r\n").await.unwrap();
            line.clear();
        }
        told
    });
    (port, server)
}

#[tokio::test]
async fn what_is_set_is_tried() {
    let home = tempfile::tempdir().unwrap();
    let keys = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", keys.local_addr().unwrap());
    let key =
        json!({"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "1", "n": "u1W_".repeat(86), "e": "AQAB"});
    let set = json!({ "keys": [key] });
    let app = axum::Router::new().route("/keys", get(move || async move { Json(set) }));
    tokio::spawn(async move { axum::serve(keys, app).await });
    let (port, mail) = mail_server().await;
    let write = |keys: &str, port: u16| {
        let identity = format!(
            "[identity]\nissuer = \"https://login.example\"\naudience = \"https://x\"\nkeys_url = \"{base}/{keys}\"\n"
        );
        let mail =
            format!("[mail]\nhost = \"127.0.0.1\"\nport = {port}\ntls = \"none\"\nfrom = \"a@x.example\"\n");
        let hook = "[hooks.c]\nurl = \"https://c.example\"\nsecret = \"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"\nsteps = [\"displaycertify\"]\n";
        std::fs::write(
            home.path().join("signoff.toml"),
            format!("store = \"sqlite:x.db\"\n{identity}{mail}{hook}"),
        )
        .unwrap();
    };
    write("keys", port);
    let operator = [("SIGNOFF_OPERATOR_TOKEN", "a-token-of-the-operator")];
    let (looks, code) = check(home.path(), &operator, &["--config", "signoff.toml"]).await;
    assert_eq!(code, 0, "{looks}");
    for part in ["settings", "store", "identity", "operator", "mail", "hooks"] {
        assert_eq!(state(&looks, part).0, "ok", "{part}: {looks}");
    }
    assert!(!looks.to_string().contains("a-token-of"), "{looks}");
    let told = mail.await.unwrap();
    assert!(told.contains(&"EHLO".to_owned()) && !told.contains(&"MAIL".to_owned()), "{told:?}");

    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    write("nothing", nobody);
    let (looks, code) = check(home.path(), &operator, &["--config", "signoff.toml"]).await;
    assert_eq!(code, 1, "{looks}");
    assert!(matches!(state(&looks, "identity"), ("problem", found) if found.contains("404")), "{looks}");
    let (mail, found) = state(&looks, "mail");
    assert!(mail == "problem" && found.contains(&nobody.to_string()), "{found}");
}

#[tokio::test]
async fn a_bad_setting_is_the_one_finding() {
    let home = tempfile::tempdir().unwrap();
    let (looks, code) = check(home.path(), &[], &["--retention", "soon"]).await;
    assert_eq!((code, looks.as_array().unwrap().len()), (1, 1), "{looks}");
    let (state, found) = state(&looks, "settings");
    assert!(state == "problem" && found.starts_with("retention: \"soon\" is neither"), "{found}");
}

#[tokio::test]
async fn a_server_says_what_it_lacks() {
    for (variables, arguments, says) in [
        (
            &[][..],
            &[][..],
            [
                "no [identity]: this server gives out tokens itself",
                "no operator: nobody can create publishers",
            ],
        ),
        (
            &[("SIGNOFF_OPERATOR_TOKEN", "a-token-of-the-operator")],
            &["--dev"],
            ["development mode", "state in "],
        ),
    ] {
        let home = tempfile::tempdir().unwrap();
        let said = crate::settings::introduction(home.path(), variables, arguments).await;
        assert!(says.iter().all(|words| said.contains(words)), "{said}");
        assert_eq!(said.contains("no operator"), variables.is_empty(), "{said}");
    }
}
