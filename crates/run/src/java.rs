//! Java reads no variable for proxies and keeps its own store of authorities. It is led by `JAVA_TOOL_OPTIONS`, which every
//! JVM reads, and by a copy of its store to which the JDK's own `keytool` adds the private authority.

use std::ffi::{OsStr, OsString};
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;

use crate::programs;

/// What every JVM reads before the command line.
pub const VARIABLE: &str = "JAVA_TOOL_OPTIONS";

/// The password that Java's own stores have. It protects nothing that is secret: they hold certificates.
const PASSWORD: &str = "changeit";

/// This machine itself is reached directly, as Java has it by default.
const DIRECT: &str = "localhost|127.*|[::1]";

/// How long `keytool` may take. It takes half a second; the rest is for a machine that is very busy.
const KEYTOOL_LIMIT: Duration = Duration::from_secs(30);

/// A JVM that lives for one small task.
const SMALL: [&str; 2] = ["-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC"];

/// Looks up a variable: `std::env::var_os`, except in tests.
type Variable<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// A store with the private authority, or none.
pub enum Trust {
    /// There is no Java in sight.
    Absent,
    /// This file.
    Store(PathBuf),
    /// There is Java, but no store could be made. Why, in words.
    OutOfReach(String),
}

/// Makes `trust.p12` in `folder`: what Java trusts already, and the authority in the PEM file `ca`.
pub async fn trust(folder: &Path, ca: &Path, variable: Variable<'_>) -> Trust {
    let home = variable("JAVA_HOME").filter(|home| !home.is_empty()).map(PathBuf::from);
    let path = variable("PATH").unwrap_or_default();
    let of_home =
        |name: &str| home.as_ref().map(|home| home.join("bin").join(name)).filter(|file| file.is_file());
    let Some(java) = of_home("java").or_else(|| programs::find(OsStr::new("java"), &path)) else {
        return Trust::Absent;
    };
    // On many systems `java` is a link into the folder in which the rest is.
    let real = java.canonicalize().unwrap_or_else(|_| java.clone());
    let beside = real.with_file_name("keytool");
    let keytool = of_home("keytool")
        .or_else(|| beside.is_file().then_some(beside))
        .or_else(|| programs::find(OsStr::new("keytool"), &path));
    let Some(keytool) = keytool else {
        return Trust::OutOfReach("there is no keytool beside it to make a trust store with".to_owned());
    };
    let preset = preset_store(&variable(VARIABLE).unwrap_or_default());
    let (base, password) = match preset {
        Some((file, password)) => (Some(file), password),
        None => (own_store(real.parent().and_then(Path::parent)), PASSWORD.to_owned()),
    };
    match make(&keytool, base.as_deref(), &password, folder, ca).await {
        Ok(store) => Trust::Store(store),
        Err(why) => Trust::OutOfReach(why),
    }
}

/// The store that the JVM in `home` reads.
fn own_store(home: Option<&Path>) -> Option<PathBuf> {
    let home = home?;
    let names = ["lib/security/jssecacerts", "lib/security/cacerts", "jre/lib/security/cacerts"];
    names.into_iter().map(|name| home.join(name)).find(|file| file.is_file())
}

/// The store that preset options name, and its password: a company's, say.
fn preset_store(options: &OsStr) -> Option<(PathBuf, String)> {
    let options = options.to_str()?;
    let value = |name: &str| {
        // The last one counts.
        let found =
            options.split_whitespace().rev().find_map(|option| option.strip_prefix(name)?.strip_prefix('='));
        found.map(|value| value.trim_matches(['"', '\'']).to_owned())
    };
    let file = PathBuf::from(value("-Djavax.net.ssl.trustStore")?);
    let password = value("-Djavax.net.ssl.trustStorePassword").unwrap_or_else(|| PASSWORD.to_owned());
    file.is_file().then_some((file, password))
}

