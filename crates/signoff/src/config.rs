//! The settings of a server: flags over `SIGNOFF_*` over the TOML file over what is built in.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use serde::Deserialize;
use signoff_engine::{FollowLimits, RETENTION};
use signoff_lifecycle::ids::Micros;
use signoff_mail::MailSettings;
use signoff_server::identity::MOST_AGE;
use signoff_server::{OperatorToken, QuotaSettings, ServeSettings};
use signoff_webhook::HookSettings;
use signoff_wire::Dialect;
use signoff_wire::duration::Span;
use url::Url;

use crate::logging::LogSettings;
use crate::shutdown::DRAIN;
use crate::store_address::StoreAddress;

mod hooks;
mod mail;
mod operator;
mod quotas;
mod secrets;
mod store;
mod web;

pub(crate) use hooks::HookFile;
pub(crate) use mail::MailFile;
pub(crate) use quotas::QuotaFile;
pub(crate) use secrets::{secret, variable};
pub(crate) use store::{DatabaseOptions, StoreSettings, caution, with_password};
pub(crate) use web::{LimitsFile, WebOptions};

/// The address that is listened on unless another is named.
const LISTEN: &str = "127.0.0.1:8080";

/// What `serve` can be told on the command line or by the environment; [`crate::settings`] says what each means.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct ServeOptions {
    /// Serve nothing: read the settings, try what they name, and say what is wrong or not set (exit code 1 if anything
    /// is wrong)
    #[arg(long)]
    pub(crate) check: bool,
    #[arg(long, env = "SIGNOFF_STORE", value_name = "URL")]
    pub(crate) store: Option<String>,
    #[command(flatten)]
    pub(crate) database: DatabaseOptions,
    #[arg(long, env = "SIGNOFF_LISTEN", value_name = "ADDRESS")]
    pub(crate) listen: Option<String>,
    #[arg(long, env = "SIGNOFF_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    #[arg(long, env = "SIGNOFF_DEV", value_name = "YES|NO", value_parser = boolean)]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "yes")]
    pub(crate) dev: Option<bool>,
    #[arg(long, env = "SIGNOFF_COMPAT", value_name = "DIALECT")]
    pub(crate) compat: Option<String>,
    #[arg(long, env = "SIGNOFF_TLS", value_name = "YES|NO", value_parser = boolean)]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "yes")]
    pub(crate) tls: Option<bool>,
    #[arg(long, env = "SIGNOFF_PROXY_PORT", value_name = "PORT")]
    pub(crate) proxy_port: Option<u16>,
    #[arg(long, env = "SIGNOFF_TLS_LISTEN", value_name = "ADDRESS")]
    pub(crate) tls_listen: Option<String>,
    #[arg(long, env = "SIGNOFF_TLS_FOLDER", value_name = "FOLDER")]
    pub(crate) tls_folder: Option<PathBuf>,
    #[arg(long, env = "SIGNOFF_PIPELINE", value_name = "KIND")]
    pub(crate) pipeline: Option<String>,
    #[arg(long, env = "SIGNOFF_RETENTION", value_name = "SPAN")]
    pub(crate) retention: Option<String>,
    #[arg(long, env = "SIGNOFF_MIGRATE", value_name = "WHEN")]
    pub(crate) migrate: Option<String>,
    #[arg(long, env = "SIGNOFF_DRAIN", value_name = "SPAN")]
    pub(crate) drain: Option<String>,
    #[command(flatten)]
    pub(crate) web: WebOptions,
    #[arg(long, env = "SIGNOFF_LOG", value_name = "LEVEL")]
    pub(crate) log: Option<String>,
    #[arg(long, env = "SIGNOFF_LOG_FORMAT", value_name = "FORMAT")]
    pub(crate) log_format: Option<String>,
}

/// Reads yes or no.
fn boolean(word: &str) -> Result<bool, &'static str> {
    match word.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Ok(true),
        "false" | "no" | "off" | "0" => Ok(false),
        _ => Err("write true or false; yes, no, on, off, 1 and 0 mean the same"),
    }
}

