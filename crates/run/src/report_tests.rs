use super::*;

fn counted(calls: u64, actions: &[(Action, Option<u16>, u64)]) -> Report {
    let actions = actions.iter().map(|(action, status, count)| ((*action, *status), *count)).collect();
    Report { counts: Counts { calls, actions }, ..Report::default() }
}

fn seen(event: Event, target: &str, reason: Option<&str>) -> Entry {
    Entry { event, target: target.to_owned(), count: 1, reason: reason.map(str::to_owned) }
}

#[test]
fn one_line_says_what_reached_the_server() {
    let report = counted(12, &[(Action::Publish, Some(202), 1), (Action::Cancel, Some(200), 1)]);
    assert_eq!(report.lines(), ["signoff: 12 calls, 1 publish, 1 cancel (200)"]);
    assert!(!report.is_doubtful());
    let report = counted(
        1,
        &[
            (Action::Publish, Some(202), 2),
            (Action::Publish, Some(422), 1),
            (Action::GoLive, Some(202), 1),
            (Action::Cancel, None, 1),
            (Action::Cancel, Some(202), 2),
        ],
    );
    let line =
        "signoff: 1 call, 2 publishes, 1 publish (422), 1 golive, 1 cancel (no answer), 2 cancels (202)";
    assert_eq!(report.lines(), [line]);
}

#[test]
fn a_command_that_called_nothing_is_warned_of() {
    let nothing = Report::default();
    assert!(nothing.is_doubtful());
    let lines = nothing.lines();
    assert_eq!(lines[0], "signoff: warning: no call of the command reached this server");
    assert!(lines.len() == 2 && lines[1].contains("connects directly"), "{lines:?}");
    let others = Report {
        hosts: (1..=7).map(|n| seen(Event::Tunnelled, &format!("h{n}.example:443"), None)).collect(),
        ..Report::default()
    };
    assert_eq!(
        others.lines()[1..],
        [
            "signoff: other hosts were passed on to: h1.example:443, h2.example:443, h3.example:443, h4.example:443, \
          h5.example:443 and 2 more"
        ]
    );
    let left = Report { hosts: vec![seen(Event::Unused, "a:443", None)], ..Report::default() };
    assert!(left.lines()[1].contains("a:443 was left right after the TLS handshake"), "{:?}", left.lines());
    let calls = Report { hosts: left.hosts, ..counted(1, &[]) };
    assert_eq!(calls.lines().len(), 1, "with calls it means nothing");
}

#[test]
fn distrust_is_named_and_doubtful() {
    let distrusted =
        seen(Event::Distrusted, "login.windows.net:443", Some("received fatal alert: UnknownCA"));
    let report = Report { hosts: vec![distrusted], ..counted(3, &[]) };
    assert!(report.is_doubtful());
    let line = &report.lines()[1];
    assert!(line.starts_with("signoff: login.windows.net:443 was not trusted by the command"), "{line}");
    assert!(line.ends_with(": received fatal alert: UnknownCA"), "{line}");
}

#[test]
fn runtimes_out_of_reach_are_named() {
    let report = Report {
        java: Some("there is no keytool".to_owned()),
        node: Some("v20.20.2".to_owned()),
        ..counted(1, &[])
    };
    let lines = report.lines();
    assert!(
        lines[1].contains("Java is out of reach") && lines[1].ends_with("there is no keytool"),
        "{lines:?}"
    );
    assert!(lines[2].contains("Node v20.20.2 is out of reach"), "{lines:?}");
}

#[test]
fn unknown_calls_are_listed_with_their_number() {
    let unknown = vec![("GET /api/nothing".to_owned(), 2), (format!("GET /{}", "x".repeat(62_000)), 1)];
    let report = Report { unknown, ..counted(3, &[]) };
    let lines = report.lines();
    assert_eq!(
        lines[1..3],
        ["signoff: the command called what this server does not know:", "  2 x GET /api/nothing"]
    );
    assert!(lines[3].ends_with("x…") && lines[3].chars().count() < 220, "{}", lines[3].len());
}
