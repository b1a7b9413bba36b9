//! `signoff openapi`.

use clap::Args;
use signoff_wire::Dialect;

use crate::connection::Connection;
use crate::exit::Failure;
use crate::view;

/// Where the description comes from.
#[derive(Args)]
pub(crate) struct Command {
    /// Ask the server for its own; it needs no token
    #[arg(long)]
    from_server: bool,
}

/// Prints the description of this program's own API, or of the server's.
pub(crate) async fn run(command: &Command, connection: &Connection) -> Result<(), Failure> {
    if command.from_server {
        let client = connection.settings()?.anonymous_client()?;
        view::print_json(&client.openapi().await?)
    } else {
        view::print_json(&signoff_server::openapi::document(Dialect::Documented))
    }
}
