//! The letters that leave with a decision.

use signoff_lifecycle::decision::{Audience, Notification};
use signoff_lifecycle::ids::PublisherTime;
use signoff_lifecycle::offer::Aggregate;
use signoff_lifecycle::operation::Goal;
use signoff_store::StoreError;
use signoff_store::contract::Mail;

use crate::engine::Engine;

impl Engine {
    /// One letter per recipient and event, about the offer as it then is.
    pub(super) async fn letters(
        &self,
        publisher: &str,
        state: &Aggregate,
        notifications: &[Notification],
        now: PublisherTime,
    ) -> Result<Vec<Mail>, StoreError> {
        let mut letters = Vec::new();
        for Notification { operation, event, audience } in notifications {
            let recipients = match audience {
                Audience::List(addresses) => addresses.clone(),
                Audience::SellerContact => {
                    let record = self.publisher(publisher).await?;
                    record.and_then(|record| record.seller_contact).into_iter().collect()
                }
            };
            let kind = state.target().map_or(Goal::Publish, |target| target.goal);
            letters.extend(recipients.into_iter().map(|recipient| Mail {
                publisher: publisher.to_owned(),
                offer: state.offer.id.clone(),
                operation: *operation,
                kind,
                recipient,
                event: event.clone(),
                at: now,
                deliver: self.shared.settings.deliver_mail,
            }));
        }
        Ok(letters)
    }
}
