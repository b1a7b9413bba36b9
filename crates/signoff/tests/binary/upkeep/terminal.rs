//! How far a copy is, as a terminal shows it.

use std::fs::File;
use std::io::Read as _;
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use signoff_store::testing;
use tokio::sync::mpsc;

use super::{Shelf, store};
use crate::server::{PATIENCE, signoff};

/// So many columns the terminal has.
const COLUMNS: u16 = 60;

/// `signoff store copy` with a terminal as stderr.
struct OnTerminal {
    child: tokio::process::Child,
    said: mpsc::UnboundedReceiver<Vec<u8>>,
    shown: Vec<u8>,
}

impl OnTerminal {
    fn start(from: &Shelf, to: &Shelf) -> Self {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY;
        let ours = openpt(flags).unwrap();
        grantpt(&ours).unwrap();
        unlockpt(&ours).unwrap();
        let size = Winsize { ws_row: 24, ws_col: COLUMNS, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&ours, size).unwrap();
        let theirs = ioctl_tiocgptpeer(&ours, flags).unwrap();
        let mut command = signoff(from.folder());
        command.args(["store", "copy", "--from", &from.address, "--to", &to.address]);
        command.env("TERM", "xterm");
        let child = command.stdout(Stdio::null()).stderr(Stdio::from(theirs)).spawn().unwrap();
        let (says, said) = mpsc::unbounded_channel();
        std::thread::spawn(move || {
            let (mut terminal, mut bytes) = (File::from(ours), [0; 4096]);
            // An error says that nobody has it open any more.
            while let Ok(count) = terminal.read(&mut bytes) {
                let _ = says.send(bytes[..count].to_vec());
            }
        });
        // The command holds our end of theirs.
        drop(command);
        Self { child, said, shown: Vec::new() }
    }

    /// Waits until a bar is shown.
    async fn shows_a_bar(&mut self) {
        let shows = async {
            while !self.shown.contains(&b'%') {
                let more = self.said.recv().await;
                self.shown.extend(more.unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&self.shown))));
            }
        };
        tokio::time::timeout(PATIENCE, shows).await.expect("it shows a bar");
    }

    fn interrupt(&self) {
        let id = self.child.id().and_then(|id| Pid::from_raw(i32::try_from(id).unwrap())).unwrap();
        kill_process(id, Signal::INT).unwrap();
    }

    /// The exit code, and all that was shown.
    async fn ended(mut self) -> (Option<i32>, String) {
        let status = tokio::time::timeout(PATIENCE, self.child.wait()).await.expect("it ends").unwrap();
        while let Some(more) = self.said.recv().await {
            self.shown.extend(more);
        }
        (status.code(), String::from_utf8(self.shown).unwrap())
    }
}

/// What the line holds in the end, if each frame fits into one.
fn left(shown: &str) -> &str {
    let frames: Vec<&str> = shown.split('\r').flat_map(|part| part.split("\x1b[2K")).collect();
    let bars = frames.iter().filter(|frame| frame.contains('%'));
    for bar in bars {
        assert!(bar.chars().count() <= usize::from(COLUMNS), "{bar:?} in {shown:?}");
        assert!(bar.contains(['█', '░']) && !bar.contains('\x1b'), "{bar:?} in {shown:?}");
    }
    shown.rsplit("\x1b[2K").next().unwrap()
}

#[tokio::test]
async fn a_bar_fits_into_the_line_and_leaves_nothing_behind() {
    let (from, to) = (Shelf::sqlite(), Shelf::postgres().await);
    for shelf in [&from, &to] {
        assert_eq!(store(&["migrate", "--store", &shelf.address]).await.code, 0);
    }
    let rows = "WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 2999)
        INSERT INTO principal SELECT 'tenant', 'client-' || value, NULL, TRUE FROM n;
        INSERT INTO publisher VALUES ('contoso', 1, '{}')";
    from.sql(rows).await;
    // It comes no further than to here.
    let held = testing::Held::table(&to.address, "publisher").await.unwrap();
    let mut interrupted = OnTerminal::start(&from, &to);
    interrupted.shows_a_bar().await;
    interrupted.interrupt();
    let (code, shown) = interrupted.ended().await;
    assert_eq!(
        (code, left(&shown)),
        (Some(130), "interrupted; the same command goes on from here\r\n"),
        "{shown:?}"
    );
    drop(held);

    let mut whole = OnTerminal::start(&from, &to);
    whole.shows_a_bar().await;
    let (code, shown) = whole.ended().await;
    assert!(code == Some(0) && left(&shown).starts_with("3000 rows of sqlite:"), "{shown:?}");
    assert_eq!(left(&shown).lines().count(), 1, "{shown:?}");
}