async fn make(
    keytool: &Path,
    base: Option<&Path>,
    password: &str,
    folder: &Path,
    ca: &Path,
) -> Result<PathBuf, String> {
    let store = folder.join("trust.p12");
    if let Some(base) = base {
        copy(base, &store).map_err(|error| format!("{}: {error}", base.display()))?;
    }
    let mut command = Command::new(keytool);
    command.args(SMALL).args(["-importcert", "-noprompt", "-trustcacerts", "-storepass", password, "-alias"]);
    // A store that is copied from another run has that one's authority.
    command.arg(format!("signoff-{}", std::process::id()));
    command.arg("-keystore").arg(&store).arg("-file").arg(ca);
    command.env_remove(VARIABLE).stdin(Stdio::null()).kill_on_drop(true);
    let output = match timeout(KEYTOOL_LIMIT, command.output()).await {
        Ok(Ok(output)) => output,
        Ok(Err(error)) => return Err(format!("{}: {error}", keytool.display())),
        Err(_) => return Err(format!("keytool did not end within {KEYTOOL_LIMIT:?}")),
    };
    if !output.status.success() {
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        return Err(format!("keytool: {}", said.lines().next().unwrap_or("it failed")));
    }
    only_ours(&store).map_err(|error| format!("{}: {error}", store.display()))?;
    Ok(store)
}

/// Copies what is readable for us into a file that only we can read.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let mut options = std::fs::File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    io::copy(&mut std::fs::File::open(from)?, &mut options.open(to)?).map(drop)
}

#[cfg(unix)]
fn only_ours(file: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn only_ours(_: &Path) -> io::Result<()> {
    Ok(())
}

/// The value of [`VARIABLE`]: what it is now, and behind it, where it counts more, the proxy and the store.
pub fn options(present: Option<OsString>, proxy: SocketAddr, trust: &Trust) -> OsString {
    let mut options = present.unwrap_or_default();
    let mut add = |option: &OsStr| {
        if !options.is_empty() {
            options.push(" ");
        }
        options.push(option);
    };
    for scheme in ["http", "https"] {
        add(format!("-D{scheme}.proxyHost={} -D{scheme}.proxyPort={}", proxy.ip(), proxy.port()).as_ref());
    }
    add(format!("-Dhttp.nonProxyHosts={DIRECT}").as_ref());
    if let Trust::Store(file) = trust {
        // A JVM takes quotes away, and keeps the blanks between them.
        let mut named = OsString::from("\"-Djavax.net.ssl.trustStore=");
        named.push(file);
        named.push("\"");
        add(&named);
        add(format!("-Djavax.net.ssl.trustStorePassword={PASSWORD}").as_ref());
    }
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_preset_stays_and_counts_less() {
        let proxy = "127.0.0.1:8080".parse().unwrap();
        let ours = "-Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=8080 -Dhttps.proxyHost=127.0.0.1 \
                    -Dhttps.proxyPort=8080 -Dhttp.nonProxyHosts=localhost|127.*|[::1]";
        assert_eq!(options(None, proxy, &Trust::Absent), ours);
        let store = Trust::Store("/tmp/a b/trust.p12".into());
        let trust =
            "\"-Djavax.net.ssl.trustStore=/tmp/a b/trust.p12\" -Djavax.net.ssl.trustStorePassword=changeit";
        assert_eq!(options(Some("-Xmx64m".into()), proxy, &store), *format!("-Xmx64m {ours} {trust}"));
    }

    #[test]
    fn a_preset_store_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("company.p12");
        let options = format!("-Xmx64m -Djavax.net.ssl.trustStore=\"{}\"", file.display());
        assert_eq!(preset_store(options.as_ref()), None, "it is not there");
        std::fs::write(&file, "").unwrap();
        assert_eq!(preset_store(options.as_ref()), Some((file.clone(), "changeit".to_owned())));
        let options = format!("{options} -Djavax.net.ssl.trustStorePassword=other");
        assert_eq!(preset_store(options.as_ref()), Some((file, "other".to_owned())));
        assert_eq!(preset_store("-Xmx64m".as_ref()), None);
    }

    #[tokio::test]
    async fn java_without_keytool_is_out_of_reach_and_no_java_is_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let ca = folder.path().join("ca.pem");
        let path = folder.path().as_os_str().to_owned();
        let only = |name: &str| (name == "PATH").then(|| path.clone());
        assert!(matches!(trust(folder.path(), &ca, &only).await, Trust::Absent));
        std::fs::write(folder.path().join("java"), "").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::PermissionsExt::set_mode(
            &mut std::fs::metadata(folder.path().join("java")).unwrap().permissions(),
            0o755,
        );
        let Trust::OutOfReach(why) = trust(folder.path(), &ca, &only).await else { panic!("no keytool") };
        assert!(why.contains("no keytool"), "{why}");
    }
}
