//! What was committed so far, as the checks need it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use signoff_lifecycle::ids::OperationId;
use signoff_lifecycle::offer::Aggregate;
use signoff_lifecycle::operation::{Kind, Operation};
use signoff_store::contract::{Change, Lease};
use signoff_store::memory::Tables;

use crate::truth::Promise;

/// One event of one operation.
pub(crate) type Told = (OperationId, &'static str);

/// Everything that was committed.
#[derive(Default)]
pub(crate) struct Seen {
    /// Every state that an offer had, by publisher and offer, the first first.
    pub(crate) states: BTreeMap<(String, String), Vec<Arc<Aggregate>>>,
    /// Every operation as it is, by id.
    pub(crate) operations: BTreeMap<OperationId, Operation>,
    /// Whose each operation is: publisher and offer.
    pub(crate) owners: BTreeMap<OperationId, (String, String)>,
    /// The newest lease on each piece of work.
    pub(crate) leases: BTreeMap<(OperationId, u32), u64>,
    /// Who must have been told of what.
    pub(crate) letters: BTreeMap<Told, BTreeSet<String>>,
    /// Who may have been told besides: the addresses of a cancel on the spot, which no operation keeps.
    pub(crate) guests: BTreeSet<String>,
    /// What cancels of each operation were answered: the same every time.
    pub(crate) answers: BTreeMap<OperationId, OperationId>,
    /// Which request was told that it started each operation; `None`: one without an id.
    pub(crate) starters: BTreeMap<OperationId, Option<String>>,
    /// How often a draft with this title was committed.
    pub(crate) titles: BTreeMap<String, u32>,
}

impl From<&Tables> for Seen {
    fn from(tables: &Tables) -> Self {
        let mut seen = Self::default();
        for offer in tables.offers() {
            let key = (offer.publisher.clone(), offer.id.clone());
            let state = Aggregate { offer: offer.clone(), course: None };
            seen.states.insert(key, vec![Arc::new(state)]);
        }
        seen
    }
}

impl Seen {
    /// The offer's present state.
    pub(crate) fn state(&self, publisher: &str, offer: &str) -> Option<&Arc<Aggregate>> {
        self.states.get(&(publisher.to_owned(), offer.to_owned()))?.last()
    }

    /// How many states the offer had: a window of time begins with the last of them.
    pub(crate) fn mark(&self, publisher: &str, offer: &str) -> usize {
        self.states.get(&(publisher.to_owned(), offer.to_owned())).map_or(0, Vec::len)
    }

    /// The states that the offer had since the mark was taken, that of the mark among them.
    pub(crate) fn since(&self, publisher: &str, offer: &str, mark: usize) -> &[Arc<Aggregate>] {
        let states = self.states.get(&(publisher.to_owned(), offer.to_owned()));
        states.map_or(&[], |states| &states[mark.saturating_sub(1).min(states.len())..])
    }

    /// The offer's operation with this number.
    pub(crate) fn numbered(&self, publisher: &str, offer: &str, number: u64) -> Option<&Operation> {
        let of_offer = |operation: &&Operation| {
            self.owners
                .get(&operation.head().id)
                .is_some_and(|owner| (owner.0.as_str(), owner.1.as_str()) == (publisher, offer))
        };
        self.operations
            .values()
            .filter(of_offer)
            .find(|operation| operation.head().publishing_version == number)
    }

    /// Somebody leased this work.
    pub(crate) fn claimed(&mut self, lease: &Lease) {
        self.leases.insert((lease.operation, lease.attempt), lease.token);
    }

    /// The server died, and with it all leases.
    pub(crate) fn forget_leases(&mut self) {
        self.leases.clear();
    }

    /// Promise 10: the same command has the same answer.
    pub(crate) fn answered(&mut self, promise: &Promise) -> Result<(), String> {
        let answered = promise.about();
        let cancellation = self.operations.get(&answered).and_then(Operation::cancellation);
        let target = cancellation.map_or(answered, |cancellation| cancellation.target);
        match *self.answers.entry(target).or_insert(answered) {
            first if first == answered || matches!(promise, Promise::NotCancellable(_)) => Ok(()),
            first => {
                Err(format!("promise 10: a cancel of {target} was answered {first} and then {answered}"))
            }
        }
    }

    /// A request was told that it started this operation: the same one may be told so again.
    pub(crate) fn started(&mut self, id: OperationId, request: Option<&str>) -> Result<(), String> {
        let earlier = self.starters.insert(id, request.map(str::to_owned));
        let is_repeated = request.is_some() && earlier.as_ref().map(Option::as_deref) == Some(request);
        if earlier.is_none() || is_repeated {
            return Ok(());
        }
        Err(format!("{id} was started by {earlier:?} and by {request:?}"))
    }

    /// Promise 10: no request was carried out twice, however often it came.
    pub(crate) fn each_request_once(&self) -> Result<(), String> {
        let publishes = self.operations.values().filter(|operation| operation.kind() == Kind::Publish);
        let mut marks = BTreeSet::new();
        for mark in publishes
            .flat_map(|operation| &operation.head().emails)
            .filter(|mail| mail.ends_with("@once.example"))
        {
            if !marks.insert(mark) {
                return Err(format!("promise 10: the publish of {mark} was carried out twice"));
            }
        }
        Ok(())
    }

    pub(crate) fn take_in(&mut self, change: &Change) {
        let offer = &change.next.offer;
        let key = (offer.publisher.clone(), offer.id.clone());
        for operation in &change.operations {
            self.operations.insert(operation.head().id, operation.clone());
            self.owners.insert(operation.head().id, key.clone());
        }
        for (operation, attempt) in &change.finished_work {
            self.leases.remove(&(*operation, *attempt));
        }
        if let Some(content) = &change.content {
            *self.titles.entry(content.display_text.clone()).or_default() += 1;
        }
        self.states.entry(key).or_default().push(change.next.clone());
    }
}
