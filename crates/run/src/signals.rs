//! Signals that are for COMMAND.

use std::io::IsTerminal as _;
use std::process::Stdio;

use rustix::process::{Pid, Signal as Number, kill_process};
use tokio::signal::unix::{SignalKind, signal};

use super::{Child, Signal, mpsc};

const ALL: [Signal; 3] = [Signal::Interrupt, Signal::Terminate, Signal::HangUp];

/// Prints the names of the signals that were ignored when it started: a shell takes no trap for such a one.
const PROBE: &str =
    r#"for s in INT TERM HUP; do sh -c "trap 'exit 1' $s; kill -$s \$\$" && echo $s; done; exit 0"#;

impl Signal {
    fn number(self) -> Number {
        match self {
            Self::Interrupt => Number::INT,
            Self::Terminate => Number::TERM,
            Self::HangUp => Number::HUP,
        }
    }

    fn kind(self) -> SignalKind {
        SignalKind::from_raw(self.number().as_raw())
    }

    fn name(self) -> &'static str {
        match self {
            Self::Interrupt => "INT",
            Self::Terminate => "TERM",
            Self::HangUp => "HUP",
        }
    }
}

/// Signals to this process from now on. Where one cannot be listened for, it keeps its usual effect; one that is
/// ignored stays ignored: to listen would undo that, for COMMAND too.
pub(super) fn listen() -> mpsc::Receiver<Signal> {
    let (send, receive) = mpsc::channel(8);
    let ignored = std::fs::read_to_string("/proc/self/status").ok().and_then(|status| ignored_by(&status));
    let ignored = ignored.unwrap_or_else(ignored_by_probe);
    for name in ALL.into_iter().filter(|signal| !ignored.contains(signal)) {
        // A terminal sends these to COMMAND as well; told twice, many tools give up their cleaning up.
        let sent_twice = name != Signal::Terminate && on_terminal();
        let Ok(mut arriving) = signal(name.kind()) else { continue };
        let send = send.clone();
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    Some(()) = arriving.recv() => {}
                    () = send.closed() => return,
                }
                if !sent_twice && send.send(name).await.is_err() {
                    return;
                }
            }
        });
    }
    receive
}

/// The ignored ones by what Linux says of this process; `None`: it does not say.
fn ignored_by(status: &str) -> Option<Vec<Signal>> {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
    let mask = u64::from_str_radix(mask.trim(), 16).ok()?;
    Some(ALL.into_iter().filter(|signal| mask & (1 << (signal.number().as_raw() - 1)) != 0).collect())
}

/// The ignored ones by what a shell finds, where the system does not say.
fn ignored_by_probe() -> Vec<Signal> {
    let mut probe = std::process::Command::new("sh");
    probe.args(["-c", PROBE]).stdin(Stdio::null()).stderr(Stdio::null());
    let found = probe.output().map(|output| output.stdout).unwrap_or_default();
    let found = String::from_utf8_lossy(&found);
    ALL.into_iter().filter(|signal| found.lines().any(|line| line == signal.name())).collect()
}

fn on_terminal() -> bool {
    std::io::stdin().is_terminal() || std::io::stdout().is_terminal() || std::io::stderr().is_terminal()
}

pub(super) fn pass_on(child: &Child, signal: Signal) {
    // No id means that it ended already, and was waited for.
    let pid = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    if let Some(pid) = pid
        && let Err(error) = kill_process(pid, signal.number())
    {
        tracing::warn!(%error, ?signal, "the signal could not be passed on");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_linux_says_is_read() {
        let status = |mask: &str| format!("Name:\tsignoff\nSigBlk:\t0000000000000007\nSigIgn:\t{mask}\n");
        assert_eq!(ignored_by(&status("0000000000001000")), Some(vec![]));
        assert_eq!(ignored_by(&status("0000000000001001")), Some(vec![Signal::HangUp]));
        assert_eq!(ignored_by(&status("0000000000004002")), Some(vec![Signal::Interrupt, Signal::Terminate]));
        assert_eq!(ignored_by("Name:\tsignoff\n"), None);
    }

    #[test]
    fn a_shell_finds_the_same() {
        for (ignored, found) in [("HUP", "HUP\n"), ("INT TERM", "INT\nTERM\n"), ("PIPE", "")] {
            let script = format!("trap '' {ignored}; exec sh -c \"$PROBE\"");
            let probe = std::process::Command::new("sh").args(["-c", &script]).env("PROBE", PROBE).output();
            assert_eq!(String::from_utf8(probe.unwrap().stdout).unwrap(), found, "{ignored}");
        }
    }
}
