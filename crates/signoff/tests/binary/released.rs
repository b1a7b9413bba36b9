//! `signoff run`: unmodified clients, and what they find.

use axum::Router;
use axum::http::StatusCode;
use serde_json::json;
use tokio::net::TcpListener;

use crate::running::{here, python, run};
use crate::server::{Api, Server, TENANT, http, of_offer, sample};

#[tokio::test]
async fn azure_img_utils_takes_an_offer_live() {
    let folder = tempfile::tempdir().unwrap();
    let (python, client) = python();
    let script = here("tests/binary/release.py");
    let offer = here("../../examples/sample-vm-offer.json");
    let run = run(folder.path(), &["--", &python, &script, &client, &offer]).await;
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert_eq!(run.report().len(), 1, "the client calls nothing that is not there: {}", run.stderr);
}

#[tokio::test]
async fn a_client_calls_a_publish_back_in_both_dialects() {
    let folder = tempfile::tempdir().unwrap();
    let (python, _) = python();
    let script = here("tests/binary/cancel_flow.py");
    let offer = here("../../examples/sample-vm-offer.json");
    let command = |finished, listed| ["--", python.as_str(), &script, finished, listed, &offer];
    let observed = run(folder.path(), &command("succeeded", "unlisted")).await;
    assert_eq!((observed.code, observed.report().len()), (0, 1), "{}{}", observed.stdout, observed.stderr);
    let arguments = [&["--compat", "documented"][..], &command("completed", "listed")].concat();
    let documented = run(folder.path(), &arguments).await;
    assert_eq!(
        (documented.code, documented.report().len()),
        (0, 1),
        "{}{}",
        documented.stdout,
        documented.stderr
    );
}

#[tokio::test]
async fn the_exit_code_is_the_commands_and_unknown_paths_are_reported() {
    let folder = tempfile::tempdir().unwrap();
    let (python, _) = python();
    let ask = "import certifi, requests, sys\n\
        for path in ['/api/nothing', '/api/nothing', '/api/publishers']:\n    \
        requests.get('https://cloudpartner.azure.com' + path)\n\
        try: requests.get('https://login.windows.net/', verify=certifi.where())\n\
        except requests.exceptions.SSLError: sys.exit(7)";
    let asked = run(folder.path(), &["--", &python, "-c", ask]).await;
    assert_eq!(asked.code, 7, "{}", asked.stderr);
    assert!(asked.stderr.contains("2 x GET /api/nothing"), "{}", asked.stderr);
    assert!(
        asked.stderr.contains("login.windows.net:443 was not trusted by the command"),
        "{}",
        asked.stderr
    );
    assert!(!asked.stderr.contains("/api/publishers"), "{}", asked.stderr);
    assert_eq!(run(folder.path(), &["--", "sh", "-c", "kill -9 $$"]).await.code, 137);
    let missing = run(folder.path(), &["--", "no-such-command"]).await;
    assert!(missing.code == 127 && missing.stderr.contains("no-such-command"), "{}", missing.stderr);
    assert_eq!(run(folder.path(), &["--"]).await.code, 2);
}

#[tokio::test]
async fn other_hosts_are_reached_unless_offline() {
    let folder = tempfile::tempdir().unwrap();
    let (python, _) = python();
    let other = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = other.local_addr().unwrap().port();
    let answer = Router::new().fallback(async || StatusCode::NON_AUTHORITATIVE_INFORMATION);
    let answers = tokio::spawn(async move { axum::serve(other, answer).await });
    let ask = format!(
        "import requests\n\
         print(requests.get('http://localhost:{port}/').status_code)\n\
         try: requests.get('https://other.example/')\n\
         except requests.exceptions.ProxyError as error: print('403' in str(error))\n"
    );
    let offline = run(folder.path(), &["--offline", "--", &python, "-c", &ask]).await;
    assert_eq!((offline.code, offline.stdout.as_str()), (0, "203\nTrue\n"), "{}", offline.stderr);
    assert!(offline.stderr.contains("other.example:443 was refused"), "{}", offline.stderr);
    let ask = format!("import requests\nprint(requests.get('http://127.0.0.1:{port}/').status_code)");
    let online = run(folder.path(), &["--", &python, "-c", &ask]).await;
    assert_eq!((online.code, online.stdout.as_str()), (0, "203\n"), "{}", online.stderr);
    answers.abort();
}

