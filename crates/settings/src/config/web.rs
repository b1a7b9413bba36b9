//! Who reaches the server how: proxies in front of it, names of a development server, bounds on connections and streams.

use std::net::IpAddr;
use std::time::Duration;

use clap::Args;
use ipnet::IpNet;
use serde::Deserialize;
use signoff_engine::FollowLimits;
use signoff_front::serve::ServeSettings;
use signoff_wire::duration::Span;

use super::{BadSetting, bad};

/// Who stands between the server and its callers; `rows.rs` says what each means.
#[derive(Args, Clone, Debug, Default)]
pub struct WebOptions {
    #[arg(long, env = "SIGNOFF_TRUSTED_PROXIES", value_name = "NETWORKS", value_delimiter = ',')]
    pub trusted_proxies: Option<Vec<String>>,
    #[arg(long, env = "SIGNOFF_ALLOWED_HOSTS", value_name = "HOSTS", value_delimiter = ',')]
    pub allowed_hosts: Option<Vec<String>>,
}

/// `[limits]`: bounds that an operator may change. What is left out stays as it is built in.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsFile {
    /// Connections open at once.
    pub(crate) connections: Option<usize>,
    /// Connections of one address that have shown no good token.
    pub(crate) connections_per_address: Option<usize>,
    /// How long a request's first line and headers may take to arrive.
    pub(crate) head_time: Option<String>,
    /// How long a body may take to arrive.
    pub(crate) body_time: Option<String>,
    /// How long a peer may take no byte of a reply.
    pub(crate) write_time: Option<String>,
    /// Streams of events of one publisher.
    pub(crate) streams_per_publisher: Option<usize>,
    /// Streams of events of one caller.
    pub(crate) streams_per_caller: Option<usize>,
}

/// The bounds on connections.
pub(super) fn serving(file: &LimitsFile, trusted: Option<Vec<String>>) -> Result<ServeSettings, BadSetting> {
    let usual = ServeSettings::default();
    let connections = count("limits.connections", file.connections, usual.connections, 16)?;
    let strangers =
        count("limits.connections_per_address", file.connections_per_address, usual.strangers, 1)?;
    Ok(ServeSettings {
        connections,
        strangers,
        head: time("limits.head_time", file.head_time.as_deref(), usual.head)?,
        body: time("limits.body_time", file.body_time.as_deref(), usual.body)?,
        write: time("limits.write_time", file.write_time.as_deref(), usual.write)?,
        trusted_proxies: networks(trusted.unwrap_or_default())?,
        ..usual
    })
}

/// The bounds on streams of events.
pub(super) fn following(file: &LimitsFile) -> Result<FollowLimits, BadSetting> {
    let usual = FollowLimits::default();
    let of_publisher = file.streams_per_publisher;
    Ok(FollowLimits {
        streams_of_publisher: count(
            "limits.streams_per_publisher",
            of_publisher,
            usual.streams_of_publisher,
            1,
        )?,
        streams_of_caller: count(
            "limits.streams_per_caller",
            file.streams_per_caller,
            usual.streams_of_caller,
            1,
        )?,
        ..usual
    })
}

/// The names of a development server, as they stand in a `Host`: without a port.
pub(super) fn hosts(names: Option<Vec<String>>) -> Result<Vec<String>, BadSetting> {
    let check = |name: String| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        let fits = !name.is_empty() && name.bytes().all(plain) || name.parse::<IpAddr>().is_ok();
        let problem = format!("{name:?} is no host name; write one without a port, like signoff.test");
        if fits { Ok(name) } else { Err(bad("allowed_hosts", problem)) }
    };
    given(names).map(check).collect()
}

fn networks(names: Vec<String>) -> Result<Vec<IpNet>, BadSetting> {
    let network = |name: String| {
        let address = || name.parse::<IpAddr>().map(IpNet::from);
        name.parse().or_else(|_| address()).map_err(|_| {
            bad("trusted_proxies", format!("{name:?} is no network; write one like 10.0.0.0/8 or 192.0.2.7"))
        })
    };
    given(Some(names)).map(network).collect()
}

/// An empty list in a variable is one empty name.
fn given(names: Option<Vec<String>>) -> impl Iterator<Item = String> {
    let names = names.unwrap_or_default().into_iter().map(|name| name.trim().to_owned());
    names.filter(|name| !name.is_empty())
}

/// The most of anything that may be set.
const MOST: usize = 1_000_000;

fn count(setting: &str, given: Option<usize>, usual: usize, least: usize) -> Result<usize, BadSetting> {
    match given {
        Some(count) if !(least..=MOST).contains(&count) => {
            Err(bad(setting, format!("{count} is not between {least} and {MOST}")))
        }
        given => Ok(given.unwrap_or(usual)),
    }
}

/// The longest time that may be set.
const LONGEST: Duration = Duration::from_hours(1);

fn time(setting: &str, word: Option<&str>, usual: Duration) -> Result<Duration, BadSetting> {
    let Some(word) = word else { return Ok(usual) };
    let span: Option<Span> = word.parse().ok();
    let time = span.map(|span| Duration::from_micros(span.micros()));
    time.filter(|time| !time.is_zero() && *time <= LONGEST)
        .ok_or_else(|| bad(setting, format!("{word:?} is no span between 1ms and 1h, like 30s")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        text.split(',').map(str::to_owned).collect()
    }

    #[test]
    fn networks_and_hosts_are_read_or_named() {
        let found = networks(names("10.0.0.0/8, 192.0.2.7,2001:db8::/32")).unwrap();
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(found, ["10.0.0.0/8", "192.0.2.7/32", "2001:db8::/32"]);
        assert!(networks(names("")).unwrap().is_empty());
        assert_eq!(
            networks(names("10.0.0.0/33")).unwrap_err().to_string(),
            "trusted_proxies: \"10.0.0.0/33\" is no network; write one like 10.0.0.0/8 or 192.0.2.7"
        );
        assert_eq!(hosts(Some(names("signoff,a.test"))).unwrap(), ["signoff", "a.test"]);
        assert_eq!(
            hosts(Some(names("a:8080"))).unwrap_err().to_string(),
            "allowed_hosts: \"a:8080\" is no host name; write one without a port, like signoff.test"
        );
    }

    #[test]
    fn a_bound_is_changed_or_named() {
        let file = LimitsFile {
            connections: Some(64),
            head_time: Some("2s".to_owned()),
            streams_per_publisher: Some(7),
            streams_per_caller: Some(3),
            ..LimitsFile::default()
        };
        let serve = serving(&file, None).unwrap();
        assert_eq!((serve.connections, serve.head), (64, Duration::from_secs(2)));
        assert_eq!(serve.body, ServeSettings::default().body);
        let following = following(&file).unwrap();
        assert_eq!((following.streams_of_publisher, following.streams_of_caller), (7, 3));
        let file = LimitsFile { connections: Some(3), ..LimitsFile::default() };
        assert_eq!(
            serving(&file, None).unwrap_err().to_string(),
            "limits.connections: 3 is not between 16 and 1000000"
        );
        let file = LimitsFile { body_time: Some("0s".to_owned()), ..LimitsFile::default() };
        assert_eq!(
            serving(&file, None).unwrap_err().to_string(),
            "limits.body_time: \"0s\" is no span between 1ms and 1h, like 30s"
        );
    }
}
