//! Many changes of one publisher's offers in one statement: one transaction, one round trip, one flush.

use deadpool_postgres::ClientWrapper;
use tokio_postgres::error::SqlState;
use uuid::Uuid;

use super::statement::{Parts, Statement};
use super::{Parameter, column, failed};
use crate::StoreError;
use crate::rows::ChangeRows;

/// The rows of all changes, one column a list. Child rows name their change by its place, counted from one.
#[derive(Default)]
struct Columns<'a> {
    offers: Offers<'a>,
    operations: Operations<'a>,
    settled: (Vec<i64>, Vec<Uuid>, Vec<i64>),
    work: Wanted<'a>,
    mail: Letters<'a>,
    contents: Contents<'a>,
    repeats: Repeats<'a>,
    audit: (Vec<i64>, Vec<&'a str>),
}

#[derive(Default)]
struct Offers<'a> {
    id: Vec<&'a str>,
    expected: Vec<Option<i64>>,
    guid: Vec<Uuid>,
    offer_type: Vec<&'a str>,
    status: Vec<&'a str>,
    state: Vec<&'a str>,
    target: Vec<Option<Uuid>>,
    cancellation: Vec<Option<Uuid>>,
    display_text: Vec<Option<&'a str>>,
    fence_operation: Vec<Option<Uuid>>,
    fence_attempt: Vec<Option<i64>>,
    fence_token: Vec<Option<i64>>,
}

#[derive(Default)]
struct Operations<'a> {
    place: Vec<i64>,
    offer: Vec<&'a str>,
    id: Vec<Uuid>,
    publishing_version: Vec<i64>,
    previous: Vec<Option<Uuid>>,
    body: Vec<&'a [u8]>,
}

#[derive(Default)]
struct Wanted<'a> {
    place: Vec<i64>,
    offer: Vec<&'a str>,
    operation: Vec<Uuid>,
    attempt: Vec<i64>,
    kind: Vec<&'a str>,
    due_at: Vec<i64>,
}

#[derive(Default)]
struct Letters<'a> {
    place: Vec<i64>,
    operation: Vec<Uuid>,
    event: Vec<&'a str>,
    recipient: Vec<&'a str>,
    body: Vec<&'a [u8]>,
    outcome: Vec<&'a str>,
    due_at: Vec<Option<i64>>,
}

#[derive(Default)]
struct Contents<'a> {
    place: Vec<i64>,
    offer: Vec<&'a str>,
    version: Vec<i64>,
    changed_at: Vec<i64>,
    display_text: Vec<&'a str>,
    definition: Vec<&'a str>,
    secrets: Vec<Option<&'a str>>,
    extra: Vec<Option<&'a str>>,
}

#[derive(Default)]
struct Repeats<'a> {
    place: Vec<i64>,
    key: Vec<&'a [u8]>,
    digest: Vec<&'a [u8]>,
    expires_at: Vec<i64>,
    reply: Vec<&'a str>,
}

/// Why nothing was written, or is not known to be.
pub(super) enum Failure {
    /// Two nodes locked rows in opposite orders, and this one gave way: nothing was written.
    Deadlock,
    /// The database cannot take one of the changes: nothing was written.
    Refused(StoreError),
    /// Whether anything was written is not known.
    Unknown(StoreError),
}

impl Failure {
    pub(super) fn into_error(self) -> StoreError {
        match self {
            Self::Deadlock => StoreError::Unavailable("the database is busy with the same offers".to_owned()),
            Self::Refused(error) | Self::Unknown(error) => error,
        }
    }

    fn of(error: tokio_postgres::Error) -> Self {
        match error.code() {
            // The one key that a change can meet: the same request was answered meanwhile. Where the table is cut
            // into parts its key is named after the part.
            Some(code) if *code == SqlState::UNIQUE_VIOLATION && is_of_a_reply(&error) => {
                Self::Refused(StoreError::Stale)
            }
            Some(code) if *code == SqlState::T_R_DEADLOCK_DETECTED => Self::Deadlock,
            Some(_) => Self::Refused(failed(error)),
            None => Self::Unknown(failed(error)),
        }
    }
}

fn is_of_a_reply(error: &tokio_postgres::Error) -> bool {
    let constraint = error.as_db_error().and_then(tokio_postgres::error::DbError::constraint);
    constraint.is_some_and(|name| name.starts_with("repeated"))
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Unknown(error)
    }
}

/// Writes the changes, all of one publisher and each of another offer; answers what became of each, in their order.
///
/// # Errors
/// If nothing of any of them was written, or it is not known.
pub(super) async fn write(
    client: &ClientWrapper,
    changes: &[&ChangeRows],
) -> Result<Vec<Result<(), StoreError>>, Failure> {
    let Some(first) = changes.first() else { return Ok(Vec::new()) };
    let mut columns = Columns::default();
    for change in changes {
        columns.add(change);
    }
    let Statement { text, parameters } = columns.parts().statement();
    let prepared = client.prepare_cached(text).await.map_err(Failure::of)?;
    let all = columns.parameters(&first.publisher);
    let given: Vec<Parameter<'_>> = parameters.iter().filter_map(|place| all.get(*place).copied()).collect();
    let rows = client.query(&prepared, &given).await.map_err(Failure::of)?;
    let silent = || Err(StoreError::Corrupt("a commit told nothing of its offer".to_owned()));
    let mut outcomes: Vec<Result<(), StoreError>> = changes.iter().map(|_| silent()).collect();
    for row in &rows {
        let (place, held, done): (i64, bool, bool) = (column(row, 0)?, column(row, 1)?, column(row, 2)?);
        let outcome = usize::try_from(place - 1).ok().and_then(|place| outcomes.get_mut(place));
        *outcome.ok_or_else(|| StoreError::Corrupt("a commit told of no offer of its".to_owned()))? =
            match (held, done) {
                (_, true) => Ok(()),
                (true, false) => Err(StoreError::Stale),
                (false, false) => Err(StoreError::Fenced),
            };
    }
    Ok(outcomes)
}

