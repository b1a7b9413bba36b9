//! `[quotas]`: how much callers may do in a while.

use serde::Deserialize;
use signoff_front::quotas::{FAILED_SIGN_INS, PUBLISHES, QuotaSettings, RECIPIENTS};
use signoff_wire::emails;

use super::{BadSetting, bad};

/// The section of the file. What it leaves out is as built in, 0 lifts a quota.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct QuotaFile {
    /// Publishes and golives that one caller may start in an hour.
    publishes: Option<u32>,
    /// E-mail addresses that the requests for one publisher may name in an hour.
    recipients: Option<u32>,
    /// Sign-ins at the server's own token endpoint that may fail from one address in a minute.
    failed_sign_ins: Option<u32>,
}

impl QuotaFile {
    /// In development there are none but those of the file.
    pub(super) fn settings(self, dev: bool) -> Result<QuotaSettings, BadSetting> {
        let most = |set: Option<u32>, built_in: u32| match set {
            None => Some(built_in).filter(|_| !dev),
            Some(set) => Some(set).filter(|set| *set > 0),
        };
        let recipients = most(self.recipients, RECIPIENTS);
        if recipients.is_some_and(|most| usize::try_from(most).is_ok_and(|most| most < emails::MOST)) {
            let problem =
                format!("one request may name {0} addresses; set it to 0, or to {0} at least", emails::MOST);
            return Err(bad("quotas.recipients", problem));
        }
        Ok(QuotaSettings {
            publishes: most(self.publishes, PUBLISHES),
            recipients,
            failed_sign_ins: most(self.failed_sign_ins, FAILED_SIGN_INS),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quotas(text: &str, dev: bool) -> Result<QuotaSettings, String> {
        let file: QuotaFile = toml::from_str(text).unwrap();
        file.settings(dev).map_err(|error| error.to_string())
    }

    #[test]
    fn production_has_quotas_and_development_has_none() {
        let built_in = quotas("", false).unwrap();
        assert_eq!(built_in, QuotaSettings::production());
        assert_eq!(built_in.failed_sign_ins, Some(FAILED_SIGN_INS));
        assert_eq!(quotas("", true).unwrap(), QuotaSettings::default());
        assert_eq!(quotas("publishes = 3", true).unwrap().publishes, Some(3));
        assert_eq!(quotas("publishes = 0", false).unwrap().publishes, None);
    }

    #[test]
    fn a_request_that_may_be_sent_fits_into_its_quota() {
        let problem = "quotas.recipients: one request may name 20 addresses; set it to 0, or to 20 at least";
        assert_eq!(quotas("recipients = 19", false), Err(problem.to_owned()));
        assert_eq!(quotas("recipients = 20", false).unwrap().recipients, Some(20));
    }
}
