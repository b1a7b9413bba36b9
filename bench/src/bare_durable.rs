//! The limit of durable publishes and cancels: an axum handler that takes the same request, writes rows of the same
//! number, size and indexes by group commit on the same disk, and answers the same bytes.
//!
//! It knows nothing: no token, no draft, no state, no rule. Rows and replies are copies of those of a real server, on a
//! copy of its store; nothing about a publish that is durable and answered over HTTP can be left out but what is done here.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;

use axum::Router;
use axum::body::Body;
use axum::extract::{self, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::post;
use bytes::Bytes;
use rusqlite::{Connection, params};
use tokio::sync::oneshot;

use crate::Error;
use crate::bare;

/// At most so many requests share a transaction, as on the server.
const GROUP: usize = 256;
/// The log is copied into the file when it has grown by so many pages, as on the server.
const COPY_EVERY: u32 = 4096;
/// A log of so many pages is started anew.
const START_ANEW_FROM: u32 = 16_384;
/// Due times of work that is not wanted while something is measured, in microseconds of Unix time: the year 2096.
const MUCH_LATER: i64 = 4_000_000_000_000_000;

/// The two calls.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    Publish,
    Cancel,
}

impl Call {
    /// The name of its files in the folder of samples, and the end of its path.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Publish => "publish",
            Self::Cancel => "cancel",
        }
    }
}

/// The file of a folder of samples with the head of a reply.
pub(crate) fn head(call: Call) -> String {
    format!("{}.head", call.name())
}

/// The file with its body.
pub(crate) fn body(call: Call) -> String {
    format!("{}.body", call.name())
}

/// The file with the store when the call was answered.
pub(crate) fn store(call: Call) -> String {
    format!("{}.db", call.name())
}

/// What one call writes, as a real server wrote it.
struct Rows {
    state: String,
    status: String,
    operation: Vec<u8>,
    /// Pieces of work that the operation has.
    work: usize,
    /// Letters that came with this call: event, recipient, body.
    letters: Vec<(String, String, Vec<u8>)>,
    audit: String,
}

