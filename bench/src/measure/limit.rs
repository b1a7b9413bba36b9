//! The bare durable server beside a real one, on a copy of its store.

use std::path::Path;

use rusqlite::Connection as Store;

use super::offers::{Offers, Which, bench};
use crate::bare_durable::{self, Call};
use crate::client::Connection;
use crate::server::{Listening, Server};
use crate::{Error, Plan};

/// The bare durable server, and the same offers on it as on the real one.
pub(super) struct Limit {
    pub(super) offers: Offers,
    listening: Listening,
    _folder: tempfile::TempDir,
}

impl Limit {
    /// Takes samples of `server`, where nothing is in progress, and starts the bare one on a copy of its store with `count`
    /// of its offers.
    pub(super) async fn start(
        plan: &Plan,
        server: &Server,
        offers: &Offers,
        count: usize,
    ) -> Result<Self, Error> {
        let folder = tempfile::tempdir_in(&plan.folder)?;
        let mut connection = Connection::open(server.address).await?;
        for call in [Call::Publish, Call::Cancel] {
            let mut request = Vec::new();
            offers.request(call, 0, &mut request);
            let status = connection.ask(&request).await?;
            if status >= 300 {
                return Err(format!("the sample of {} got {status}", call.name()).into());
            }
            std::fs::write(folder.path().join(bare_durable::head(call)), connection.head())?;
            std::fs::write(folder.path().join(bare_durable::body(call)), connection.body())?;
            copy(server.store()?, &folder.path().join(bare_durable::store(call)))?;
        }
        let program = std::env::current_exe()?;
        let arguments =
            ["bare-durable".as_ref(), folder.path().as_os_str(), bench(0).as_ref()].map(ToOwned::to_owned);
        let listening = Listening::start(&program, arguments).await?;
        let offers = Offers::without_token(listening.address, Which::of_contoso(bench, count));
        Ok(Self { offers, listening, _folder: folder })
    }

    /// Processor time that the bare server used so far.
    pub(super) fn used(&self) -> Result<std::time::Duration, Error> {
        self.listening.used()
    }
}

/// Copies a store that a server has open.
fn copy(from: &Path, to: &Path) -> Result<(), Error> {
    let to = to.to_str().ok_or("a temporary folder whose name is no text")?;
    Store::open(from)?.execute("VACUUM INTO ?1", [to])?;
    Ok(())
}
