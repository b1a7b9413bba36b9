//! The one place that reads the real clock and draws random numbers. A simulation hands in its own.
#![expect(clippy::disallowed_methods, reason = "everybody else asks this file")]

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use parking_lot::{Mutex, RwLock};
use signoff_lifecycle::ids::{Guid, Micros, Moment, PublisherTime, RealTime};

/// A moment by a clock that is never set: microseconds since some moment, the same as long as
/// this process lives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticks(pub i64);

impl Moment for Ticks {
    fn of_micros(micros: i64) -> Self {
        Self(micros)
    }

    fn micros(self) -> i64 {
        self.0
    }
}

impl Ticks {
    /// The real time now, if it is `ahead` microseconds more than the ticks.
    pub(crate) fn real(self, ahead: i64) -> RealTime {
        RealTime(self.0.saturating_add(ahead))
    }

    /// The microseconds by which real time, which is `real` now, is more than the ticks.
    pub(crate) fn behind(self, real: RealTime) -> i64 {
        real.0.saturating_sub(self.0)
    }
}

/// Where time and random numbers come from.
pub trait Source: Send + Sync {
    /// What time it is. It may jump, back too, as the clocks of machines do.
    fn now(&self) -> RealTime;

    /// The moment by a clock that is never set.
    fn ticks(&self) -> Ticks {
        Ticks(self.now().0)
    }

    /// Sixteen bytes at random.
    fn random(&self) -> [u8; 16];
}

/// The machine's clock and randomness.
struct Machine;

static START: LazyLock<Instant> = LazyLock::new(Instant::now);

impl Source for Machine {
    fn now(&self) -> RealTime {
        let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        RealTime(i64::try_from(elapsed.as_micros()).unwrap_or(i64::MAX))
    }

    fn ticks(&self) -> Ticks {
        Ticks(i64::try_from(START.elapsed().as_micros()).unwrap_or(i64::MAX))
    }

    fn random(&self) -> [u8; 16] {
        rand::random()
    }
}

/// Tells the time: for each publisher real time plus an offset, which only the development mode moves. Real time is
/// the machine's; where nodes share a store, the store's.
pub struct Clock {
    source: Box<dyn Source>,
    shared: SharedTime,
    /// In the order of their names, so that every pass has the same order.
    set: RwLock<BTreeMap<String, Set>>,
    ids: Mutex<Ids>,
}

impl Default for Clock {
    /// The machine's.
    fn default() -> Self {
        Self::on(Machine)
    }
}

/// The time that all nodes share, reckoned from when it was asked for last.
#[derive(Default)]
struct SharedTime {
    is_known: AtomicBool,
    /// What it is more than the ticks of this machine.
    ahead: AtomicI64,
    /// The latest time that was told.
    told: AtomicI64,
}

/// A step back of the shared time that is longer is taken at once: another database may keep it now. Time stands
/// still for a shorter one.
const LONGEST_STILL: i64 = 10_000_000;

/// How a publisher's clock is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Set {
    /// It is so many microseconds ahead.
    Ahead(i64),
    /// It stands still at `time` until `until`, in real time, while an advance plays what falls due; then it goes on.
    Still { time: PublisherTime, until: RealTime },
}

