//! Addresses of databases: `postgres://` as libpq writes them, taken apart and checked before anybody connects.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

use super::bad_address::BadAddress;
use super::connect_error::describe;
use super::tls::{Tls, TlsParameters};

/// A connection that is not made by then is not made, unless the address says otherwise.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// A connection with data that is not acknowledged by then is dead, unless the address says otherwise.
const SILENCE_LIMIT: Duration = Duration::from_secs(15);
/// A connection on which nothing was said for so long is asked whether the other end is still there.
const QUIET_LIMIT: Duration = Duration::from_secs(10);

/// The parameters that are handed on as they are.
const HANDED_ON: [&str; 15] = [
    "application_name",
    "channel_binding",
    "connect_timeout",
    "dbname",
    "host",
    "hostaddr",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_retries",
    "options",
    "password",
    "port",
    "sslnegotiation",
    "user",
];

/// The parameters that are read here.
const READ_HERE: [&str; 6] =
    ["sslcert", "sslkey", "sslmode", "sslrootcert", "target_session_attrs", "tcp_user_timeout"];

/// What is no parameter may be a piece of a password, and so is not shown.
const UNREADABLE: &str = "what follows the ? are no parameters; a ? in a password is written %3F, an @ %40";

/// Where a database is and how it is spoken to. Its text shows neither user nor password.
#[derive(Clone)]
pub struct Address {
    /// Everything but the hosts.
    template: Config,
    hosts: Vec<At>,
    tls: Tls,
}

/// One of the servers.
#[derive(Clone)]
struct At {
    host: Option<Host>,
    address: Option<IpAddr>,
    port: u16,
}

impl Address {
    /// The same with this password in place of any other.
    #[must_use]
    pub fn with_password(mut self, password: &str) -> Self {
        self.template.password(password);
        self
    }

    /// Whether it has a password.
    pub fn has_password(&self) -> bool {
        self.template.get_password().is_some()
    }

    pub(super) fn tls(&self) -> &Tls {
        &self.tls
    }

    /// Whether what is said to the database leaves this machine.
    pub(super) fn leaves_this_machine(&self) -> bool {
        self.hosts.iter().any(|at| !at.is_here())
    }

    /// The servers: how each is called, and how it is connected to.
    pub(super) fn servers(&self) -> Vec<(String, Config)> {
        self.hosts.iter().map(|at| (at.to_string(), at.config(&self.template))).collect()
    }

    /// How long one server may take to answer a new connection.
    pub(super) fn connect_limit(&self) -> Duration {
        self.template.get_connect_timeout().copied().unwrap_or(CONNECT_LIMIT)
    }
}

impl FromStr for Address {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, BadAddress> {
        if !["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme)) {
            return Err(BadAddress::new("write postgres://USER@HOST/DATABASE"));
        }
        let (base, query) = text.split_once('?').unwrap_or((text, ""));
        if query.contains('@') && !base.contains('@') {
            return Err(BadAddress::new(UNREADABLE));
        }
        let mut own = Own::default();
        let mut handed_on = Vec::new();
        for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
            let (key, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            if HANDED_ON.contains(&key) && !value.is_empty() {
                handed_on.push(parameter);
            } else {
                own.take(key, value)?;
            }
        }
        let unreadable = |error: tokio_postgres::Error| BadAddress::new(describe(&error));
        let config = Config::from_str(&format!("{base}?{}", handed_on.join("&"))).map_err(unreadable)?;
        let hosts = hosts(&config)?;
        let tls = Tls::of(own.tls)?;
        Ok(Self { template: template(&config, own.silence, &tls), hosts, tls })
    }
}

/// What is not handed on.
#[derive(Default)]
struct Own {
    tls: TlsParameters,
    silence: Option<Duration>,
}

