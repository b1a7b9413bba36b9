//! Three nodes on a PostgreSQL primary with a synchronous standby, and what may go wrong with them, while clients are at
//! work at all of them. Afterwards every answer is true, and nothing was done twice.

use std::time::Duration;

use crate::server::PATIENCE;

mod database;
mod disk;
mod long;
mod network;
mod node;
mod nodes;
mod paused;
mod play;
mod primary;
mod proxy;
mod summary;

/// What cannot be waited for is looked at again after this time.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Looks until it is so.
async fn until(is_so: impl AsyncFn() -> bool) {
    let looking = async {
        while !is_so().await {
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    };
    tokio::time::timeout(PATIENCE, looking).await.expect("it comes to be so");
}
