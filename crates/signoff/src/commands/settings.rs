//! `signoff settings`.

use crate::exit::Failure;
use crate::view;

/// Prints what every setting is called and means.
pub(crate) fn run() -> Result<(), Failure> {
    view::print(&signoff_settings::page())
}
