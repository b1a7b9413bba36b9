//! Connections: where the database is, how it is spoken to, how long it may take.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use tokio_postgres::config::SslMode;
use tokio_postgres::{Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::StoreError;

/// A statement that takes longer is given up by the server.
const STATEMENT_LIMIT: Duration = Duration::from_secs(10);
/// Waiting longer for a lock is given up by the server.
const LOCK_LIMIT: Duration = Duration::from_secs(5);
/// A connection that is not made by then is not made.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// Who waits longer for a free connection is told that the store is unavailable.
const WAIT_LIMIT: Duration = Duration::from_secs(5);

/// A pool of at most `connections` connections to the database at `address`.
pub(super) fn pool(address: &str, connections: usize) -> Result<Pool, StoreError> {
    let mut config = Config::from_str(address).map_err(|error| {
        StoreError::Unavailable(format!(
            "the address of the database cannot be read: {}",
            super::describe(&error)
        ))
    })?;
    if config.get_application_name().is_none() {
        config.application_name("signoff");
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT_LIMIT);
    }
    let limits = format!(
        "-c statement_timeout={} -c lock_timeout={} -c idle_in_transaction_session_timeout={}",
        STATEMENT_LIMIT.as_millis(),
        LOCK_LIMIT.as_millis(),
        STATEMENT_LIMIT.as_millis(),
    );
    let options = match config.get_options() {
        // What the operator says comes last and so counts.
        Some(own) => format!("{limits} {own}"),
        None => limits,
    };
    config.options(options);
    let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let manager = if config.get_ssl_mode() == SslMode::Disable {
        Manager::from_config(config, NoTls, recycling)
    } else {
        Manager::from_config(config, MakeRustlsConnect::new(tls()?), recycling)
    };
    Pool::builder(manager)
        .max_size(connections)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(WAIT_LIMIT))
        .create_timeout(Some(CONNECT_LIMIT))
        .recycle_timeout(Some(CONNECT_LIMIT))
        .build()
        .map_err(|error| StoreError::Unavailable(error.to_string()))
}

/// TLS that trusts what the machine trusts.
fn tls() -> Result<rustls::ClientConfig, StoreError> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| StoreError::Unavailable(error.to_string()))?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}
