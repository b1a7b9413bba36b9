//! `signoff run -- COMMAND`: a command in an environment in which the portal is a private server.

mod child;
mod environment;
mod report;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use signoff_server::{proxy, serve_plain, tls};
use signoff_store::files;
use signoff_wire::Dialect;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::serve::listen;
use crate::exit::Failure;
use crate::node::{Node, NodeSettings, stop_of};
use crate::store_address::StoreAddress;
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
    /// Refuse every host but the portal's
    #[arg(long)]
    offline: bool,
    /// Know only seeded tenants, clients and publishers, instead of creating them on first use
    #[arg(long)]
    strict_identity: bool,
    /// The command and its arguments
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true, value_name = "COMMAND")]
    program: Vec<OsString>,
}

/// Runs the command beside a private server; answers the command's exit code.
pub(crate) async fn run(arguments: Command) -> Result<ExitCode, Failure> {
    let Some((program, rest)) = arguments.program.split_first() else {
        return Err(Failure::Usage("name a command after --".to_owned()));
    };
    let folder = files::temporary_folder("signoff-run-")?;
    let listener = listen("127.0.0.1:0".to_owned(), "listen").await?;
    let address = listener.local_addr()?;
    let base = format!("http://{address}");
    let node = start(folder.path(), &arguments, &base).await?;
    let (stop, stopped) = watch::channel(false);
    let mut servers = JoinSet::new();
    servers.spawn(serve_plain(listener, node.routes(), stop_of(&stopped)));

    let authority = tls::Authority::create(node.app.now_seconds())?;
    let config = authority.server_config(node.app.now_seconds())?;
    let settings =
        proxy::Settings { offline: arguments.offline, own: vec![address], ..proxy::Settings::default() };
    let proxy_listener = proxy::bind(0).await?;
    let proxy_address = proxy_listener.local_addr()?;
    let proxy = proxy::Proxy::new(settings, config, node.routes());
    let log = proxy.log();
    servers.spawn(proxy.serve(proxy_listener, stop_of(&stopped)));

    let (ca, bundle) = (folder.path().join("ca.pem"), folder.path().join("bundle.pem"));
    files::write_new(&ca, authority.ca_pem().as_bytes())?;
    let preset = environment::preset_files(|name| std::env::var_os(name));
    files::write_new(&bundle, tls::bundle(authority.ca_pem(), &preset).as_bytes())?;
    let environment = environment::environment(proxy_address, &bundle, &ca, &base);

    let code = match child::run(program, rest, &environment).await {
        Ok(code) => code,
        Err(error) => {
            view::say(&format!("error: {error}"));
            i32::from(error.exit_code())
        }
    };
    stop.send_replace(true);
    while servers.join_next().await.is_some() {}
    report::print(&node.app.unknown_calls(), &log.entries());
    node.stop(std::future::pending()).await;
    Ok(ExitCode::from(u8::try_from(code).unwrap_or(1)))
}

async fn start(folder: &Path, arguments: &Command, base: &str) -> Result<Node, Failure> {
    let settings = NodeSettings {
        dev: true,
        compat: arguments.compat,
        production_pipeline: false,
        adopt: !arguments.strict_identity,
        identity: None,
        operator_token: None,
        mail: None,
        retention: Some(signoff_engine::RETENTION),
        public_base: Some(base.to_owned()),
        hooks: Vec::new(),
        callback_base: None,
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
