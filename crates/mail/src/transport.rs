//! One message to the mail server.

use std::time::Duration;

use async_trait::async_trait;
use lettre::address::{Address, Envelope};
use lettre::message::header::{ContentType, HeaderName, HeaderValue, MIME_VERSION_1_0};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::extension::{ClientId, Extension};
use lettre::transport::smtp::response::Category;

use crate::render::Rendered;
use crate::settings::{Encryption, MailSettings, Secret, SettingsError, in_ascii};

/// How long to wait for the server's goodbye once it has taken a message.
const GOODBYE: Duration = Duration::from_secs(1);
/// How much of an answer is kept, in characters.
const LONGEST_REASON: usize = 300;

/// Why a message was not sent. The text holds no secret; it may hold the recipient's address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// It may go through later: the server cannot be reached, is slow, says so, or does not let us in.
    #[error("{0}")]
    Transient(String),
    /// It never will for this recipient.
    #[error("{0}")]
    Permanent(String),
}

/// Who takes messages to their recipients: a mail server, or what stands for one in a simulation.
#[async_trait]
pub trait Carrier: Send + Sync {
    /// Sends the message; returns once somebody else answers for it.
    async fn send(&self, message: &Rendered) -> Result<(), SendError>;
}

/// The way to the mail server. Each message has a connection of its own.
pub struct Transport {
    host: String,
    port: u16,
    encryption: Encryption,
    trust: Option<TlsParameters>,
    greeting: ClientId,
    credentials: Option<(String, Secret)>,
    from: Mailbox,
    timeout: Duration,
}

#[async_trait]
impl Carrier for Transport {
    async fn send(&self, message: &Rendered) -> Result<(), SendError> {
        let message = self.compose(message)?;
        let attempt = tokio::time::timeout(self.timeout, async {
            let mut connection = self.connect().await?;
            self.check_letters(&connection, message.envelope())?;
            let sent = connection.send(message.envelope(), &message.formatted()).await;
            sent.map(|_| connection).map_err(|error| self.refused(&error))
        });
        let mut connection = attempt.await.unwrap_or_else(|_| {
            Err(self.passing(format!("no answer within {:?}; see the mail setting `timeout`", self.timeout)))
        })?;
        // The message is taken, also if the goodbye fails.
        let _ = tokio::time::timeout(GOODBYE, connection.quit()).await;
        Ok(())
    }
}

impl Transport {
    /// Checks the settings and loads the certificates; connects to nothing.
    ///
    /// # Errors
    /// If no mail can be sent under these settings; names the field and the remedy.
    pub fn new(settings: &MailSettings) -> Result<Self, SettingsError> {
        Ok(Self {
            host: settings.checked_host()?,
            port: settings.port(),
            encryption: settings.tls,
            trust: settings.trust()?,
            greeting: settings.greeting()?,
            credentials: settings.credentials()?,
            from: settings.sender()?,
            timeout: settings.checked_timeout()?,
        })
    }

    /// Connects and signs in as for a letter, and sends none.
    ///
    /// # Errors
    /// Why letters would not be taken, beginning with the server's address.
    pub async fn check(&self) -> Result<(), String> {
        let connected = tokio::time::timeout(self.timeout, self.connect()).await.unwrap_or_else(|_| {
            Err(self.passing(format!("no answer within {:?}; see the mail setting `timeout`", self.timeout)))
        });
        let mut connection = connected.map_err(|error| error.to_string())?;
        // The check is done, also if the goodbye fails.
        let _ = tokio::time::timeout(GOODBYE, connection.quit()).await;
        Ok(())
    }

