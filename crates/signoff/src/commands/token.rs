//! `signoff token`.

use crate::connection::Settings;
use crate::exit::Failure;
use crate::view;

/// Prints the token that requests would carry.
pub(crate) async fn run(settings: &Settings) -> Result<(), Failure> {
    view::print(&view::plain(&settings.client()?.token().await?))
}
