//! `signoff serve`: how it starts, stops, and says what is wrong with its settings.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use reqwest::{Certificate, Method, Proxy};
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, BufReader};

use crate::server::{Api, PATIENCE, Server, TENANT, VERSION, builder, http, of_offer, signoff};

/// What a server that does not start says; it ends with `code`.
async fn refusal(home: &Path, variables: &[(&str, &str)], arguments: &[&str], code: i32) -> String {
    let mut command = signoff(home);
    command.arg("serve").args(arguments).envs(variables.iter().copied()).current_dir(home);
    let output = tokio::time::timeout(PATIENCE, command.output()).await.expect("it does not start").unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
    said
}

#[tokio::test]
async fn a_bad_setting_is_named_with_what_helps() {
    let home = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(home.path().join(name), text).unwrap();
    write("typo.toml", "listne = \"127.0.0.1:0\"\n");
    write("half.toml", "[identity]\nissuer = \"https://login.example\"\n");
    write("mail.toml", "[mail]\nhost = \"mail.example\"\nfrom = \"a@x.example\"\ntls = \"maybe\"\n");
    let hook = "[hooks.c]\nurl = \"http://certifier\"\nsecret = \"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"\n";
    write("hook.toml", &format!("{hook}steps = [\"displaycertify\"]\n"));
    write("secret.toml", "[hooks.c]\nurl = \"https://c\"\nsecret = \"hunter2\"\nsteps = []\n");
    write("public.toml", "public_url = \"signoff.example\"\n");
    write("text.db", "this is no database, and long enough to be told from an empty one");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let store = ["--store", "sqlite:x.db", "--listen", "127.0.0.1:0"];
    for (arguments, words) in [
        (&["--store", "mysql://x"][..], ["store: ", "sqlite:PATH"]),
        (&["--listen", "8080"], ["listen: ", "127.0.0.1:8080"]),
        (&["--compat", "strict"], ["compat: ", "documented nor observed"]),
        (&["--pipeline", "development"], ["pipeline: ", "--dev"]),
        (&["--tls", "--tls-listen", "here"], ["tls_listen: ", "127.0.0.1:8080"]),
        (&["--proxy-port", "70000"], ["--proxy-port", "70000"]),
        (&["--config", "none.toml"], ["config none.toml: ", "No such file"]),
        (&["--config", "typo.toml"], ["config typo.toml: ", "listne"]),
        (&["--config", "half.toml"], ["config half.toml: ", "audience"]),
        (&["--config", "mail.toml"], ["mail.tls: ", "starttls"]),
        (&["--config", "hook.toml"], ["hooks.c.url: ", "insecure_http"]),
        (&["--config", "secret.toml"], ["hooks.c.secret: ", "openssl rand"]),
        (&["--config", "public.toml"], ["public_url: ", "https://signoff.example"]),
    ] {
        let arguments = if arguments[0] == "--store" || arguments[0] == "--listen" {
            arguments.to_vec()
        } else {
            [&store[..], arguments].concat()
        };
        let said = refusal(home.path(), &[], &arguments, 2).await;
        assert!(words.iter().all(|word| said.contains(word)), "{arguments:?}: {said}");
    }
    let said = refusal(home.path(), &[], &["--store", "sqlite:x.db", "--listen", &taken], 2).await;
    assert!(
        said.contains(&format!("listen: cannot listen on {taken}")) && said.contains("--listen"),
        "{said}"
    );
    let said = refusal(home.path(), &[("SIGNOFF_OPERATOR_TOKEN", "short-secret")], &store, 2).await;
    assert!(said.contains("SIGNOFF_OPERATOR_TOKEN") && !said.contains("short-secret"), "{said}");
    let said = refusal(home.path(), &[("SIGNOFF_LISTEN", "nowhere")], &store[..2], 2).await;
    assert!(said.contains("listen: \"nowhere\""), "{said}");
    for unusable in ["text.db", "text.db/x.db", "."] {
        let store = format!("sqlite:{unusable}");
        let said = refusal(home.path(), &[], &["--store", &store, "--listen", "127.0.0.1:0"], 2).await;
        assert!(said.contains("store: ") && said.contains(unusable), "{said}");
    }
}