impl Rows {
    /// What is stored of the sample's offer after the call; `before` is the store before it.
    fn read(after: &Connection, before: Option<&Connection>, offer: &str) -> Result<Self, Error> {
        let (publisher, operation, state, status): (String, Vec<u8>, String, String) = after.query_row(
            "SELECT publisher_id, (SELECT max(operation_id) FROM operation o WHERE o.offer_id = offer.offer_id),
                 state, status FROM offer WHERE offer_id = ?1",
            [offer],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
        )?;
        let of_operation = params![publisher, operation];
        let body = after.query_row(
            "SELECT body FROM operation WHERE publisher_id = ?1 AND operation_id = ?2",
            of_operation,
            |row| row.get(0),
        )?;
        let work = after.query_row(
            "SELECT count(*) FROM work WHERE publisher_id = ?1 AND operation_id = ?2",
            of_operation,
            |row| row.get(0),
        )?;
        let letters = |store: &Connection| {
            let mut statement = store.prepare(
                "SELECT event, recipient, body FROM outbox WHERE publisher_id = ?1 AND operation_id = ?2 ORDER BY id",
            )?;
            let rows =
                statement.query_map(of_operation, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            rows.collect::<Result<Vec<(String, String, Vec<u8>)>, _>>()
        };
        let earlier = before.map(letters).transpose()?.unwrap_or_default();
        let letters = letters(after)?.split_off(earlier.len());
        let audit = after.query_row(
            "SELECT body FROM audit WHERE publisher_id = ?1 AND body LIKE '%' || ?2 || '%' ORDER BY entry DESC LIMIT 1",
            params![publisher, offer],
            |row| row.get(0),
        )?;
        Ok(Self { state, status, operation: body, work, letters, audit })
    }
}

/// A request that waits: which call, of which publisher and offer, and the caller to tell that it is durable.
type Job = (Call, String, String, oneshot::Sender<()>);

/// What the handlers share.
#[derive(Clone)]
struct Shared {
    jobs: Sender<Job>,
    publish: Arc<(HeaderMap, Bytes)>,
    cancel: Arc<(HeaderMap, Bytes)>,
}

/// Serves publishes and cancels until it is killed, on the store of the sample's cancel. `folder` holds the samples: for
/// each call the head and the body of a reply, and the store when it was answered; `offer` is the offer they are of.
pub(crate) fn serve(folder: &Path, offer: &str) -> Result<(), Error> {
    let published = Connection::open(folder.join(store(Call::Publish)))?;
    let path = folder.join(store(Call::Cancel));
    let connection = Connection::open(&path)?;
    let publish = Rows::read(&published, None, offer)?;
    let cancel = Rows::read(&connection, Some(&published), offer)?;
    connection.execute_batch(SETTINGS)?;
    let (jobs, queue) = channel();
    let checkpoints = checkpoints(&path)?;
    thread::spawn(move || {
        if let Err(error) = write(connection, &queue, &checkpoints, &publish, &cancel) {
            // Callers see a broken connection.
            eprintln!("error: {error}");
            std::process::exit(1);
        }
    });
    let reply = |call| {
        let head = bare::headers(&std::fs::read_to_string(folder.join(head(call)))?)?;
        let body = Bytes::from(std::fs::read(folder.join(body(call)))?);
        Ok::<_, Error>(Arc::new((head, body)))
    };
    let shared = Shared { jobs, publish: reply(Call::Publish)?, cancel: reply(Call::Cancel)? };
    let path = |call: Call| format!("/api/publishers/{{publisher}}/offers/{{offer}}/{}", call.name());
    let router = Router::new()
        .route(&path(Call::Publish), post(|state, path, body| answer(Call::Publish, state, path, body)))
        .route(&path(Call::Cancel), post(|state, path, body| answer(Call::Cancel, state, path, body)))
        .with_state(shared);
    bare::listen(router)
}

async fn answer(
    call: Call,
    State(shared): State<Shared>,
    extract::Path((publisher, offer)): extract::Path<(String, String)>,
    _: Bytes,
) -> Response {
    let (done, durable) = oneshot::channel();
    let sent = shared.jobs.send((call, publisher, offer, done));
    if sent.is_err() || durable.await.is_err() {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        return response;
    }
    let (status, reply) = match call {
        Call::Publish => (StatusCode::ACCEPTED, shared.publish),
        Call::Cancel => (StatusCode::OK, shared.cancel),
    };
    let mut response = Response::new(Body::from(reply.1.clone()));
    *response.status_mut() = status;
    *response.headers_mut() = reply.0.clone();
    response
}

const SETTINGS: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA wal_autocheckpoint = 0;
    PRAGMA cache_size = -4096;
    PRAGMA temp_store = MEMORY;
";

/// A thread that copies the log whenever it is asked to, as the server's does.
fn checkpoints(path: &Path) -> Result<SyncSender<()>, Error> {
    let connection = Connection::open(path)?;
    let (ask, asked) = sync_channel::<()>(1);
    thread::spawn(move || {
        for () in asked {
            // A log that could not be copied is copied the next time.
            let _ = copy(&connection, "PASSIVE");
        }
    });
    Ok(ask)
}

fn copy(connection: &Connection, how: &str) -> rusqlite::Result<()> {
    connection.query_row(&format!("PRAGMA wal_checkpoint({how})"), [], |_| Ok(()))
}

/// The writer: as many waiting requests as there are in one transaction, answered after the fsync.
fn write(
    mut connection: Connection,
    queue: &Receiver<Job>,
    checkpoints: &SyncSender<()>,
    publish: &Rows,
    cancel: &Rows,
) -> Result<(), Error> {
    let pages = Arc::new(AtomicU32::new(0));
    let seen = pages.clone();
    connection.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, pages| {
        seen.store(u32::try_from(pages).unwrap_or(0), Ordering::Relaxed);
        Ok(())
    }))?;
    let mut statements = Statements::prepare(&connection)?;
    let mut begin = connection.prepare("BEGIN IMMEDIATE")?;
    let mut commit = connection.prepare("COMMIT")?;
    let mut waiting = Vec::with_capacity(GROUP);
    let (mut number, mut copied) = (1_u128 << 127, 0);
    while let Ok(first) = queue.recv() {
        begin.execute([])?;
        let mut next = Some(first);
        while let Some((call, publisher, offer, done)) = next {
            number += 1;
            match call {
                Call::Publish => statements.publish(&publisher, &offer, number.to_be_bytes(), publish)?,
                Call::Cancel => statements.cancel(&publisher, &offer, cancel)?,
            }
            waiting.push(done);
            next = if waiting.len() < GROUP { queue.try_recv().ok() } else { None };
        }
        commit.execute([])?;
        for done in waiting.drain(..) {
            // The connection may be closed.
            let _ = done.send(());
        }
        let pages = pages.load(Ordering::Relaxed);
        if pages < copied {
            copied = 0;
        }
        if pages >= START_ANEW_FROM {
            copy(&connection, "RESTART")?;
        } else if pages >= copied + COPY_EVERY {
            copied = pages;
            // If it is still copying, the next round asks again.
            let _ = checkpoints.try_send(());
        }
    }
    Ok(())
}

