//! Every method of the contract, through the plan to the store behind.

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use signoff_lifecycle::access::Role;
use signoff_lifecycle::decision::Work;
use signoff_lifecycle::ids::{Micros, OfferGuid, OfferKey, OperationId, PublisherTime, RealTime};
use signoff_lifecycle::operation::Operation;

use super::faulty::FaultyStore;
use crate::StoreError;
use crate::contract::{
    Artifacts, Audit, AuditEntry, AuditRow, Change, Claim, Claimed, Content, DevKind, DevState, Directory,
    Fingerprint, Keys, Lease, Letter, Loaded, Lookup, OfferFilter, OfferSummary, Offers, Outbox, Place,
    PrincipalId, PrincipalRecord, Prune, Publisher, Repeated, Repeats, Retention, Sharing, SigningKey,
    StoredOperation, WorkQueue,
};

/// Makes one call; before the semicolon what the log says of it: publisher and subject.
macro_rules! pass {
    ($self:ident, $publisher:expr, $subject:expr; $method:ident($($argument:expr),*)) => {{
        let call = $self.begin(stringify!($method), $publisher, $subject).await?;
        let result = call.inner.$method($($argument),*).await;
        call.end(result).await
    }};
}

/// What the log says of a piece of work.
fn work(lease: &Lease) -> String {
    format!("{} #{}", lease.operation, lease.attempt)
}

#[async_trait]
impl Offers for FaultyStore {
    async fn load(&self, key: &OfferKey) -> Result<Option<Loaded>, StoreError> {
        pass!(self, &key.publisher, key.offer.to_string(); load(key))
    }

    async fn commit(&self, change: &Change) -> Result<(), StoreError> {
        let change = self.shared.mutated(change);
        pass!(self, &change.next.offer.publisher, change.next.offer.id.clone(); commit(&change))
    }

    async fn offer_by_guid(&self, publisher: &str, guid: OfferGuid) -> Result<Option<String>, StoreError> {
        pass!(self, publisher, guid.to_string(); offer_by_guid(publisher, guid))
    }

    async fn offer_spelled(&self, key: &OfferKey) -> Result<Option<String>, StoreError> {
        pass!(self, &key.publisher, key.offer.to_string(); offer_spelled(key))
    }

    async fn list(&self, publisher: &str, filter: OfferFilter) -> Result<Vec<OfferSummary>, StoreError> {
        pass!(self, publisher, String::new(); list(publisher, filter))
    }

    async fn content(&self, key: &OfferKey, version: u32) -> Result<Option<Content>, StoreError> {
        pass!(self, &key.publisher, key.offer.to_string(); content(key, version))
    }

    async fn operation(
        &self,
        publisher: &str,
        id: OperationId,
    ) -> Result<Option<StoredOperation>, StoreError> {
        pass!(self, publisher, id.to_string(); operation(publisher, id))
    }

    async fn operations_before(
        &self,
        key: &OfferKey,
        before: Option<Place>,
        limit: usize,
    ) -> Result<Vec<Operation>, StoreError> {
        pass!(self, &key.publisher, key.offer.to_string(); operations_before(key, before, limit))
    }

    async fn operation_by_version(
        &self,
        key: &OfferKey,
        publishing_version: u64,
    ) -> Result<Option<Operation>, StoreError> {
        pass!(self, &key.publisher, key.offer.to_string(); operation_by_version(key, publishing_version))
    }
}

#[async_trait]
impl Repeats for FaultyStore {
    async fn repeated(&self, publisher: &str, key: [u8; 32]) -> Result<Option<Repeated>, StoreError> {
        pass!(self, publisher, String::new(); repeated(publisher, key))
    }

    async fn keep_reply(&self, repeated: Repeated) -> Result<(), StoreError> {
        pass!(self, &repeated.publisher, String::new(); keep_reply(repeated.clone()))
    }

    async fn prune_repeated(&self, now: RealTime, limit: usize) -> Result<usize, StoreError> {
        pass!(self, "", String::new(); prune_repeated(now, limit))
    }
}

#[async_trait]
impl WorkQueue for FaultyStore {
    async fn claim(&self, claim: Claim) -> Result<Vec<Claimed>, StoreError> {
        pass!(self, "", String::new(); claim(claim))
    }

