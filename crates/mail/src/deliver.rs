//! The loop that empties the outbox.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use signoff_lifecycle::ids::{Micros, Moment, PublisherTime};
use signoff_store::availability;
use signoff_store::contract::{Delivery, Letter, Outbox};
use signoff_text::Lang;
use tokio::sync::{Notify, watch};

use crate::{Carrier, Clock, SendError, render};

/// How long to wait after the store could not be read.
const STORE_PAUSE: Duration = Duration::from_secs(1);

/// How often sending is tried: unless said otherwise, for five days, as mail servers do among themselves (RFC 5321,
/// 4.5.4.1). A mail server that is down over a weekend loses no letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeliverySettings {
    /// The pause after the first failure; each further one is twice as long.
    pub first_pause: Micros,
    /// No pause is longer.
    pub longest_pause: Micros,
    /// A letter is given up after so many failures.
    pub attempts: u32,
    /// At most so many letters are on their way at the same time; at least one.
    pub at_once: usize,
    /// The outbox is looked at again after this time, where others write letters, too, and may die before they send
    /// them. `None`: no one does.
    pub look_every: Option<Duration>,
}

impl Default for DeliverySettings {
    fn default() -> Self {
        Self {
            first_pause: Micros::from_millis(60_000),
            longest_pause: Micros::from_millis(3_600_000),
            attempts: 126,
            at_once: 8,
            look_every: None,
        }
    }
}

impl DeliverySettings {
    /// The pause after so many failures.
    fn pause(&self, failures: u32) -> Micros {
        let doubled = 1_u64.checked_shl(failures.saturating_sub(1)).unwrap_or(u64::MAX);
        Micros(self.first_pause.0.saturating_mul(doubled)).min(self.longest_pause)
    }
}

/// Sends the letters of the outbox.
pub struct Deliverer {
    outbox: Arc<dyn Outbox>,
    clock: Arc<dyn Clock>,
    carrier: Arc<dyn Carrier>,
    settings: DeliverySettings,
    wake: Arc<Notify>,
}

impl Deliverer {
    /// Call [`Notify::notify_one`] on `wake` after each commit with mail and after each change of a clock. A letter
    /// that becomes due as time passes needs no call.
    pub fn new(
        outbox: Arc<dyn Outbox>,
        clock: Arc<dyn Clock>,
        carrier: Arc<dyn Carrier>,
        settings: DeliverySettings,
        wake: Arc<Notify>,
    ) -> Self {
        Self { outbox, clock, carrier, settings, wake }
    }

    /// Sends due letters until `stop` is ready. It then waits for the letters that are on their way until `release`
    /// is ready, and releases the rest for another node to send. A letter sent twice is better than one never sent.
    pub async fn run(self, stop: impl Future<Output = ()>, release: impl Future<Output = ()>) {
        let mut stop = pin!(stop);
        let (time_is_up, told) = watch::channel(false);
        let mut on_their_way = FuturesUnordered::new();
        let at_once = self.settings.at_once.max(1);
        let mut late = None;
        loop {
            let was_late = late.is_some();
            let claimed = self.claim(at_once - on_their_way.len(), late.take()).await;
            let read = claimed.is_some();
            on_their_way
                .extend(claimed.into_iter().flatten().map(|letter| self.deliver(letter, told.clone())));
            let pause = match read {
                false => Some(STORE_PAUSE),
                true if on_their_way.len() < at_once => self.pause(was_late, &mut late).await,
                // Without a free place only the end of a sending makes a difference.
                true => None,
            };
            tokio::select! {
                biased;
                () = &mut stop => break,
                Some(()) = on_their_way.next() => {}
                () = self.wake.notified() => {}
                () = sleep(pause) => {}
            }
        }
        tokio::select! {
            biased;
            () = all(&mut on_their_way) => return,
            () = release => {}
        }
        time_is_up.send_replace(true);
        all(&mut on_their_way).await;
    }

    /// Letters to send now, at most `limit`; `None` if the store failed. Those that are due `late`r than any pause
    /// explains leave now, too.
    async fn claim(&self, limit: usize, late: Option<Micros>) -> Option<Vec<Letter>> {
        if limit == 0 {
            return Some(Vec::new());
        }
        let late = late.unwrap_or(Micros::ZERO);
        let clocks: Vec<_> =
            self.clock.clocks().into_iter().map(|(publisher, now)| (publisher, now.plus(late))).collect();
        let due = self.outbox.due_letters(self.clock.now().plus(late), &clocks, limit).await;
        due.inspect_err(availability::failed).ok()
    }

    /// How long it takes until there are other letters to send; `None`: until somebody writes one. `late` tells of
    /// letters that are due later than any pause explains.
    async fn pause(&self, was_late: bool, late: &mut Option<Micros>) -> Option<Duration> {
        let next = match self.outbox.next_letter_due(self.clock.now(), &self.clock.clocks()).await {
            Ok(next) => next,
            Err(error) => {
                availability::failed(&error);
                return Some(STORE_PAUSE);
            }
        };
        if let Some(wait) = next.filter(|wait| *wait > self.longest_wait()) {
            tracing::warn!(
                "letters are due {} s from now, which no pause explains: a clock was wrong; they leave now",
                wait.0 / 1_000_000
            );
            *late = Some(wait);
            // Others may have them in hand.
            return Some(if was_late { STORE_PAUSE } else { Duration::ZERO });
        }
        let next = next.map(|span| Duration::from_micros(span.0));
        next.into_iter().chain(self.settings.look_every).min()
    }

