//! The settings of a server: flags over `SIGNOFF_*` over the TOML file over what is built in.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use serde::Deserialize;
use signoff_engine::{FollowLimits, RETENTION};
use signoff_front::operator_token::OperatorToken;
use signoff_front::quotas::QuotaSettings;
use signoff_front::serve::ServeSettings;
use signoff_lifecycle::ids::Micros;
use signoff_mail::MailSettings;
use signoff_webhook::HookSettings;
use signoff_wire::Dialect;
use signoff_wire::duration::Span;
use url::Url;

use crate::{LogSettings, StoreAddress};

mod hooks;
mod identity;
mod mail;
mod operator;
mod quotas;
mod secrets;
mod store;
mod web;

pub use hooks::HookFile;
pub use identity::IdentityFile;
pub use mail::MailFile;
pub use quotas::QuotaFile;
pub use secrets::{secret, variable};
pub use store::{DatabaseOptions, StoreSettings, caution, with_password};
pub use web::{LimitsFile, WebOptions};

/// How long a node of many goes on answering unless a setting says otherwise: load balancers have asked by then
/// whether it is ready.
const DRAIN: Micros = Micros::from_millis(5_000);
/// The address that is listened on unless another is named.
const LISTEN: &str = "127.0.0.1:8080";

/// What `serve` can be told on the command line or by the environment; `rows.rs` says what each means.
#[derive(Args, Clone, Debug, Default)]
pub struct ServeOptions {
    /// Serve nothing: read the settings, try what they name, and say what is wrong or not set (exit code 1 if anything
    /// is wrong)
    #[arg(long)]
    pub check: bool,
    #[arg(long, env = "SIGNOFF_STORE", value_name = "URL")]
    pub store: Option<String>,
    #[command(flatten)]
    pub database: DatabaseOptions,
    #[arg(long, env = "SIGNOFF_LISTEN", value_name = "ADDRESS")]
    pub listen: Option<String>,
    #[arg(long, env = "SIGNOFF_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    #[arg(long, env = "SIGNOFF_DEV", value_name = "YES|NO", value_parser = boolean)]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "yes")]
    pub dev: Option<bool>,
    #[arg(long, env = "SIGNOFF_COMPAT", value_name = "DIALECT")]
    pub compat: Option<String>,
    #[arg(long, env = "SIGNOFF_TLS", value_name = "YES|NO", value_parser = boolean)]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "yes")]
    pub tls: Option<bool>,
    #[arg(long, env = "SIGNOFF_PROXY_PORT", value_name = "PORT")]
    pub proxy_port: Option<u16>,
    #[arg(long, env = "SIGNOFF_TLS_LISTEN", value_name = "ADDRESS")]
    pub tls_listen: Option<String>,
    #[arg(long, env = "SIGNOFF_TLS_FOLDER", value_name = "FOLDER")]
    pub tls_folder: Option<PathBuf>,
    #[arg(long, env = "SIGNOFF_PIPELINE", value_name = "KIND")]
    pub pipeline: Option<String>,
    #[arg(long, env = "SIGNOFF_RETENTION", value_name = "SPAN")]
    pub retention: Option<String>,
    #[arg(long, env = "SIGNOFF_MIGRATE", value_name = "WHEN")]
    pub migrate: Option<String>,
    #[arg(long, env = "SIGNOFF_DRAIN", value_name = "SPAN")]
    pub drain: Option<String>,
    #[command(flatten)]
    pub web: WebOptions,
    #[arg(long, env = "SIGNOFF_LOG", value_name = "LEVEL")]
    pub log: Option<String>,
    #[arg(long, env = "SIGNOFF_LOG_FORMAT", value_name = "FORMAT")]
    pub log_format: Option<String>,
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
pub struct File {
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

/// The settings, put together and checked.
#[derive(Clone)]
pub struct Config {
    /// Where the state is kept.
    pub store: StoreSettings,
    /// The address to listen on.
    pub listen: SocketAddr,
    /// Whether it is the development mode.
    pub dev: bool,
    /// The dialect.
    pub compat: Dialect,
    /// How the portal's names are answered over TLS; `None`: not at all.
    pub tls: Option<TlsConfig>,
    /// Whether new operations get the pipeline of production.
    pub production_pipeline: bool,
    /// The identity provider; `None`: the server issues tokens itself.
    pub identity: Option<IdentityFile>,
    /// How much callers may do in a while.
    pub quotas: QuotaSettings,
    /// The mail server; `None`: letters are kept and not sent.
    pub mail: Option<MailSettings>,
    /// The operator's token; `None`: there is no operator.
    pub operator_token: Option<OperatorToken>,
    /// Where the server is reached from outside; `None`: where it listens.
    pub public_url: Option<String>,
    /// Third parties that do steps.
    pub hooks: Vec<HookSettings>,
    /// How long finished operations are kept; `None`: for ever.
    pub retention: Option<Micros>,
    /// Whether a start brings the schema of the store up to date.
    pub migrates: bool,
    /// How long the server goes on answering once it is told to stop.
    pub drain: Duration,
    /// The bounds on connections, and the proxies in front.
    pub serving: ServeSettings,
    /// The bounds on those who follow operations.
    pub following: FollowLimits,
    /// Names by which a development server is reached.
    pub allowed_hosts: Vec<String>,
    /// What is logged, and how.
    pub log: LogSettings,
}

/// Where the portal's names are answered over TLS.
#[derive(Clone, Debug)]
pub struct TlsConfig {
    /// The port of the forward proxy.
    pub proxy_port: u16,
    /// The address for TLS itself.
    pub listen: SocketAddr,
    /// Where the authority is kept; `None`: by the store.
    pub folder: Option<PathBuf>,
}

/// A setting that cannot be used: which, and what helps.
#[derive(Debug, thiserror::Error)]
#[error("{setting}: {problem}")]
pub struct BadSetting {
    /// The setting, as the file or the environment calls it.
    pub setting: String,
    /// What is wrong with it, and what to write instead.
    pub problem: String,
}

/// Says what is wrong with `setting`, and what to write instead.
pub fn bad(setting: &str, problem: impl Into<String>) -> BadSetting {
    BadSetting { setting: setting.to_owned(), problem: problem.into() }
}

impl Config {
    /// Puts the settings together.
    ///
    /// # Errors
    /// The first setting that cannot be used.
    pub fn load(options: ServeOptions) -> Result<Self, BadSetting> {
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
            identity: file.identity.map(identity::checked).transpose()?,
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

/// How long the server goes on answering once it is told to stop. Unless set, zero where no other node
/// could answer instead, and in development.
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
