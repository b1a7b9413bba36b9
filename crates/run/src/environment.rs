//! The environment in which COMMAND finds the private server where it expects the portal.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};

/// Variables that name the proxy. Tools differ in the letter case that they read; `ALL_PROXY` is for those that
/// know no other.
const PROXY: [&str; 6] = ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "all_proxy", "http_proxy", "https_proxy"];

/// Variables that name a file of trusted certificates. For most tools it replaces what they trust otherwise,
/// for Deno and Node it comes on top; both are served by the bundle, the machine's roots and the private
/// authority.
const TRUST: [&str; 11] = [
    "AWS_CA_BUNDLE",
    "CARGO_HTTP_CAINFO",
    "CURL_CA_BUNDLE",
    "DENO_CERT",
    "GIT_SSL_CAINFO",
    "HTTPLIB2_CA_CERTS",
    "NIX_SSL_CERT_FILE",
    "NODE_EXTRA_CA_CERTS",
    "PIP_CERT",
    "REQUESTS_CA_BUNDLE",
    "SSL_CERT_FILE",
];

/// Variables to remove: exceptions from the proxy, of which one that matched the portal would lead COMMAND to
/// the real one, and the folder of certificates, which some tools prefer to the file (the bundle has what is
/// in it).
const REMOVED: [&str; 3] = ["NO_PROXY", "SSL_CERT_DIR", "no_proxy"];

/// What to change in the environment that COMMAND inherits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// Variables to set, in place of their present values.
    pub set: BTreeMap<&'static str, OsString>,
    /// Variables to remove.
    pub unset: Vec<&'static str>,
}

/// The environment for a proxy listening at `proxy`, with the PEM files `bundle` (all roots and ours) and `ca`
/// (ours alone), and the private server's plain base address `url`. Pass absolute paths: COMMAND may change
/// its folder.
pub fn environment(proxy: SocketAddr, bundle: &Path, ca: &Path, url: &str) -> Environment {
    let proxy = format!("http://{}", reachable(proxy));
    let mut set = BTreeMap::new();
    set.extend(PROXY.map(|name| (name, OsString::from(&proxy))));
    set.extend(TRUST.map(|name| (name, bundle.as_os_str().to_owned())));
    // Node looks at the proxy variables only when told to, and only in recent releases.
    set.insert("NODE_USE_ENV_PROXY", "1".into());
    set.insert("SIGNOFF_URL", url.into());
    set.insert("SIGNOFF_CA", ca.as_os_str().to_owned());
    Environment { set, unset: REMOVED.to_vec() }
}

/// The files that these variables name before we set them, each once. Their certificates go into the bundle and so
/// stay trusted. `variable` looks one up (`std::env::var_os`); `SSL_CERT_FILE` is left out, since it
/// counts among the machine's own roots.
pub fn preset_files(variable: impl Fn(&str) -> Option<OsString>) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = TRUST
        .iter()
        .filter(|name| **name != "SSL_CERT_FILE")
        .filter_map(|name| variable(name))
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
        .collect();
    files.sort_unstable();
    files.dedup();
    files
}

/// An address to connect to, for one to listen at: `0.0.0.0` means every address there, and none here.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(proxy: &str) -> Environment {
        let (bundle, ca) = (Path::new("/tmp/run/bundle.pem"), Path::new("/tmp/run/ca.pem"));
        environment(proxy.parse().unwrap(), bundle, ca, "http://127.0.0.1:9000")
    }

    #[test]
    fn every_variable_has_its_value() {
        let Environment { set, unset } = sample("127.0.0.1:8080");
        let expected = [
            ("ALL_PROXY", "http://127.0.0.1:8080"),
            ("AWS_CA_BUNDLE", "/tmp/run/bundle.pem"),
            ("CARGO_HTTP_CAINFO", "/tmp/run/bundle.pem"),
            ("CURL_CA_BUNDLE", "/tmp/run/bundle.pem"),
            ("DENO_CERT", "/tmp/run/bundle.pem"),
            ("GIT_SSL_CAINFO", "/tmp/run/bundle.pem"),
            ("HTTPLIB2_CA_CERTS", "/tmp/run/bundle.pem"),
            ("HTTPS_PROXY", "http://127.0.0.1:8080"),
            ("HTTP_PROXY", "http://127.0.0.1:8080"),
            ("NIX_SSL_CERT_FILE", "/tmp/run/bundle.pem"),
            ("NODE_EXTRA_CA_CERTS", "/tmp/run/bundle.pem"),
            ("NODE_USE_ENV_PROXY", "1"),
            ("PIP_CERT", "/tmp/run/bundle.pem"),
            ("REQUESTS_CA_BUNDLE", "/tmp/run/bundle.pem"),
            ("SIGNOFF_CA", "/tmp/run/ca.pem"),
            ("SIGNOFF_URL", "http://127.0.0.1:9000"),
            ("SSL_CERT_FILE", "/tmp/run/bundle.pem"),
            ("all_proxy", "http://127.0.0.1:8080"),
            ("http_proxy", "http://127.0.0.1:8080"),
            ("https_proxy", "http://127.0.0.1:8080"),
        ];
        let set: Vec<_> = set.iter().map(|(name, value)| (*name, value.to_str().unwrap())).collect();
        assert_eq!(set, expected);
        assert_eq!(unset, ["NO_PROXY", "SSL_CERT_DIR", "no_proxy"]);
    }

    #[test]
    fn preset_files_are_found_once() {
        let set = |name: &str| match name {
            "REQUESTS_CA_BUNDLE" | "CURL_CA_BUNDLE" => Some("/etc/company.pem".into()),
            "NODE_EXTRA_CA_CERTS" => Some("/etc/another.pem".into()),
            "SSL_CERT_FILE" => Some("/etc/system.pem".into()),
            "PIP_CERT" => Some(OsString::new()),
            _ => None,
        };
        assert_eq!(preset_files(set), [Path::new("/etc/another.pem"), Path::new("/etc/company.pem")]);
    }

    #[test]
    fn the_proxy_is_named_by_an_address_that_can_be_reached() {
        for (listening, reached) in [
            ("0.0.0.0:80", "http://127.0.0.1:80"),
            ("[::]:80", "http://[::1]:80"),
            ("[::1]:80", "http://[::1]:80"),
            ("10.1.2.3:80", "http://10.1.2.3:80"),
        ] {
            assert_eq!(sample(listening).set["HTTPS_PROXY"], reached);
        }
    }
}
