//! What an earlier version left in every state goes on.

use signoff_engine::Settings;
use signoff_lifecycle::command::StopLevel;
use signoff_lifecycle::ids::Micros;
use signoff_store::contract::OfferFilter;
use signoff_store::testing::earlier_store;
use tempfile::TempDir;

use crate::certifier::{Certifier, says};
use crate::world::{CONTOSO, DAY, World};

/// Longer than any wait of an offer in the earlier store.
const FOUR_YEARS: Micros = Micros(4 * 365 * DAY.0);

enum Then {
    /// Its work goes on by itself.
    Wait,
    Publish,
    GoLive,
    Cancel,
    /// A cancel of what is canceled: the first answer again.
    CancelAgain,
    Force,
    Kill,
    Release(&'static str),
}

/// Every offer of the earlier store: how it stands, what happens to it, and how it stands then.
const OFFERS: [(&str, &str, Then, &str); 37] = [
    ("approved", "waitingForPublisherReview", Then::GoLive, "succeeded"),
    ("canceled-at-signoff", "canceled", Then::CancelAgain, "canceled"),
    ("canceled-on-the-spot", "canceled", Then::Publish, "waitingForPublisherReview"),
    ("cancellation-ended", "canceled", Then::CancelAgain, "canceled"),
    ("cancellation-failed", "failed", Then::Publish, "waitingForPublisherReview"),
    ("cancellation-running", "running", Then::Force, "failed"),
    ("cleaned-up", "waitingForPublisherReview", Then::GoLive, "succeeded"),
    ("draft-only", "neverPublished", Then::Publish, "waitingForPublisherReview"),
    ("due-later", "running", Then::Wait, "waitingForPublisherReview"),
    ("failed", "failed", Then::Publish, "waitingForPublisherReview"),
    ("failed-and-left", "failed", Then::Publish, "waitingForPublisherReview"),
    ("forced", "failed", Then::Publish, "waitingForPublisherReview"),
    ("forced-while-canceling", "failed", Then::Publish, "waitingForPublisherReview"),
    ("forced-while-undoing", "failed", Then::Publish, "waitingForPublisherReview"),
    ("golive-canceled", "canceled", Then::GoLive, "succeeded"),
    ("golive-held", "running", Then::Cancel, "canceled"),
    ("golive-refuses", "running", Then::Kill, "failed"),
    ("held", "running", Then::Release("displayprovision"), "waitingForPublisherReview"),
    ("killed-after-switch", "succeeded", Then::Publish, "waitingForPublisherReview"),
    ("live", "succeeded", Then::Publish, "waitingForPublisherReview"),
    ("live-and-waiting", "waitingForPublisherReview", Then::Cancel, "canceled"),
    ("old-leftover", "failed", Then::Publish, "waitingForPublisherReview"),
    ("old-live", "waitingForPublisherReview", Then::Cancel, "canceled"),
    ("propagating", "running", Then::Wait, "succeeded"),
    ("rejected", "failed", Then::Publish, "waitingForPublisherReview"),
    ("repeatable", "waitingForPublisherReview", Then::GoLive, "succeeded"),
    ("retried", "waitingForPublisherReview", Then::Cancel, "canceled"),
    ("sample-vm", "neverPublished", Then::Publish, "waitingForPublisherReview"),
    ("undoing-itself", "running", Then::Wait, "failed"),
    ("waiting-for-approval", "running", Then::Cancel, "canceled"),
    ("waiting-for-signoff", "waitingForPublisherReview", Then::GoLive, "succeeded"),
    ("webhook-done", "waitingForPublisherReview", Then::GoLive, "succeeded"),
    ("webhook-failed", "running", Then::Wait, "failed"),
    ("webhook-in-progress", "running", Then::Cancel, "canceled"),
    ("webhook-not-reached", "running", Then::Wait, "failed"),
    ("webhook-undo", "running", Then::Force, "failed"),
    ("webhook-undone", "canceled", Then::CancelAgain, "canceled"),
];

impl World {
    async fn statuses(&self) -> Vec<(String, String)> {
        let offers = self.engine.store().list(CONTOSO, OfferFilter::default()).await.unwrap();
        offers.into_iter().map(|listed| (listed.offer.id, listed.status.as_str().to_owned())).collect()
    }

    async fn goes_on(&self, offer: &str, then: &Then) {
        if let Then::Publish | Then::GoLive = then {
            self.scenario(offer, []).await;
        }
        match then {
            Then::Wait => {}
            Then::Publish => drop(self.try_publish(offer).await.unwrap()),
            Then::GoLive => drop(self.golive(offer).await.unwrap()),
            Then::Cancel => drop(self.cancel(offer).await.unwrap()),
            Then::CancelAgain => {
                let before = self.state(offer).await;
                self.cancel(offer).await.unwrap();
                assert_eq!(self.state(offer).await, before, "{offer}");
            }
            Then::Force => drop(self.stop(offer, StopLevel::Force).await.unwrap()),
            Then::Kill => drop(self.stop(offer, StopLevel::Kill).await.unwrap()),
            Then::Release(step) => self.release(offer, step).await,
        }
    }
}

#[tokio::test]
async fn what_an_earlier_version_left_goes_on() {
    let folder = TempDir::new().unwrap();
    earlier_store(&folder.path().join("signoff.db")).unwrap();
    let certifier = Certifier::new(|_| says("succeeded"));
    let mut world = World::open(folder, Settings::development(), Some(certifier)).await;
    let before: Vec<_> =
        OFFERS.iter().map(|(offer, before, ..)| ((*offer).to_owned(), (*before).to_owned())).collect();
    assert_eq!(world.statuses().await, before);
    // Nothing is done by itself yet, at any time.
    for (offer, _, then, _) in &OFFERS {
        world.goes_on(offer, then).await;
    }
    world.run();
    world.advance(FOUR_YEARS).await;
    let after: Vec<_> =
        OFFERS.iter().map(|(offer, .., after)| ((*offer).to_owned(), (*after).to_owned())).collect();
    assert_eq!(world.statuses().await, after);
    // What the cancellations and undos left behind is gone with the publish that followed.
    for (offer, _, then, _) in &OFFERS {
        if let Then::Publish = then {
            assert_eq!(world.state(offer).await.offer.leftovers, [], "{offer}");
        }
    }
}
