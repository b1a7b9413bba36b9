//! The one place that reads the real clock and draws random numbers.
#![expect(clippy::disallowed_methods, reason = "everybody else asks this file")]

use std::collections::HashMap;
use std::time::{SystemTime, UNIX_EPOCH};

use parking_lot::{Mutex, RwLock};
use signoff_lifecycle::ids::{Micros, OperationId, Timestamp};

/// Tells the time: for each publisher real time plus an offset, which only the development mode moves.
#[derive(Default)]
pub struct Clock {
    /// Microseconds that a publisher's clock is ahead.
    ahead: RwLock<HashMap<String, i64>>,
    ids: Mutex<Ids>,
}

#[derive(Default)]
struct Ids {
    last_millis: u64,
    counter: u16,
}

impl Clock {
    /// The real time.
    pub fn real(&self) -> Timestamp {
        let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(elapsed.as_micros()).unwrap_or(i64::MAX))
    }

    /// The time for this publisher.
    pub fn now(&self, publisher: &str) -> Timestamp {
        let real = self.real();
        Timestamp(real.0.saturating_add(self.ahead_of(publisher)))
    }

    /// Microseconds that the publisher's clock is ahead of the real one.
    pub fn ahead_of(&self, publisher: &str) -> i64 {
        let ahead = self.ahead.read();
        if ahead.is_empty() { 0 } else { ahead.get(publisher).copied().unwrap_or(0) }
    }

    /// Sets how far the publisher's clock is ahead.
    pub(crate) fn set_ahead(&self, publisher: &str, micros: i64) {
        self.ahead.write().insert(publisher.to_owned(), micros);
    }

    /// Puts every clock back to real time.
    pub(crate) fn clear(&self) {
        self.ahead.write().clear();
    }

    /// The publishers whose clocks are ahead, with their time.
    pub fn clocks(&self) -> Vec<(String, Timestamp)> {
        let ahead = self.ahead.read();
        if ahead.is_empty() {
            return Vec::new();
        }
        let real = self.real();
        ahead.iter().map(|(publisher, ahead)| (publisher.clone(), Timestamp(real.0 + ahead))).collect()
    }

    /// How long to sleep until `due` on a clock that is `ahead`.
    pub(crate) fn until(&self, due: Timestamp, ahead: i64) -> std::time::Duration {
        let real_due = Timestamp(due.0.saturating_sub(ahead));
        let Micros(micros) = real_due.since(self.real());
        std::time::Duration::from_micros(micros)
    }

    /// A new GUID (version 7): later ids are greater, so that stores append.
    pub fn new_id(&self) -> OperationId {
        let millis = u64::try_from(self.real().0 / 1000).unwrap_or(0);
        let (millis, counter) = {
            let mut ids = self.ids.lock();
            if millis > ids.last_millis {
                *ids = Ids { last_millis: millis, counter: 0 };
            } else {
                ids.counter += 1;
                if ids.counter >= 1 << 12 {
                    *ids = Ids { last_millis: ids.last_millis + 1, counter: 0 };
                }
            }
            (ids.last_millis, ids.counter)
        };
        let mut bytes: [u8; 16] = rand::random();
        bytes[..6].copy_from_slice(&millis.to_be_bytes()[2..]);
        bytes[6..8].copy_from_slice(&(0x7000 | counter).to_be_bytes());
        bytes[8] = bytes[8] & 0x3f | 0x80;
        OperationId::from_bytes(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_grow_and_are_guids_of_version_seven() {
        let clock = Clock::default();
        let ids: Vec<OperationId> = (0..10_000).map(|_| clock.new_id()).collect();
        assert!(ids.is_sorted_by(|a, b| a < b));
        for id in ids {
            let text = id.to_string();
            assert_eq!(&text[14..15], "7", "{text}");
            assert!("89ab".contains(&text[19..20]), "{text}");
        }
    }

    #[test]
    fn a_publishers_clock_may_be_ahead() {
        let clock = Clock::default();
        clock.set_ahead("contoso", 3_600_000_000);
        assert!(clock.now("contoso").0 - clock.now("fabrikam").0 > 3_599_000_000);
        assert_eq!(clock.clocks().len(), 1);
        clock.clear();
        assert_eq!(clock.ahead_of("contoso"), 0);
    }
}
