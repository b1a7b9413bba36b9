//! COMMAND as a child process: our terminal, our signals, its exit code.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;
use std::process::ExitStatus;

use tokio::process::{Child, Command};
use tokio::sync::mpsc;

use crate::environment::Environment;
#[cfg(unix)]
use crate::orphans::Orphans;

/// Why COMMAND did not run. The exit codes are those that shells use.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// There is no such program.
    #[error("`{0}` was not found: check the spelling, and that its folder is in PATH")]
    NotFound(String),
    /// The program is there, and the system does not run it.
    #[error("`{program}` cannot be run: {reason}")]
    NotExecutable {
        /// As given.
        program: String,
        /// What the system said, and what helps.
        reason: String,
    },
    /// The system does not tell how it ended.
    #[error("lost sight of `{program}`: {source}")]
    Lost {
        /// As given.
        program: String,
        /// What the system said.
        source: io::Error,
    },
}

impl CommandError {
    /// The exit code for `signoff run` itself: 127 not found, 126 not to be run, 125 anything else.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::NotFound(_) => 127,
            Self::NotExecutable { .. } => 126,
            Self::Lost { .. } => 125,
        }
    }
}

/// A signal that asks COMMAND to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Ctrl-C.
    Interrupt,
    /// A supervisor or a CI system ends the run.
    Terminate,
    /// The terminal is gone.
    HangUp,
}

/// Runs `program` with `args` in our environment changed by `environment`, on our own standard streams, and
/// returns its exit code; 128 + n when signal n killed it. SIGINT, SIGTERM and SIGHUP do not end us meanwhile:
/// they are for COMMAND. One that was ignored when we were started (`nohup`, a shell's `&`) stays ignored, for us and for
/// COMMAND, which inherits that.
///
/// # Errors
/// [`CommandError`] when the program does not start.
pub async fn run(program: &OsStr, args: &[OsString], environment: &Environment) -> Result<i32, CommandError> {
    // Listening begins before the child is there, so that no signal falls between.
    let signals = signals::listen();
    supervise(command(program, args, environment), program, signals, Ending::listen()).await
}

/// How the end of COMMAND is awaited.
struct Ending {
    #[cfg(unix)]
    orphans: Option<Orphans>,
}

impl Ending {
    /// What holds for this process. It must be there before the child is.
    fn listen() -> Self {
        Self {
            #[cfg(unix)]
            orphans: Orphans::listen(),
        }
    }

    async fn of(&mut self, child: &mut Child) -> io::Result<i32> {
        #[cfg(unix)]
        if let (Some(orphans), Some(id)) = (&mut self.orphans, child.id()) {
            return orphans.wait_for(id).await;
        }
        child.wait().await.map(exit_code)
    }
}

fn command(program: &OsStr, args: &[OsString], environment: &Environment) -> Command {
    let mut command = Command::new(program);
    command.args(args);
    for name in &environment.unset {
        command.env_remove(name);
    }
    command.envs(&environment.set);
    command
}

async fn supervise(
    mut command: Command,
    program: &OsStr,
    mut signals: mpsc::Receiver<Signal>,
    mut ending: Ending,
) -> Result<i32, CommandError> {
    let mut child = command.spawn().map_err(|error| not_started(program, &error))?;
    let mut listening = true;
    let ended = loop {
        tokio::select! {
            ended = ending.of(&mut child) => break ended,
            signal = signals.recv(), if listening => match signal {
                Some(signal) => signals::pass_on(&child, signal),
                None => listening = false,
            },
        }
    };
    let lost = |source| CommandError::Lost { program: program.display().to_string(), source };
    ended.map_err(lost)
}

fn not_started(program: &OsStr, error: &io::Error) -> CommandError {
    let name = program.display().to_string();
    let path = Path::new(program);
    // A script whose interpreter is missing is "not found" to the system too.
    let is_path = path.components().count() > 1;
    match error.kind() {
        io::ErrorKind::NotFound if is_path && path.exists() => CommandError::NotExecutable {
            program: name,
            reason: "the interpreter that its first line names was not found".to_owned(),
        },
        io::ErrorKind::NotFound => CommandError::NotFound(name),
        io::ErrorKind::PermissionDenied => CommandError::NotExecutable {
            program: name,
            reason: format!("{error}; is it a program, and marked executable (chmod +x)?"),
        },
        _ => CommandError::NotExecutable { program: name, reason: error.to_string() },
    }
}

#[cfg(unix)]
fn exit_code(status: ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt as _;
    status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(1)
}

#[cfg(not(unix))]
fn exit_code(status: ExitStatus) -> i32 {
    status.code().unwrap_or(1)
}

#[cfg(unix)]
#[path = "signals.rs"]
mod signals;

#[cfg(not(unix))]
mod signals {
    use super::{Child, Signal, mpsc};

    /// Ctrl-C, which the console gives to COMMAND as well, must not end us before it.
    pub(super) fn listen() -> mpsc::Receiver<Signal> {
        let (send, receive) = mpsc::channel(8);
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    Ok(()) = tokio::signal::ctrl_c() => {}
                    () = send.closed() => return,
                }
                if send.send(Signal::Interrupt).await.is_err() {
                    return;
                }
            }
        });
        receive
    }

    pub(super) fn pass_on(_: &Child, _: Signal) {}
}

#[cfg(unix)]
#[cfg(test)]
#[path = "child_tests.rs"]
mod tests;
