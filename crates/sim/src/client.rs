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
    /// The server's operator ends what runs, past every undo.
    Force,
}

impl Kind {
    /// Every kind with how likely it is.
    pub(crate) const ALL: [(Self, u64); 12] = [
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
        (Self::Force, 2),
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
    /// Which offers it last saw waiting for the publisher's review.
    pub(crate) waits: Vec<bool>,
    /// Which offers it has just begun to take live.
    pub(crate) went_live: Vec<bool>,
    edits: u32,
    /// How many requests it gave an id.
    ids: u32,
    /// A call of which it does not know what came, and that it may make again.
    pub(crate) unknown: Option<Asking>,
}

/// A call with what was so when it was made first.
#[derive(Clone, Debug)]
pub(crate) struct Asking {
    pub(crate) plan: Plan,
    /// How many states the offer had then.
    pub(crate) mark: usize,
    /// The number of its newest operation then.
    pub(crate) newest: u64,
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
        let offers = OFFERS.len();
        Self {
            index,
            draw,
            left,
            tags: vec![None; offers],
            waits: vec![false; offers],
            went_live: vec![false; offers],
            edits: 0,
            ids: 0,
            unknown: None,
        }
    }

    /// The call of which it does not know what came, if it makes it again.
    pub(crate) fn again(&mut self) -> Option<Asking> {
        let unknown = self.unknown.take()?;
        self.left = self.left.saturating_sub(1);
        self.draw.happens(8_000).then_some(unknown)
    }

    /// Its next call, given the addresses that were given out.
    pub(crate) fn next(&mut self, profile: &Profile, known: &[Known]) -> Plan {
        self.left = self.left.saturating_sub(1);
        let mut plan = self.draw_next(profile, known);
        let changes = matches!(plan.kind, Kind::Publish | Kind::GoLive | Kind::Cancel | Kind::Put);
        if changes && self.draw.happens(5_000) {
            self.ids += 1;
            plan.ask.repeat = Some((format!("request-{}-{}", self.index, self.ids), String::new()));
        }
        if plan.kind != Kind::Put && (changes || plan.kind == Kind::Operation) && self.draw.happens(1_500) {
            plan.ask.wait = Some(1 + self.draw.below(20));
        }
        plan
    }

    fn draw_next(&mut self, profile: &Profile, known: &[Known]) -> Plan {
        let place = self.draw.place(profile.offers);
        let name = OFFERS[place];
        let drawn = Kind::draw(profile, &mut self.draw);
        // Who saw that an offer waits for them mostly goes on.
        let goes_on = self.waits[place] && self.draw.happens(5_000);
        // And some call it back at once.
        let regrets = std::mem::take(&mut self.went_live[place]) && self.draw.happens(4_000);
        let kind = match drawn {
            _ if regrets => Kind::Cancel,
            _ if goes_on => Kind::GoLive,
            drawn => drawn,
        };
        let path = format!("/api/publishers/{}/offers/{}", name.publisher, name.offer);
        let plan = |ask| Plan { kind, name, ask, named: None, guard: None, title: None };
        match kind {
            Kind::Publish => {
                let plan = self.with_emails(plan(Ask::post(format!("{path}/publish"))));
                self.guarded(place, plan)
            }
            Kind::GoLive => self.guarded(place, plan(Ask::post(format!("{path}/golive")))),
            Kind::Cancel => {
                let plan = self.with_emails(plan(Ask::post(format!("{path}/cancel"))));
                self.cancel(place, known, plan)
            }
            Kind::Put => self.put(place, plan(Ask::get(path))),
            Kind::Operation => self.look(known, plan(Ask::get(path))),
            Kind::Offer => plan(Ask::get(path)),
            Kind::Force => plan(Ask::post(path)),
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

    /// With a list of addresses. That of a publish has one that no other request has: it tells whether the request
    /// was carried out twice.
    fn with_emails(&mut self, mut plan: Plan) -> Plan {
        let mut list: Vec<String> = self
            .draw
            .one_of(&[&[][..], &["ann@x.example"], &["ann@x.example", "bob@y.example"]])
            .iter()
            .map(|address| (*address).to_owned())
            .collect();
        if plan.kind == Kind::Publish {
            list.push(format!("of-{}-{}@once.example", self.index, self.left));
        }
        if !list.is_empty() {
            plan.ask.body = Some(json!({ "metadata": { "notification-emails": list.join(",") } }));
        }
        plan
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
