//! The clients' calls: how each is made, what comes of it, and whether the answer is true.

use std::cell::RefCell;
use std::time::Duration;

use futures_util::future::join_all;
use signoff_engine::clock::Source;
use signoff_engine::{CancelReceipt, CancelRequest};
use signoff_lifecycle::command::StopLevel;
use signoff_lifecycle::decision::StopReply;
use signoff_lifecycle::ids::OfferKey;
use signoff_wire::etag::IfMatch;
use signoff_wire::repeatability::fixdate;

use crate::call::{Answer, call};
use crate::client::{Asking, Client, Kind, Known, Plan};
use crate::node::Node;
use crate::template::{OFFERS, Template};
use crate::truth::{self, Promise, Window};
use crate::world::World;

impl World {
    /// The clients make their calls.
    pub(crate) async fn clients_call(&self, node: &Node) {
        join_all(self.clients.iter().map(|client| self.client_calls(client, node))).await;
    }

    async fn client_calls(&self, client: &RefCell<Client>, node: &Node) {
        while client.borrow().left > 0 && !self.book.is_wrong() {
            let pause = self.profile.borrow().pause;
            let millis = u64::try_from(pause.as_millis()).unwrap_or(1);
            let pause = Duration::from_millis(client.borrow_mut().draw.below(millis + 1));
            tokio::time::sleep(pause).await;
            let again = client.borrow_mut().again();
            if again.is_some() {
                self.book.count("request repeated");
            }
            let asking = again.unwrap_or_else(|| {
                let plan = client.borrow_mut().next(&self.profile.borrow(), &self.known.borrow());
                self.asking(plan)
            });
            self.clock_jumps();
            if asking.plan.kind == Kind::Force {
                self.force(node, &asking.plan).await;
                continue;
            }
            let index = client.borrow().index;
            // It knows as soon as there is an answer; a crash leaves it in the dark.
            client.borrow_mut().unknown = asking.plan.ask.repeat.is_some().then(|| asking.clone());
            let answer = self.ask(index, node, &asking).await;
            if let Some(answer) = answer {
                client.borrow_mut().unknown = None;
                learn(&mut client.borrow_mut(), &asking.plan, &answer);
            }
        }
    }

    /// The operator's way past every undo: not over HTTP.
    async fn force(&self, node: &Node, plan: &Plan) {
        let level = if self.luck.borrow_mut().happens(5_000) { StopLevel::Force } else { StopLevel::Kill };
        let request = CancelRequest { level, ..CancelRequest::of("operator") };
        self.book.line(&format!("the operator ends what runs of {}: {level:?}", plan.name.offer));
        let done = node.engine.cancel(&OfferKey::new(plan.name.publisher, plan.name.offer), request).await;
        let Ok(done) = done else { return };
        self.book.count(format!("{level:?}"));
        let ended = |id| self.book.look(|seen| seen.operations.get(&id).is_some_and(|it| !it.is_running()));
        let CancelReceipt::Stopped { reply, .. } = done.receipt else { return };
        let promise = match reply {
            StopReply::GivenUp(reference) => Promise::Cancellation(reference.id),
            StopReply::Completed(reference) => Promise::Ended(reference.id, "completed"),
            _ => return,
        };
        if !ended(promise.about()) {
            self.book.wrong("what was ended by force goes on".to_owned());
        }
        self.promises.borrow_mut().push(promise);
    }

    /// A call, as things are now.
    fn asking(&self, mut plan: Plan) -> Asking {
        if let Some((_, first_sent)) = &mut plan.ask.repeat {
            *first_sent = fixdate(self.timeline.now().0);
        }
        let (publisher, offer) = (plan.name.publisher, plan.name.offer);
        let (mark, newest) = self.book.look(|seen| {
            let newest = seen.state(publisher, offer).map_or(0, |state| state.offer.publishing_version);
            (seen.mark(publisher, offer), newest)
        });
        Asking { plan, mark, newest }
    }

    fn clock_jumps(&self) {
        let mut luck = self.luck.borrow_mut();
        if luck.happens(self.profile.borrow().faults.clock_jump) {
            let micros = i64::try_from(luck.below(1_200_000_000)).unwrap_or(0) - 600_000_000;
            self.timeline.jump(micros);
            self.book.count("clock set forward or back");
            self.book.line(&format!("the machine's clock is set by {} s", micros / 1_000_000));
        }
    }

