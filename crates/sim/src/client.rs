//! What clients do: which call comes next, drawn from the client's own stream.

use serde_json::{Value, json};
use signoff_lifecycle::ids::OperationId;

use crate::call::Ask;
use crate::draw::Draw;
use crate::profile::Profile;
use crate::scenario;
use crate::template::{Name, OFFERS, document};

/// A kind of call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Publish,
    GoLive,
    Cancel,
    Put,
    Operation,
    Offer,
    List,
    Review,
    Release,
    Scenario,
    Advance,
}

impl Kind {
    /// Every kind with how likely it is.
    pub(crate) const ALL: [(Self, u64); 11] = [
        (Self::Publish, 20),
        (Self::GoLive, 14),
        (Self::Cancel, 16),
        (Self::Put, 3),
        (Self::Operation, 12),
        (Self::Offer, 6),
        (Self::List, 4),
        (Self::Review, 6),
        (Self::Release, 6),
        (Self::Scenario, 9),
        (Self::Advance, 5),
    ];

    fn draw(profile: &Profile, draw: &mut Draw) -> Self {
        let weight = |place: usize| Self::ALL[place].1 * profile.weights[place];
        let all: u64 = (0..Self::ALL.len()).map(weight).sum();
        if all == 0 {
            return Self::Publish;
        }
        let mut left = draw.below(all);
        for (place, (kind, _)) in Self::ALL.iter().enumerate() {
            if left < weight(place) {
                return *kind;
            }
            left -= weight(place);
        }
        Self::Publish
    }
}

/// A call that a client is about to make.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) kind: Kind,
    pub(crate) name: Name,
    pub(crate) ask: Ask,
    /// The operation that a cancel names, or that is read.
    pub(crate) named: Option<OperationId>,
    /// The newest operation's number in the tag that was sent.
    pub(crate) guard: Option<u64>,
    /// The title of the draft that is put.
    pub(crate) title: Option<String>,
}

/// One client, with what it knows.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub(crate) index: usize,
    pub(crate) draw: Draw,
    /// How many calls it still makes.
    pub(crate) left: u32,
    /// The last tag that it saw of each offer, with the number of the newest operation then.
    pub(crate) tags: Vec<Option<(String, u64)>>,
    edits: u32,
}

/// An operation whose address was given out.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) name: Name,
    pub(crate) id: OperationId,
    pub(crate) location: String,
}

impl Client {
    pub(crate) fn new(seed: u64, index: usize, left: u32) -> Self {
        let draw = Draw::of(seed, &format!("client {index}"));
        Self { index, draw, left, tags: vec![None; OFFERS.len()], edits: 0 }
    }

    /// Its next call, given the addresses that were given out.
    pub(crate) fn next(&mut self, profile: &Profile, known: &[Known]) -> Plan {
        self.left -= 1;
        let place = self.draw.place(profile.offers);
        let name = OFFERS[place];
        let kind = Kind::draw(profile, &mut self.draw);
        let path = format!("/api/publishers/{}/offers/{}", name.publisher, name.offer);
        let plan = |ask| Plan { kind, name, ask, named: None, guard: None, title: None };
        match kind {
            Kind::Publish => {
                self.guarded(place, self.with_emails(plan(Ask::post(format!("{path}/publish")))))
            }
            Kind::GoLive => self.guarded(place, plan(Ask::post(format!("{path}/golive")))),
            Kind::Cancel => {
                self.cancel(place, known, self.with_emails(plan(Ask::post(format!("{path}/cancel")))))
            }
            Kind::Put => self.put(place, plan(Ask::get(path))),
            Kind::Operation => self.look(known, plan(Ask::get(path))),
            Kind::Offer => plan(Ask::get(path)),
            Kind::List => plan(Ask::get(format!("{path}/submissions"))),
            Kind::Review => self.review(known, &path, plan(Ask::post(String::new()))),
            Kind::Release => {
                let step = self.draw.one_of(&scenario::STEPS);
                let path = format!("/_signoff/scenarios/{}/{}/release", name.publisher, name.offer);
                plan(Ask { body: Some(json!({ "step": step })), ..Ask::post(path) })
            }
            Kind::Scenario => {
                let path = format!("/_signoff/scenarios/{}/{}", name.publisher, name.offer);
                let body = scenario::draw(profile, &mut self.draw);
                plan(Ask { method: http::Method::PUT, body: Some(body), ..Ask::post(path) })
            }
            Kind::Advance => {
                let by = self.draw.one_of(&["5ms", "1s", "1m", "2h", "3d"]);
                let path = format!("/_signoff/clock/{}/advance", name.publisher);
                plan(Ask { body: Some(json!({ "by": by })), ..Ask::post(path) })
            }
        }
    }

