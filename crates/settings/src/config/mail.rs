//! `[mail]` of the settings: the mail server.

use std::path::PathBuf;

use serde::Deserialize;
use signoff_mail::{Encryption, MailSettings, Secret};

use super::secrets::{again, secret};
use super::{BadSetting, bad};

const PASSWORD: &str = "SIGNOFF_MAIL_PASSWORD";

/// `[mail]`: the mail server.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailFile {
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
        // Read here as well, so that what is wrong with it is told at the start.
        let own = secret(PASSWORD)?
            .map(|password| again(PASSWORD).map_or(Secret::new(password), Secret::read_from));
        self.with_password(own)
    }

    /// The settings, if the environment has this password.
    fn with_password(self, own: Option<Secret>) -> Result<MailSettings, BadSetting> {
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
        settings.password = own.or(self.password.map(Secret::new));
        if let Some(path) = &self.ca {
            let text = std::fs::read_to_string(path);
            settings.ca_pem =
                Some(text.map_err(|error| bad("mail.ca", format!("{}: {error}", path.display())))?);
        }
        Ok(settings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_of_the_environment_wins_over_that_of_the_file() {
        let read = |of_file: &str, own: Option<&str>| {
            let text = format!("host = \"h\"\nfrom = \"a@x.example\"\nusername = \"me\"\n{of_file}");
            let file: MailFile = toml::from_str(&text).unwrap();
            let settings = file.with_password(own.map(Secret::new)).unwrap();
            settings.password.map(|password| password.read().unwrap())
        };
        let of_file = "password = \"of-file\"";
        assert_eq!(read(of_file, Some("of-variable")).as_deref(), Some("of-variable"));
        assert_eq!(read(of_file, None).as_deref(), Some("of-file"));
        assert_eq!(read("", Some("of-variable")).as_deref(), Some("of-variable"));
        assert_eq!(read("", None), None);
    }
}