#[tokio::test]
async fn a_store_is_open_in_one_server_only() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("signoff.db");
    let first = Server::start(&store, &[]).await;
    let url = format!("sqlite:{}", store.display());
    let said = refusal(folder.path(), &[], &["--dev", "--store", &url, "--listen", "127.0.0.1:0"], 2).await;
    assert!(said.contains("is open in another signoff server; stop that one first"), "{said}");
    let ready = http().get(format!("{}/_signoff/readyz", first.base)).send().await.unwrap();
    assert_eq!(ready.status(), 200, "the first one is unharmed");
    first.kill().await;
    Server::start(&store, &[]).await.kill().await;
}

#[tokio::test]
async fn without_arguments_the_state_is_in_the_data_directory_and_nothing_is_for_tests() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    let mut command = signoff(home.path());
    command.arg("serve").env("XDG_DATA_HOME", &data).env("SIGNOFF_LISTEN", "127.0.0.1:0");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = tokio::time::timeout(PATIENCE, lines.next_line()).await.unwrap().unwrap().unwrap();
    let base = line.strip_prefix("listening on ").unwrap();
    assert!(data.join("signoff/signoff.db").exists());
    let (http, dev) = (http(), ["clock/contoso", "mailbox", "faults", "snapshot", "scenarios/contoso/vm"]);
    for path in dev {
        let reply = http.get(format!("{base}/_signoff/{path}")).send().await.unwrap();
        assert_eq!(reply.status(), 404, "{path}");
    }
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", "contoso-owner"),
        ("client_secret", "contoso-secret"),
        ("resource", "https://cloudpartner.azure.com"),
    ];
    let token = http.post(format!("{base}/{TENANT}/oauth2/token")).form(&form).send().await.unwrap();
    assert!(token.status().is_client_error(), "nobody is seeded in production");
    child.kill().await.unwrap();
}

#[tokio::test]
async fn sigterm_lets_running_requests_end() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("signoff.db");
    let mut server = Server::start(&store, &[]).await;
    let api = Api::owner(&server.base, "contoso").await;
    let slow = json!({"method": "POST", "path": "*/publish", "when": "after", "latency": "1s", "count": 1});
    api.post("/_signoff/faults", &slow, 201).await;
    let owner = api.clone();
    let answer = tokio::spawn(async move {
        owner.post(&of_offer("contoso", "sample-vm", "/publish"), &json!({}), 202).await
    });
    let begun = async {
        while api.get(&of_offer("contoso", "sample-vm", "/submissions/")).await.body == json!([]) {}
    };
    tokio::time::timeout(PATIENCE, begun).await.expect("the publish begins");
    server.ask_to_stop();
    let published = answer.await.expect("the reply comes all the same");
    assert_eq!(server.ended().await.code(), Some(0), "{}", server.log());
    assert!(!server.log().contains("panicked"), "{}", server.log());
    assert!(http().get(&server.base).send().await.is_err(), "nobody listens any more");

    let server = Server::start(&store, &[]).await;
    let api = api.at(&server.base);
    api.advance("contoso", "1m").await;
    let status = api.get(&of_offer("contoso", "sample-vm", "/status")).await;
    assert_eq!(status.text("status"), "waitingForPublisherReview");
    assert_eq!(api.get(&published.location()).await.text("status"), "running");
    server.kill().await;
}