    /// The message with typed headers, so that no value can add one.
    fn compose(&self, rendered: &Rendered) -> Result<Message, SendError> {
        let to = rendered.to.parse().ok().and_then(|to| in_ascii(&to)).ok_or_else(|| {
            SendError::Permanent("the recipient's address cannot be written to: it is no address".to_owned())
        })?;
        let mut builder = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(rendered.subject.as_str())
            .message_id(Some(rendered.message_id.clone()))
            .header(MIME_VERSION_1_0)
            .header(ContentType::TEXT_PLAIN);
        for (name, value) in &rendered.headers {
            let name = HeaderName::new_from_ascii(name.clone())
                .map_err(|_| SendError::Permanent(format!("`{name}` is no name of a header")))?;
            builder = builder.raw_header(HeaderValue::new(name, value.clone()));
        }
        let composed = builder.body(rendered.text.clone());
        composed.map_err(|error| SendError::Permanent(format!("the message cannot be composed: {error}")))
    }

    /// Letters beyond ASCII before the `@` need a server that takes them (RFC 6531).
    fn check_letters(&self, connection: &AsyncSmtpConnection, envelope: &Envelope) -> Result<(), SendError> {
        let beyond = |address: &Address| !address.user().is_ascii();
        let problem = "the mail server does not offer SMTPUTF8, without which no letter beyond ASCII may stand before the @";
        if connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            Ok(())
        } else if envelope.from().is_some_and(beyond) {
            Err(self.passing(format!("{problem} of the mail setting `from`")))
        } else if envelope.to().iter().any(beyond) {
            Err(SendError::Permanent(self.reason(&format!("{problem} of a recipient's address"))))
        } else {
            Ok(())
        }
    }

    /// A connection that is protected and signed in as the settings say. An error until then says nothing about the
    /// recipient, so it is transient even where the server calls it permanent.
    async fn connect(&self) -> Result<AsyncSmtpConnection, SendError> {
        let wrapper = self.trust.clone().filter(|_| self.encryption == Encryption::Tls);
        let address = (self.host.as_str(), self.port);
        let connected =
            AsyncSmtpConnection::connect_tokio1(address, Some(self.timeout), &self.greeting, wrapper, None);
        let mut connection = connected.await.map_err(|error| self.passing(error.to_string()))?;
        if let Some(trust) = self.trust.clone().filter(|_| self.encryption == Encryption::StartTls) {
            let protected = connection.starttls(trust, &self.greeting).await;
            protected.map_err(|error| self.passing(error.to_string()))?;
        }
        if let Some((name, password)) = &self.credentials {
            let password = password.read().map_err(|why| self.passing(why))?;
            let credentials = Credentials::new(name.clone(), password);
            let signed_in = connection.auth(DEFAULT_MECHANISMS, &credentials).await;
            signed_in.map_err(|error| self.not_signed_in(&error))?;
        }
        Ok(connection)
    }

    /// The server's own words are left out: they may repeat what was sent.
    fn not_signed_in(&self, error: &SmtpError) -> SendError {
        self.passing(match error.status() {
            Some(code) => {
                format!("signing in was refused ({code}); check the mail settings `username` and `password`")
            }
            None if error.is_client() => {
                "signing in is offered neither by PLAIN nor by LOGIN; check the mail \
                                          settings `tls` and `username`"
                    .to_owned()
            }
            None => "the connection broke while signing in".to_owned(),
        })
    }

    /// The error for a message that was not taken. 53x asks for a sign-in or for TLS: the operator must mend the
    /// settings, and it says nothing about the recipient.
    fn refused(&self, error: &SmtpError) -> SendError {
        let asks_us = error.status().is_some_and(|code| matches!(code.category, Category::Unspecified3));
        if (error.is_permanent() && !asks_us) || error.is_client() {
            SendError::Permanent(self.reason(&error.to_string()))
        } else {
            self.passing(error.to_string())
        }
    }

    #[expect(clippy::needless_pass_by_value, reason = "callers make the text for it")]
    fn passing(&self, reason: String) -> SendError {
        SendError::Transient(self.reason(&reason))
    }

    /// One line of bounded length, beginning with the server's address.
    fn reason(&self, text: &str) -> String {
        let line = text.chars().take(LONGEST_REASON).map(|c| if c.is_control() { ' ' } else { c });
        format!("{}:{}: {}", self.host, self.port, line.collect::<String>())
    }
}
