//! Which server to talk to, as whom: flags, then environment, then `signoff/client.toml` in the user's configuration.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fmt, fs};

use clap::{Args, ValueEnum};
use directories::ProjectDirs;
use serde::Deserialize;
use signoff_engine::clock::Clock;
use signoff_wire::client::{
    Client, ClientCredentials, Config, Marks, Retries, TokenSource, default_authority, is_this_machine,
};
use signoff_wire::path;
use signoff_wire::repeatability::Repeatability;
use url::Url;

use crate::exit::Failure;

/// Where `signoff serve` listens unless it is told otherwise.
const DEFAULT_URL: &str = "http://127.0.0.1:8080";

/// How results are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Output {
    #[default]
    Table,
    Json,
}

/// The options that every client command takes. What is not given is read from the configuration file.
#[derive(Args, Clone, Default, Deserialize)]
#[command(next_help_heading = "Server and caller, for commands that talk to a server")]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct Connection {
    #[arg(help = "The server, like https://cloudpartner.azure.com [default: http://127.0.0.1:8080]")]
    #[arg(long, global = true, env = "SIGNOFF_URL", hide_env_values = true)]
    url: Option<String>,
    /// The publisher to work for
    #[arg(long, global = true, env = "SIGNOFF_PUBLISHER", hide_env_values = true)]
    publisher: Option<String>,
    /// An access token, used as it is, before any client id
    #[arg(long, global = true, env = "SIGNOFF_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// The tenant of the client
    #[arg(long, global = true, env = "SIGNOFF_TENANT", hide_env_values = true)]
    tenant: Option<String>,
    /// The client id to get a token for
    #[arg(long, global = true, env = "SIGNOFF_CLIENT_ID", hide_env_values = true)]
    client_id: Option<String>,
    /// The secret of the client id
    #[arg(long, global = true, env = "SIGNOFF_CLIENT_SECRET", hide_env_values = true)]
    client_secret: Option<String>,
    /// Who gives out tokens [default: the public one for the public portal, else the server]
    #[arg(long, global = true, env = "SIGNOFF_AUTHORITY", hide_env_values = true)]
    authority: Option<String>,
    /// Certificates (PEM) to trust beside the system's
    #[arg(long, global = true, env = "SIGNOFF_CA", hide_env_values = true, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// How to print results: a table for people, or json for scripts [default: table]
    #[arg(
        long,
        global = true,
        env = "SIGNOFF_OUTPUT",
        hide_env_values = true,
        value_enum,
        hide_possible_values = true
    )]
    output: Option<Output>,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("url", &self.url).finish_non_exhaustive()
    }
}

/// The settings after all three sources were asked.
#[derive(Debug)]
pub(crate) struct Settings {
    merged: Connection,
    file: Option<PathBuf>,
}

/// `$XDG_CONFIG_HOME/signoff/client.toml`, or what the system has in its place.
fn default_file() -> Option<PathBuf> {
    ProjectDirs::from("", "", "signoff").map(|dirs| dirs.config_dir().join("client.toml"))
}

fn read_file(path: &Path) -> Result<Connection, Failure> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Connection::default()),
        Err(error) => return Err(Failure::Usage(format!("{}: {error}", path.display()))),
    };
    toml::from_str(&text).map_err(|error| {
        // Not the whole error: it quotes the line, which may hold a secret.
        let at = error.span().map_or(0, |span| span.start);
        let line = 1 + text.get(..at).unwrap_or_default().matches('\n').count();
        Failure::Usage(format!("{} line {line}: {}", path.display(), error.message()))
    })
}

impl Connection {
    /// Fills in what was not given from the configuration file.
    pub(crate) fn settings(&self) -> Result<Settings, Failure> {
        let file = default_file();
        let kept = file.as_deref().map_or_else(|| Ok(Self::default()), read_file)?;
        Ok(Settings { merged: self.clone().or(kept), file })
    }

