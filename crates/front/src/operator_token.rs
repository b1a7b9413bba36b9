//! The token of the server's operator.

use std::fmt;
use std::sync::Arc;

use parking_lot::Mutex;
use signoff_engine::clock::Ticks;
use signoff_lifecycle::ids::{Micros, Moment};

/// A token that was read counts so long without another look.
const COUNTS_FOR: Micros = Micros::from_millis(1000);

/// Reads the token from where it is kept, or says why it cannot.
type Source = Box<dyn Fn() -> Result<String, String> + Send + Sync>;

/// The bearer token of the server's operator, which no log shows.
#[derive(Clone)]
pub struct OperatorToken(Arc<Kept>);

enum Kept {
    Here(String),
    There { source: Source, seen: Mutex<Seen> },
}

/// What stood there when it was read last.
#[derive(Default)]
struct Seen {
    token: Option<String>,
    at: Option<Ticks>,
    is_lost: bool,
}

impl OperatorToken {
    /// A token that stays as it is.
    pub fn new(token: impl Into<String>) -> Self {
        Self(Arc::new(Kept::Here(token.into())))
    }

    /// A token that may be replaced at its `source` while the server runs: it is read when a request asks for it, at
    /// most once a second. While it cannot be read, no token is the operator's.
    pub fn read_from(source: impl Fn() -> Result<String, String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(Kept::There { source: Box::new(source), seen: Mutex::default() }))
    }

    /// Whether this was sent, at `now`.
    pub(crate) fn is(&self, sent: &[u8], now: Ticks) -> bool {
        match &*self.0 {
            Kept::Here(token) => same(sent, token.as_bytes()),
            Kept::There { source, seen } => {
                let mut seen = seen.lock();
                seen.look_again(source, now);
                seen.token.as_ref().is_some_and(|token| same(sent, token.as_bytes()))
            }
        }
    }
}

impl Seen {
    fn look_again(&mut self, source: &Source, now: Ticks) {
        if self.at.is_some_and(|at| now.since(at) < COUNTS_FOR) {
            return;
        }
        self.at = Some(now);
        let read = source();
        match &read {
            Ok(_) if self.is_lost => tracing::info!("the operator's token can be read again"),
            Err(reason) if !self.is_lost => {
                tracing::warn!(%reason, "the operator's token cannot be read, and no token is the operator's");
            }
            _ => {}
        }
        self.is_lost = read.is_err();
        self.token = read.ok();
    }
}

impl fmt::Debug for OperatorToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OperatorToken(…)")
    }
}

/// Compares without telling by its duration how much of a guess was right.
fn same(sent: &[u8], secret: &[u8]) -> bool {
    sent.len() == secret.len() && sent.iter().zip(secret).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn a_token_that_is_replaced_is_over_within_a_second() {
        let place = Arc::new(Mutex::new(Ok("first".to_owned())));
        let there = place.clone();
        let token = OperatorToken::read_from(move || there.lock().clone());
        let mut now = Ticks(7);
        assert!(token.is(b"first", now) && !token.is(b"second", now));
        *place.lock() = Ok("second".to_owned());
        now = now.plus(COUNTS_FOR);
        assert!(token.is(b"second", now) && !token.is(b"first", now));
        // While it cannot be read, no token is the operator's.
        *place.lock() = Err("no such file".to_owned());
        now = now.plus(COUNTS_FOR);
        assert!(!token.is(b"second", now) && !token.is(b"first", now) && !token.is(b"", now));
        *place.lock() = Ok("third".to_owned());
        now = now.plus(COUNTS_FOR);
        assert!(token.is(b"third", now));
    }

    #[test]
    fn it_is_read_once_a_second_at_most() {
        let reads = Arc::new(AtomicUsize::new(0));
        let counted = reads.clone();
        let token = OperatorToken::read_from(move || {
            counted.fetch_add(1, Ordering::Relaxed);
            Err("no such file".to_owned())
        });
        for second in 0..3 {
            for part in 0..100 {
                assert!(!token.is(b"guess", Ticks(second * 1_000_000 + part * 10_000)));
            }
        }
        assert_eq!(reads.load(Ordering::Relaxed), 3);
    }

    #[test]
    fn a_token_of_no_file_is_the_one_that_it_is() {
        let token = OperatorToken::new("token");
        let is = |sent: &[u8]| token.is(sent, Ticks(0));
        assert!(is(b"token") && !is(b"Token") && !is(b"toke") && !is(b""));
        assert_eq!(format!("{token:?}"), "OperatorToken(…)");
    }
}
