//! `signoff serve`: a long-lived server.

mod check;

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;

use signoff_server::{Front, front, proxy, serve_plain, tls};
use signoff_settings::{Config, ServeOptions, StoreAddress, StoreSettings, TlsConfig, bad, caution};
use signoff_upkeep as upkeep;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::exit::Failure;
use crate::node::{Node, NodeSettings, stop_of};
use crate::shutdown::{StopSignals, leave};
use crate::view::Output;
use crate::{logging, service_manager, view};

/// Serves until SIGINT or SIGTERM, or only checks what it would serve with.
pub(crate) async fn run(options: ServeOptions, output: Output) -> Result<ExitCode, Failure> {
    if options.check {
        return check::run(options, output).await;
    }
    serve(options).await.map(|()| ExitCode::SUCCESS)
}

async fn serve(options: ServeOptions) -> Result<(), Failure> {
    let caution = caution("store", "SIGNOFF_STORE", options.store.as_deref());
    let config = Config::load(options)?;
    logging::start("info", &config.log)?;
    if let Some(caution) = caution {
        logging::introduce(&caution);
    }
    let signals = StopSignals::listen()?;
    let listener = listen(config.listen.to_string(), "listen").await?;
    let address = listener.local_addr().unwrap_or(config.listen);
    let base = format!("http://{}", reachable(address));
    let (stop, stopped) = watch::channel(false);
    let (front, mut servers) = (front(config.serving.clone()), JoinSet::new());
    servers.spawn(serve_plain(listener, front.clone(), stop_of(&stopped)));
    let node = tokio::select! {
        node = start(&config, &base) => node?,
        () = signals.at_least(1) => {
            logging::tell("stopped before it was ready");
            return Ok(());
        }
    };
    front.open(node.routes().router);
    if let Some(tls) = &config.tls {
        serve_tls(&config, tls, &node, &front, &stopped, &mut servers).await?;
    }
    view::print(&format!("listening on {base}"))?;
    service_manager::ready();
    introduce(&config, address);
    signals.at_least(1).await;
    service_manager::stopping();
    leave(node, config.drain, &signals, stop, servers).await;
    Ok(())
}

/// The node, once the store can be used.
async fn start(config: &Config, base: &str) -> Result<Node, Failure> {
    if !config.migrates {
        refuse_older_schema(&config.store).await?;
    }
    Ok(Node::start(&config.store, settings(config, base)).await?)
}

/// For operators of many nodes, who migrate once and before the nodes that need it start.
async fn refuse_older_schema(store: &StoreSettings) -> Result<(), Failure> {
    let pending = upkeep::migrations(&store.place()).await?.pending;
    if pending.is_empty() {
        return Ok(());
    }
    let problem = format!(
        "the store lacks {}, and this server may not change it; run `signoff store migrate --store {}`",
        pending.join(", "),
        store.address
    );
    Err(bad("migrate", problem).into())
}

fn settings(config: &Config, base: &str) -> NodeSettings {
    NodeSettings {
        dev: config.dev,
        compat: config.compat,
        production_pipeline: config.production_pipeline,
        adopt: false,
        identity: config.identity.clone(),
        operator_token: config.operator_token.clone(),
        quotas: config.quotas,
        mail: config.mail.clone(),
        retention: config.retention,
        public_base: Some(config.public_url.clone().unwrap_or_else(|| base.to_owned())),
        hooks: config.hooks.clone(),
        following: config.following,
        allowed_hosts: config.allowed_hosts.clone(),
    }
}

/// Says what was started.
fn introduce(config: &Config, address: SocketAddr) {
    let version = env!("CARGO_PKG_VERSION");
    logging::introduce(&format!("signoff {version}: {}, dialect {}", mode(config), config.compat));
    if config.dev && !address.ip().is_loopback() {
        logging::introduce(
            "caution: whoever reaches this address can do anything here; development mode asks for no token",
        );
    }
    for line in missing(config) {
        logging::introduce(line);
    }
    logging::introduce(&format!("state in {}", config.store.address));
}

