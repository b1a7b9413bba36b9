//! `[mail]` of the settings: the mail server.

use std::path::PathBuf;

use serde::Deserialize;
use signoff_engine::mail::{Encryption, MailSettings, Secret};

use super::secrets::{again, secret};
use super::{BadSetting, bad};

/// `[mail]`: the mail server.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MailFile {
    host: String,
    port: Option<u16>,
    /// `none`, `starttls` or `tls`.
    tls: Option<String>,
    username: Option<String>,
    /// The variable `SIGNOFF_MAIL_PASSWORD` or `SIGNOFF_MAIL_PASSWORD_FILE` wins over it.
    password: Option<String>,
    from: String,
    /// A file with further authorities to trust, PEM.
    ca: Option<PathBuf>,
}

impl MailFile {
    pub(super) fn settings(self) -> Result<MailSettings, BadSetting> {
        let mut settings = MailSettings::new(self.host, self.from);
        settings.port = self.port;
        settings.tls = match self.tls.as_deref() {
            None | Some("starttls") => Encryption::StartTls,
            Some("tls") => Encryption::Tls,
            Some("none") => Encryption::None,
            Some(other) => {
                return Err(bad("mail.tls", format!("{other:?} is none of starttls, tls and none")));
            }
        };
        settings.username = self.username;
        // Read here as well, so that what is wrong with it is told at the start.
        settings.password = match secret("SIGNOFF_MAIL_PASSWORD")? {
            Some(password) => {
                Some(again("SIGNOFF_MAIL_PASSWORD").map_or(Secret::new(password), Secret::read_from))
            }
            None => self.password.map(Secret::new),
        };
        if let Some(path) = &self.ca {
            let text = std::fs::read_to_string(path);
            settings.ca_pem =
                Some(text.map_err(|error| bad("mail.ca", format!("{}: {error}", path.display())))?);
        }
        Ok(settings)
    }
}
