//! The mail server of a simulation: slow, failing, and sometimes taking a message without saying so.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;
use signoff_mail::{Carrier, Rendered, SendError};

use crate::book::Book;
use crate::draw::Draw;

/// Takes messages. Clones are the same server; it does not die with the node.
#[derive(Clone)]
pub(crate) struct Mailman {
    shared: Arc<Mutex<State>>,
    book: Arc<Book>,
}

struct State {
    draw: Draw,
    /// How often sending fails, of ten thousand.
    fails: u64,
}

enum Mood {
    Takes,
    Refuses(SendError),
    TakesAndSaysNothing,
}

impl Mailman {
    pub(crate) fn new(seed: u64, fails: u64, book: Arc<Book>) -> Self {
        let state = State { draw: Draw::of(seed, "mail"), fails };
        Self { shared: Arc::new(Mutex::new(state)), book }
    }

    /// Nothing goes wrong any more.
    pub(crate) fn stop(&self) {
        self.shared.lock().fails = 0;
    }

    fn mood(&self) -> (Duration, Mood) {
        let State { draw, fails } = &mut *self.shared.lock();
        let pause = Duration::from_millis(draw.below(30));
        let mood = match draw.below(3) {
            _ if !draw.happens(*fails) => Mood::Takes,
            0 => Mood::Refuses(SendError::Transient("451 later".to_owned())),
            1 => Mood::Refuses(SendError::Permanent("550 unknown".to_owned())),
            _ => Mood::TakesAndSaysNothing,
        };
        (pause, mood)
    }
}

#[async_trait]
impl Carrier for Mailman {
    async fn send(&self, message: &Rendered) -> Result<(), SendError> {
        let (pause, mood) = self.mood();
        tokio::time::sleep(pause).await;
        match mood {
            Mood::Takes => {
                self.book.delivered(&message.message_id);
                Ok(())
            }
            Mood::Refuses(error) => Err(error),
            Mood::TakesAndSaysNothing => {
                self.book.delivered(&message.message_id);
                Err(SendError::Transient("the connection broke".to_owned()))
            }
        }
    }
}
