//! `signoff ready`.

use crate::connection::Settings;
use crate::exit::Failure;
use crate::view;

/// Prints whether the server is ready; a server that is not is a failure.
pub(crate) async fn run(settings: &Settings) -> Result<(), Failure> {
    let readiness = settings.anonymous_client()?.readiness().await?;
    if readiness.is_ready {
        return view::print(&view::plain(&readiness.status));
    }
    Err(Failure::NotReady(view::plain(&readiness.status)))
}
