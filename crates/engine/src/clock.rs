//! The one place that reads the real clock and draws random numbers. A simulation hands in its own.
#![expect(clippy::disallowed_methods, reason = "everybody else asks this file")]

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use parking_lot::{Mutex, RwLock};
use signoff_lifecycle::ids::{Micros, OperationId, Timestamp};

/// Where time and random numbers come from.
pub trait Source: Send + Sync {
    /// What time it is. It may jump, back too, as the clocks of machines do.
    fn now(&self) -> Timestamp;

    /// Sixteen bytes at random.
    fn random(&self) -> [u8; 16];
}

/// The machine's clock and randomness.
struct Machine;

impl Source for Machine {
    fn now(&self) -> Timestamp {
        let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(elapsed.as_micros()).unwrap_or(i64::MAX))
    }

    fn random(&self) -> [u8; 16] {
        rand::random()
    }
}

/// Tells the time: for each publisher real time plus an offset, which only the development mode moves.
pub struct Clock {
    source: Box<dyn Source>,
    /// In the order of their names: whoever goes through them does so in the same order every time.
    set: RwLock<BTreeMap<String, Set>>,
    ids: Mutex<Ids>,
}

impl Default for Clock {
    /// The machine's.
    fn default() -> Self {
        Self::on(Machine)
    }
}

/// How a publisher's clock was set.
#[derive(Clone, Copy)]
enum Set {
    /// It is so many microseconds ahead.
    Ahead(i64),
    /// It stands still, while an advance plays what falls due at this moment.
    Still(Timestamp),
}

impl Set {
    fn now(self, real: Timestamp) -> Timestamp {
        match self {
            Self::Ahead(ahead) => Timestamp(real.0.saturating_add(ahead)),
            Self::Still(time) => time,
        }
    }
}

#[derive(Default)]
struct Ids {
    last_millis: u64,
    counter: u16,
}

impl Clock {
    /// A clock that takes time and random numbers from `source`.
    pub fn on(source: impl Source + 'static) -> Self {
        Self { source: Box::new(source), set: RwLock::default(), ids: Mutex::default() }
    }

    /// The real time.
    pub fn real(&self) -> Timestamp {
        self.source.now()
    }

    /// The time for this publisher.
    pub fn now(&self, publisher: &str) -> Timestamp {
        let real = self.real();
        let set = self.set.read();
        if set.is_empty() { real } else { set.get(publisher).map_or(real, |set| set.now(real)) }
    }

    /// Microseconds that the publisher's clock is ahead of the real one.
    pub fn ahead_of(&self, publisher: &str) -> i64 {
        match self.set.read().get(publisher) {
            None => 0,
            Some(Set::Ahead(ahead)) => *ahead,
            Some(Set::Still(time)) => time.0.saturating_sub(self.real().0),
        }
    }

    /// Sets how far the publisher's clock is ahead.
    pub(crate) fn set_ahead(&self, publisher: &str, micros: i64) {
        self.set.write().insert(publisher.to_owned(), Set::Ahead(micros));
    }

    /// Lets the publisher's clock show `time` and stand still.
    pub(crate) fn stand_still(&self, publisher: &str, time: Timestamp) {
        self.set.write().insert(publisher.to_owned(), Set::Still(time));
    }

    /// Lets a clock that stands still go on from what it shows.
    pub(crate) fn go_on(&self, publisher: &str) {
        if let Some(set) = self.set.write().get_mut(publisher)
            && let Set::Still(time) = *set
        {
            *set = Set::Ahead(time.0.saturating_sub(self.real().0));
        }
    }

    /// Puts every clock back to real time.
    pub(crate) fn clear(&self) {
        self.set.write().clear();
    }

    /// The publishers whose clocks are set, with their time.
    pub fn clocks(&self) -> Vec<(String, Timestamp)> {
        let set = self.set.read();
        if set.is_empty() {
            return Vec::new();
        }
        let real = self.real();
        set.iter().map(|(publisher, set)| (publisher.clone(), set.now(real))).collect()
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
        let mut bytes = self.source.random();
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
    fn time_and_ids_come_from_the_source_that_is_handed_in() {
        struct Fixed;

        impl Source for Fixed {
            fn now(&self) -> Timestamp {
                Timestamp(1_772_701_687_000_000)
            }

            fn random(&self) -> [u8; 16] {
                [7; 16]
            }
        }

        let clock = Clock::on(Fixed);
        assert_eq!(clock.real(), Fixed.now());
        assert_eq!(clock.new_id().to_string(), "019cbd41-1cd8-7000-8707-070707070707");
        assert_eq!(clock.new_id().to_string(), "019cbd41-1cd8-7001-8707-070707070707");
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

    #[test]
    fn a_clock_stands_still_and_goes_on_from_there() {
        let clock = Clock::default();
        let time = Timestamp(clock.real().0 + 3_600_000_000);
        clock.stand_still("contoso", time);
        assert_eq!(clock.now("contoso"), time);
        assert_eq!(clock.clocks(), [("contoso".to_owned(), time)]);
        clock.go_on("contoso");
        let later = clock.now("contoso");
        assert!(later >= time && later.since(time) < Micros(3_600_000_000));
        clock.go_on("fabrikam");
        assert_eq!(clock.ahead_of("fabrikam"), 0);
    }
}