    async fn renew(&self, lease: &Lease, lease_for: Duration) -> Result<(), StoreError> {
        pass!(self, &lease.publisher, work(lease); renew(lease, lease_for))
    }

    async fn release(&self, lease: &Lease) -> Result<(), StoreError> {
        pass!(self, &lease.publisher, work(lease); release(lease))
    }

    async fn next_due(
        &self,
        publisher: Option<&str>,
        except: &[String],
    ) -> Result<Option<PublisherTime>, StoreError> {
        pass!(self, publisher.unwrap_or_default(), String::new(); next_due(publisher, except))
    }

    async fn due_by(&self, publisher: &str, until: PublisherTime) -> Result<Vec<(String, Work)>, StoreError> {
        pass!(self, publisher, String::new(); due_by(publisher, until))
    }
}

#[async_trait]
impl Outbox for FaultyStore {
    async fn due_letters(
        &self,
        now: RealTime,
        clocks: &[(String, PublisherTime)],
        limit: usize,
    ) -> Result<Vec<Letter>, StoreError> {
        pass!(self, "", String::new(); due_letters(now, clocks, limit))
    }

    async fn record_delivery(&self, letter: Letter) -> Result<(), StoreError> {
        pass!(self, &letter.mail.publisher, letter.mail.operation.to_string(); record_delivery(letter))
    }

    async fn next_letter_due(
        &self,
        now: RealTime,
        clocks: &[(String, PublisherTime)],
    ) -> Result<Option<Micros>, StoreError> {
        pass!(self, "", String::new(); next_letter_due(now, clocks))
    }

    async fn letters(&self) -> Result<Vec<Letter>, StoreError> {
        pass!(self, "", String::new(); letters())
    }
}

#[async_trait]
impl Artifacts for FaultyStore {
    async fn put_artifact(&self, lease: &Lease, step: &str, body: String) -> Result<(), StoreError> {
        pass!(self, &lease.publisher, work(lease); put_artifact(lease, step, body))
    }

    async fn remove_artifact(
        &self,
        publisher: &str,
        operation: OperationId,
        step: &str,
    ) -> Result<(), StoreError> {
        pass!(self, publisher, operation.to_string(); remove_artifact(publisher, operation, step))
    }

    async fn artifacts(
        &self,
        publisher: &str,
        operation: OperationId,
    ) -> Result<Vec<(String, String)>, StoreError> {
        pass!(self, publisher, operation.to_string(); artifacts(publisher, operation))
    }
}

#[async_trait]
impl Directory for FaultyStore {
    async fn publisher(&self, id: &str) -> Result<Option<Publisher>, StoreError> {
        pass!(self, id, String::new(); publisher(id))
    }

    async fn publishers_of(&self, principal: &PrincipalId) -> Result<Vec<(Publisher, Role)>, StoreError> {
        pass!(self, "", principal.to_string(); publishers_of(principal))
    }

    async fn put_publisher(
        &self,
        publisher: Publisher,
        audit: Option<AuditEntry>,
    ) -> Result<Publisher, StoreError> {
        pass!(self, &publisher.id, String::new(); put_publisher(publisher, audit))
    }

    async fn role(&self, publisher: &str, principal: &PrincipalId) -> Result<Option<Role>, StoreError> {
        pass!(self, publisher, principal.to_string(); role(publisher, principal))
    }

    async fn members(&self, publisher: &str) -> Result<Vec<(PrincipalId, Role)>, StoreError> {
        pass!(self, publisher, String::new(); members(publisher))
    }

    async fn publishers(&self, after: Option<&str>, limit: usize) -> Result<Vec<Publisher>, StoreError> {
        pass!(self, "", String::new(); publishers(after, limit))
    }

    async fn put_member_if_an_owner_stays(
        &self,
        publisher: &str,
        principal: &PrincipalId,
        role: Option<Role>,
        audit: Option<AuditEntry>,
    ) -> Result<bool, StoreError> {
        pass!(
            self, publisher, principal.to_string();
            put_member_if_an_owner_stays(publisher, principal, role, audit)
        )
    }

    async fn put_member(
        &self,
        publisher: &str,
        principal: &PrincipalId,
        role: Option<Role>,
        audit: Option<AuditEntry>,
    ) -> Result<(), StoreError> {
        pass!(self, publisher, principal.to_string(); put_member(publisher, principal, role, audit))
    }

