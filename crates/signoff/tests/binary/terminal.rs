//! A command at a terminal: what a person sees of it, types, and interrupts.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;

use crate::server::PATIENCE;

/// A command with a terminal of so many columns.
pub(crate) struct Terminal {
    child: Child,
    said: mpsc::UnboundedReceiver<Vec<u8>>,
    shown: Vec<u8>,
    ours: File,
}

impl Terminal {
    /// All three streams of the command are the terminal.
    pub(crate) fn start(command: Command, columns: u16) -> Self {
        Self::start_as(command, columns, None)
    }

    /// The same, at a terminal of that kind.
    pub(crate) fn start_as(command: Command, columns: u16, kind: Option<&str>) -> Self {
        Self::with(command, columns, kind, |command, theirs| {
            let more = || Stdio::from(theirs.try_clone().unwrap());
            command.stdin(more()).stdout(more()).stderr(more());
        })
    }

    /// Only stderr is; what goes to stdout is lost.
    pub(crate) fn of_stderr(command: Command, columns: u16) -> Self {
        Self::with(command, columns, None, |command, theirs| {
            command.stdout(Stdio::null()).stderr(Stdio::from(theirs.try_clone().unwrap()));
        })
    }

    fn with(
        mut command: Command,
        columns: u16,
        kind: Option<&str>,
        connect: impl FnOnce(&mut Command, &File),
    ) -> Self {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let ours = openpt(flags).unwrap();
        grantpt(&ours).unwrap();
        unlockpt(&ours).unwrap();
        tcsetwinsize(&ours, Winsize { ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
        let theirs = File::from(ioctl_tiocgptpeer(&ours, flags).unwrap());
        connect(&mut command, &theirs);
        let child = command.env("TERM", kind.unwrap_or("xterm")).kill_on_drop(true).spawn().unwrap();
        // Nobody but the command must hold the other end: its end is how ours ends.
        drop((command, theirs));
        let ours = File::from(ours);
        let mut reader = ours.try_clone().unwrap();
        let (says, said) = mpsc::unbounded_channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            // An error says that nobody has it open any more.
            while let Ok(count) = reader.read(&mut bytes) {
                let _ = says.send(bytes[..count].to_vec());
            }
        });
        Self { child, said, shown: Vec::new(), ours }
    }

    /// Waits until `text` has been shown.
    pub(crate) async fn shows(&mut self, text: &str) {
        let shows = async {
            while !String::from_utf8_lossy(&self.shown).contains(text) {
                let more = self.said.recv().await;
                self.shown.extend(more.unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&self.shown))));
            }
        };
        let in_time = tokio::time::timeout(PATIENCE, shows).await;
        in_time.unwrap_or_else(|_| panic!("it never shows {text}: {}", String::from_utf8_lossy(&self.shown)));
    }

    /// Types a line.
    pub(crate) fn types(&mut self, line: &str) {
        self.ours.write_all(format!("{line}\n").as_bytes()).unwrap();
    }

    /// Ctrl-C.
    pub(crate) fn interrupt(&self) {
        let id = self.child.id().and_then(|id| Pid::from_raw(i32::try_from(id).unwrap())).unwrap();
        kill_process(id, Signal::INT).unwrap();
    }

    /// The exit code, and all that was shown.
    pub(crate) async fn ended(mut self) -> (Option<i32>, String) {
        let status = tokio::time::timeout(PATIENCE, self.child.wait()).await.expect("it ends").unwrap();
        let rest = async {
            while let Some(more) = self.said.recv().await {
                self.shown.extend(more);
            }
        };
        tokio::time::timeout(PATIENCE, rest).await.expect("it says no more");
        (status.code(), String::from_utf8(self.shown).unwrap())
    }
}

/// What was shown without the looks that are ours, and with plain line breaks.
pub(crate) fn unstyled(shown: &str) -> String {
    let mut text = String::new();
    let mut rest = shown;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        text.push_str(before);
        // Looks end in m, clearing a line in K.
        rest =
            after.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';').get(1..).unwrap_or_default();
    }
    text.push_str(rest);
    text.replace("\r\n", "\n")
}
