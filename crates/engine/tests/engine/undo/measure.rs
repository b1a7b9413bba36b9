//! The world afterwards, as a row of the table.

use signoff_lifecycle::ids::{OfferKey, OperationId};
use signoff_lifecycle::note::{Note, NoteAt};
use signoff_lifecycle::offer::SlotContent;
use signoff_lifecycle::operation::{Head, Kind, Operation, OperationRef, Standing, StepState, Submission};

use super::cell::Cell;
use super::stage::Stage;
use crate::rules;
use crate::world::{CONTOSO, DAY, World};

/// What the table says of a cell, from the answer on.
pub(super) async fn row(cell: Cell, played: Stage) -> String {
    let what = format!("{} {} {}", cell.place, cell.cause, cell.when);
    let Stage { world, draft, operation, answer, .. } = played;
    rules::hold(world.engine.store().as_ref(), CONTOSO, "a", &what).await;
    assert!(super::stage::draft(&world).await == draft, "{what}: no operation changes the draft");
    let state = world.state("a").await;
    let target = state.target().filter(|target| Some(target.head.id) == operation);
    let cancellation = state.cancellation().filter(|_| target.is_some());
    let reads = target.and_then(|target| target.step(cell.place.step())).map(|step| step_word(&step.state));
    let columns = [
        answer.unwrap_or_else(|| "–".to_owned()),
        target.map_or("none", |target| word(Operation::Submission(target))).to_owned(),
        cancellation.map_or("none", |cancellation| word(Operation::Cancellation(cancellation))).to_owned(),
        reads.unwrap_or("–").to_owned(),
        slot(state.offer.preview.as_ref()),
        slot(state.offer.production.as_ref()),
        listed(&artifacts(&world).await),
        left(&world).await,
        listed(&told(&world, operation).await),
        messages(target.map(|target| &target.head), cancellation.map(|cancellation| &cancellation.head)),
    ];
    can_be_published_again(world, &what).await;
    columns.join(" | ")
}

/// What was made for the second version, by whichever operation.
async fn artifacts(world: &World) -> Vec<String> {
    let mut made = Vec::new();
    let mut operations = world.engine.store().operations(&OfferKey::new(CONTOSO, "a")).await.unwrap();
    operations.reverse();
    for operation in operations.iter().filter(|operation| operation.head().offer_version == 2) {
        made.extend(world.artifacts(operation.head().id).await);
    }
    made
}

/// What is recorded as left behind, and on the operations' messages.
async fn left(world: &World) -> String {
    let state = world.state("a").await;
    let left: Vec<String> = state.offer.leftovers.iter().map(|left| left.step.clone()).collect();
    for operation in state.operations() {
        let said: Vec<String> = operation.head().notes.iter().filter_map(names_leftover).collect();
        assert_eq!(said, left, "the messages name what is left: {operation:?}");
    }
    listed(&left)
}

fn names_leftover(note: &NoteAt) -> Option<String> {
    match &note.note {
        Note::LeftBehind { step } => Some(step.clone()),
        _ => None,
    }
}

async fn told(world: &World, operation: Option<OperationId>) -> Vec<String> {
    let letters = world.engine.store().letters().await.unwrap();
    let of_operation = letters.iter().filter(|letter| Some(letter.mail.operation) == operation);
    of_operation.map(|letter| letter.mail.event.name().to_owned()).collect()
}

fn messages(target: Option<&Head>, cancellation: Option<&Head>) -> String {
    let said = |head: &Head| listed(&head.notes.iter().map(kind_of).collect::<Vec<_>>());
    match (target, cancellation) {
        (Some(target), Some(cancellation)) => {
            format!("{}; cancellation: {}", said(target), said(cancellation))
        }
        (Some(target), None) => said(target),
        (None, _) => "–".to_owned(),
    }
}

fn kind_of(note: &NoteAt) -> String {
    let text = format!("{:?}", note.note);
    text.split([' ', '{']).next().unwrap_or_default().to_owned()
}

fn word(operation: OperationRef<'_>) -> &'static str {
    match operation.standing() {
        Standing::Running if operation.waits_for_signoff() => "running, at sign-off",
        Standing::Running => "running",
        Standing::Canceling => "canceling",
        Standing::Undoing => "undoing",
        Standing::Completed => "completed",
        Standing::Failed => "failed",
        Standing::Canceled => "canceled",
    }
}

fn step_word(state: &StepState) -> &'static str {
    match state {
        StepState::NotStarted => "notStarted",
        StepState::InProgress { .. } | StepState::Propagating { .. } => "inProgress",
        StepState::WaitingForApproval { .. } => "waitingForApproval",
        StepState::WaitingForSignoff { .. } => "waitingForPublisherReview",
        StepState::Complete { .. } | StepState::Inherited { .. } => "complete",
        StepState::Blocked { .. } => "blocked",
        StepState::Rejected { .. } => "rejected",
        StepState::Canceled { .. } => "canceled",
    }
}

fn slot(content: Option<&SlotContent>) -> String {
    content.map_or("empty".to_owned(), |content| format!("version {}", content.version))
}

fn listed(items: &[String]) -> String {
    if items.is_empty() { "nothing".to_owned() } else { items.join(", ") }
}

/// Nothing stands in the way of the next publish, which removes what was left behind.
async fn can_be_published_again(world: World, what: &str) {
    world.scenario("a", []).await;
    if world.state("a").await.target().is_some_and(Submission::is_running) {
        world.cancel("a").await.unwrap();
        world.advance(DAY).await;
    }
    let left = world.state("a").await.offer.leftovers;
    let publish = crate::world::started(&world.try_publish("a").await.unwrap());
    let mut publishing = world.operation(publish).await;
    while !publishing.waits_for_signoff() {
        assert!(publishing.kind() == Kind::Publish && publishing.is_running(), "{what}: {publishing:?}");
        super::stage::approve_if_asked(&world).await;
        world.advance(DAY).await;
        publishing = world.operation(publish).await;
    }
    assert_eq!(world.state("a").await.offer.leftovers, [], "{what}");
    for left in left {
        assert_eq!(world.artifacts(left.operation).await, [""; 0], "{what}: {left:?}");
    }
    rules::hold(world.engine.store().as_ref(), CONTOSO, "a", what).await;
}
