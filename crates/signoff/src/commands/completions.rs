//! `signoff completions`.

use clap::Args;
use clap_complete::Shell;

use crate::exit::Failure;
use crate::view;

/// For which shell.
#[derive(Args)]
pub(crate) struct Command {
    /// The shell
    shell: Shell,
}

/// Prints the completions.
pub(crate) fn run(command: &Command) -> Result<(), Failure> {
    let mut whole = crate::command_line::whole();
    let mut script = Vec::new();
    clap_complete::generate(command.shell, &mut whole, "signoff", &mut script);
    view::print(&String::from_utf8_lossy(&script))
}
