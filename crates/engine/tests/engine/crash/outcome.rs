//! What the world must look like at the end of the story, after any fault on the way.

use std::fmt::Write as _;

use signoff_lifecycle::ids::{OfferKey, OperationId};
use signoff_lifecycle::note::{Note, NoteAt};
use signoff_lifecycle::operation::Standing;
use signoff_store::Store;

use super::client::Client;
use super::life::State;
use crate::world::CONTOSO;

const WORLD: &str = "\
publish 1: canceled
  says: CancelRequested, CanceledBy
  displaydummycertify: StepCompleted
  displaycertify: StepCompleted
  displayprovision: StepCompleted
  displaypackage: StepStopped
  made: nothing
  told: started ann, started bob, canceled ann, canceled bob
cancel: completed
  says: CancellationCompleted
  undo displaypackage: UndoCompleted
  undo displayprovision: UndoCompleted
  made: nothing
  told: nothing
publish 2: completed
  says: nothing
  displaydummycertify: StepCompleted
  displaycertify: StepCompleted
  displayprovision: StepCompleted
  displaypackage: StepCompleted
  publisher-signoff: PreviewFilled, WaitingForSignoff, SignedOff
  made: displaypackage, displayprovision
  told: started ann, started bob, waitingForSignoff ann, waitingForSignoff bob
golive: completed
  says: nothing
  live: ProductionSwitched, StepCompleted
  made: live
  told: started ann, started bob, live ann, live bob
preview: version 2 of publish 2
production: version 2 of publish 2
left: nothing
";

/// The story came to its one end.
pub(super) fn is_as_without_faults(state: &State, client: &Client, what: &str) {
    let world = state.read(async |store| describe(store, client, what).await);
    assert!(world == WORLD, "{what}: the world is\n{world}and should be\n{WORLD}");
}

async fn describe(store: &dyn Store, client: &Client, what: &str) -> String {
    let names = ["publish 1", "cancel", "publish 2", "golive"];
    let name_of = |id: OperationId| {
        let place = client.told.iter().position(|told| *told == id);
        names[place.unwrap_or_else(|| panic!("{what}: nobody was told of {id}"))]
    };
    let mut world = String::new();
    let letters = store.letters().await.unwrap();
    let mut operations = store.operations(&OfferKey::new(CONTOSO, "a")).await.unwrap();
    operations.reverse();
    for operation in &operations {
        writeln!(world, "{}: {}", name_of(operation.head().id), ended(operation.standing())).unwrap();
        writeln!(world, "  says: {}", said(&operation.head().notes)).unwrap();
        for step in operation.steps().iter().filter(|step| step.began()) {
            writeln!(world, "  {}: {}", step.plan.id, said(&step.notes)).unwrap();
        }
        for undo in operation.undo() {
            writeln!(world, "  undo {}: {}", undo.plan.id, said(&undo.notes)).unwrap();
        }
        let made = store.artifacts(CONTOSO, operation.head().id).await.unwrap();
        writeln!(world, "  made: {}", listed(made.into_iter().map(|(step, _)| step))).unwrap();
        let told = letters.iter().filter(|letter| letter.mail.operation == operation.head().id);
        let told = told.map(|letter| {
            let name = letter.mail.recipient.split('@').next().unwrap_or_default();
            format!("{} {name}", letter.mail.event.name())
        });
        writeln!(world, "  told: {}", listed(told)).unwrap();
    }
    let loaded = store.load(&OfferKey::new(CONTOSO, "a")).await.unwrap().expect("it exists");
    let offer = &loaded.aggregate.offer;
    for (slot, content) in [("preview", &offer.preview), ("production", &offer.production)] {
        let content = content.as_ref().expect("the story fills it");
        writeln!(world, "{slot}: version {} of {}", content.version, name_of(content.operation)).unwrap();
    }
    let left = offer.leftovers.iter().map(|left| left.step.clone());
    writeln!(world, "left: {}", listed(left)).unwrap();
    world
}

fn ended(standing: Standing) -> &'static str {
    match standing {
        Standing::Running | Standing::Canceling | Standing::Undoing => "running",
        Standing::Completed => "completed",
        Standing::Failed => "failed",
        Standing::Canceled => "canceled",
    }
}

/// The kinds of the notes. That something was tried again may be said or not.
fn said(notes: &[NoteAt]) -> String {
    let told =
        notes.iter().filter(|note| !matches!(note.note, Note::StepRetry { .. } | Note::UndoRetry { .. }));
    let kinds = told.map(|note| {
        let text = format!("{:?}", note.note);
        text.split([' ', '{']).next().unwrap_or_default().to_owned()
    });
    listed(kinds)
}

fn listed(items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.collect();
    if items.is_empty() { "nothing".to_owned() } else { items.join(", ") }
}
