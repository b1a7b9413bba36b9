//! A proxy before a server: connections through it can be cut, kept waiting, swallowed, and led elsewhere.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// What the server says gets nowhere.
const ANSWERS: u8 = 1;
/// What it is told gets nowhere, either.
const QUESTIONS: u8 = 2;

/// Listens on a free port of the loopback address, until it is dropped.
pub struct Proxy {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    _listening: JoinSet<()>,
}

struct State {
    way: Way,
    /// What the connections swallow that are there.
    swallowed: Arc<AtomicU8>,
    connections: JoinSet<()>,
    accepted: usize,
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
            swallowed: Arc::default(),
            connections: JoinSet::new(),
            accepted: 0,
        };
        let state = Arc::new(Mutex::new(state));
        let (mut listening, shared) = (JoinSet::new(), state.clone());
        listening.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let mut state = shared.lock();
                state.accepted += 1;
                let (way, swallowed) = (state.way.clone(), state.swallowed.clone());
                state.connections.spawn(serve(stream, way, swallowed));
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
        self.state.lock().swallow(ANSWERS | QUESTIONS);
    }

    /// The same, but what the server is told on the connections that are there gets there.
    pub fn swallow_answers(&self) {
        self.state.lock().swallow(ANSWERS);
    }

    /// Leads new connections to this `HOST:PORT`; those that are there stay.
    pub fn lead_to(&self, server: &str) {
        self.state.lock().way = Way::To(server.to_owned());
    }
}

impl State {
    fn swallow(&mut self, what: u8) {
        self.way = Way::Silent;
        std::mem::take(&mut self.swallowed).store(what, Ordering::SeqCst);
    }
}

async fn serve(mut stream: TcpStream, way: Way, swallowed: Arc<AtomicU8>) {
    match way {
        Way::To(server) => {
            if let Ok(mut server) = TcpStream::connect(server).await {
                let (from_client, to_client) = stream.split();
                let (from_server, to_server) = server.split();
                // Whatever ends it is the end of it.
                tokio::select! {
                    _ = carry(from_client, to_server, &swallowed, QUESTIONS) => {}
                    _ = carry(from_server, to_client, &swallowed, ANSWERS) => {}
                }
            }
        }
        Way::Closed => {}
        Way::Silent => std::future::pending().await,
    }
}

/// Carries bytes until their end, but for those that are swallowed.
async fn carry(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    swallowed: &AtomicU8,
    these: u8,
) -> io::Result<()> {
    let mut bytes = vec![0; 16 * 1024];
    loop {
        let count = from.read(&mut bytes).await?;
        if count == 0 {
            return Ok(());
        }
        if swallowed.load(Ordering::SeqCst) & these == 0 {
            to.write_all(&bytes[..count]).await?;
        }
    }
}
