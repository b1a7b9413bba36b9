//! Which server to talk to, as whom: flags, then environment, then `signoff/client.toml` in the user's configuration.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fmt, fs};

use clap::parser::ValueSource;
use clap::{ArgMatches, Args};
use directories::ProjectDirs;
use serde::Deserialize;
use signoff_engine::clock::Clock;
use signoff_settings::{secret, variable};
use signoff_wire::client::{
    Client, ClientCredentials, Config, Marks, Retries, TokenSource, default_authority, is_this_machine,
};
use signoff_wire::path;
use signoff_wire::repeatability::Repeatability;
use url::Url;

use crate::exit::Failure;
use crate::view::{self, Output};

/// Where `signoff serve` listens unless it is told otherwise.
const DEFAULT_URL: &str = "http://127.0.0.1:8080";

/// The options that every client command takes; `signoff_settings` says what they mean. What is not given is read from
/// the configuration file.
#[derive(Args, Clone, Default, Deserialize)]
#[command(next_help_heading = "Server and caller, for commands that talk to a server")]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct Connection {
    #[arg(long, global = true, env = "SIGNOFF_URL")]
    url: Option<String>,
    #[arg(long, global = true, env = "SIGNOFF_PUBLISHER")]
    publisher: Option<String>,
    #[arg(long, global = true, env = "SIGNOFF_TOKEN")]
    token: Option<String>,
    #[arg(long, global = true, env = "SIGNOFF_TENANT")]
    tenant: Option<String>,
    #[arg(long, global = true, env = "SIGNOFF_CLIENT_ID")]
    client_id: Option<String>,
    #[arg(long, global = true, env = "SIGNOFF_CLIENT_SECRET")]
    client_secret: Option<String>,
    #[arg(long, global = true, env = "SIGNOFF_AUTHORITY")]
    authority: Option<String>,
    #[arg(long, global = true, env = "SIGNOFF_CA", value_name = "FILE")]
    ca: Option<PathBuf>,
    #[arg(long, global = true, env = "SIGNOFF_OUTPUT", value_enum)]
    output: Option<Output>,
    /// Whether the token was typed, and so is meant before one of the environment.
    #[arg(skip)]
    #[serde(skip)]
    is_token_typed: bool,
    /// The options for server and publisher that were typed, each with a blank before it.
    #[arg(skip)]
    #[serde(skip)]
    typed: String,
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
    let read: Result<Connection, _> = toml::from_str(&text);
    read.map_err(|error| {
        // Not the whole error: it quotes the line, which may hold a secret.
        let at = error.span().map_or(0, |span| span.start);
        let line = 1 + text.get(..at).unwrap_or_default().matches('\n').count();
        Failure::Usage(format!("{} line {line}: {}", path.display(), error.message()))
    })
}

/// Whether somebody but the owner may read the file.
#[cfg(unix)]
fn others_can_read(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(file).is_ok_and(|data| data.permissions().mode() & 0o044 != 0)
}

#[cfg(not(unix))]
fn others_can_read(_: &Path) -> bool {
    false
}

