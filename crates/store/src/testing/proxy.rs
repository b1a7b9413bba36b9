//! A proxy before a server: connections through it can be cut, kept waiting, and led elsewhere.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Listens on a free port of the loopback address, until it is dropped.
pub struct Proxy {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    _listening: JoinSet<()>,
}

struct State {
    way: Way,
    connections: JoinSet<()>,
    accepted: usize,
    held: watch::Sender<bool>,
}

#[derive(Clone)]
enum Way {
    To(String),
    /// New connections end at once.
    Closed,
    /// New connections are never answered.
    Silent,
}

impl Proxy {
    /// Starts a proxy before `HOST:PORT`.
    ///
    /// # Errors
    /// If nothing can be listened on.
    pub async fn before(server: &str) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let state = State {
            way: Way::To(server.to_owned()),
            connections: JoinSet::new(),
            accepted: 0,
            held: watch::Sender::new(false),
        };
        let state = Arc::new(Mutex::new(state));
        let (mut listening, shared) = (JoinSet::new(), state.clone());
        listening.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let mut state = shared.lock();
                state.accepted += 1;
                let (way, held) = (state.way.clone(), state.held.subscribe());
                state.connections.spawn(serve(stream, way, held));
            }
        });
        Ok(Self { address, state, _listening: listening })
    }

    /// `HOST:PORT` of the proxy.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// How many connections were accepted so far.
    pub fn accepted(&self) -> usize {
        self.state.lock().accepted
    }

    /// Ends all connections, and each new one at once.
    pub fn cut(&self) {
        let mut state = self.state.lock();
        state.way = Way::Closed;
        state.connections = JoinSet::new();
    }

    /// New connections are never answered; those that are there stay.
    pub fn fall_silent(&self) {
        self.state.lock().way = Way::Silent;
    }

    /// On the connections that are there everything is taken and gets nowhere, for ever. New ones are never answered.
    pub fn swallow(&self) {
        let mut state = self.state.lock();
        state.way = Way::Silent;
        state.held.send_replace(true);
    }

    /// Leads new connections to this `HOST:PORT`; those that are there stay.
    pub fn lead_to(&self, server: &str) {
        let mut state = self.state.lock();
        state.way = Way::To(server.to_owned());
        // Those that are held stay so.
        state.held.send_replace(false);
    }
}

async fn serve(mut stream: TcpStream, way: Way, mut held: watch::Receiver<bool>) {
    match way {
        Way::To(server) => {
            if let Ok(mut server) = TcpStream::connect(server).await {
                let is_held = tokio::select! {
                    // Whatever ends it is the end of it.
                    _ = copy_bidirectional(&mut stream, &mut server) => false,
                    held = held.wait_for(|held| *held) => held.is_ok(),
                };
                if is_held {
                    std::future::pending::<()>().await;
                }
            }
        }
        Way::Closed => {}
        Way::Silent => std::future::pending().await,
    }
}
