//! PUT of the contract ("Concurrency"), and what happens to an offer that does not exist.

use signoff_lifecycle::Command;
use signoff_lifecycle::command::PutGuard;
use signoff_lifecycle::decision::{PutReply, Reply};
use signoff_lifecycle::ids::{Micros, Moment, PublisherTime};
use signoff_lifecycle::refusal::Refusal;

use crate::world::World;

/// The guard of a PUT on an offer whose draft has revision 1, and the answer.
#[test]
fn put_compares_the_draft_with_the_tag() {
    let present = World::vm().offer().draft.changed_at;
    let drafts =
        |revisions: &[u64]| revisions.iter().map(|revision| (present, *revision)).collect::<Vec<_>>();
    let another_time = (present.plus(Micros(1)), 1);
    let rows = [
        (PutGuard::Drafts(drafts(&[1])), Ok(Reply::Put(PutReply { created: false }))),
        (PutGuard::Drafts(drafts(&[7, 1])), Ok(Reply::Put(PutReply { created: false }))),
        (PutGuard::Drafts(drafts(&[2])), Err(Refusal::PreconditionFailed)),
        (PutGuard::Drafts(vec![another_time]), Err(Refusal::PreconditionFailed)),
        (PutGuard::Drafts(Vec::new()), Err(Refusal::PreconditionFailed)),
        (PutGuard::ExistingDrafts(drafts(&[1])), Ok(Reply::Put(PutReply { created: false }))),
        (PutGuard::ExistingDrafts(drafts(&[2])), Err(Refusal::PreconditionFailed)),
        (PutGuard::Any { creates: false }, Ok(Reply::Put(PutReply { created: false }))),
        (PutGuard::Any { creates: true }, Ok(Reply::Put(PutReply { created: false }))),
        (PutGuard::Absent { required: true }, Err(Refusal::MissingIfMatch)),
        (PutGuard::Absent { required: false }, Ok(Reply::Put(PutReply { created: false }))),
    ];
    for (guard, expected) in rows {
        let mut world = World::vm();
        let mut put = world.a_put();
        put.guard = guard.clone();
        assert_eq!(world.send(&Command::Put(put)), expected, "{guard:?}");
        let revision = if expected.is_ok() { 2 } else { 1 };
        assert_eq!(world.offer().draft.revision, revision, "{guard:?}");
    }
}

#[test]
fn a_tag_on_a_create_is_refused_and_so_is_a_star_unless_the_dialect_takes_it() {
    let rows = [
        (PutGuard::Absent { required: true }, Ok(Reply::Put(PutReply { created: true }))),
        (PutGuard::Any { creates: true }, Ok(Reply::Put(PutReply { created: true }))),
        (PutGuard::Any { creates: false }, Err(Refusal::CreateWithTag)),
        (PutGuard::Drafts(vec![(PublisherTime(1), 1)]), Err(Refusal::CreateWithTag)),
        (PutGuard::ExistingDrafts(vec![(PublisherTime(1), 1)]), Ok(Reply::Put(PutReply { created: true }))),
    ];
    for (guard, expected) in rows {
        let mut world = World::vm();
        world.state = None;
        let mut put = world.a_put();
        put.guard = guard.clone();
        assert_eq!(world.send(&Command::Put(put)), expected, "{guard:?}");
    }
}

#[test]
fn an_offer_keeps_its_type() {
    let mut world = World::vm();
    let mut put = world.a_put();
    put.offer_type = Some("microsoft-azure-corevm".to_owned());
    let stored = "microsoft-azure-virtualmachines".to_owned();
    let sent = "microsoft-azure-corevm".to_owned();
    assert_eq!(world.send(&Command::Put(put)), Err(Refusal::OfferTypeChanged { stored, sent }));
}

#[test]
fn what_is_not_there_is_not_found() {
    let mut world = World::vm();
    let (publish, golive, cancel) = (world.a_publish(), world.a_golive(), world.a_cancel());
    for command in [Command::Publish(publish), Command::GoLive(golive), Command::Cancel(cancel)] {
        world.state = None;
        assert_eq!(world.send(&command), Err(Refusal::OfferNotFound));
    }
}