    /// A token and a client are two ways to say who calls: a client given here hides the token of `other`.
    fn or(self, other: Self) -> Self {
        // A variable that is set to nothing counts as not set.
        let first = |given: Option<String>, kept| given.filter(|text| !text.is_empty()).or(kept);
        let token = self.token.filter(|token| !token.is_empty());
        let client_given = self.client_id.as_deref().is_some_and(|id| !id.is_empty());
        Self {
            url: first(self.url, other.url),
            publisher: first(self.publisher, other.publisher),
            token: token.or(other.token.filter(|_| !client_given)),
            tenant: first(self.tenant, other.tenant),
            client_id: first(self.client_id, other.client_id),
            client_secret: first(self.client_secret, other.client_secret),
            authority: first(self.authority, other.authority),
            ca: self.ca.filter(|path| !path.as_os_str().is_empty()).or(other.ca),
            output: self.output.or(other.output),
        }
    }
}

/// Marks for what is to be done once, however often it has to be sent.
pub(crate) fn marks() -> Marks {
    let clock = Clock::default();
    Arc::new(move || Repeatability { id: clock.new_id().to_string(), first_sent: clock.real().0 })
}

impl Settings {
    /// How to print results.
    pub(crate) fn output(&self) -> Output {
        self.merged.output.unwrap_or_default()
    }

    /// The publisher to work for.
    pub(crate) fn publisher(&self) -> Result<String, Failure> {
        let publisher = self.required(self.merged.publisher.as_deref(), "publisher")?;
        path::publisher_id(&publisher).map_err(|error| Failure::Usage(error.to_string()))?;
        Ok(publisher)
    }

    /// A client of the server, as the caller of the settings.
    pub(crate) fn client(&self) -> Result<Client, Failure> {
        let url = self.url()?;
        let tokens = self.tokens(&url)?;
        self.client_with(url, tokens)
    }

    /// A client of the server as its operator: `SIGNOFF_OPERATOR_TOKEN`, where the server itself has it from, or
    /// whatever token is given.
    pub(crate) fn operator_client(&self) -> Result<Client, Failure> {
        let own = std::env::var("SIGNOFF_OPERATOR_TOKEN").ok().filter(|token| !token.is_empty());
        let token = own.or_else(|| self.merged.token.clone()).ok_or_else(|| {
            let remedy = "set SIGNOFF_OPERATOR_TOKEN (or --token) to what the server was started with";
            Failure::Unconfigured { message: format!("no token of the operator: {remedy}"), local: false }
        })?;
        self.client_with(self.url()?, TokenSource::Given(token.trim().to_owned()))
    }

    /// A client of the server that says nothing about its caller.
    pub(crate) fn anonymous_client(&self) -> Result<Client, Failure> {
        self.client_with(self.url()?, TokenSource::None)
    }

    fn client_with(&self, base: Url, tokens: TokenSource) -> Result<Client, Failure> {
        let read = |path: &PathBuf| {
            fs::read(path).map_err(|error| Failure::Usage(format!("--ca {}: {error}", path.display())))
        };
        let extra_roots_pem = self.merged.ca.as_ref().map(read).transpose()?;
        let marks = Some(marks());
        Ok(Client::new(Config { base, tokens, extra_roots_pem, retries: Retries::default(), marks })?)
    }

    fn url(&self) -> Result<Url, Failure> {
        let text = self.merged.url.as_deref().unwrap_or(DEFAULT_URL);
        text.parse().map_err(|error| {
            Failure::Usage(format!(
                "--url {text:?}: {error}; it must look like https://host or http://host:port"
            ))
        })
    }

    fn tokens(&self, url: &Url) -> Result<TokenSource, Failure> {
        if let Some(token) = &self.merged.token {
            return Ok(TokenSource::Given(token.trim().to_owned()));
        }
        if self.merged.client_id.is_none() {
            let remedy = "set --token, or --tenant, --client-id and --client-secret";
            return Err(self.missing(format!("who calls is not known: {remedy}")));
        }
        Ok(TokenSource::Credentials(ClientCredentials {
            authority: self.merged.authority.clone().unwrap_or_else(|| default_authority(url)),
            tenant: self.required(self.merged.tenant.as_deref(), "tenant")?,
            client_id: self.required(self.merged.client_id.as_deref(), "client-id")?,
            client_secret: self.required(self.merged.client_secret.as_deref(), "client-secret")?,
        }))
    }

