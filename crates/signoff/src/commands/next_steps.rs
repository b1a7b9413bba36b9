//! What to type next, after something began.

use crate::follow::Followed;
use crate::view;

/// Says how to watch what began, and how to stop it.
pub(super) fn say(began: &Followed) {
    view::say(&format!("watch it:  {}", began.watch));
    if let Some(stop) = &began.stop {
        view::say(&format!("stop it:   {stop}"));
    }
}
