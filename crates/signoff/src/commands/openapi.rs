//! `signoff openapi`.

use crate::connection::Settings;
use crate::exit::Failure;
use crate::view;

/// Prints the server's description of itself; it needs no token.
pub(crate) async fn run(settings: &Settings) -> Result<(), Failure> {
    view::print(&settings.anonymous_client()?.openapi().await?)
}