impl Own {
    fn take(&mut self, key: &str, value: &str) -> Result<(), BadAddress> {
        if !key.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_') || key.is_empty() {
            return Err(BadAddress::new(UNREADABLE));
        }
        if !READ_HERE.contains(&key) && !HANDED_ON.contains(&key) {
            let known = [HANDED_ON.as_slice(), READ_HERE.as_slice()].concat().join(", ");
            return Err(BadAddress::new(format!("the parameter {key} is not known here; known are {known}")));
        }
        let value = percent_decode_str(value).decode_utf8();
        let value =
            value.map_err(|_| BadAddress::new(format!("the value of {key} is no text")))?.into_owned();
        if value.is_empty() {
            return Err(BadAddress::new(format!("the parameter {key} has no value")));
        }
        match key {
            "sslmode" => self.tls.mode = Some(value),
            "sslrootcert" => self.tls.root = Some(value),
            "sslcert" => self.tls.certificate = Some(value),
            "sslkey" => self.tls.key = Some(value),
            "target_session_attrs" if matches!(value.as_str(), "read-write" | "primary") => {}
            "target_session_attrs" => {
                let problem = "signoff writes: target_session_attrs is read-write in any case, leave it out";
                return Err(BadAddress::new(problem));
            }
            // As libpq counts it: in milliseconds, and 0 is what it is without.
            _ => match value.parse::<u64>() {
                Ok(0) => {}
                Ok(millis) => self.silence = Some(Duration::from_millis(millis)),
                Err(_) => return Err(BadAddress::new("tcp_user_timeout is a number of milliseconds")),
            },
        }
        Ok(())
    }
}

fn hosts(config: &Config) -> Result<Vec<At>, BadAddress> {
    let (names, addresses, ports) = (config.get_hosts(), config.get_hostaddrs(), config.get_ports());
    let count = names.len().max(addresses.len());
    if count == 0 || names.iter().any(|host| matches!(host, Host::Tcp(name) if name.is_empty())) {
        return Err(BadAddress::new("name the host, like postgres://USER@HOST/DATABASE"));
    }
    if !names.is_empty() && !addresses.is_empty() && names.len() != addresses.len() {
        return Err(BadAddress::new("there must be as many in hostaddr as there are hosts"));
    }
    if ports.len() > 1 && ports.len() != count {
        return Err(BadAddress::new("name one port, or one for each host"));
    }
    let at = |place: usize| At {
        host: names.get(place).cloned(),
        address: addresses.get(place).copied(),
        port: ports.get(place).or(ports.first()).copied().unwrap_or(5432),
    };
    Ok((0..count).map(at).collect())
}

/// The configuration without its hosts, and with our limits where it has none.
fn template(given: &Config, silence: Option<Duration>, tls: &Tls) -> Config {
    let mut config = Config::new();
    if let Some(user) = given.get_user() {
        config.user(user);
    }
    if let Some(password) = given.get_password() {
        config.password(password);
    }
    if let Some(database) = given.get_dbname() {
        config.dbname(database);
    }
    if let Some(options) = given.get_options() {
        config.options(options);
    }
    config
        .application_name(given.get_application_name().unwrap_or("signoff"))
        .ssl_mode(tls.negotiated())
        .ssl_negotiation(given.get_ssl_negotiation())
        .channel_binding(given.get_channel_binding())
        .connect_timeout(given.get_connect_timeout().copied().unwrap_or(CONNECT_LIMIT))
        .tcp_user_timeout(silence.unwrap_or(SILENCE_LIMIT))
        .keepalives(given.get_keepalives())
        .keepalives_idle(given.get_keepalives_idle().min(QUIET_LIMIT));
    if let Some(interval) = given.get_keepalives_interval() {
        config.keepalives_interval(interval);
    }
    if let Some(retries) = given.get_keepalives_retries() {
        config.keepalives_retries(retries);
    }
    config
}

impl At {
    fn config(&self, template: &Config) -> Config {
        let mut config = template.clone();
        match &self.host {
            Some(Host::Tcp(name)) => {
                config.host(name);
            }
            #[cfg(unix)]
            Some(Host::Unix(path)) => {
                config.host_path(path).ssl_mode(SslMode::Disable);
            }
            None => {}
        }
        if let Some(address) = self.address {
            config.hostaddr(address);
        }
        config.port(self.port);
        config
    }