    async fn principal(&self, id: &PrincipalId) -> Result<Option<PrincipalRecord>, StoreError> {
        pass!(self, "", id.to_string(); principal(id))
    }

    async fn put_principal(
        &self,
        record: PrincipalRecord,
        audit: Option<AuditEntry>,
    ) -> Result<(), StoreError> {
        pass!(self, "", record.id.to_string(); put_principal(record, audit))
    }
}

#[async_trait]
impl Audit for FaultyStore {
    async fn audit(
        &self,
        publisher: &str,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<AuditRow>, StoreError> {
        pass!(self, publisher, String::new(); audit(publisher, before, limit))
    }
}

#[async_trait]
impl Keys for FaultyStore {
    async fn signing_keys(&self) -> Result<Vec<SigningKey>, StoreError> {
        pass!(self, "", String::new(); signing_keys())
    }

    async fn add_first_signing_key(&self, key: SigningKey) -> Result<Vec<SigningKey>, StoreError> {
        pass!(self, "", key.kid.clone(); add_first_signing_key(key))
    }
}

#[async_trait]
impl DevState for FaultyStore {
    async fn dev_state(
        &self,
        kind: DevKind,
        publisher: &str,
        key: &str,
    ) -> Result<Option<String>, StoreError> {
        pass!(self, publisher, key.to_owned(); dev_state(kind, publisher, key))
    }

    async fn dev_states(&self, kind: DevKind) -> Result<Vec<(String, String, String)>, StoreError> {
        pass!(self, "", kind.as_str().to_owned(); dev_states(kind))
    }

    async fn put_dev_state(
        &self,
        kind: DevKind,
        publisher: &str,
        key: &str,
        body: Option<String>,
    ) -> Result<(), StoreError> {
        pass!(self, publisher, key.to_owned(); put_dev_state(kind, publisher, key, body))
    }

    async fn snapshot(&self, file: &Path) -> Result<(), StoreError> {
        pass!(self, "", String::new(); snapshot(file))
    }

    async fn restore(&self, file: &Path) -> Result<(), StoreError> {
        pass!(self, "", String::new(); restore(file))
    }

    async fn reset(&self) -> Result<(), StoreError> {
        pass!(self, "", String::new(); reset())
    }
}

#[async_trait]
impl Retention for FaultyStore {
    async fn publisher_after(&self, publisher: Option<&str>) -> Result<Option<String>, StoreError> {
        pass!(self, publisher.unwrap_or_default(), String::new(); publisher_after(publisher))
    }

    async fn operations_after(
        &self,
        publisher: &str,
        after: Option<OperationId>,
        limit: usize,
    ) -> Result<Vec<StoredOperation>, StoreError> {
        pass!(self, publisher, String::new(); operations_after(publisher, after, limit))
    }

    async fn prune(&self, prune: Prune) -> Result<usize, StoreError> {
        let (publisher, offer) = (prune.publisher.clone(), prune.offer.clone());
        pass!(self, &publisher, offer; prune(prune))
    }
}

#[async_trait]
impl Sharing for FaultyStore {
    fn is_shared(&self) -> bool {
        self.shared.of_many_nodes
    }

    async fn writable(&self) -> Result<(), StoreError> {
        pass!(self, "", String::new(); writable())
    }

    async fn time(&self) -> Result<Option<RealTime>, StoreError> {
        pass!(self, "", String::new(); time())
    }

    async fn look(
        &self,
        publisher: &str,
        id: OperationId,
        known: Option<&Fingerprint>,
    ) -> Result<Lookup, StoreError> {
        pass!(self, publisher, id.to_string(); look(publisher, id, known))
    }

    async fn revisions(&self, publisher: &str, offers: &[String]) -> Result<Vec<(String, u64)>, StoreError> {
        pass!(self, publisher, String::new(); revisions(publisher, offers))
    }

    async fn swap_dev_state(
        &self,
        kind: DevKind,
        publisher: &str,
        key: &str,
        present: Option<&str>,
        next: Option<String>,
    ) -> Result<bool, StoreError> {
        pass!(self, publisher, key.to_owned(); swap_dev_state(kind, publisher, key, present, next))
    }
}
