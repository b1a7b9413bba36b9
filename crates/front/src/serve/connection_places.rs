//! How many connections there are, and who gets one.
//!
//! Nobody can keep others out: what is silent makes room, one address has a bounded number of connections without a
//! token, and beyond all that a few are taken on which health checks are answered.

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use parking_lot::Mutex;

use super::connection::{Conn, Reserved, after};
use super::settings::ServeSettings;

/// The places of a server, on all its listeners.
pub(super) struct Places {
    pub(super) settings: ServeSettings,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    next: u64,
    regular: BTreeMap<u64, Arc<Conn>>,
    reserve: BTreeMap<u64, Arc<Conn>>,
    /// Connections in `regular` that are not known, by address.
    strangers: HashMap<IpAddr, usize>,
}

impl Open {
    fn leaves(&mut self, conn: &Conn) {
        if self.regular.remove(&conn.id).is_some() && !conn.is_known() {
            self.forget_stranger(conn.network);
        }
        self.reserve.remove(&conn.id);
    }

    fn forget_stranger(&mut self, network: IpAddr) {
        if let Some(count) = self.strangers.get_mut(&network) {
            *count -= 1;
            if *count == 0 {
                self.strangers.remove(&network);
            }
        }
    }

    fn strangers_of(&self, network: IpAddr) -> usize {
        self.strangers.get(&network).copied().unwrap_or_default()
    }
}

/// The one of them that has been silent the longest, if it has been long enough; those without a token first.
fn silent<'a>(among: impl Iterator<Item = &'a Arc<Conn>>) -> Option<Arc<Conn>> {
    let now = after(std::time::Duration::ZERO);
    let silent = among.filter_map(|conn| {
        let from = conn.idle_from().filter(|from| *from <= now)?;
        Some(((conn.is_known(), from, conn.id), conn))
    });
    silent.min_by_key(|(order, _)| *order).map(|(_, conn)| conn.clone())
}

impl Places {
    pub(super) fn new(settings: ServeSettings) -> Self {
        Self { settings, open: Mutex::default() }
    }

    /// A place for a connection; `None`: it is to be closed at once.
    pub(super) fn admit(self: &Arc<Self>, peer: SocketAddr) -> Option<Place> {
        let known = self.settings.trusts(peer.ip());
        let mut open = self.open.lock();
        open.next += 1;
        let id = open.next;
        let full = self.make_room(&mut open, peer, known);
        let conn = Arc::new(Conn::new(id, peer, self.clone(), known, full));
        if full.is_none() {
            Self::take(&mut open, &conn);
            return Some(Place(conn));
        }
        if open.reserve.len() >= self.settings.reserve {
            // What is asked there takes no time; who takes some has had it.
            let oldest = open.reserve.values().next().cloned()?;
            open.leaves(&oldest);
            oldest.evict();
        }
        open.reserve.insert(id, conn.clone());
        Some(Place(conn))
    }

    /// A place that does not count: the connection has one already, at the proxy through which it comes.
    pub(super) fn uncounted(self: &Arc<Self>, peer: SocketAddr) -> Place {
        Place(Arc::new(Conn::new(0, peer, self.clone(), true, None)))
    }

    fn take(open: &mut Open, conn: &Arc<Conn>) {
        open.regular.insert(conn.id, conn.clone());
        if !conn.is_known() {
            *open.strangers.entry(conn.network).or_default() += 1;
        }
    }

    /// Why there is no room for one more, after what could be done about it.
    fn make_room(&self, open: &mut Open, peer: SocketAddr, known: bool) -> Option<Reserved> {
        let network = super::address::network(peer.ip());
        if !known && open.strangers_of(network) >= self.settings.strangers {
            let own = open.regular.values().filter(|conn| conn.network == network && !conn.is_known());
            let Some(own) = silent(own) else { return Some(Reserved::Address) };
            open.leaves(&own);
            own.evict();
        }
        if open.regular.len() >= self.settings.connections {
            let Some(other) = silent(open.regular.values()) else { return Some(Reserved::Server) };
            open.leaves(&other);
            other.evict();
        }
        None
    }

    /// Why the connection has no place among the others now; `None`: it has one from now on.
    pub(super) fn promote(&self, conn: &Arc<Conn>) -> Option<Reserved> {
        conn.reserved()?;
        let mut open = self.open.lock();
        let full = self.make_room(&mut open, conn.peer, conn.is_known());
        conn.set_reserved(full);
        if full.is_none() && open.reserve.remove(&conn.id).is_some() {
            Self::take(&mut open, conn);
        }
        full
    }

