//! The state as a whole: emptied, written out, put back.

use std::time::Duration;

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use signoff_front::problem::{Kind, Problem};
use signoff_front::reply;
use signoff_front::serve::BodyTime;
use signoff_store::{StoreError, files};
use signoff_text::ErrorText;
use tokio::io::AsyncWriteExt as _;

use crate::Dev;
use crate::seed::seed;

/// The largest snapshot that is taken, in bytes.
pub const LARGEST_SNAPSHOT: usize = 1 << 30;
/// How long a snapshot may take to arrive.
pub(crate) const SNAPSHOT_TIME: Duration = Duration::from_mins(10);

/// `POST /_signoff/reset`: everything as it was at the first start, but for the signing keys.
pub(crate) async fn reset(State(dev): State<Dev>) -> Result<Response, Problem> {
    dev.engine().reset().await?;
    seed(dev.engine()).await?;
    dev.recover().await?;
    Ok(reply::json(StatusCode::OK, &serde_json::json!({ "status": "reset" })))
}

/// `GET /_signoff/snapshot`: the whole state as one file.
pub(crate) async fn snapshot(State(dev): State<Dev>) -> Result<Response, Problem> {
    let folder = files::temporary_folder("signoff-snapshot-").map_err(unwritable)?;
    let file = folder.path().join("snapshot");
    dev.engine().snapshot(&file).await?;
    let bytes = tokio::fs::read(&file).await.map_err(unwritable)?;
    let mut response = Response::new(Body::from(bytes));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/vnd.sqlite3"));
    Ok(response)
}

/// `PUT /_signoff/snapshot`: puts the state of a snapshot in the place of the present one.
pub(crate) async fn restore(
    State(dev): State<Dev>,
    time: Option<Extension<BodyTime>>,
    body: Body,
) -> Result<Response, Problem> {
    if let Some(Extension(time)) = time {
        time.extend(SNAPSHOT_TIME);
    }
    let bytes = reply::read(&HeaderMap::new(), body, LARGEST_SNAPSHOT).await?;
    let folder = files::temporary_folder("signoff-snapshot-").map_err(unwritable)?;
    let file = folder.path().join("snapshot");
    let target = files::create_new(&file).map_err(unwritable)?;
    let mut target = tokio::fs::File::from_std(target);
    target.write_all(&bytes).await.map_err(unwritable)?;
    target.flush().await.map_err(unwritable)?;
    drop(target);
    match dev.restore(&file).await {
        Ok(()) => Ok(reply::json(StatusCode::OK, &serde_json::json!({ "status": "restored" }))),
        Err(StoreError::Corrupt(detail)) => {
            let text = ErrorText::SnapshotInvalid { detail };
            Err(Problem::new(Kind::InvalidBody, text))
        }
        Err(error) => Err(error.into()),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "map_err hands the error over")]
fn unwritable(error: std::io::Error) -> Problem {
    tracing::error!(%error, "a snapshot could not be written or read");
    Problem::new(Kind::Unavailable, ErrorText::Unavailable)
}
