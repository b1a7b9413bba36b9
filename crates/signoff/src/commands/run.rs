//! `signoff run -- COMMAND`: a command in an environment in which the portal is a private server.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use signoff_engine::clock::Clock;
use signoff_run::report::Report;
use signoff_run::{caller, child, environment, java, node};
use signoff_server::{Counts, Tally, proxy, serve_plain, tls};
use signoff_settings::StoreAddress;
use signoff_store::files;
use signoff_wire::Dialect;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::serve::listen;
use crate::exit::Failure;
use crate::node::{Node, NodeSettings, stop_of};
use crate::view;

/// The arguments of `run`.
#[derive(Args)]
pub(crate) struct Command {
    /// The dialect: observed for released clients, or documented
    #[arg(long, default_value = "observed")]
    compat: Dialect,
    /// Start from this state: a file that GET /_signoff/snapshot wrote
    #[arg(long, value_name = "FILE")]
    load: Option<PathBuf>,
    /// Refuse every host but the portal's and this machine
    #[arg(long)]
    offline: bool,
    /// Know only seeded tenants, clients and publishers, instead of creating them on first use
    #[arg(long)]
    strict_identity: bool,
    /// Fail with 125 when no call of the command reached the server, or something in it did not trust the server
    #[arg(long)]
    strict: bool,
    /// The command and its arguments
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true, value_name = "COMMAND")]
    program: Vec<OsString>,
}

/// What `--strict` answers in place of the command's exit code.
const DOUBTFUL: u8 = 125;

/// Runs the command beside a private server; answers the command's exit code. `known` names the variables for what its
/// client commands know already of who calls.
pub(crate) async fn run(arguments: Command, known: &[&str]) -> Result<ExitCode, Failure> {
    let Some((program, rest)) = arguments.program.split_first() else {
        return Err(Failure::Usage("name a command after --".to_owned()));
    };
    let folder = files::temporary_folder("signoff-run-")?;
    let now = Clock::default().real().0 / 1_000_000;
    let authority = tls::Authority::create(now)?;
    let ca = folder.path().join("ca.pem");
    files::write_new(&ca, authority.ca_pem().as_bytes())?;
    let preset = |name: &str| std::env::var_os(name);
    let listener = listen("127.0.0.1:0".to_owned(), "listen").await?;
    let address = listener.local_addr()?;
    let base = format!("http://{address}");
    let (node, trust) =
        tokio::join!(start(folder.path(), &arguments, &base), java::trust(folder.path(), &ca, &preset));
    let node = node?;
    let tally = Tally::default();
    let routes = tally.around(node.routes());
    let (stop, stopped) = watch::channel(false);
    let mut servers = JoinSet::new();
    servers.spawn(serve_plain(listener, routes.clone(), stop_of(&stopped)));

    let settings = proxy::Settings {
        offline: arguments.offline,
        own: vec![address],
        upstream: upstream(),
        ..proxy::Settings::default()
    };
    let proxy_listener = proxy::bind(0).await?;
    let proxy_address = proxy_listener.local_addr()?;
    let proxy = proxy::Proxy::new(settings, authority.server_config(now)?, routes);
    let log = proxy.log();
    servers.spawn(proxy.serve(proxy_listener, stop_of(&stopped)));

    let bundle = folder.path().join("bundle.pem");
    files::write_new(
        &bundle,
        tls::bundle(authority.ca_pem(), &environment::preset_files(preset)).as_bytes(),
    )?;
    let mut environment = environment::environment(proxy_address, &bundle, &ca, &base);
    environment.set.extend(caller::variables(known, arguments.strict_identity, &base));
    environment.unset.extend(caller::REMOVED);
    environment.set.insert(java::VARIABLE, java::options(preset(java::VARIABLE), proxy_address, &trust));

    let ended = child::run(program, rest, &environment).await;
    stop.send_replace(true);
    while servers.join_next().await.is_some() {}
    let seen = (tally.counts(), node.server.app().unknown_calls(), log.entries());
    node.stop(std::future::pending()).await;
    let code = match ended {
        Ok(code) => u8::try_from(code).unwrap_or(1),
        Err(error) => {
            view::say(&format!("error: {error}"));
            return Ok(ExitCode::from(error.exit_code()));
        }
    };
    let report = report(seen, trust, program).await;
    // A blank line first: the command may have left the cursor anywhere.
    view::say("");
    for line in report.lines() {
        view::say(&line);
    }
    if arguments.strict && report.is_doubtful() {
        view::say(&format!("signoff: --strict: exit code {DOUBTFUL} in place of the command's {code}"));
        return Ok(ExitCode::from(DOUBTFUL));
    }
    Ok(ExitCode::from(code))
}

/// The proxy that this machine uses already, by which other hosts are reached.
fn upstream() -> proxy::Upstream {
    let upstream = proxy::Upstream::from_variables(|name| std::env::var(name).ok());
    for name in upstream.unusable() {
        view::say(&format!(
            "signoff: {name} is not the address of a proxy (http://HOST:PORT) and is not used for other hosts"
        ));
    }
    upstream
}

/// Puts together what is said at the end. Node is asked for its version only where that may explain something.
async fn report(
    (counts, unknown, hosts): (Counts, Vec<(String, u64)>, Vec<proxy::Entry>),
    trust: java::Trust,
    program: &OsStr,
) -> Report {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let node = if counts.calls == 0 || node::runs(program, &path) {
        node::out_of_reach(program, &path).await
    } else {
        None
    };
    let java = match trust {
        java::Trust::OutOfReach(why) => Some(why),
        java::Trust::Absent | java::Trust::Store(_) => None,
    };
    Report { counts, unknown, hosts, java, node }
}

async fn start(folder: &Path, arguments: &Command, base: &str) -> Result<Node, Failure> {
    let settings = NodeSettings {
        compat: arguments.compat,
        adopt: !arguments.strict_identity,
        ..NodeSettings::of_a_private_server(base)
    };
    let node = Node::start(&StoreAddress::Sqlite(folder.join("signoff.db")).into(), settings).await?;
    if let Some(file) = &arguments.load {
        // Loading brings an older snapshot up to date, and the user's own file is not ours to change.
        let copy = folder.join("loaded");
        let loaded = match copied(file, &copy) {
            Ok(()) => node.restore(&copy).await.map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        loaded.map_err(|error| {
            Failure::Usage(format!(
                "--load {}: {error}; give a file of GET /_signoff/snapshot",
                file.display()
            ))
        })?;
    }
    Ok(node)
}

/// Copies the file to a new one, whose mode is not that of the first.
fn copied(from: &Path, to: &Path) -> std::io::Result<()> {
    let mut source = std::fs::File::open(from)?;
    std::io::copy(&mut source, &mut files::create_new(to)?).map(|_| ())
}