/// The TOML file.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct File {
    pub(crate) store: Option<String>,
    pub(crate) connections: Option<usize>,
    pub(crate) store_wait: Option<String>,
    pub(crate) listen: Option<String>,
    pub(crate) dev: Option<bool>,
    pub(crate) compat: Option<String>,
    pub(crate) tls: Option<bool>,
    pub(crate) proxy_port: Option<u16>,
    pub(crate) tls_listen: Option<String>,
    pub(crate) tls_folder: Option<PathBuf>,
    pub(crate) pipeline: Option<String>,
    pub(crate) retention: Option<String>,
    pub(crate) migrate: Option<String>,
    pub(crate) drain: Option<String>,
    pub(crate) log: Option<String>,
    pub(crate) log_format: Option<String>,
    pub(crate) identity: Option<IdentityFile>,
    pub(crate) mail: Option<MailFile>,
    pub(crate) public_url: Option<String>,
    pub(crate) quotas: QuotaFile,
    pub(crate) hooks: BTreeMap<String, HookFile>,
    pub(crate) trusted_proxies: Option<Vec<String>>,
    pub(crate) allowed_hosts: Option<Vec<String>>,
    pub(crate) limits: LimitsFile,
}

/// `[identity]`: the real issuer whose tokens are trusted.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IdentityFile {
    /// The `iss` of its tokens; `{tenantid}` stands for the token's tenant.
    pub(crate) issuer: String,
    /// The `aud` of tokens for this server.
    pub(crate) audience: String,
    /// Where its keys are published.
    pub(crate) keys_url: String,
    /// How long a token counts from its `iat` on, at most: a span like 28h.
    pub(crate) max_token_age: Option<String>,
}

/// The shortest and the longest span that a token may count for, in microseconds.
const TOKEN_AGES: std::ops::RangeInclusive<u64> = 60_000_000..=30 * 86_400_000_000;

impl IdentityFile {
    /// For how many seconds a token counts from its `iat` on.
    pub(crate) fn most_age(&self) -> Result<i64, BadSetting> {
        let Some(word) = self.max_token_age.as_deref() else { return Ok(MOST_AGE) };
        let span: Option<Span> = word.parse().ok();
        let micros = span.map(Span::micros).filter(|micros| TOKEN_AGES.contains(micros));
        let seconds = micros.and_then(|micros| i64::try_from(micros / 1_000_000).ok());
        let problem = || format!("{word:?} is no span between 1m and 30d; write one like 28h");
        seconds.ok_or_else(|| bad("identity.max_token_age", problem()))
    }
}

/// The settings, put together and checked.
#[derive(Clone)]
pub(crate) struct Config {
    pub(crate) store: StoreSettings,
    pub(crate) listen: SocketAddr,
    pub(crate) dev: bool,
    pub(crate) compat: Dialect,
    pub(crate) tls: Option<TlsConfig>,
    pub(crate) production_pipeline: bool,
    pub(crate) identity: Option<IdentityFile>,
    pub(crate) quotas: QuotaSettings,
    pub(crate) mail: Option<MailSettings>,
    pub(crate) operator_token: Option<OperatorToken>,
    /// Where the server is reached from outside; `None`: where it listens.
    pub(crate) public_url: Option<String>,
    pub(crate) hooks: Vec<HookSettings>,
    /// How long finished operations are kept; `None`: for ever.
    pub(crate) retention: Option<Micros>,
    /// Whether a start brings the schema of the store up to date.
    pub(crate) migrates: bool,
    /// How long the server goes on answering once it is told to stop.
    pub(crate) drain: Duration,
    /// The bounds on connections, and the proxies in front.
    pub(crate) serving: ServeSettings,
    /// The bounds on those who follow operations.
    pub(crate) following: FollowLimits,
    /// Names by which a development server is reached.
    pub(crate) allowed_hosts: Vec<String>,
    pub(crate) log: LogSettings,
}

/// Where the portal's names are answered over TLS.
#[derive(Clone, Debug)]
pub(crate) struct TlsConfig {
    pub(crate) proxy_port: u16,
    pub(crate) listen: SocketAddr,
    /// Where the authority is kept; `None`: by the store.
    pub(crate) folder: Option<PathBuf>,
}

