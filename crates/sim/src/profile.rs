//! What a seed makes of a history: how large it is, who does what, and how much goes wrong.

use std::time::Duration;

use crate::draw::Draw;

/// Everything that differs from seed to seed. Rates are of ten thousand.
#[derive(Clone, Debug)]
pub(crate) struct Profile {
    /// How many of the prepared offers take part.
    pub(crate) offers: usize,
    /// How many calls each client makes.
    pub(crate) calls: Vec<u32>,
    /// The longest pause between two calls of a client.
    pub(crate) pause: Duration,
    /// How likely each kind of call is, in the order of [`crate::client::Kind::ALL`].
    pub(crate) weights: Vec<u64>,
    pub(crate) lease_for: Duration,
    pub(crate) concurrency: usize,
    /// Of a step's scenario.
    pub(crate) longest_step: u64,
    /// How often a step or an undo is told to fail.
    pub(crate) step_fails: u64,
    pub(crate) faults: Rates,
    /// Whether a third party certifies.
    pub(crate) certifier: Option<Agreement>,
    /// How that third party behaves.
    pub(crate) manners: Manners,
}

/// What is agreed with the third party. Times are in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Agreement {
    /// How often it is asked how far it is; `None`: it calls back.
    pub(crate) poll_every: Option<u64>,
    pub(crate) answer_deadline: u64,
    pub(crate) cancel_deadline: u64,
    /// Whether its silence to a cancel counts as done.
    pub(crate) silence_is_done: bool,
    /// Whether it is told of a cancel.
    pub(crate) is_told: bool,
}

/// How the third party behaves. Rates are of ten thousand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manners {
    /// A request does not reach it, or its answer is lost.
    pub(crate) fails: u64,
    /// It takes at most so long to answer a request, in milliseconds,
    pub(crate) slow_millis: u64,
    /// and to do what it was asked.
    pub(crate) longest_job: u64,
    /// It finds something.
    pub(crate) refuses: u64,
    /// It takes requests and never says a word.
    pub(crate) silent: bool,
}

impl Agreement {
    fn of(draw: &mut Draw) -> Self {
        Self {
            poll_every: draw.one_of(&[None, Some(1_000), Some(5_000)]),
            answer_deadline: draw.one_of(&[2_000, 30_000, 120_000]),
            cancel_deadline: draw.one_of(&[1_000, 10_000, 60_000]),
            silence_is_done: draw.happens(4_000),
            is_told: draw.happens(8_500),
        }
    }
}

impl Manners {
    fn of(draw: &mut Draw) -> Self {
        Self {
            fails: draw.one_of(&[0, 1_000, 5_000]),
            slow_millis: draw.one_of(&[1, 50, 3_000]),
            longest_job: draw.one_of(&[10, 2_000, 60_000]),
            refuses: draw.one_of(&[0, 2_000]),
            silent: draw.happens(1_500),
        }
    }
}

/// How often things go wrong.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rates {
    /// A store call fails.
    pub(crate) error: u64,
    /// A store call is done and its caller told that it failed.
    pub(crate) reply_lost: u64,
    /// A store call takes its time.
    pub(crate) slow: u64,
    /// At most so long, in milliseconds.
    pub(crate) slow_millis: u64,
    /// The server dies at a store call.
    pub(crate) crash: u64,
    /// At most so often.
    pub(crate) crashes: u32,
    /// A client hangs up.
    pub(crate) hang_up: u64,
    /// A client gets no answer though there was one.
    pub(crate) answer_lost: u64,
    /// The machine's clock is set forward or back at a call.
    pub(crate) clock_jump: u64,
    /// The mail server fails.
    pub(crate) mail: u64,
}

impl Profile {
    pub(crate) fn of(seed: u64, kinds: usize) -> Self {
        let mut draw = Draw::of(seed, "profile");
        let clients = 1 + draw.place(4);
        let calls = 12 + draw.below(36);
        let each = u32::try_from(calls).unwrap_or(0) / u32::try_from(clients).unwrap_or(1);
        Self {
            offers: 1 + draw.place(3),
            calls: vec![each; clients],
            pause: Duration::from_millis(draw.one_of(&[4, 40, 400, 4_000])),
            // Without a publish nothing happens.
            weights: (0..kinds).map(|kind| draw.one_of(&[u64::from(kind == 0), 1, 1, 1, 3])).collect(),
            lease_for: Duration::from_millis(draw.one_of(&[300, 2_000, 30_000])),
            concurrency: draw.one_of(&[1, 2, 64]),
            longest_step: draw.one_of(&[5, 50, 1_000, 60_000]),
            step_fails: draw.one_of(&[0, 500, 2_000]),
            // Some histories go without a fault: there everything must be exact.
            faults: if draw.happens(1_000) { Rates::default() } else { Rates::of(&mut draw) },
            certifier: draw.happens(4_000).then(|| Agreement::of(&mut draw)),
            manners: Manners::of(&mut draw),
        }
    }

    /// What remains of the profile when everything is to come to its end.
    pub(crate) fn peaceful(&mut self) {
        self.faults = Rates::default();
    }
}

impl Rates {
    fn of(draw: &mut Draw) -> Self {
        Self {
            error: draw.one_of(&[0, 0, 50, 400]),
            reply_lost: draw.one_of(&[0, 0, 50, 400]),
            slow: draw.one_of(&[0, 500, 3_000]),
            slow_millis: draw.one_of(&[2, 20, 1_000]),
            crash: draw.one_of(&[0, 30, 150]),
            crashes: u32::try_from(draw.below(4)).unwrap_or(0),
            hang_up: draw.one_of(&[0, 400]),
            answer_lost: draw.one_of(&[0, 300]),
            clock_jump: draw.one_of(&[0, 0, 500]),
            mail: draw.one_of(&[0, 1_000, 4_000]),
        }
    }

    /// Whether anything may go wrong that a client can notice or that leaves a trace.
    pub(crate) fn any(&self) -> bool {
        self.error + self.reply_lost + self.slow + self.crash + self.hang_up + self.answer_lost > 0
    }
}