/// The statements of both calls, prepared once.
struct Statements<'c> {
    target: rusqlite::Statement<'c>,
    offer: rusqlite::Statement<'c>,
    insert: rusqlite::Statement<'c>,
    update: rusqlite::Statement<'c>,
    work: rusqlite::Statement<'c>,
    done: rusqlite::Statement<'c>,
    letter: rusqlite::Statement<'c>,
    audit: rusqlite::Statement<'c>,
}

impl<'c> Statements<'c> {
    fn prepare(connection: &'c Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            target: connection.prepare("SELECT target FROM offer WHERE publisher_id = ?1 AND offer_id = ?2")?,
            offer: connection.prepare(
                "UPDATE offer SET revision = revision + 1, status = ?3, state = ?4, target = ?5
                 WHERE publisher_id = ?1 AND offer_id = ?2",
            )?,
            insert: connection.prepare(
                "INSERT INTO operation (publisher_id, operation_id, offer_id, publishing_version, previous, body)
                 VALUES (?1, ?2, ?3, 1, ?4, ?5)",
            )?,
            update: connection.prepare(
                "UPDATE operation SET body = ?3 WHERE publisher_id = ?1 AND operation_id = ?2",
            )?,
            work: connection.prepare(
                "INSERT INTO work (publisher_id, operation_id, attempt, offer_id, kind, due_at)
                 VALUES (?1, ?2, ?3, ?4, 'run', ?5)",
            )?,
            done: connection.prepare(
                "DELETE FROM work WHERE publisher_id = ?1 AND operation_id = ?2 AND attempt = ?3",
            )?,
            letter: connection.prepare(
                "INSERT INTO outbox (publisher_id, operation_id, event, recipient, body, due_at, outcome)
                 VALUES (?1, ?2, ?3, ?4, ?5, NULL, 'mailbox')",
            )?,
            audit: connection.prepare(
                "INSERT INTO audit (publisher_id, entry, body)
                 VALUES (?1, coalesce((SELECT max(entry) FROM audit WHERE publisher_id = ?1), 0) + 1, ?2)",
            )?,
        })
    }

    /// The rows of a publish: the offer, a new operation, its work, letters and an audit entry.
    fn publish(&mut self, publisher: &str, offer: &str, id: [u8; 16], rows: &Rows) -> rusqlite::Result<()> {
        let previous: Option<Vec<u8>> = self.target(publisher, offer)?;
        self.offer.execute(params![publisher, offer, rows.status, rows.state, id])?;
        self.insert.execute(params![publisher, id, offer, previous, rows.operation])?;
        for attempt in 0..rows.work {
            self.work.execute(params![publisher, id, attempt + 1, offer, MUCH_LATER])?;
        }
        self.rest(publisher, &id, rows)
    }

    /// Those of a cancel: the offer, the operation as it is then, its work gone, letters and an audit entry.
    fn cancel(&mut self, publisher: &str, offer: &str, rows: &Rows) -> rusqlite::Result<()> {
        let id = self.target(publisher, offer)?.unwrap_or_default();
        self.offer.execute(params![publisher, offer, rows.status, rows.state, id])?;
        self.update.execute(params![publisher, id, rows.operation])?;
        self.done.execute(params![publisher, id, 1])?;
        self.rest(publisher, &id, rows)
    }

    fn rest(&mut self, publisher: &str, id: &[u8], rows: &Rows) -> rusqlite::Result<()> {
        for (event, recipient, body) in &rows.letters {
            self.letter.execute(params![publisher, id, event, recipient, body])?;
        }
        self.audit.execute(params![publisher, rows.audit])?;
        Ok(())
    }

    fn target(&mut self, publisher: &str, offer: &str) -> rusqlite::Result<Option<Vec<u8>>> {
        self.target.query_row(params![publisher, offer], |row| row.get(0))
    }
}
