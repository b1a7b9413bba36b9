//! How the mail server is reached.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use lettre::Address;
use lettre::message::Mailbox;
use lettre::transport::smtp::client::{Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;

/// The longest that one attempt may take: a letter is held for a minute, and nobody else may send it meanwhile.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(50);

/// How the connection is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encryption {
    /// Not at all: for a relay on the same machine.
    None,
    /// By `STARTTLS`, which the server must offer. The usual port is 587.
    #[default]
    StartTls,
    /// From the first byte on. The usual port is 465.
    Tls,
}

/// A text that no log and no error shows.
#[derive(Clone)]
pub struct Secret(Kept);

/// Reads a secret from where it is kept, or says why it cannot.
type Source = Arc<dyn Fn() -> Result<String, String> + Send + Sync>;

#[derive(Clone)]
enum Kept {
    Here(String),
    /// Read whenever it is needed: it may be replaced while the server runs.
    There(Source),
}

impl Secret {
    /// Keeps `text` to itself.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Kept::Here(text.into()))
    }

    /// Reads it anew from `source` for each connection.
    pub fn read_from(source: impl Fn() -> Result<String, String> + Send + Sync + 'static) -> Self {
        Self(Kept::There(Arc::new(source)))
    }

    /// What it is now.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub fn read(&self) -> Result<String, String> {
        match &self.0 {
            Kept::Here(text) => Ok(text.clone()),
            Kept::There(source) => source(),
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// How the mail server is reached, and as whom.
#[derive(Clone, Debug)]
pub struct MailSettings {
    /// The server's name or address; its certificate must be for it.
    pub host: String,
    /// The port; `None`: the usual one of `tls`, which is 25 without any.
    pub port: Option<u16>,
    /// How the connection is protected.
    pub tls: Encryption,
    /// The name to sign in with; `None`: without.
    pub username: Option<String>,
    /// The password for it.
    pub password: Option<Secret>,
    /// Whether the password may go over a connection that nothing protects. For tests.
    pub allow_plain_auth: bool,
    /// The sender: `noreply@contoso.example` or `Contoso <noreply@contoso.example>`.
    pub from: String,
    /// What to greet the server with; `None`: the name of this machine.
    pub hello_name: Option<String>,
    /// How long one attempt may take, at most 50 seconds.
    pub timeout: Duration,
    /// Certificates of further authorities to trust beside those of the system, in PEM.
    pub ca_pem: Option<String>,
}

impl MailSettings {
    /// A server at its usual port over `STARTTLS`, without a password, with 20 seconds an attempt.
    pub fn new(host: impl Into<String>, from: impl Into<String>) -> Self {
        Self {
            host: host.into(),
            port: None,
            tls: Encryption::default(),
            username: None,
            password: None,
            allow_plain_auth: false,
            from: from.into(),
            hello_name: None,
            timeout: Duration::from_secs(20),
            ca_pem: None,
        }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port.unwrap_or(match self.tls {
            Encryption::None => 25,
            Encryption::StartTls => 587,
            Encryption::Tls => 465,
        })
    }

    pub(crate) fn checked_host(&self) -> Result<String, SettingsError> {
        if self.host.is_empty() || self.host.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(refuse("host", "is no host name; name the mail server, e.g. smtp.contoso.example"));
        }
        Ok(self.host.clone())
    }

    pub(crate) fn checked_timeout(&self) -> Result<Duration, SettingsError> {
        if self.timeout.is_zero() || self.timeout > LONGEST_TIMEOUT {
            return Err(refuse("timeout", "must be more than nothing and at most 50 seconds"));
        }
        Ok(self.timeout)
    }

    pub(crate) fn sender(&self) -> Result<Mailbox, SettingsError> {
        let what = "is no sender; write noreply@contoso.example or Contoso <noreply@contoso.example>";
        let from: Mailbox = self.from.parse().map_err(|_| refuse("from", what))?;
        let email = in_ascii(&from.email).ok_or_else(|| refuse("from", what))?;
        Ok(Mailbox::new(from.name, email))
    }

    /// The name and the password to sign in with.
    pub(crate) fn credentials(&self) -> Result<Option<(String, Secret)>, SettingsError> {
        let (name, password) = match (&self.username, &self.password) {
            (None, None) => return Ok(None),
            (Some(name), Some(password)) => (name.clone(), password.clone()),
            (Some(_), None) => {
                let what = "is missing, though there is a username; set SIGNOFF_MAIL_PASSWORD, or \
                            SIGNOFF_MAIL_PASSWORD_FILE to a file that holds it";
                return Err(refuse("password", what));
            }
            (None, Some(_)) => return Err(refuse("username", "is missing, though there is a password")),
        };
        if self.tls == Encryption::None && !self.allow_plain_auth {
            let what = "leaves the password unprotected; use STARTTLS or TLS, or drop username and password";
            return Err(refuse("tls", what));
        }
        Ok(Some((name, password)))
    }

    /// The name goes into a command as it is, so nothing in it may end one.
    pub(crate) fn greeting(&self) -> Result<ClientId, SettingsError> {
        match &self.hello_name {
            None => Ok(ClientId::default()),
            Some(name) if !name.is_empty() && name.chars().all(|c| c.is_ascii_graphic()) => {
                Ok(ClientId::Domain(name.clone()))
            }
            Some(_) => Err(refuse("hello_name", "is no host name; drop it to use the name of this machine")),
        }
    }

    /// What a protected connection trusts; `None` without protection.
    pub(crate) fn trust(&self) -> Result<Option<TlsParameters>, SettingsError> {
        let mut builder = TlsParameters::builder(self.host.clone());
        if let Some(pem) = &self.ca_pem {
            let what = "holds no certificate that can be read; it must be PEM, with BEGIN CERTIFICATE";
            let certificate = Some(pem)
                .filter(|pem| pem.contains("BEGIN CERTIFICATE"))
                .and_then(|pem| Certificate::from_pem(pem.as_bytes()).ok())
                .ok_or_else(|| refuse("ca_pem", what))?;
            builder = builder.add_root_certificate(certificate);
        }
        if self.tls == Encryption::None {
            return Ok(None);
        }
        let parameters = builder.build_rustls();
        parameters.map(Some).map_err(|error| refuse("ca_pem", &format!("cannot be trusted: {error}")))
    }
}