/// A setting that cannot be used: which, and what helps.
#[derive(Debug, thiserror::Error)]
#[error("{setting}: {problem}")]
pub(crate) struct BadSetting {
    pub(crate) setting: String,
    pub(crate) problem: String,
}

pub(crate) fn bad(setting: &str, problem: impl Into<String>) -> BadSetting {
    BadSetting { setting: setting.to_owned(), problem: problem.into() }
}

impl Config {
    /// Puts the settings together.
    pub(crate) fn load(options: ServeOptions) -> Result<Self, BadSetting> {
        let file = match &options.config {
            Some(path) => read_file(path)?,
            None => File::default(),
        };
        let database = DatabaseOptions {
            connections: options.database.connections.or(file.connections),
            store_wait: options.database.store_wait.or(file.store_wait),
        };
        let dev = options.dev.or(file.dev).unwrap_or(false);
        let listen = address("listen", options.listen.or(file.listen).as_deref().unwrap_or(LISTEN))?;
        let compat = match options.compat.or(file.compat) {
            Some(word) => word
                .parse()
                .map_err(|_| bad("compat", format!("{word:?} is neither documented nor observed")))?,
            None => Dialect::Documented,
        };
        let tls = if options.tls.or(file.tls).unwrap_or(false) {
            let listen = options.tls_listen.or(file.tls_listen);
            Some(TlsConfig {
                proxy_port: options.proxy_port.or(file.proxy_port).unwrap_or(8081),
                listen: address("tls_listen", listen.as_deref().unwrap_or("127.0.0.1:8443"))?,
                folder: options.tls_folder.or(file.tls_folder),
            })
        } else {
            None
        };
        let log = LogSettings::of(options.log.or(file.log), options.log_format.or(file.log_format))?;
        let store = store::settings(options.store.or(file.store).as_deref(), database, dev)?;
        Ok(Self {
            migrates: migrates(options.migrate.or(file.migrate).as_deref())?,
            drain: drain(options.drain.or(file.drain).as_deref(), dev, &store.address)?,
            store,
            log,
            listen,
            dev,
            compat,
            tls,
            production_pipeline: pipeline(options.pipeline.or(file.pipeline).as_deref(), dev)?,
            quotas: file.quotas.settings(dev)?,
            identity: file.identity.map(checked_identity).transpose()?,
            mail: file.mail.map(MailFile::settings).transpose()?,
            operator_token: operator::token()?,
            public_url: file.public_url.map(public_url).transpose()?,
            hooks: hooks::settings(file.hooks)?,
            serving: web::serving(&file.limits, options.web.trusted_proxies.or(file.trusted_proxies))?,
            following: web::following(&file.limits)?,
            allowed_hosts: web::hosts(options.web.allowed_hosts.or(file.allowed_hosts))?,
            retention: retention(options.retention.or(file.retention).as_deref(), dev)?,
        })
    }
}

fn checked_identity(identity: IdentityFile) -> Result<IdentityFile, BadSetting> {
    identity.most_age().map(|_| identity)
}

fn read_file(path: &Path) -> Result<File, BadSetting> {
    let name = format!("config {}", path.display());
    let text = std::fs::read_to_string(path).map_err(|error| bad(&name, error.to_string()))?;
    toml::from_str(&text).map_err(|error| bad(&name, error.to_string()))
}

fn address(setting: &str, text: &str) -> Result<SocketAddr, BadSetting> {
    text.parse().map_err(|_| {
        bad(setting, format!("{text:?} is no address; write one like 127.0.0.1:8080 or [::]:8080"))
    })
}

