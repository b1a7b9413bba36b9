//! Memory of an idle server, and the time from its start on an empty folder until it is ready.

use std::time::Duration;

use super::say;
use crate::report::{Judged, Row};
use crate::server::Server;
use crate::stats::Spread;
use crate::{Error, Plan};

/// Starts: one takes so little that more of them cost nothing.
const STARTS: usize = 9;
/// After this time a server without requests has become quiet.
const SETTLED: Duration = Duration::from_secs(2);

pub(crate) async fn run(plan: &Plan) -> Result<Vec<Row>, Error> {
    let (mut ready, mut resident) = (Vec::new(), Vec::new());
    for start in 0..STARTS {
        let server = Server::start(&plan.server, &plan.folder).await?;
        ready.push(server.ready_after.as_secs_f64() * 1000.0);
        if start < plan.rounds {
            tokio::time::sleep(SETTLED).await;
            resident.push(server.resident()?);
        }
    }
    let (ready, resident) = (Spread::of(ready), Spread::of(resident));
    say(&format!("footprint: ready after {:.1} ms, {:.1} MB idle", ready.median, resident.median));
    Ok(vec![
        Row {
            what: "resident memory, idle",
            measured: format!("{:.1} MB", resident.median),
            limit: String::new(),
            judged: Judged::Figure { value: resident, unit: "MB", goal: 25.0, aim: 14.0 },
        },
        Row {
            what: "start to ready, empty folder",
            measured: format!("{:.1} ms", ready.median),
            limit: String::new(),
            judged: Judged::Figure { value: ready, unit: "ms", goal: 50.0, aim: 15.0 },
        },
    ])
}