impl<'a> Columns<'a> {
    fn add(&mut self, change: &'a ChangeRows) {
        self.offers.add(change);
        let place = i64::try_from(self.offers.id.len()).unwrap_or(i64::MAX);
        for row in &change.operations {
            self.operations.place.push(place);
            self.operations.offer.push(&row.offer_id);
            self.operations.id.push(Uuid::from_bytes(row.operation_id));
            self.operations.publishing_version.push(row.publishing_version);
            self.operations.previous.push(row.previous.map(Uuid::from_bytes));
            self.operations.body.push(&row.body);
        }
        for row in &change.settled {
            self.settled.0.push(place);
            self.settled.1.push(Uuid::from_bytes(row.operation_id));
            self.settled.2.push(row.attempt);
        }
        for row in &change.work {
            self.work.place.push(place);
            self.work.offer.push(&row.offer_id);
            self.work.operation.push(Uuid::from_bytes(row.operation_id));
            self.work.attempt.push(row.attempt);
            self.work.kind.push(row.kind);
            self.work.due_at.push(row.due_at);
        }
        for row in &change.letters {
            self.mail.place.push(place);
            self.mail.operation.push(Uuid::from_bytes(row.operation_id));
            self.mail.event.push(row.event);
            self.mail.recipient.push(&row.recipient);
            self.mail.body.push(&row.body);
            self.mail.outcome.push(row.outcome);
            self.mail.due_at.push(row.due_at);
        }
        if let Some(content) = &change.content {
            self.contents.place.push(place);
            self.contents.offer.push(&content.offer_id);
            self.contents.version.push(content.version);
            self.contents.changed_at.push(content.changed_at);
            self.contents.display_text.push(&content.display_text);
            self.contents.definition.push(&content.definition);
            self.contents.secrets.push(content.secrets.as_deref());
            self.contents.extra.push(content.extra.as_deref());
        }
        if let Some(reply) = &change.reply {
            self.repeats.place.push(place);
            self.repeats.key.push(&reply.key);
            self.repeats.digest.push(&reply.digest);
            self.repeats.expires_at.push(reply.expires_at);
            self.repeats.reply.push(&reply.reply);
        }
        if let Some(entry) = &change.audit {
            self.audit.0.push(place);
            self.audit.1.push(&entry.body);
        }
    }

    /// The parts of the statement that there is something for.
    fn parts(&self) -> Parts {
        Parts {
            fences: self.offers.fence_operation.iter().any(Option::is_some),
            creates: self.offers.expected.iter().any(Option::is_none),
            operations: !self.operations.id.is_empty(),
            settled: !self.settled.0.is_empty(),
            work: !self.work.operation.is_empty(),
            mail: !self.mail.operation.is_empty(),
            contents: !self.contents.offer.is_empty(),
            replies: !self.repeats.key.is_empty(),
            audit: !self.audit.0.is_empty(),
        }
    }

    /// In the order of the numbers in `commit.sql`.
    fn parameters<'b>(&'b self, publisher: &'b String) -> [Parameter<'b>; 50] {
        let Self { offers, operations, settled, work, mail, contents, repeats, audit } = self;
        [
            publisher,
            &offers.id,
            &offers.expected,
            &offers.guid,
            &offers.offer_type,
            &offers.status,
            &offers.state,
            &offers.target,
            &offers.cancellation,
            &offers.display_text,
            &offers.fence_operation,
            &offers.fence_attempt,
            &offers.fence_token,
            &operations.place,
            &operations.offer,
            &operations.id,
            &operations.publishing_version,
            &operations.previous,
            &operations.body,
            &settled.0,
            &settled.1,
            &settled.2,
            &work.place,
            &work.offer,
            &work.operation,
            &work.attempt,
            &work.kind,
            &work.due_at,
            &mail.place,
            &mail.operation,
            &mail.event,
            &mail.recipient,
            &mail.body,
            &mail.outcome,
            &mail.due_at,
            &contents.place,
            &contents.offer,
            &contents.version,
            &contents.changed_at,
            &contents.display_text,
            &contents.definition,
            &contents.secrets,
            &contents.extra,
            &repeats.place,
            &repeats.key,
            &repeats.digest,
            &repeats.expires_at,
            &repeats.reply,
            &audit.0,
            &audit.1,
        ]
    }
}

impl<'a> Offers<'a> {
    fn add(&mut self, change: &'a ChangeRows) {
        let conditions = &change.conditions;
        let offer = &change.offer;
        self.id.push(&offer.offer_id);
        self.expected.push(conditions.revision);
        self.guid.push(Uuid::from_bytes(offer.guid));
        self.offer_type.push(&offer.offer_type);
        self.status.push(offer.status);
        self.state.push(&offer.state);
        self.target.push(offer.target.map(Uuid::from_bytes));
        self.cancellation.push(offer.cancellation.map(Uuid::from_bytes));
        self.display_text.push(offer.display_text.as_deref());
        self.fence_operation.push(conditions.lease_operation.map(Uuid::from_bytes));
        self.fence_attempt.push(conditions.lease_attempt);
        self.fence_token.push(conditions.lease_token);
    }
}
