//! Nodes, a cluster and clients, and what is done to them.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustix::process::Signal;
use signoff_engine::clock::Clock;
use signoff_lifecycle::ids::{Moment, RealTime};
use tempfile::TempDir;
use tokio::sync::watch;

use super::database::Cluster;
use super::node::Node;
use super::proxy::Weather;
use super::summary::Summary;
use crate::crowd::Crowd;
use crate::guide::{Counted, Guide, Place, Places, Trouble};
use crate::insist::Insisters;
use crate::ledger::{DraftedBy, Offer};
use crate::server::PATIENCE;
use crate::truth::{self, Owners};

pub(crate) const NODES: usize = 3;
/// Clients that repeat their requests until they are answered.
const INSISTERS: usize = 2;
/// So many clients wait before they give a node up.
const STUCK: usize = 5;
/// A node that gave so many answers after a failure has recovered from it.
const RECOVERED: usize = 5;

/// What goes on.
pub(crate) struct Play {
    pub(crate) cluster: Cluster,
    pub(crate) nodes: Vec<Node>,
    pub(crate) owners: Owners,
    crowd: Crowd,
    insisters: Insisters,
    places: watch::Sender<Places>,
    counted: watch::Receiver<BTreeMap<u64, Counted>>,
    trouble: Trouble,
    folder: TempDir,
    summary: Summary,
    /// Nodes that were started so far.
    started: u64,
    clock: Clock,
    begun: RealTime,
}