impl Connection {
    /// What is known of who calls, by variables or the configuration file, as the names of the variables; a file that
    /// cannot be read says nothing.
    pub(crate) fn known_caller(&self) -> Vec<&'static str> {
        let merged = self.settings().map_or_else(|_| self.clone(), |settings| settings.merged);
        let all = [
            ("SIGNOFF_TENANT", merged.tenant),
            ("SIGNOFF_CLIENT_ID", merged.client_id),
            ("SIGNOFF_CLIENT_SECRET", merged.client_secret),
            ("SIGNOFF_PUBLISHER", merged.publisher),
        ];
        all.into_iter().filter(|(_, value)| value.is_some()).map(|(name, _)| name).collect()
    }

    /// Fills in what was not given from the configuration file.
    pub(crate) fn settings(&self) -> Result<Settings, Failure> {
        let file = default_file();
        let kept = file.as_deref().map_or_else(|| Ok(Self::default()), read_file)?;
        if let Some(file) = file.as_deref().filter(|file| kept.has_secret() && others_can_read(file)) {
            view::say(&format!("caution: others can read the secret in {0}: chmod 600 {0}", file.display()));
        }
        Ok(Settings { merged: self.clone().or(kept), file })
    }

    /// How results are printed, and errors.
    pub(crate) fn output(&self) -> Output {
        let kept = || default_file().and_then(|file| read_file(&file).ok()).and_then(|kept| kept.output);
        self.output.or_else(kept).unwrap_or_default()
    }

    /// What was typed, then what the environment says.
    pub(crate) fn by_source(read: &ArgMatches) -> Self {
        let typed = Self::from(read, ValueSource::CommandLine);
        let is_token_typed = typed.token.is_some();
        let said = [("--url", &typed.url), ("--publisher", &typed.publisher)];
        let said = said.into_iter().filter_map(|(flag, value)| Some(format!(" {flag} {}", value.as_ref()?)));
        let words = said.collect();
        Self { is_token_typed, typed: words, ..typed.or(Self::from(read, ValueSource::EnvVariable)) }
    }

    /// What one source says; nothing says nothing.
    fn from(read: &ArgMatches, source: ValueSource) -> Self {
        let is_from = |name: &&str| read.value_source(name) == Some(source);
        let text = |name: &str| {
            let said = read.get_one::<String>(name).filter(|text| !text.is_empty());
            let of_variable = || {
                // A flag that says nothing keeps its variable from being read.
                let hidden =
                    read.get_raw(name).is_some() && said.is_none() && source == ValueSource::EnvVariable;
                let name = format!("SIGNOFF_{}", name.to_ascii_uppercase());
                hidden.then(|| variable(&name)?.into_string().ok()).flatten()
            };
            said.filter(|_| is_from(&name)).cloned().or_else(of_variable)
        };
        let ca = Some("ca").filter(is_from).and_then(|name| read.get_one::<PathBuf>(name));
        Self {
            url: text("url"),
            publisher: text("publisher"),
            token: text("token"),
            tenant: text("tenant"),
            client_id: text("client_id"),
            client_secret: text("client_secret"),
            authority: text("authority"),
            ca: ca.filter(|path| !path.as_os_str().is_empty()).cloned(),
            output: Some("output").filter(is_from).and_then(|name| read.get_one(name)).copied(),
            is_token_typed: false,
            typed: String::new(),
        }
    }

    fn has_secret(&self) -> bool {
        self.token.is_some() || self.client_secret.is_some()
    }

    /// A token and a client are two ways to say who calls: a client given here hides the token of `other`.
    fn or(self, other: Self) -> Self {
        Self {
            url: self.url.or(other.url),
            publisher: self.publisher.or(other.publisher),
            token: self.token.or(other.token.filter(|_| self.client_id.is_none())),
            tenant: self.tenant.or(other.tenant),
            client_id: self.client_id.or(other.client_id),
            client_secret: self.client_secret.or(other.client_secret),
            authority: self.authority.or(other.authority),
            ca: self.ca.or(other.ca),
            output: self.output.or(other.output),
            is_token_typed: self.is_token_typed,
            typed: self.typed,
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

    /// What was typed of what leads to a server and a publisher, each option with a blank before it.
    pub(crate) fn typed(&self) -> &str {
        &self.merged.typed
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

    /// A client of the server as its operator: a token that was typed, else `SIGNOFF_OPERATOR_TOKEN` (or its file), where
    /// the server itself has it from, else the token that is given.
    pub(crate) fn operator_client(&self) -> Result<Client, Failure> {
        let given = self.merged.token.clone();
        let own = if self.merged.is_token_typed { None } else { secret("SIGNOFF_OPERATOR_TOKEN")? };
        let token = own.or(given).ok_or_else(|| {
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
