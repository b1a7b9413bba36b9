//! The network between a node and the database, with what goes wrong there.

use std::net::Ipv4Addr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How the network is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weather {
    Fair,
    /// What is sent stays on the way, and arrives when the weather is fair again.
    Held,
    /// Nothing that the database says arrives, ever: what is lost stays lost on connections of that time, on which
    /// nothing comes any more.
    RepliesLost,
    /// Nothing arrives in either direction, ever, on connections of that time.
    BlackHole,
}

/// What passes between one node and the members of the cluster.
pub(crate) struct Network {
    /// Where the node finds them.
    pub(crate) ports: [u16; 2],
    weather: watch::Sender<Weather>,
    /// Grows with every cut.
    cuts: watch::Sender<u64>,
    _tasks: JoinSet<()>,
}

impl Network {
    /// Leads to the members, whose `ports` may change.
    pub(crate) async fn to(ports: &watch::Sender<[u16; 2]>) -> Self {
        let (weather, cuts) = (watch::Sender::new(Weather::Fair), watch::Sender::new(0));
        let mut tasks = JoinSet::new();
        let mut own = [0; 2];
        for (member, own) in own.iter_mut().enumerate() {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
            *own = listener.local_addr().unwrap().port();
            let (ports, weather, cuts) = (ports.subscribe(), weather.subscribe(), cuts.subscribe());
            tasks.spawn(async move {
                let mut connections = JoinSet::new();
                while let Ok((node, _)) = listener.accept().await {
                    let port = ports.borrow()[member];
                    connections.spawn(connection(node, port, weather.clone(), cuts.clone()));
                    while connections.try_join_next().is_some() {}
                }
            });
        }
        Self { ports: own, weather, cuts, _tasks: tasks }
    }

    pub(crate) fn set(&self, weather: Weather) {
        self.weather.send_replace(weather);
    }

    /// Resets every connection.
    pub(crate) fn cut(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }
}

/// Carries what is said between a node and a member, until one of them has no more to say, or the connection is cut.
async fn connection(
    node: TcpStream,
    port: u16,
    mut weather: watch::Receiver<Weather>,
    mut cuts: watch::Receiver<u64>,
) {
    cuts.mark_unchanged();
    // In bad weather the first packet does not arrive, either.
    if weather.wait_for(|weather| *weather == Weather::Fair).await.is_err() {
        return;
    }
    let Ok(member) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await else { return };
    for stream in [&node, &member] {
        // Closed, it is reset: the peer sees no orderly end. Small packets go at once.
        stream.set_zero_linger().and_then(|()| stream.set_nodelay(true)).expect("the stream is open");
    }
    let (from_node, to_node) = node.into_split();
    let (from_member, to_member) = member.into_split();
    let hears = |weather: Weather| matches!(weather, Weather::Fair | Weather::RepliesLost);
    tokio::select! {
        () = carry(from_node, to_member, weather.clone(), hears) => {}
        () = carry(from_member, to_node, weather, |weather| weather == Weather::Fair) => {}
        _ = cuts.changed() => {}
    }
}

/// Carries one direction.
async fn carry(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut weather: watch::Receiver<Weather>,
    passes: impl Fn(Weather) -> bool,
) {
    let mut bytes = vec![0; 16 * 1024];
    // Once something is lost nothing of what follows can be understood.
    let mut deaf = false;
    while let Ok(length @ 1..) = from.read(&mut bytes).await {
        let held = weather.wait_for(|weather| *weather != Weather::Held).await;
        let Ok(weather) = held.map(|weather| *weather) else { return };
        deaf |= !passes(weather);
        if !deaf && to.write_all(&bytes[..length]).await.is_err() {
            return;
        }
    }
    if deaf {
        // The peer is not told that it is over, either.
        std::future::pending::<()>().await;
    }
}