/// What a marketplace would miss, and how to mend it. Development mode needs none of it.
fn missing(config: &Config) -> Vec<&'static str> {
    let mut missing = Vec::new();
    if config.dev {
        return missing;
    }
    if config.identity.is_none() {
        missing.push(
            "no [identity]: this server gives out tokens itself, to clients that its operator registers",
        );
    }
    if config.operator_token.is_none() {
        missing.push(if config.identity.is_none() {
            "no operator: nobody can create publishers, register clients or kill operations until the server is \
             started with SIGNOFF_OPERATOR_TOKEN (or SIGNOFF_OPERATOR_TOKEN_FILE)"
        } else {
            "no operator: nobody can create publishers or kill operations until the server is started with \
             SIGNOFF_OPERATOR_TOKEN (or SIGNOFF_OPERATOR_TOKEN_FILE)"
        });
    }
    missing
}

/// An address that a client on this machine can use: all addresses are none.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(if address.is_ipv4() {
            Ipv4Addr::LOCALHOST.into()
        } else {
            Ipv6Addr::LOCALHOST.into()
        });
    }
    address
}

fn mode(config: &Config) -> &'static str {
    if config.dev { "development mode (not for production)" } else { "production mode" }
}

pub(crate) async fn listen(address: String, setting: &'static str) -> Result<TcpListener, Failure> {
    TcpListener::bind(&address).await.map_err(|error| cannot_listen(&address, setting, &error))
}

fn cannot_listen(address: &str, setting: &str, error: &std::io::Error) -> Failure {
    Failure::Usage(format!(
        "{setting}: cannot listen on {address}: {error}; name another address with --{setting}"
    ))
}

/// Where the authority is kept: where the settings say, else beside the file of the store, or beside that of the user
/// if there is none.
fn authority_folder(settings: &TlsConfig, config: &Config) -> Result<PathBuf, Failure> {
    if let Some(folder) = &settings.folder {
        return Ok(folder.clone());
    }
    let file = match &config.store.address {
        StoreAddress::Sqlite(file) => Some(file.clone()),
        StoreAddress::Postgres(_) => StoreAddress::file_of_user(config.dev),
    };
    let file = file.ok_or_else(|| {
        let problem = "this user has no data directory for the authority; name a folder with --tls-folder";
        Failure::Usage(format!("tls_folder: {problem}"))
    });
    Ok(file?.with_extension("tls"))
}

/// The proxy port and the TLS port; the authority is kept, so that clients trust it once.
async fn serve_tls(
    config: &Config,
    settings: &TlsConfig,
    node: &Node,
    front: &Front,
    stopped: &watch::Receiver<bool>,
    servers: &mut JoinSet<()>,
) -> Result<(), Failure> {
    let now = node.server.app().now_seconds();
    let folder = authority_folder(settings, config)?;
    let authority = tls::Authority::load_or_create(&folder, now)?;
    let tls_config = authority.server_config(now)?;
    let listener = listen(settings.listen.to_string(), "tls-listen").await?;
    let tls_address = listener.local_addr().unwrap_or(settings.listen);
    servers.spawn(tls::serve_tls(listener, tls_config.clone(), front.clone(), stop_of(stopped)));
    let proxy_listener = proxy::bind(settings.proxy_port)
        .await
        .map_err(|error| cannot_listen(&settings.proxy_port.to_string(), "proxy-port", &error))?;
    let proxy_address = proxy_listener.local_addr().unwrap_or(settings.listen);
    let proxy = proxy::Proxy::new(proxy::Settings::default(), tls_config, front.clone());
    servers.spawn(proxy.serve(proxy_listener, stop_of(stopped)));
    logging::introduce(&format!(
        "the portal's names over TLS on {tls_address}; forward proxy on http://{proxy_address}"
    ));
    logging::introduce(&format!("clients have to trust {}", folder.join("ca.pem").display()));
    Ok(())
}
