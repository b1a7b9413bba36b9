//! Many changes of one publisher's offers in one statement: one transaction, one round trip, one flush.

use deadpool_postgres::ClientWrapper;
use signoff_store::StoreError;
use signoff_store::rows::ChangeRows;
use tokio_postgres::error::SqlState;

use super::connect_error::failed;
use super::lists::Lists;
use super::statement::{Parts, Statement};
use super::values::{Parameter, column};

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
    let Statement { text, parameters } = Parts::of(changes).statement();
    let prepared = client.prepare_cached(text).await.map_err(Failure::of)?;
    let lists = Lists::of(&first.publisher, changes);
    let given: Vec<Parameter<'_>> = parameters.iter().map(|name| lists.parameter(*name)).collect();
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