impl Set {
    pub(crate) fn now(self, real: RealTime) -> PublisherTime {
        match self {
            Self::Ahead(ahead) => real.on_clock(ahead),
            Self::Still { time, until } => time.plus(real.since(until)),
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
        Self {
            source: Box::new(source),
            shared: SharedTime::default(),
            set: RwLock::default(),
            ids: Mutex::default(),
        }
    }

    /// The real time. Where it is the store's, it never goes back by less than ten seconds.
    pub fn real(&self) -> RealTime {
        if !self.shared.is_known.load(Ordering::Acquire) {
            return self.source.now();
        }
        let RealTime(reckoned) = self.source.ticks().real(self.shared.ahead.load(Ordering::Relaxed));
        RealTime(self.shared.told.fetch_max(reckoned, Ordering::Relaxed).max(reckoned))
    }

    /// The moment by a clock that is never set.
    pub fn ticks(&self) -> Ticks {
        self.source.ticks()
    }

    /// Real time is the one that all nodes share from now on, `ahead` of the ticks of this machine.
    pub(crate) fn share_time(&self, ahead: i64) {
        let RealTime(reckoned) = self.source.ticks().real(ahead);
        self.shared.ahead.store(ahead, Ordering::Relaxed);
        if self.shared.told.load(Ordering::Relaxed).saturating_sub(reckoned) > LONGEST_STILL {
            self.shared.told.store(reckoned, Ordering::Relaxed);
        }
        self.shared.is_known.store(true, Ordering::Release);
    }

    /// A number below `limit`, at random; 0 if `limit` is.
    pub(crate) fn random_below(&self, limit: u64) -> u64 {
        let number = u128::from_be_bytes(self.source.random());
        number.checked_rem(limit.into()).and_then(|rest| u64::try_from(rest).ok()).unwrap_or(0)
    }

    /// The time for this publisher.
    pub fn now(&self, publisher: &str) -> PublisherTime {
        let real = self.real();
        let set = self.set.read();
        if set.is_empty() {
            real.on_unset_clock()
        } else {
            set.get(publisher).map_or(real.on_unset_clock(), |set| set.now(real))
        }
    }

    /// Microseconds that the publisher's clock is ahead of the real one.
    pub fn ahead_of(&self, publisher: &str) -> i64 {
        match self.set.read().get(publisher) {
            None => 0,
            Some(Set::Ahead(ahead)) => *ahead,
            Some(set) => {
                let real = self.real();
                set.now(real).ahead_of(real)
            }
        }
    }

    /// Sets how far the publisher's clock is ahead.
    pub(crate) fn set_ahead(&self, publisher: &str, micros: i64) {
        self.put(publisher, Set::Ahead(micros));
    }

    /// Lets the publisher's clock show `time` and stand still.
    pub(crate) fn stand_still(&self, publisher: &str, time: PublisherTime) {
        self.put(publisher, Set::Still { time, until: RealTime(i64::MAX) });
    }

    /// Sets the publisher's clock.
    pub(crate) fn put(&self, publisher: &str, set: Set) {
        self.set.write().insert(publisher.to_owned(), set);
    }

    /// Sets the clocks of all publishers; answers whether any was set otherwise before.
    pub(crate) fn put_all(&self, all: BTreeMap<String, Set>) -> bool {
        let mut set = self.set.write();
        let others = *set != all;
        *set = all;
        others
    }

    /// Lets a clock that stands still go on from what it shows.
    pub(crate) fn go_on(&self, publisher: &str) {
        if let Some(set) = self.set.write().get_mut(publisher)
            && matches!(set, Set::Still { .. })
        {
            let real = self.real();
            *set = Set::Ahead(set.now(real).ahead_of(real));
        }
    }

    /// Puts every clock back to real time.
    pub(crate) fn clear(&self) {
        self.set.write().clear();
    }

    /// The publishers whose clocks are set, with their time.
    pub fn clocks(&self) -> Vec<(String, PublisherTime)> {
        let set = self.set.read();
        if set.is_empty() {
            return Vec::new();
        }
        let real = self.real();
        set.iter().map(|(publisher, set)| (publisher.clone(), set.now(real))).collect()
    }

    /// How long to sleep until `due` on a clock that is `ahead`.
    pub(crate) fn until(&self, due: PublisherTime, ahead: i64) -> std::time::Duration {
        let Micros(micros) = due.in_real_time(ahead).since(self.real());
        std::time::Duration::from_micros(micros)
    }

    /// A new GUID (version 7): later ids are greater, so that stores append.
    pub fn new_id(&self) -> Guid {
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
        Guid::from_bytes(bytes)
    }
}

impl signoff_mail::Clock for Clock {
    fn now(&self) -> RealTime {
        self.real()
    }

    fn clocks(&self) -> Vec<(String, PublisherTime)> {
        self.clocks()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn ids_grow_and_are_guids_of_version_seven() {
        let clock = Clock::default();
        let ids: Vec<Guid> = (0..10_000).map(|_| clock.new_id()).collect();
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
            fn now(&self) -> RealTime {
                RealTime(1_772_701_687_000_000)
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

    /// A machine whose clocks are set by the test.
    #[derive(Clone, Default)]
    struct Machine(Arc<(AtomicI64, AtomicI64)>);

    impl Source for Machine {
        fn now(&self) -> RealTime {
            RealTime(self.0.0.load(Ordering::SeqCst))
        }

        fn ticks(&self) -> Ticks {
            Ticks(self.0.1.load(Ordering::SeqCst))
        }

        fn random(&self) -> [u8; 16] {
            [0xff; 16]
        }
    }

    #[test]
    fn the_time_that_nodes_share_is_reckoned_on_from_the_last_look() {
        let machine = Machine::default();
        let clock = Clock::on(machine.clone());
        let Machine(times) = &machine;
        times.0.store(500, Ordering::SeqCst);
        assert_eq!(clock.real(), RealTime(500), "nobody shares it yet");
        times.1.store(7, Ordering::SeqCst);
        clock.share_time(100_000_000);
        // Independent of what the machine's clock is set to.
        times.0.store(-9, Ordering::SeqCst);
        times.1.store(10, Ordering::SeqCst);
        assert_eq!(clock.real(), RealTime(100_000_010));
        // A little back: time stands still until it is reached again.
        clock.share_time(99_999_995);
        assert_eq!(clock.real(), RealTime(100_000_010));
        times.1.store(20, Ordering::SeqCst);
        assert_eq!(clock.real(), RealTime(100_000_015));
        // Far back: another database says so.
        clock.share_time(5);
        assert_eq!(clock.real(), RealTime(25));
    }

    #[test]
    fn a_random_number_stays_below_its_limit() {
        let clock = Clock::on(Machine::default());
        assert_eq!((clock.random_below(0), clock.random_below(1)), (0, 0));
        assert!(clock.random_below(10) < 10);
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
        let time = clock.real().on_clock(3_600_000_000);
        clock.stand_still("contoso", time);
        assert_eq!(clock.now("contoso"), time);
        assert_eq!(clock.clocks(), [("contoso".to_owned(), time)]);
        clock.go_on("contoso");
        let later = clock.now("contoso");
        assert!(later >= time && later.since(time) < Micros(3_600_000_000));
        clock.go_on("fabrikam");
        assert_eq!(clock.ahead_of("fabrikam"), 0);
    }

    #[test]
    fn what_stands_still_for_a_while_goes_on_by_itself() {
        let still = Set::Still { time: PublisherTime(1000), until: RealTime(50) };
        assert_eq!(still.now(RealTime(10)), PublisherTime(1000));
        assert_eq!(still.now(RealTime(50)), PublisherTime(1000));
        assert_eq!(still.now(RealTime(53)), PublisherTime(1003));
    }
}