    fn required(&self, value: Option<&str>, name: &str) -> Result<String, Failure> {
        value.filter(|value| !value.is_empty()).map(str::to_owned).ok_or_else(|| {
            let variable = name.replace('-', "_").to_uppercase();
            let file = self
                .file
                .as_deref()
                .map_or_else(String::new, |file| format!(", or {name} in {}", file.display()));
            self.missing(format!("no {name}: set --{name} or SIGNOFF_{variable}{file}"))
        })
    }

    /// Something is not configured; a server on this machine may be one with seeded clients.
    fn missing(&self, message: String) -> Failure {
        Failure::Unconfigured { message, local: self.url().is_ok_and(|url| is_this_machine(&url)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(given: Connection, file: &str) -> Settings {
        Settings { merged: given.or(toml::from_str(file).unwrap()), file: Some("client.toml".into()) }
    }

    #[test]
    fn what_is_given_wins_over_the_file() {
        let given = Connection { publisher: Some("fabrikam".into()), ..Connection::default() };
        let file = "url = 'http://127.0.0.1:1'\npublisher = 'contoso'\noutput = 'json'\ntoken = 'f'";
        let settings = settings(given, file);
        assert_eq!(settings.publisher().unwrap(), "fabrikam");
        assert_eq!(settings.output(), Output::Json);
        assert_eq!(settings.url().unwrap().as_str(), "http://127.0.0.1:1/");
        assert!(
            matches!(settings.tokens(&settings.url().unwrap()), Ok(TokenSource::Given(token)) if token == "f")
        );
    }

    #[test]
    fn credentials_that_are_given_hide_the_token_of_the_file() {
        let given = Connection { client_id: Some("me".into()), ..Connection::default() };
        let settings = settings(given, "token = 'f'\ntenant = 't'\nclient-secret = 's'");
        let url = "https://x.example".parse().unwrap();
        let Ok(TokenSource::Credentials(credentials)) = settings.tokens(&url) else {
            panic!("the file's token was used")
        };
        assert_eq!((credentials.client_id.as_str(), credentials.tenant.as_str()), ("me", "t"));
        assert_eq!(credentials.authority, "https://x.example");
    }

    #[test]
    fn what_is_missing_is_named_with_every_remedy() {
        let settings = settings(Connection { client_id: Some("me".into()), ..Connection::default() }, "");
        let error = settings.publisher().unwrap_err().to_string();
        assert_eq!(error, "no publisher: set --publisher or SIGNOFF_PUBLISHER, or publisher in client.toml");
        let error = settings.tokens(&"https://x".parse().unwrap()).unwrap_err().to_string();
        assert_eq!(error, "no tenant: set --tenant or SIGNOFF_TENANT, or tenant in client.toml");
    }

    #[test]
    fn only_a_server_of_this_machine_is_taken_for_one_with_seeded_clients() {
        let nothing = settings(Connection::default(), "");
        assert_eq!(nothing.url().unwrap().as_str(), "http://127.0.0.1:8080/");
        let hint = |settings: &Settings| settings.publisher().unwrap_err().hint().map(str::to_owned);
        let seeded = hint(&nothing).unwrap();
        assert!(seeded.contains(signoff_server::TENANT) && seeded.contains("contoso-owner"), "{seeded}");
        assert_eq!(hint(&settings(Connection::default(), "url = 'https://cloudpartner.azure.com'")), None);
    }

    #[test]
    fn a_broken_file_is_named_without_its_secret() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("client.toml");
        assert!(read_file(&file).is_ok(), "no file is no error");
        fs::write(&file, "url = 'x'\nclient-secret = 'hush'; 5\n").unwrap();
        let error = read_file(&file).unwrap_err();
        assert!(error.to_string().contains("client.toml line 2: ") && error.code() == 2, "{error}");
        assert!(!error.to_string().contains("hush"));
        fs::write(&file, "uri = 'x'").unwrap();
        assert!(read_file(&file).unwrap_err().to_string().contains("unknown field `uri`"));
    }
}