    /// The connection is known from now on.
    pub(super) fn recognise(&self, conn: &Conn) {
        let mut open = self.open.lock();
        if conn.become_known() && open.regular.contains_key(&conn.id) {
            open.forget_stranger(conn.network);
        }
    }

    #[cfg(test)]
    fn count(&self) -> (usize, usize, usize) {
        let open = self.open.lock();
        (open.regular.len(), open.reserve.len(), open.strangers.values().sum())
    }

    fn left(&self, conn: &Conn) {
        self.open.lock().leaves(conn);
    }
}

/// A connection's place, given back when it is dropped.
pub(crate) struct Place(pub(super) Arc<Conn>);

impl Place {
    pub(super) fn conn(&self) -> &Arc<Conn> {
        &self.0
    }

    /// Ready when the connection has to make room for others.
    pub(crate) async fn evicted(&self) {
        self.0.evicted().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.places().left(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn places(connections: usize, strangers: usize, reserve: usize, silence: Duration) -> Arc<Places> {
        let trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()];
        let settings = ServeSettings {
            connections,
            strangers,
            reserve,
            silence,
            trusted_proxies,
            ..ServeSettings::default()
        };
        Arc::new(Places::new(settings))
    }

    fn at(address: &str) -> SocketAddr {
        SocketAddr::new(address.parse().unwrap(), 4711)
    }

    fn busy(place: &Place) {
        place.0.begins(true);
    }

    const LONG: Duration = Duration::from_hours(1);

    #[tokio::test]
    async fn a_token_and_a_whole_body_free_the_address() {
        let places = places(10, 2, 1, LONG);
        let first = places.admit(at("192.0.2.1")).unwrap();
        busy(&first);
        let _second = places.admit(at("192.0.2.1")).unwrap();
        first.0.good_token();
        assert_eq!(places.count(), (2, 0, 2), "the body is not here yet");
        first.0.body_whole();
        first.0.body_whole();
        assert_eq!(places.count(), (2, 0, 1));
        let third = places.admit(at("192.0.2.1")).unwrap();
        assert_eq!(third.0.reserved(), None);
        drop((first, third));
        assert_eq!(places.count(), (1, 0, 1));
    }

    #[tokio::test]
    async fn a_whole_body_without_a_token_frees_nothing() {
        let places = places(10, 1, 1, LONG);
        let first = places.admit(at("192.0.2.1")).unwrap();
        busy(&first);
        first.0.body_whole();
        assert_eq!(places.count(), (1, 0, 1));
        let second = places.admit(at("192.0.2.1")).unwrap();
        assert_eq!(second.0.reserved(), Some(Reserved::Address));
    }

    #[tokio::test]
    async fn one_more_of_an_address_waits_beside_the_others() {
        let places = places(10, 2, 1, LONG);
        let [first, _second] = [(); 2].map(|()| places.admit(at("192.0.2.1")).unwrap());
        let third = places.admit(at("192.0.2.1")).unwrap();
        assert_eq!(third.0.reserved(), Some(Reserved::Address));
        assert_eq!(places.admit(at("192.0.2.2")).unwrap().0.reserved(), None, "another address has places");
        assert_eq!(places.admit(at("10.0.0.1")).unwrap().0.reserved(), None, "a trusted proxy always has");
        assert_eq!(places.promote(&third.0), Some(Reserved::Address));
        drop(first);
        assert_eq!(places.promote(&third.0), None);
        assert_eq!(places.count(), (2, 0, 2));
    }

    #[tokio::test]
    async fn what_is_silent_makes_room_and_what_is_busy_does_not() {
        let places = places(2, 2, 1, Duration::ZERO);
        let [first, second] = [(); 2].map(|()| places.admit(at("192.0.2.1")).unwrap());
        busy(&first);
        let third = places.admit(at("192.0.2.1")).unwrap();
        assert_eq!(third.0.reserved(), None);
        second.0.evicted().await;
        drop(second);
        assert_eq!(places.count(), (2, 0, 2), "it is counted as gone once");
        busy(&third);
        let fourth = places.admit(at("192.0.2.9")).unwrap();
        assert_eq!(fourth.0.reserved(), Some(Reserved::Server));
        let _fifth = places.admit(at("192.0.2.9")).unwrap();
        fourth.0.evicted().await;
        assert_eq!(places.count().1, 1, "of the few further places the oldest goes");
    }

    #[tokio::test]
    async fn who_shows_no_token_makes_room_first() {
        let places = places(2, 2, 1, Duration::ZERO);
        let known = places.admit(at("10.0.0.1")).unwrap();
        let stranger = places.admit(at("192.0.2.1")).unwrap();
        let _another = places.admit(at("192.0.2.2")).unwrap();
        stranger.0.evicted().await;
        drop((known, stranger));
    }
}