    /// Makes a call and judges its answer; `None`: the caller does not know what came of it.
    async fn ask(&self, who: usize, node: &Node, asking: &Asking) -> Option<Answer> {
        let plan = &asking.plan;
        let guard = if plan.guard.is_some() { " with a tag" } else { "" };
        let id = plan.ask.repeat.as_ref().map(|(id, _)| format!(" as {id}")).unwrap_or_default();
        self.book.line(&format!("client {who} asks {} {}{guard}{id}", plan.ask.method, plan.ask.path));
        self.invite(plan);
        let (patience, loses) = self.patience();
        let asked = call(&node.routes, Template::get().token(plan.name.publisher), &plan.ask);
        let Ok(mut answer) = tokio::time::timeout(patience, asked).await else {
            self.book.count("client hung up");
            self.book.line(&format!("client {who} hangs up"));
            return None;
        };
        if let Some(bug) = self.bug {
            bug.spoil(plan, &mut answer, &mut self.first_reads.borrow_mut());
        }
        self.book.count(format!("{:?} {}", plan.kind, answer.status));
        let code = if answer.status < 400 { answer.text("operationId") } else { answer.code() };
        let lost = if loses { ", which is lost" } else { "" };
        self.book.line(&format!("client {who} gets {} {code}{lost}", answer.status));
        if loses {
            self.book.count("answer lost");
            return None;
        }
        // An advance says so when what is due does not happen within half a minute: third parties take their time.
        let gives_up = answer.status == 504 && plan.kind == Kind::Advance;
        if gives_up || answer.status == 503 && self.profile.borrow().faults.any() {
            return None;
        }
        self.judge(asking, &answer);
        Some(answer)
    }

    /// The addresses of a cancel may be told of what happens, though no operation keeps them.
    fn invite(&self, plan: &Plan) {
        let list = plan.ask.body.as_ref().and_then(|body| body["metadata"]["notification-emails"].as_str());
        if let (Kind::Cancel, Some(list)) = (plan.kind, list) {
            self.book.learn(|seen| seen.guests.extend(list.split(',').map(str::to_owned)));
        }
    }

    /// How long the caller waits, and whether the answer gets lost.
    fn patience(&self) -> (Duration, bool) {
        let faults = self.profile.borrow().faults;
        let mut luck = self.luck.borrow_mut();
        let hangs_up = luck.happens(faults.hang_up);
        let millis = luck.below(faults.slow_millis + 2);
        let loses = luck.happens(faults.answer_lost);
        (if hangs_up { Duration::from_millis(millis) } else { Duration::from_hours(1) }, loses)
    }

    fn judge(&self, asking: &Asking, answer: &Answer) {
        let Asking { plan, mark, newest } = asking;
        let (publisher, offer) = (plan.name.publisher, plan.name.offer);
        let judged = self.book.learn(|seen| {
            let promise = {
                let states = seen.since(publisher, offer, *mark);
                let window = Window { seen, states, newest_before: *newest };
                truth::judge(plan, answer, &window)?
            };
            if plan.kind == Kind::Cancel
                && let Some(promise) = &promise
            {
                seen.answered(promise)?;
            }
            if let Some(Promise::Exists(id)) = &promise {
                let request = plan.ask.repeat.as_ref().map(|(id, _)| id.as_str());
                seen.started(*id, request)?;
            }
            Ok::<_, String>(promise)
        });
        match judged {
            Ok(Some(promise)) => self.promises.borrow_mut().push(promise),
            Ok(None) => {}
            Err(what) => self.book.wrong(what),
        }
        if let (Ok(id), 200 | 202) = (answer.text("operationId").parse(), answer.status) {
            let location = answer.location().to_owned();
            self.known.borrow_mut().push(Known { name: plan.name, id, location });
        }
    }
}

/// What a client keeps of an answer.
fn learn(client: &mut Client, plan: &Plan, answer: &Answer) {
    let place = OFFERS.iter().position(|name| *name == plan.name);
    if let (Kind::Offer, Some(place)) = (plan.kind, place) {
        client.waits[place] = answer.text("status") == "waitingForPublisherReview";
    }
    if let (Kind::GoLive, 202, Some(place)) = (plan.kind, answer.status, place) {
        client.went_live[place] = true;
    }
    if let (Kind::Offer | Kind::Put, Some(tag), Some(place)) = (plan.kind, answer.tag(), place)
        && let Some(parsed) = IfMatch::parse(tag).and_then(|tags| tags.sent())
        && let [sent] = parsed.as_slice()
    {
        client.tags[place] = Some((tag.to_owned(), sent.publishing_version));
    }
}
