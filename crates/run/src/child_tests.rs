use super::*;

fn script(text: &str) -> Command {
    command(OsStr::new("sh"), &["-c".into(), text.into()], &Environment::default())
}

/// The exit code of a shell script that gets no signal from us.
async fn shell(text: &str) -> i32 {
    let (_send, receive) = mpsc::channel(1);
    supervise(script(text), OsStr::new("sh"), receive, Ending::listen()).await.unwrap()
}

async fn failure(program: &OsStr) -> CommandError {
    run(program, &[], &Environment::default()).await.unwrap_err()
}

#[tokio::test]
async fn the_exit_code_is_the_commands_own() {
    assert_eq!(shell("exit 0").await, 0);
    assert_eq!(shell("exit 7").await, 7);
    assert_eq!(shell("exit 255").await, 255);
    assert_eq!(shell("kill -TERM $$").await, 128 + 15);
    assert_eq!(shell("kill -KILL $$").await, 128 + 9);
}

#[tokio::test]
async fn the_environment_is_changed_for_the_command() {
    let environment =
        Environment { set: [("HTTPS_PROXY", "http://127.0.0.1:1".into())].into(), unset: vec!["NO_PROXY"] };
    let removed = command(OsStr::new("sh"), &[], &environment);
    assert!(removed.as_std().get_envs().any(|change| change == (OsStr::new("NO_PROXY"), None)));

    let args = ["-c".into(), r#"test "$HTTPS_PROXY" = http://127.0.0.1:1 && test -z "$NO_PROXY""#.into()];
    assert_eq!(run(OsStr::new("sh"), &args, &environment).await.unwrap(), 0);
}

#[tokio::test]
async fn an_unknown_command_is_127() {
    for program in ["signoff-no-such-program", "/nonexistent/program", ""] {
        let error = failure(OsStr::new(program)).await;
        assert_eq!(error.exit_code(), 127, "{error}");
        assert!(error.to_string().contains(&format!("`{program}` was not found")), "{error}");
    }
}

#[tokio::test]
async fn a_command_that_cannot_be_run_is_126() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("tool");
    for (text, mode, said) in [
        ("#!/bin/sh", 644, "chmod +x"),
        ("#!/nonexistent/interpreter", 755, "interpreter"),
        ("no program", 755, "cannot be run"),
    ] {
        // Written by a child: a file that this process has open for writing could leak into one that another
        // test starts, and then is "busy".
        let file = path.display();
        assert_eq!(shell(&format!("echo '{text}' > '{file}' && chmod {mode} '{file}'")).await, 0);
        let error = failure(path.as_os_str()).await;
        assert_eq!(error.exit_code(), 126, "{error}");
        assert!(error.to_string().contains(said), "{error}");
    }
}

#[tokio::test]
async fn every_signal_reaches_the_command() {
    for (signal, name) in [(Signal::Interrupt, "INT"), (Signal::Terminate, "TERM"), (Signal::HangUp, "HUP")] {
        let dir = tempfile::tempdir().unwrap();
        let ready = dir.path().join("ready");
        assert!(Command::new("mkfifo").arg(&ready).status().await.unwrap().success());
        let mut child =
            script(&format!(r#"trap 'exit 42' {name}; echo > "$READY"; while :; do sleep 0.02; done"#));
        child.env("READY", &ready);
        let (send, receive) = mpsc::channel(1);
        let tell = async {
            // The pipe opens when the script has set its trap.
            tokio::fs::read(&ready).await.unwrap();
            send.send(signal).await.unwrap();
        };
        let (code, ()) = tokio::join!(supervise(child, OsStr::new("sh"), receive, Ending::listen()), tell);
        assert_eq!(code.unwrap(), 42, "{name}");
    }
}
