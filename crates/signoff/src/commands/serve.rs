//! `signoff serve`: a long-lived server.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;

use signoff_server::{Front, proxy, serve_plain, tls};
use signoff_store::upkeep;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::config::{Config, ServeOptions, StoreSettings, TlsConfig, bad, caution};
use crate::exit::Failure;
use crate::leave::{StopSignals, leave};
use crate::node::{Node, NodeSettings, stop_of};
use crate::store_address::StoreAddress;
use crate::{logging, notify, view};

/// Serves until SIGINT or SIGTERM.
pub(crate) async fn run(options: ServeOptions) -> Result<(), Failure> {
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
    let (front, mut servers) = (Front::default(), JoinSet::new());
    servers.spawn(serve_plain(listener, front.clone(), stop_of(&stopped)));
    let node = tokio::select! {
        node = start(&config, &base) => node?,
        () = signals.at_least(1) => {
            logging::tell("stopped before it was ready");
            return Ok(());
        }
    };
    front.open(node.routes());
    if let Some(tls) = &config.tls {
        serve_tls(&config.store.address, tls, &node, &stopped, &mut servers).await?;
    }
    view::print(&format!("listening on {base}"))?;
    notify::ready();
    introduce(&config, address);
    signals.at_least(1).await;
    notify::stopping();
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
        mail: config.mail.clone(),
        retention: config.retention,
        public_base: Some(base.to_owned()),
        hooks: config.hooks.clone(),
        callback_base: config.public_url.clone(),
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
    logging::introduce(&format!("state in {}", config.store.address));
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
fn authority_folder(settings: &TlsConfig, store: &StoreAddress) -> Result<PathBuf, Failure> {
    if let Some(folder) = &settings.folder {
        return Ok(folder.clone());
    }
    let file = match store {
        StoreAddress::Sqlite(file) => Some(file.clone()),
        StoreAddress::Postgres(_) => StoreAddress::file_of_user(),
    };
    let file = file.ok_or_else(|| {
        let problem = "this user has no data directory for the authority; name a folder with --tls-folder";
        Failure::Usage(format!("tls_folder: {problem}"))
    });
    Ok(file?.with_extension("tls"))
}

/// The proxy port and the TLS port; the authority is kept, so that clients trust it once.
async fn serve_tls(
    store: &StoreAddress,
    settings: &TlsConfig,
    node: &Node,
    stopped: &watch::Receiver<bool>,
    servers: &mut JoinSet<()>,
) -> Result<(), Failure> {
    let now = node.app.now_seconds();
    let folder = authority_folder(settings, store)?;
    let authority = tls::Authority::load_or_create(&folder, now)?;
    let config = authority.server_config(now)?;
    let listener = listen(settings.listen.to_string(), "tls-listen").await?;
    let tls_address = listener.local_addr().unwrap_or(settings.listen);
    servers.spawn(tls::serve_tls(listener, config.clone(), node.routes(), stop_of(stopped)));
    let proxy_listener = proxy::bind(settings.proxy_port)
        .await
        .map_err(|error| cannot_listen(&settings.proxy_port.to_string(), "proxy-port", &error))?;
    let proxy_address = proxy_listener.local_addr().unwrap_or(settings.listen);
    let proxy = proxy::Proxy::new(proxy::Settings::default(), config, node.routes());
    servers.spawn(proxy.serve(proxy_listener, stop_of(stopped)));
    logging::introduce(&format!(
        "the portal's names over TLS on {tls_address}; forward proxy on http://{proxy_address}"
    ));
    logging::introduce(&format!("clients have to trust {}", folder.join("ca.pem").display()));
    Ok(())
}
