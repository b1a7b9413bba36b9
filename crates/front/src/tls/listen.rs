//! The accept loop that the TLS listener and the proxy share.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::select;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// How long after an error of `accept` (no file descriptor left, usually) to try again.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);
/// How long requests that run at shutdown may take to end.
const GRACE: Duration = Duration::from_secs(10);

/// Tells a connection that the listener is going away.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    /// Returns when the connection should end.
    pub async fn requested(&mut self) {
        // An error means that the listener is gone altogether, which is a stop as well.
        let _ = self.0.wait_for(|stopped| *stopped).await;
    }

    /// Whether it should have ended.
    pub(crate) fn is_requested(&self) -> bool {
        *self.0.borrow()
    }
}

/// Serves every connection, `most` at once (further ones wait in the system's queue), until `shutdown` is ready; then tells them to stop, and returns when they have, or
/// cuts them after [`GRACE`]. Dropping the future cuts them at once.
pub(crate) async fn listen<F, S, C>(listener: TcpListener, most: usize, shutdown: F, serve: S)
where
    F: Future<Output = ()>,
    S: Fn(TcpStream, SocketAddr, Stop) -> C,
    C: Future<Output = ()> + Send + 'static,
{
    listen_with(GRACE, listener, most, shutdown, serve).await;
}

async fn listen_with<F, S, C>(grace: Duration, listener: TcpListener, most: usize, shutdown: F, serve: S)
where
    F: Future<Output = ()>,
    S: Fn(TcpStream, SocketAddr, Stop) -> C,
    C: Future<Output = ()> + Send + 'static,
{
    let (stop, stopped) = watch::channel(false);
    let places = Arc::new(Semaphore::new(most));
    let mut open = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        let (stream, peer, place) = select! {
            () = &mut shutdown => break,
            accepted = accept(&listener, &places) => accepted,
            Some(_) = open.join_next() => continue,
        };
        let connection = serve(stream, peer, Stop(stopped.clone()));
        open.spawn(async move {
            connection.await;
            drop(place);
        });
    }
    drop(listener);
    stop.send_replace(true);
    let all_ended = async { while open.join_next().await.is_some() {} };
    if timeout(grace, all_ended).await.is_err() {
        tracing::warn!("connections were still busy at the end of the grace period and are cut");
    }
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> (TcpStream, SocketAddr, OwnedSemaphorePermit) {
    let place =
        Arc::clone(places).acquire_owned().await.expect("the semaphore is never closed while we listen");
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                // Replies are small and complete; waiting to fill a packet only delays them.
                let _ = stream.set_nodelay(true);
                return (stream, peer, place);
            }
            Err(error) => {
                tracing::warn!(%error, "accepting a connection failed");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt as _;
    use tokio::sync::{Notify, oneshot};

    use super::*;

    /// Nothing here takes this long; it only turns a hang into a failure.
    const PATIENCE: Duration = Duration::from_mins(1);

    #[tokio::test]
    async fn a_connection_that_never_ends_is_cut_after_the_grace() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let begun = Arc::new(Notify::new());
        let begins = begun.clone();
        let listening = listen_with(
            Duration::from_millis(1),
            listener,
            1,
            async { stopped.await.unwrap() },
            move |stream, _, _| {
                begins.notify_one();
                async move {
                    let _open = stream;
                    std::future::pending::<()>().await;
                }
            },
        );
        let client = async {
            let mut stream = TcpStream::connect(address).await.unwrap();
            begun.notified().await;
            stop.send(()).unwrap();
            // An error says that it was cut as well.
            assert_eq!(stream.read(&mut [0]).await.unwrap_or(0), 0);
        };
        timeout(PATIENCE, async { tokio::join!(listening, client) }).await.expect("it is not waited for");
    }
}
