//! What callers of the API may do in an hour. A request that goes beyond is refused before anything changes; what was
//! accepted is carried out whole, its letters too.

use signoff_engine::clock::Ticks;
use signoff_lifecycle::ids::Micros;
use signoff_store::contract::PrincipalId;
use signoff_text::ErrorText;

use crate::app::App;
use crate::context::Context;
use crate::problem::{Kind, Problem};
use crate::quota::Quota;
pub use crate::quota::REMEMBERED;

/// How many publishes and golives one caller may start in an hour, unless the settings say otherwise.
pub const PUBLISHES: u32 = 300;
/// How many addresses the requests for one publisher may name in an hour, unless the settings say otherwise.
pub const RECIPIENTS: u32 = 1000;
/// How often a sign-in from one address may fail in a minute, unless the settings say otherwise.
pub const FAILED_SIGN_INS: u32 = 30;

const HOUR: Micros = Micros::from_millis(3_600_000);

/// How much is permitted; `None`: no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QuotaSettings {
    /// Publishes and golives of one caller in an hour.
    pub publishes: Option<u32>,
    /// Addresses that the requests for one publisher name in an hour.
    pub recipients: Option<u32>,
    /// Sign-ins from one address that fail in a minute.
    pub failed_sign_ins: Option<u32>,
}

impl QuotaSettings {
    /// What production permits unless told otherwise.
    pub fn production() -> Self {
        Self {
            publishes: Some(PUBLISHES),
            recipients: Some(RECIPIENTS),
            failed_sign_ins: Some(FAILED_SIGN_INS),
        }
    }
}

/// What has been used, at this node.
pub(crate) struct Quotas {
    publishes: Option<Quota<PrincipalId, Ticks>>,
    recipients: Option<Quota<String, Ticks>>,
}

impl Quotas {
    pub(crate) fn new(settings: QuotaSettings) -> Self {
        Self {
            publishes: settings.publishes.map(|most| Quota::new(most, HOUR)),
            recipients: settings.recipients.map(|most| Quota::new(most, HOUR)),
        }
    }
}

/// What a request took. It is used unless it is given back: who goes away meanwhile gets nothing back.
#[must_use]
pub struct Taken {
    starter: Option<PrincipalId>,
    recipients: u32,
}

impl App {
    /// Takes what starting an operation uses: a place of the caller's, and `recipients` of the publisher's.
    ///
    /// # Errors
    /// 429; nothing is taken then. The operator starts as many as it takes.
    pub fn take_start(
        &self,
        context: &Context,
        publisher: &str,
        recipients: usize,
    ) -> Result<Taken, Problem> {
        let quotas = &self.inner.quotas;
        let starter = context.principal().cloned();
        if let (Some(quota), Some(starter)) = (&quotas.publishes, &starter) {
            let text = ErrorText::TooManyPublishes { limit: quota.most() };
            quota.take(starter, 1, self.ticks()).map_err(|wait| too_many(text, wait))?;
        }
        let taken = self.take_recipients(publisher, recipients);
        match taken {
            Ok(taken) => Ok(Taken { starter, ..taken }),
            Err(error) => {
                self.release_quota(publisher, Taken { starter, recipients: 0 });
                Err(error)
            }
        }
    }

    /// Takes so many recipients of the publisher's.
    ///
    /// # Errors
    /// 429; nothing is taken then.
    pub fn take_recipients(&self, publisher: &str, recipients: usize) -> Result<Taken, Problem> {
        let recipients = u32::try_from(recipients).unwrap_or(u32::MAX);
        if let Some(quota) = self.inner.quotas.recipients.as_ref().filter(|_| recipients > 0) {
            let text = ErrorText::TooManyRecipients { limit: quota.most() };
            let taken = quota.take(&publisher.to_owned(), recipients, self.ticks());
            taken.map_err(|wait| too_many(text, wait).target("metadata.notification-emails"))?;
        }
        Ok(Taken { starter: None, recipients })
    }

    /// Counts recipients of a change that went through and named none itself.
    pub fn charge_recipients(&self, publisher: &str, recipients: usize) {
        if let Some(quota) = self.inner.quotas.recipients.as_ref().filter(|_| recipients > 0) {
            let recipients = u32::try_from(recipients).unwrap_or(u32::MAX);
            quota.charge(&publisher.to_owned(), recipients, self.ticks());
        }
    }

    /// Gives back what a request took that was refused.
    pub fn release_quota(&self, publisher: &str, taken: Taken) {
        let Taken { starter, recipients } = taken;
        let quotas = &self.inner.quotas;
        if let (Some(quota), Some(starter)) = (&quotas.publishes, starter) {
            quota.release(&starter, 1);
        }
        if let Some(quota) = &quotas.recipients {
            quota.release(&publisher.to_owned(), recipients);
        }
    }

    fn ticks(&self) -> Ticks {
        self.engine().clock().ticks()
    }
}

fn too_many(text: ErrorText, wait: Micros) -> Problem {
    let mut problem = Problem::new(Kind::TooMany, text);
    problem.retry_after = u32::try_from(wait.0.div_ceil(1_000_000)).ok();
    problem
}
