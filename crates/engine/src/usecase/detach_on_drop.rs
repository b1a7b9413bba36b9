//! A future that runs to its end even if nobody waits for it any more.

use std::pin::Pin;
use std::task::{Context, Poll};

type Running<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Runs `future` where it is awaited, which costs no task; if whoever awaits it goes away meanwhile, a task of its own
/// runs the rest. A future that was never polled never runs.
pub(super) fn detach_on_drop<T: Send + 'static>(
    future: impl Future<Output = T> + Send + 'static,
) -> DetachOnDrop<T> {
    DetachOnDrop { running: Some(Box::pin(future)), begun: false }
}

/// See [`detach_on_drop`].
pub(super) struct DetachOnDrop<T: Send + 'static> {
    /// `None` once it has ended, and while it is polled: what panicked is not polled again.
    running: Option<Running<T>>,
    begun: bool,
}

impl<T: Send + 'static> Future for DetachOnDrop<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        self.begun = true;
        let mut running = self.running.take().expect("it is not polled after its end");
        let polled = running.as_mut().poll(context);
        if polled.is_pending() {
            self.running = Some(running);
        }
        polled
    }
}

impl<T: Send + 'static> Drop for DetachOnDrop<T> {
    fn drop(&mut self) {
        let Some(running) = self.running.take().filter(|_| self.begun) else { return };
        // Without a runtime the process is about to end.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(running);
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn what_was_begun_ends_although_nobody_waits() {
        let (go, wait) = oneshot::channel::<()>();
        let (sender, told) = oneshot::channel();
        let mut future = detach_on_drop(async move {
            wait.await.unwrap();
            sender.send("done").unwrap();
        });
        let polled = std::future::poll_fn(|context| Poll::Ready(Pin::new(&mut future).poll(context))).await;
        assert!(polled.is_pending());
        drop(future);
        go.send(()).unwrap();
        assert_eq!(told.await, Ok("done"));
    }

    #[tokio::test]
    async fn what_was_not_begun_never_begins() {
        let (sender, told) = oneshot::channel();
        drop(detach_on_drop(async move { sender.send(()).unwrap() }));
        assert!(told.await.is_err());
    }

    #[tokio::test]
    async fn it_answers_who_waits() {
        assert_eq!(detach_on_drop(async { 3 }).await, 3);
    }
}