/// The address with its domain as name servers and mail servers know it (IDNA, `xn--`). `None`: there is no such name.
pub(crate) fn in_ascii(address: &Address) -> Option<Address> {
    if address.domain().is_ascii() {
        return Some(address.clone());
    }
    Address::new(address.user(), idna::domain_to_ascii(address.domain()).ok()?).ok()
}

/// A setting under which no mail can be sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the mail setting `{field}` {what}")]
pub struct SettingsError {
    /// The field of [`MailSettings`].
    pub field: &'static str,
    /// What is wrong with it, and the remedy.
    pub what: String,
}

fn refuse(field: &'static str, what: &str) -> SettingsError {
    SettingsError { field, what: what.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Transport;

    fn settings() -> MailSettings {
        MailSettings::new("smtp.contoso.example", "noreply@contoso.example")
    }

    #[test]
    fn a_bad_setting_names_itself() {
        type Spoil = fn(&mut MailSettings);
        let table: [(&str, Spoil); 11] = [
            ("host", |it| it.host.clear()),
            ("host", |it| it.host = "a\r\nb".to_owned()),
            ("from", |it| it.from = "nobody".to_owned()),
            ("from", |it| it.from = "a@b.example\r\nBcc: c@d.example".to_owned()),
            ("timeout", |it| it.timeout = Duration::ZERO),
            ("timeout", |it| it.timeout = Duration::from_secs(51)),
            ("password", |it| it.username = Some("me".to_owned())),
            ("username", |it| it.password = Some(Secret::new("hush"))),
            ("tls", |it| {
                it.tls = Encryption::None;
                it.username = Some("me".to_owned());
                it.password = Some(Secret::new("hush"));
            }),
            ("hello_name", |it| it.hello_name = Some("a b\r\nMAIL".to_owned())),
            ("ca_pem", |it| it.ca_pem = Some("no certificate".to_owned())),
        ];
        assert!(Transport::new(&settings()).is_ok());
        for (field, spoil) in table {
            let mut bad = settings();
            spoil(&mut bad);
            let error = Transport::new(&bad).err().unwrap();
            assert_eq!(error.field, field);
            assert!(!format!("{error} {bad:?}").contains("hush"), "{error}");
            assert!(field != "password" || error.what.contains("SIGNOFF_MAIL_PASSWORD"), "{error}");
        }
    }

    #[test]
    fn the_port_is_the_usual_one_of_the_protection() {
        let ports = [(Encryption::None, 25), (Encryption::StartTls, 587), (Encryption::Tls, 465)];
        for (tls, port) in ports {
            assert_eq!(MailSettings { tls, ..settings() }.port(), port);
        }
        assert_eq!(MailSettings { port: Some(2525), ..settings() }.port(), 2525);
    }
}
