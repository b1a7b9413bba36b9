//! `signoff whoami`.

use crate::connection::Settings;
use crate::exit::Failure;
use crate::view::{self, tables};

/// Runs the command.
pub(crate) async fn run(settings: &Settings) -> Result<(), Failure> {
    let me = settings.client()?.me().await?;
    view::show(settings.output(), &me, tables::me)
}