#[tokio::test]
async fn the_portals_names_are_answered_by_proxy_and_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("signoff.db");
    let tls = ["--tls", "--tls-listen", "127.0.0.1:0", "--proxy-port", "0"];
    let server = Server::start(&store, &tls).await;
    let token = Api::owner(&server.base, "contoso").await.token;
    let said = server.log();
    let after = |words: &str| {
        let (_, rest) = said.split_once(words).unwrap_or_else(|| panic!("{words} in {said}"));
        rest.split([';', '\n']).next().unwrap().to_owned()
    };
    let trusted = || {
        let pem = std::fs::read(after("clients have to trust ")).unwrap();
        builder().tls_certs_only([Certificate::from_pem(&pem).unwrap()])
    };

    let proxy = after("forward proxy on ");
    let by_proxy = builder_of(trusted(), &proxy).build().unwrap();
    let address: std::net::SocketAddr = after("over TLS on ").parse().unwrap();
    let by_name = trusted()
        .resolve("cloudpartner.azure.com", address)
        .resolve("login.microsoftonline.com", address)
        .build()
        .unwrap();
    for (http, port) in [(by_proxy, String::new()), (by_name, format!(":{}", address.port()))] {
        let base = format!("https://cloudpartner.azure.com{port}");
        let api = Api { http: http.clone(), base, token: token.clone() };
        assert_eq!(api.get(&of_offer("contoso", "sample-vm", "")).await.text("id"), "sample-vm");
        let login = Api { base: format!("https://login.microsoftonline.com{port}"), ..api };
        let known = login.get(&format!("/{TENANT}/v2.0/.well-known/openid-configuration")).await;
        // Under the portal's own port, the portal's own addresses.
        let names_portal = known.text("token_endpoint").starts_with("https://login.microsoftonline.com/");
        assert!(names_portal || !port.is_empty(), "{known:?}");
    }

    let distrustful = builder_of(builder().tls_certs_only([]), &proxy).build().unwrap();
    let api = Api { http: distrustful, base: "https://cloudpartner.azure.com".to_owned(), token };
    let refused = api.send(Method::GET, "/api/publishers", None, None).await;
    assert!(refused.is_err(), "only who trusts the authority gets through");

    // The authority is kept: clients trust it once.
    let ca = std::fs::read(after("clients have to trust ")).unwrap();
    server.kill().await;
    let server = Server::start(&store, &tls).await;
    assert_eq!(std::fs::read(after("clients have to trust ")).unwrap(), ca);
    server.kill().await;
}

fn builder_of(builder: reqwest::ClientBuilder, proxy: &str) -> reqwest::ClientBuilder {
    builder.proxy(Proxy::all(proxy).unwrap())
}

#[tokio::test]
async fn the_operators_token_in_a_file_is_the_one_that_stands_there() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("operator");
    let write = |token: &str| {
        let new = folder.path().join("new");
        std::fs::write(&new, format!("{token}\n")).unwrap();
        std::fs::rename(new, &file).unwrap();
    };
    let [old, new] = ["the-first-token-of-the-operator", "the-second-token-of-the-operator"];
    write(old);
    let address = format!("sqlite:{}", folder.path().join("signoff.db").display());
    let variables = [("SIGNOFF_OPERATOR_TOKEN_FILE", file.to_str().unwrap())];
    let server = Server::start_in(&variables, &address, &folder.path().join("log"), &[]).await;
    let http = http();
    let status = async |token: &str| {
        let url = format!("{}/api/audit?{VERSION}", server.base);
        http.get(url).bearer_auth(token).send().await.unwrap().status().as_u16()
    };
    assert_eq!((status(old).await, status(new).await), (200, 401));
    write(new);
    let taken_up = async {
        while status(new).await != 200 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, taken_up).await.expect("the new one counts");
    assert_eq!(status(old).await, 401);
    // One that is none stops no server.
    write("short");
    let lost = async {
        while status(new).await != 401 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, lost).await.expect("there is no operator");
    let log = server.stops().await;
    assert_eq!(log.matches("the operator's token cannot be read").count(), 1, "{log}");
    assert!(!log.contains("short") && !log.contains(new), "{log}");
}