    fn is_here(&self) -> bool {
        match (&self.host, self.address) {
            (_, Some(address)) => address.is_loopback(),
            (Some(Host::Tcp(name)), None) => {
                name == "localhost" || name.parse().is_ok_and(|address: IpAddr| address.is_loopback())
            }
            #[cfg(unix)]
            (Some(Host::Unix(_)), None) => true,
            (None, None) => false,
        }
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.host, self.address) {
            (Some(Host::Tcp(name)), _) if name.contains(':') => write!(f, "[{name}]:{}", self.port),
            (Some(Host::Tcp(name)), _) => write!(f, "{name}:{}", self.port),
            #[cfg(unix)]
            (Some(Host::Unix(path)), _) => write!(f, "{}", path.display()),
            (None, Some(address)) => write!(f, "{}", std::net::SocketAddr::new(address, self.port)),
            (None, None) => Ok(()),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hosts: Vec<String> = self.hosts.iter().map(At::to_string).collect();
        write!(f, "postgres://{}", hosts.join(","))?;
        self.template.get_dbname().map_or(Ok(()), |database| write!(f, "/{database}"))
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> String {
        text.parse::<Address>().expect_err(text).to_string()
    }

    #[test]
    fn an_address_is_read_and_shows_neither_user_nor_password() {
        for (text, shown) in [
            ("postgres://ann:secret@db.example/signoff", "postgres://db.example:5432/signoff"),
            ("postgresql://ann@a:1,b:2/signoff?password=secret", "postgres://a:1,b:2/signoff"),
            ("postgres://ann:s%40cret@[::1]:7/x?sslmode=disable", "postgres://[::1]:7/x"),
            ("postgres://%2Frun%2Fpg/x", "postgres:///run/pg/x"),
            ("postgres:///x?host=/run/pg&port=6543&target_session_attrs=read-write", "postgres:///run/pg/x"),
            ("postgres://ann@a,b/x?target_session_attrs=primary", "postgres://a:5432,b:5432/x"),
        ] {
            let address: Address = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(address.to_string(), shown);
            let all = format!("{address} {address:?}");
            assert!(!all.contains("cret") && !all.contains("ann"), "{all}");
        }
    }

    #[test]
    fn what_cannot_be_used_is_named_with_the_remedy() {
        for (text, says) in [
            ("mysql://x", "write postgres://USER@HOST/DATABASE"),
            ("postgres:///x", "name the host"),
            (
                "postgres://a/x?gssencmode=disable",
                "the parameter gssencmode is not known here; known are app",
            ),
            ("postgres://a/x?sslmode=", "the parameter sslmode has no value"),
            ("postgres://a/x?sslmode=allow", "sslmode is one of disable, prefer"),
            ("postgres://a/x?target_session_attrs=any", "signoff writes"),
            ("postgres://a/x?tcp_user_timeout=soon", "a number of milliseconds"),
            ("postgres://a/x?port=1,2", "one port"),
            ("postgres://a:b/x", "invalid value for option `port`"),
        ] {
            assert!(problem(text).contains(says), "{text}: {}", problem(text));
        }
    }

    #[test]
    fn a_piece_of_a_password_is_in_no_problem() {
        for text in ["postgres://ann:se?cret@db/x", "postgres://ann:se?cret=x@db/x", "postgres://ann:secret"]
        {
            let problem = problem(text);
            assert!(!problem.contains("cret") && !problem.contains("se "), "{problem}");
        }
    }

    #[test]
    fn each_server_has_its_own_configuration() {
        let address: Address =
            "postgres://ann@a:1,b:2/x?connect_timeout=3&tcp_user_timeout=900".parse().unwrap();
        let servers = address.with_password("new").servers();
        let of = |place: usize| {
            let (name, config) = &servers[place];
            (name.as_str(), config.get_hosts().to_vec(), config.get_ports().to_vec())
        };
        assert_eq!(of(0), ("a:1", vec![Host::Tcp("a".to_owned())], vec![1]));
        assert_eq!(of(1), ("b:2", vec![Host::Tcp("b".to_owned())], vec![2]));
        let config = &servers[1].1;
        assert_eq!(config.get_password(), Some("new".as_bytes()));
        assert_eq!(config.get_connect_timeout(), Some(&Duration::from_secs(3)));
        assert_eq!(config.get_tcp_user_timeout(), Some(&Duration::from_millis(900)));
        assert_eq!(config.get_application_name(), Some("signoff"));
    }

    #[test]
    fn only_what_stays_on_this_machine_is_here() {
        for (text, leaves) in [
            ("postgres://localhost/x", false),
            ("postgres://127.0.0.1,[::1]/x", false),
            ("postgres://%2Frun%2Fpg/x", false),
            ("postgres://127.0.0.1,db.example/x", true),
            ("postgres://localhost/x?hostaddr=10.0.0.1", true),
        ] {
            assert_eq!(text.parse::<Address>().unwrap().leaves_this_machine(), leaves, "{text}");
        }
    }
}