#[tokio::test]
async fn an_image_is_added_to_a_plan_that_had_none() {
    let folder = tempfile::tempdir().unwrap();
    let (python, _) = python();
    let script = here("tests/binary/versions_put.py");
    let document = json!({
        "offerTypeId": "microsoft-azure-virtualmachines",
        "definition": { "displayText": "Bare", "offer": {}, "plans": [{ "planId": "first" }] },
    });
    let path = "/api/publishers/contoso/offers/bare";
    let command = ["--", &python, &script, path, "first", "1.0.0", &document.to_string()];
    let image = json!({ "osVhdUrl": "https://images.contoso.example/a.vhd" });
    assert_eq!(run(folder.path(), &command).await.lines(), [json!([image])]);
}

#[tokio::test]
async fn who_is_let_in() {
    const ANY: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";
    let folder = tempfile::tempdir().unwrap();
    let (python, _) = python();
    let script = here("tests/binary/probe.py");
    let offers = |publisher: &str| format!("/api/publishers/{publisher}/offers");
    let probes = [
        format!("{TENANT} contoso-owner contoso-secret {}", offers("contoso")),
        format!("{TENANT} contoso-owner contoso-secret {}", offers("fabrikam")),
        format!("{TENANT} fabrikam-owner fabrikam-secret {}", offers("contoso")),
        format!("{TENANT} contoso-reader wrong-secret {}", offers("contoso")),
        format!("{ANY} pipeline of-its-own {}", offers("contoso")),
        format!("{ANY} pipeline of-its-own {}", offers("northwind")),
        format!("{TENANT} contoso-owner contoso-secret {}", offers("northwind")),
    ];
    let command: Vec<&str> =
        ["--", &python, &script].into_iter().chain(probes.iter().map(String::as_str)).collect();
    let adopting = run(folder.path(), &command).await;
    let expected = [
        json!([200, 200]),
        json!([200, 403]),
        json!([200, 403]),
        json!([401, null]),
        json!([200, 200]),
        json!([200, 200]),
        json!([200, 403]),
    ];
    assert_eq!(adopting.lines(), expected, "{}", adopting.stderr);

    let strict = run(folder.path(), &[&["--strict-identity"][..], &command].concat()).await.lines();
    let (seeded, foreign) = (&strict[..4], &strict[4..6]);
    assert_eq!(seeded, &expected[..4]);
    assert!(foreign.iter().all(|probe| probe[0].as_u64() >= Some(400)), "{foreign:?}");
    assert_eq!(strict[6], json!([200, 403]));
}

#[tokio::test]
async fn a_run_starts_from_a_snapshot() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder.path().join("signoff.db"), &[]).await;
    let api = Api::owner(&server.base, "contoso").await;
    api.put(&of_offer("contoso", "kept", ""), None, &sample("contoso", "kept", "kept")).await;
    let snapshot = http().get(format!("{}/_signoff/snapshot", server.base)).send().await.unwrap();
    let file = folder.path().join("state");
    std::fs::write(&file, snapshot.bytes().await.unwrap()).unwrap();
    server.kill().await;

    let (python, _) = python();
    let script = here("tests/binary/probe.py");
    let probe =
        |offer| format!("{TENANT} contoso-owner contoso-secret /api/publishers/contoso/offers/{offer}");
    let command = ["--load", "state", "--", &python, &script, &probe("kept"), &probe("lost")];
    assert_eq!(run(folder.path(), &command).await.lines(), [json!([200, 200]), json!([200, 404])]);

    for (name, content) in [("text", Some("no snapshot")), ("empty", Some("")), ("nowhere", None)] {
        let file = folder.path().join(name);
        if let Some(content) = content {
            std::fs::write(&file, content).unwrap();
        }
        let refused = run(folder.path(), &["--load", name, "--", "true"]).await;
        let named = refused.stderr.contains(&format!("--load {name}: "));
        assert!(refused.code == 2 && named, "{name}: {}", refused.stderr);
        assert_eq!(std::fs::read_to_string(&file).ok().as_deref(), content, "{name} is left alone");
    }
}
