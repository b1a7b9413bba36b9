//! Calls that nothing answers, for the report of `signoff run`.

use std::collections::BTreeMap;

use parking_lot::Mutex;

/// At most so many different calls are remembered.
const KEPT: usize = 1000;
/// Each up to so many characters.
const LENGTH: usize = 200;

/// The calls with their number.
#[derive(Default)]
pub(crate) struct UnknownCalls(Mutex<BTreeMap<String, u64>>);

impl UnknownCalls {
    pub(crate) fn note(&self, method: &str, path: &str) {
        let mut known = self.0.lock();
        let call: String = method.chars().chain([' ']).chain(path.chars()).take(LENGTH).collect();
        if known.len() < KEPT || known.contains_key(&call) {
            *known.entry(call).or_default() += 1;
        }
    }

    pub(crate) fn list(&self) -> Vec<(String, u64)> {
        self.0.lock().iter().map(|(call, count)| (call.clone(), *count)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_strangers_ask_for_takes_bounded_memory() {
        let calls = UnknownCalls::default();
        let long = "ü".repeat(62 * 1024);
        for number in 0..3 * KEPT {
            calls.note("GET", &format!("/{number}/{long}"));
        }
        let list = calls.list();
        assert_eq!(list.len(), KEPT);
        assert!(list.iter().all(|(call, count)| call.chars().count() == LENGTH && *count == 1), "{list:?}");
        // Those that are known are counted on, also by what is cut of them.
        calls.note("GET", &format!("/0/{long}/more"));
        calls.note(&"X".repeat(62 * 1024), "/");
        let list = calls.list();
        assert_eq!(list.len(), KEPT);
        assert_eq!(list.iter().map(|(_, count)| count).sum::<u64>(), KEPT as u64 + 1);
    }
}