    fn with_emails(&self, plan: Plan) -> Plan {
        let mut draw = self.draw.clone();
        let list = draw.one_of(&["", "ann@x.example", "ann@x.example,bob@y.example", "eve@z.example"]);
        let body = (!list.is_empty()).then(|| json!({ "metadata": { "notification-emails": list } }));
        Plan { ask: Ask { body, ..plan.ask }, ..plan }
    }

    /// Sometimes with the tag that was seen last.
    fn guarded(&mut self, place: usize, mut plan: Plan) -> Plan {
        if let Some((tag, number)) = self.tags[place].clone().filter(|_| self.draw.happens(2_500)) {
            plan.ask.if_match = Some(tag);
            plan.guard = Some(number);
        }
        plan
    }

    fn cancel(&mut self, place: usize, known: &[Known], plan: Plan) -> Plan {
        let of_offer: Vec<&Known> = known.iter().filter(|known| known.name == plan.name).collect();
        if of_offer.is_empty() || !self.draw.happens(4_000) {
            return self.guarded(place, plan);
        }
        // Mostly one of the newest, sometimes one of old.
        let newest = if self.draw.happens(7_000) { of_offer.len().min(3) } else { of_offer.len() };
        let chosen = of_offer[of_offer.len() - 1 - self.draw.place(newest)].id;
        let mut plan = self.guarded(place, plan);
        plan.named = Some(chosen);
        plan.ask.path = format!("{}?operationId={chosen}", plan.ask.path);
        plan
    }

    fn put(&mut self, place: usize, mut plan: Plan) -> Plan {
        self.edits += 1;
        let title = format!("edit {}.{}", self.index, self.edits);
        let tag = self.tags[place].clone().filter(|_| self.draw.happens(5_000));
        plan.ask.method = http::Method::PUT;
        plan.ask.if_match = Some(tag.map_or_else(|| "*".to_owned(), |(tag, _)| tag));
        plan.ask.body = Some(document(&title));
        plan.title = Some(title);
        plan
    }

    fn look(&mut self, known: &[Known], mut plan: Plan) -> Plan {
        if known.is_empty() {
            plan.kind = Kind::Offer;
            return plan;
        }
        let chosen = known[self.draw.place(known.len())].clone();
        Plan { name: chosen.name, named: Some(chosen.id), ask: Ask::get(chosen.location), ..plan }
    }

    /// A word on a step of the newest operation that is known.
    fn review(&mut self, known: &[Known], path: &str, mut plan: Plan) -> Plan {
        let Some(newest) = known.iter().rev().find(|known| known.name == plan.name) else {
            return Plan { kind: Kind::Offer, ask: Ask::get(path.to_owned()), ..plan };
        };
        let step =
            self.draw.one_of(&["displaycertify", "displaycertify", "displaycertify", "displayprovision"]);
        let word = self.draw.one_of(&["approve", "approve", "reject"]);
        plan.ask.path = format!("{path}/operations/{}/steps/{step}/{word}", newest.id);
        plan.ask.body = Some(Value::Object(serde_json::Map::new()));
        plan
    }
}
