//! Keeps what clients ask and are told, in the order in which it happens.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use reqwest::header::LOCATION;

use super::life::{Ask, Op, Reply};
use super::{Call, Event, History, Object, draft, life};
use crate::server::Answer;

/// The recorder of one offer. Clones are the same recorder.
#[derive(Clone, Default)]
pub(crate) struct Recorder {
    inner: Arc<Mutex<Recorded>>,
}

/// Everything that was recorded of one offer.
#[derive(Default)]
pub(crate) struct Recorded {
    pub(crate) life: Kept<life::Life>,
    pub(crate) draft: Kept<draft::Draft>,
    /// Operations by their address, in the order in which they were seen first.
    pub(crate) addresses: Vec<String>,
    /// The GUIDs of those of which it was told.
    guids: HashMap<Op, String>,
    /// The servers that are dead, by number.
    dead: HashSet<u64>,
}

/// One history, and which of its calls wait for which server.
pub(crate) struct Kept<O: Object> {
    pub(crate) history: History<O>,
    waiting: Vec<(u64, usize)>,
}

impl<O: Object> Default for Kept<O> {
    fn default() -> Self {
        Self { history: History::default(), waiting: Vec::new() }
    }
}

impl<O: Object> Kept<O> {
    fn sent(&mut self, client: &'static str, server: u64, ask: O::Ask) -> usize {
        let number = self.history.calls.len();
        self.history.calls.push(Call { client, ask, reply: None });
        self.history.events.push(Event::Sent(number));
        self.waiting.push((server, number));
        number
    }

    fn answered(&mut self, number: usize, reply: O::Reply) {
        self.history.calls[number].reply = Some(reply);
        self.history.events.push(Event::Answered(number));
        self.waiting.retain(|(_, waiting)| *waiting != number);
    }

    fn died(&mut self, dead: &HashSet<u64>) {
        let gone = self.waiting.extract_if(.., |(server, _)| dead.contains(server));
        self.history.events.extend(gone.map(|(_, number)| Event::Gone(number)));
    }
}

impl Recorder {
    fn with<T>(&self, act: impl FnOnce(&mut Recorded) -> T) -> T {
        act(&mut self.inner.lock().expect("nobody panics while recording"))
    }

    /// A call is about to be sent to the server with this number.
    pub(crate) fn asks(&self, client: &'static str, server: u64, ask: Ask) -> usize {
        self.with(|recorded| {
            let number = recorded.life.sent(client, server, ask);
            recorded.bury();
            number
        })
    }

    /// An answer has arrived, whole.
    pub(crate) fn told(&self, number: usize, answer: &Answer) {
        self.with(|recorded| {
            let reply = recorded.reply(number, answer);
            recorded.life.answered(number, reply);
        });
    }

    pub(crate) fn asks_draft(&self, client: &'static str, server: u64, ask: draft::Ask) -> usize {
        self.with(|recorded| {
            let number = recorded.draft.sent(client, server, ask);
            recorded.bury();
            number
        })
    }

    pub(crate) fn told_draft(&self, number: usize, reply: draft::Reply) {
        self.with(|recorded| recorded.draft.answered(number, reply));
    }

    /// The server with this number is dead: what was sent to it has happened by now, or never will.
    pub(crate) fn died(&self, server: u64) {
        self.with(|recorded| {
            recorded.dead.insert(server);
            recorded.bury();
        });
    }

    /// The operations seen so far, with their addresses.
    pub(crate) fn operations(&self) -> Vec<(Op, String)> {
        self.with(|recorded| {
            recorded.addresses.iter().cloned().enumerate().map(|(n, at)| (Op(n), at)).collect()
        })
    }

    /// The operations of which the GUID is known, too.
    pub(crate) fn named(&self) -> Vec<(Op, String)> {
        self.with(|recorded| recorded.guids.iter().map(|(op, guid)| (*op, guid.clone())).collect())
    }

    /// What was recorded. Nobody may go on recording.
    pub(crate) fn into_recorded(self) -> Recorded {
        let inner = Arc::into_inner(self.inner).expect("every client has ended");
        inner.into_inner().expect("nobody panicked while recording")
    }
}

impl Recorded {
    /// What was sent to a dead server is over.
    fn bury(&mut self) {
        self.life.died(&self.dead);
        self.draft.died(&self.dead);
    }

    /// The operation with this address.
    fn op(&mut self, address: &str) -> Op {
        let known = self.addresses.iter().position(|known| known == address);
        Op(known.unwrap_or_else(|| {
            self.addresses.push(address.to_owned());
            self.addresses.len() - 1
        }))
    }

    /// The answer, in the words of [`life`].
    fn reply(&mut self, number: usize, answer: &Answer) -> Reply {
        let ask = self.life.history.calls[number].ask.clone();
        match (&ask, answer.status) {
            (Ask::Status, 200) => Reply::Status(answer.text("status").to_owned()),
            (Ask::Look(_), 200) => Reply::Shows {
                status: answer.text("status").to_owned(),
                cancel: answer.text("cancellationRequestState").to_owned(),
            },
            (Ask::Publish | Ask::GoLive, 202) => Reply::Started(self.of_success(answer)),
            (Ask::Cancel(_), 202) => Reply::Canceling(self.of_success(answer)),
            (Ask::Cancel(_), 200) if answer.text("status") == "canceled" => {
                Reply::Canceled(self.of_success(answer))
            }
            (Ask::Cancel(_), 200) => Reply::CancellationEnded(self.of_success(answer)),
            (_, 404) => Reply::NotFound,
            (_, 400) => self.refusal(answer),
            _ => panic!("no answer to {ask}: {answer:?}"),
        }
    }

    fn of_success(&mut self, answer: &Answer) -> Op {
        let op = self.op(&answer.location());
        self.guids.insert(op, answer.text("operationId").to_owned());
        op
    }

    fn refusal(&mut self, answer: &Answer) -> Reply {
        let address = answer.headers.get(LOCATION).map(|address| address.to_str().unwrap().to_owned());
        let op = address.map(|address| self.op(&address));
        match (answer.body["error"]["code"].as_str(), op) {
            (Some("OperationInProgress"), Some(op)) => Reply::InProgress(op),
            (Some("OperationNotCancellable"), Some(op)) => Reply::NotCancellable(op),
            (Some("CancellationFailed"), Some(op)) => Reply::CancellationFailed(op),
            (Some("NotReadyForGoLive"), None) => Reply::NotReadyForGoLive,
            (Some("NoOperationInProgress"), None) => Reply::NothingInProgress,
            (Some("OperationNotRunning"), None) => Reply::NotRunning,
            _ => panic!("no refusal that the contract has: {answer:?}"),
        }
    }
}