    /// No letter is due later than this: clocks that agree differ by less than a minute.
    fn longest_wait(&self) -> Micros {
        let longest = self.settings.longest_pause.max(self.settings.first_pause);
        Micros(longest.0.saturating_add(60_000_000))
    }

    async fn deliver(&self, mut letter: Letter, mut time_is_up: watch::Receiver<bool>) {
        let message = render(&letter.mail, Lang::En);
        let sent = tokio::select! {
            biased;
            sent = self.carrier.send(&message) => Some(sent),
            _ = time_is_up.wait_for(|up| *up) => None,
        };
        match sent {
            Some(Ok(())) => {
                letter.delivery = Delivery::Sent;
                letter.last_error = None;
                let (operation, event) = (letter.mail.operation, letter.mail.event.name());
                tracing::info!(%operation, event, domain = domain(&letter), "a letter was sent");
            }
            Some(Err(error)) => self.failed(&mut letter, &error),
            None => tracing::info!(letter = letter.id, "a letter is given back"),
        }
        let (id, operation, delivery) = (letter.id, letter.mail.operation, letter.delivery);
        if let Err(error) = self.outbox.record_delivery(letter).await {
            // It is due again once it is no longer held; sent twice is better than never.
            tracing::error!(letter = id, %operation, ?delivery, %error, "what became of a letter is not recorded");
        }
    }

    fn failed(&self, letter: &mut Letter, error: &SendError) {
        letter.failures = letter.failures.saturating_add(1);
        letter.last_error = Some(error.to_string());
        let gives_up = matches!(error, SendError::Permanent(_)) || letter.failures >= self.settings.attempts;
        let (operation, event, failures) = (letter.mail.operation, letter.mail.event.name(), letter.failures);
        let reason = without_local_part(&error.to_string(), &letter.mail.recipient);
        if gives_up {
            letter.delivery = Delivery::Abandoned;
            let domain = domain(letter);
            tracing::warn!(%operation, event, domain, failures, reason, "a letter is given up");
        } else {
            let now = self.now_of(&letter.mail.publisher);
            letter.delivery = Delivery::Due(now.plus(self.settings.pause(letter.failures)));
            let domain = domain(letter);
            tracing::info!(%operation, event, domain, failures, reason, "a letter is tried again later");
        }
    }

    fn now_of(&self, publisher: &str) -> PublisherTime {
        let ahead = self.clock.clocks().into_iter().find(|(name, _)| name == publisher);
        ahead.map_or_else(|| self.clock.now().on_unset_clock(), |(_, now)| now)
    }
}

async fn all(on_their_way: &mut FuturesUnordered<impl Future<Output = ()>>) {
    while on_their_way.next().await.is_some() {}
}

async fn sleep(pause: Option<Duration>) {
    match pause {
        Some(pause) => tokio::time::sleep(pause).await,
        None => std::future::pending().await,
    }
}

/// The part of the recipient's address that names no person, for logs.
fn domain(letter: &Letter) -> &str {
    letter.mail.recipient.rsplit('@').next().unwrap_or_default()
}

/// `text` without the part of the recipient's address that names a person, for logs. Mail servers repeat the
/// address, whole or in part.
fn without_local_part(text: &str, recipient: &str) -> String {
    let local = recipient.rsplit_once('@').map_or(recipient, |(local, _)| local);
    let mask = |word: &str| match word.rsplit_once('@') {
        Some((_, domain)) => format!("…@{domain}"),
        None if word.trim_matches(|c: char| c.is_ascii_punctuation()).eq_ignore_ascii_case(local) => {
            "…".to_owned()
        }
        None => word.to_owned(),
    };
    text.split(' ').map(mask).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        let settings = DeliverySettings::default();
        let minutes = |failures| settings.pause(failures).0 / 60_000_000;
        let pauses: Vec<u64> = (1..=8).map(minutes).collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(minutes(u32::MAX), 60);
        let days = (1..settings.attempts).map(minutes).sum::<u64>() / (24 * 60);
        assert_eq!(days, 5, "a letter is given up after five days");
    }

    #[test]
    fn a_log_does_not_name_the_person() {
        let table = [
            ("550 <ann.lee@contoso.example>: unknown", "550 …@contoso.example>: unknown"),
            ("550 no mailbox 'Ann.Lee' here", "550 no mailbox … here"),
            ("550 ann.lee+x@a@contoso.example", "550 …@contoso.example"),
            ("451 later", "451 later"),
        ];
        for (text, masked) in table {
            assert_eq!(without_local_part(text, "ann.lee@contoso.example"), masked);
        }
    }
}