/// Where third parties call back to.
fn public_url(text: String) -> Result<String, BadSetting> {
    let url = Url::parse(&text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    match url {
        Some(url) if url.query().is_none() && url.fragment().is_none() => Ok(text),
        _ => {
            Err(bad("public_url", format!("{text:?} is no address; write one like https://signoff.example")))
        }
    }
}

fn pipeline(word: Option<&str>, dev: bool) -> Result<bool, BadSetting> {
    match word {
        None => Ok(!dev),
        Some("production") => Ok(true),
        Some("development") if dev => Ok(false),
        Some("development") => {
            Err(bad("pipeline", "development needs --dev: it publishes without any review"))
        }
        Some(other) => Err(bad("pipeline", format!("{other:?} is neither development nor production"))),
    }
}

fn migrates(word: Option<&str>) -> Result<bool, BadSetting> {
    match word {
        None | Some("auto") => Ok(true),
        Some("never") => Ok(false),
        Some(other) => Err(bad("migrate", format!("{other:?} is neither auto nor never"))),
    }
}

/// The shortest time that finished operations are kept outside the development mode.
const SHORTEST_RETENTION: Micros = Micros::from_millis(24 * 3_600_000);

/// How long finished operations are kept; `None`: for ever.
fn retention(word: Option<&str>, dev: bool) -> Result<Option<Micros>, BadSetting> {
    let span: Span = match word {
        None => return Ok(Some(RETENTION)),
        Some("never") => return Ok(None),
        Some(word) => word
            .parse()
            .map_err(|_| bad("retention", format!("{word:?} is neither a span like 90d nor never")))?,
    };
    let (micros, least) = (Micros(span.micros()), if dev { Micros(1) } else { SHORTEST_RETENTION });
    if micros < least {
        let least = if dev { "1ms" } else { "1d" };
        return Err(bad("retention", format!("{span} is too short; name at least {least}, or never")));
    }
    Ok(Some(micros))
}

/// The longest time that a server goes on answering once it is told to stop.
const LONGEST_DRAIN: Micros = Micros::from_millis(600_000);

/// How long the server goes on answering once it is told to stop. Somebody else answers only where a store has many
/// nodes, and nobody waits for that in development.
fn drain(word: Option<&str>, dev: bool, store: &StoreAddress) -> Result<Duration, BadSetting> {
    let micros = match word {
        None if !dev && matches!(store, StoreAddress::Postgres(_)) => DRAIN.0,
        None => 0,
        Some(word) => {
            let span: Result<Span, _> = word.parse();
            span.map_err(|_| bad("drain", format!("{word:?} is no span like 5s; 0s stops at once")))?.micros()
        }
    };
    if micros > LONGEST_DRAIN.0 {
        return Err(bad("drain", format!("{} is too long; name 10m at most", word.unwrap_or_default())));
    }
    Ok(Duration::from_micros(micros))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(options: ServeOptions) -> String {
        Config::load(options).err().unwrap().to_string()
    }

    #[test]
    fn a_bad_setting_names_itself_and_the_remedy() {
        let store = |store: &str| ServeOptions { store: Some(store.to_owned()), ..ServeOptions::default() };
        assert_eq!(
            problem(store("mysql://x")),
            "store: \"mysql\" is no store; write sqlite:PATH or postgres://USER@HOST/DATABASE"
        );
        assert_eq!(problem(store("sqlite:")), "store: name a file after sqlite:, like sqlite:signoff.db");
        let listen = ServeOptions { listen: Some("8080".to_owned()), ..store("sqlite:x") };
        assert!(problem(listen).starts_with("listen: \"8080\" is no address"));
        let compat = ServeOptions { compat: Some("strict".to_owned()), ..store("sqlite:x") };
        assert_eq!(problem(compat), "compat: \"strict\" is neither documented nor observed");
        let pipeline = ServeOptions { pipeline: Some("development".to_owned()), ..store("sqlite:x") };
        assert!(problem(pipeline).contains("needs --dev"));
        let migrate = ServeOptions { migrate: Some("once".to_owned()), ..store("sqlite:x") };
        assert_eq!(problem(migrate), "migrate: \"once\" is neither auto nor never");
    }

    #[test]
    fn a_token_counts_for_28_hours_unless_told_otherwise() {
        let most_age = |word: Option<&str>| {
            let file = IdentityFile {
                issuer: "i".to_owned(),
                audience: "a".to_owned(),
                keys_url: "k".to_owned(),
                max_token_age: word.map(str::to_owned),
            };
            file.most_age().map_err(|error| error.to_string())
        };
        assert_eq!(most_age(None), Ok(28 * 3600));
        assert_eq!(most_age(Some("90m")), Ok(5400));
        for word in ["", "28", "1s", "31d"] {
            let problem = "is no span between 1m and 30d; write one like 28h";
            assert_eq!(most_age(Some(word)), Err(format!("identity.max_token_age: {word:?} {problem}")));
        }
    }

    #[test]
    fn a_switch_is_taken_back_by_what_is_nearer() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("signoff.toml");
        std::fs::write(&file, "dev = true\ntls = true\nstore = \"sqlite:x\"\n").unwrap();
        let of = |dev, tls| {
            let options = ServeOptions { config: Some(file.clone()), dev, tls, ..ServeOptions::default() };
            let config = Config::load(options).unwrap();
            (config.dev, config.tls.is_some())
        };
        assert_eq!(of(None, None), (true, true));
        assert_eq!(of(Some(false), None), (false, true));
        assert_eq!(of(None, Some(false)), (true, false));
        for word in ["true", "YES", "on", "1"] {
            assert_eq!(boolean(word), Ok(true), "{word}");
        }
        for word in ["false", "No", "off", "0"] {
            assert_eq!(boolean(word), Ok(false), "{word}");
        }
        assert!(boolean("maybe").unwrap_err().contains("write true or false"));
    }

    #[test]
    fn finished_operations_are_kept_as_long_as_said() {
        let days = |days: u64| Some(Micros(days * 86_400_000_000));
        assert_eq!(retention(None, false).unwrap(), days(90));
        assert_eq!(retention(Some("never"), false).unwrap(), None);
        assert_eq!(retention(Some("1d"), false).unwrap(), days(1));
        assert_eq!(retention(Some("1s"), true).unwrap(), Some(Micros(1_000_000)));
        for (word, dev, problem) in [
            ("23h", false, "retention: 23h is too short; name at least 1d, or never"),
            ("0s", true, "retention: 0s is too short; name at least 1ms, or never"),
            ("90", false, "retention: \"90\" is neither a span like 90d nor never"),
            ("", false, "retention: \"\" is neither a span like 90d nor never"),
        ] {
            assert_eq!(retention(Some(word), dev).unwrap_err().to_string(), problem);
        }
    }

    #[test]
    fn only_one_of_many_nodes_goes_on_answering_unless_told_to() {
        let postgres: StoreAddress = "postgres://db.example/signoff".parse().unwrap();
        let sqlite: StoreAddress = "sqlite:x".parse().unwrap();
        let seconds = |word, dev, store| drain(word, dev, store).unwrap().as_secs();
        assert_eq!(seconds(None, false, &postgres), 5);
        assert_eq!(seconds(None, true, &postgres) + seconds(None, false, &sqlite), 0);
        assert_eq!(seconds(Some("1m"), true, &sqlite), 60);
        for (word, problem) in [
            ("5", "drain: \"5\" is no span like 5s; 0s stops at once"),
            ("11m", "drain: 11m is too long; name 10m at most"),
        ] {
            assert_eq!(drain(Some(word), false, &sqlite).unwrap_err().to_string(), problem);
        }
    }

    #[test]
    fn a_flag_wins_over_the_file_and_an_unknown_setting_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("signoff.toml");
        std::fs::write(&file, "listen = \"127.0.0.1:1\"\ncompat = \"observed\"\nstore = \"sqlite:x\"\n")
            .unwrap();
        let options = ServeOptions {
            config: Some(file.clone()),
            listen: Some("127.0.0.1:2".to_owned()),
            ..ServeOptions::default()
        };
        let config = Config::load(options.clone()).unwrap();
        assert_eq!((config.listen.port(), config.compat), (2, Dialect::Observed));
        std::fs::write(&file, "listne = \"127.0.0.1:1\"\n").unwrap();
        assert!(problem(options).contains("listne"));
    }
}