impl Play {
    /// Starts everything; `disk` is the size of the primary's disk, and each node's clock is wrong by as much as
    /// `skews` says.
    pub(crate) async fn begin(disk: Option<&str>, skews: [&'static str; NODES]) -> Self {
        let clock = Clock::default();
        let begun = clock.real();
        let cluster = Cluster::start(disk).await;
        let folder = tempfile::tempdir().unwrap();
        let mut nodes = Vec::new();
        for (skew, number) in skews.into_iter().zip(1..) {
            let mut node = Node::new(skew, &cluster.ports).await;
            node.start(number, folder.path()).await;
            nodes.push(node);
        }
        let owners = Owners::at_first(&nodes[0].base()).await;
        let places = watch::Sender::new(None);
        let trouble = Trouble::default();
        let guide = Guide::new(places.subscribe(), trouble.clone());
        let counted = guide.counted.subscribe();
        places.send_replace(Some(nodes.iter().filter_map(Node::place).collect()));
        let crowd = Crowd::gather(offers(), &owners, &guide).await;
        let insisters = Insisters::gather(INSISTERS, &owners.contoso, &guide).await;
        let mut summary = Summary::default();
        summary.disk.clone_from(&cluster.disk);
        let started = NODES as u64;
        Self {
            cluster,
            nodes,
            owners,
            crowd,
            insisters,
            places,
            counted,
            trouble,
            folder,
            summary,
            started,
            clock,
            begun,
        }
    }

    /// Lets the clients work until they were told so many things more.
    pub(crate) async fn work(&mut self, more: usize) {
        self.crowd.are_told(more).await;
    }

    /// From now on answers may be lost.
    pub(crate) fn breaks(&mut self, what: &'static str) {
        self.trouble.begins();
        *self.summary.broken.entry(what).or_default() += 1;
    }

    /// Every node has recovered by itself: no answer may be lost any more.
    pub(crate) async fn has_healed(&mut self) {
        let before = self.counted.borrow().clone();
        for number in self.numbers() {
            let wanted = before.get(&number).copied().unwrap_or_default().answered + RECOVERED;
            self.until(number, "answers again", |counted| counted.answered >= wanted).await;
        }
        self.trouble.ends();
    }

    fn numbers(&self) -> Vec<u64> {
        self.nodes.iter().map(|node| node.number).collect()
    }

    /// Waits until the calls to the node with this number are so.
    async fn until(&mut self, number: u64, what: &str, reached: impl Fn(Counted) -> bool) {
        let is_so = |all: &BTreeMap<u64, Counted>| all.get(&number).is_some_and(|counted| reached(*counted));
        let waited = tokio::time::timeout(PATIENCE, self.counted.wait_for(is_so)).await.is_ok();
        let log = || self.nodes.iter().map(Node::log).collect::<Vec<_>>().join("\n\n");
        assert!(waited, "node {number} never {what}: {:?}\n{}", *self.counted.borrow(), log());
    }

    /// Kills a node, and starts another in its place.
    pub(crate) async fn kill(&mut self, node: usize) {
        self.breaks("nodes killed");
        self.nodes[node].kill().await;
        self.start_again(node).await;
    }

    /// Tells a node to stop, and starts another in its place.
    pub(crate) async fn leave_and_join(&mut self, node: usize) {
        self.breaks("nodes stopped");
        self.nodes[node].stop().await;
        self.start_again(node).await;
    }

    /// Puts new nodes in the place of all: what is not answered by then never will be done.
    pub(crate) async fn renew(&mut self) {
        for node in 0..NODES {
            self.leave_and_join(node).await;
        }
        self.has_healed().await;
    }

    /// Starts a node in the place of one that ended.
    async fn start_again(&mut self, node: usize) {
        let dead = self.nodes[node].number;
        self.publish_places();
        // What it had sent is carried out by now, or never will be.
        let statement =
            format!("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'node-{dead}'");
        self.cluster.primary().until(&statement, "0").await;
        self.crowd.server_died(dead);
        self.summary.late += self.nodes[node].late_results();
        self.started += 1;
        self.nodes[node].start(self.started, self.folder.path()).await;
        self.publish_places();
    }

    fn publish_places(&self) {
        let places: Vec<Place> = self.nodes.iter().filter_map(Node::place).collect();
        self.places.send_replace(Some(places));
    }

    /// Stops a node in its tracks until its leases are over.
    pub(crate) async fn pause(&mut self, node: usize) {
        self.breaks("nodes paused");
        self.nodes[node].signal(Signal::STOP);
        self.given_up(node).await;
        self.leases_run_out().await;
        self.nodes[node].signal(Signal::CONT);
        self.is_asked_again(node);
    }

    /// The primary dies with everything that it was doing; its standby is promoted.
    pub(crate) async fn fail_over(&mut self) {
        self.breaks("primaries killed, standbys promoted");
        self.cluster.fail_over().await;
    }

    /// Makes a new standby.
    pub(crate) async fn replace_standby(&mut self) {
        self.cluster.replace_standby().await;
    }

    /// Resets all connections of a node.
    pub(crate) fn cut(&mut self, node: usize) {
        self.breaks("connections cut");
        self.nodes[node].network.cut();
    }

    /// Nothing that the database says reaches a node, until its connections are given up: the machine's network does
    /// that after some seconds.
    pub(crate) async fn unheard(&mut self, node: usize, weather: Weather) {
        self.breaks(if weather == Weather::BlackHole {
            "black holes"
        } else {
            "replies of the database lost"
        });
        self.nodes[node].network.set(weather);
        self.given_up(node).await;
        self.nodes[node].network.set(Weather::Fair);
        self.nodes[node].network.cut();
        self.is_asked_again(node);
    }

    /// What a node and the database tell each other arrives when the node's leases are over.
    pub(crate) async fn delayed(&mut self, node: usize) {
        self.breaks("packets delayed beyond a lease");
        self.nodes[node].network.set(Weather::Held);
        self.given_up(node).await;
        self.leases_run_out().await;
        self.nodes[node].network.set(Weather::Fair);
        self.is_asked_again(node);
    }

    /// Some calls wait for the node. Then no call is sent to it any more: those that wait give up and go on elsewhere.
    async fn given_up(&mut self, node: usize) {
        let number = self.nodes[node].number;
        self.until(number, "keeps anybody waiting", |counted| counted.on_their_way >= STUCK).await;
        self.nodes[node].hidden = true;
        self.publish_places();
        self.work(10).await;
    }

    fn is_asked_again(&mut self, node: usize) {
        self.nodes[node].hidden = false;
        self.publish_places();
    }

    /// Until the primary refuses to write, or is gone.
    pub(crate) async fn disk_is_full_for_a_while(&mut self) {
        self.breaks("disks filled");
        let primary = self.cluster.primary();
        primary.must("fill").await;
        primary.fails_to_write().await;
        let before = self.counted.borrow().clone();
        for number in self.numbers() {
            let before = before.get(&number).copied().unwrap_or_default().lost;
            self.until(number, "finds the disk full", |counted| counted.lost > before).await;
        }
        let primary = self.cluster.primary();
        primary.must("free").await;
        if primary.tell("alive").await.is_err() {
            primary.must("start").await;
        }
    }

    /// Waits until all that is held now is free, by the clock that counts.
    pub(crate) async fn leases_run_out(&mut self) {
        let now = "SELECT coalesce(max(lease_until), clock_timestamp()) + interval '2 seconds' FROM work";
        let until = self.cluster.primary().sql(now).await;
        let statement = format!("SELECT clock_timestamp() > '{until}'");
        self.cluster.primary().until(&statement, "t").await;
    }

    /// Everything ends, and everything that was answered is so, whichever node is asked.
    pub(crate) async fn end(mut self) {
        self.renew().await;
        self.places.send_replace(None);
        self.crowd.go_home().await;
        self.summary.repeated = self.insisters.go_home().await;
        let mut views = Vec::new();
        for (node, seed) in self.nodes.iter().zip(1..) {
            self.places.send_replace(Some(node.place().into_iter().collect()));
            self.crowd.read_everything(seed).await;
            views.push(self.owners.at(&node.base()));
        }
        let offers = self.crowd.offers.clone();
        let (deeds, told) = self.crowd.explained();
        truth::let_everything_end(&views[0], &offers).await;
        let mut summary = self.summary;
        for (offer, told) in offers.iter().zip(&told) {
            summary.lost += truth::lost(views[1].of(offer.publisher), told).await;
        }
        summary.show(&deeds, self.clock.real().since(self.begun));
        assert_eq!(summary.lost, 0, "what was answered is gone");
        let ended = truth::read_all(&views[0], &offers).await;
        for view in &views[1..] {
            assert_eq!(truth::read_all(view, &offers).await, ended, "all nodes tell the same");
        }
        for (number, (offer, told)) in offers.iter().zip(&told).enumerate() {
            truth::check(views[number % NODES].of(offer.publisher), offer, told).await;
        }
        truth::every_mail_was_written_once(&views[2], &ended).await;
        self.insisters.got_each_thing_once(&views[1].contoso).await;
        for mut node in self.nodes {
            node.stop().await;
        }
        self.cluster.end().await;
    }
}

/// What the clients fight over. No draft is changed by one client alone, who would know what it holds: what a node was
/// sent may be stored at any time until it is dead.
fn offers() -> Vec<Arc<Offer>> {
    let shared = |offer: Arc<Offer>| {
        let Offer { publisher, id, steps, .. } = &*offer;
        let drafted_by =
            if matches!(offer.id, "quick" | "broken") { DraftedBy::Two } else { DraftedBy::Nobody };
        Arc::new(Offer { publisher, id, steps: steps.clone(), drafted_by })
    };
    crate::kills::offers().into_iter().map(shared).collect()
}
