//! A check that panics, told as a value and without a word on standard error.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

use super::{Breach, Rule};

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// The breach of `rule`, if the check panics.
pub(super) fn breach(rule: Rule, check: impl FnOnce()) -> Option<Breach> {
    static HOOKED: Once = Once::new();
    HOOKED.call_once(|| {
        let loud = take_hook();
        set_hook(Box::new(move |info| {
            if !QUIET.get() {
                loud(info);
            }
        }));
    });
    QUIET.set(true);
    // What the check looked at is not used again by anybody who could mind.
    let outcome = catch_unwind(AssertUnwindSafe(check));
    QUIET.set(false);
    outcome.err().map(|panic| Breach { rule, words: words(panic.as_ref()) })
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}
