//! A server put together: store, engine, identity, routes. The one place that names a store.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum_router::Router;
use signoff_engine::{Engine, PipelineKind, Settings};
use signoff_server::identity::{ClientPolicy, ExternalIssuer, Issuer, IssuerSettings, Verifier};
use signoff_server::{App, AppSettings, OperatorToken};
use signoff_store::Store;
use signoff_store::sqlite::SqliteStore;
use signoff_wire::Dialect;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
