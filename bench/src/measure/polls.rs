//! Authenticated polls of one operation beside a bare handler that sends the same bytes.

use std::net::SocketAddr;
use std::sync::Arc;

use super::offers::{Offers, Steps, bench};
use super::say;
use crate::client::Connection;
use crate::load::{self, Load};
use crate::report::{self, Judged, Row};
use crate::server::{self, Listening, Server};
use crate::stats::Spread;
use crate::{Error, Plan};

const CONNECTIONS: usize = 64;

pub(crate) async fn run(plan: &Plan) -> Result<Vec<Row>, Error> {
    let server = Server::start(&plan.server, &plan.folder).await?;
    let offers = Offers::prepare(&server, bench, 1, Steps::Long).await?;
    offers.publish(1).await?;
    let poll = poll_request(&server).await?;
    let bare = start_bare(server.address, &poll, plan).await?;
    let load = Load {
        connections: CONNECTIONS,
        requests: Arc::new(move |_, into| into.extend_from_slice(&poll)),
        count: None,
        time: plan.time,
        expected: 200,
        seen: None,
    };
    let (mut ours, mut limits, mut percents) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..plan.rounds {
        let mut limit = load::run(bare.address, &load).await?;
        let mut polls = load::run(server.address, &load).await?;
        say(&format!(
            "polls: bare {:.0}/s (p99 {:.2} ms), signoff {:.0}/s (p99 {:.2} ms)",
            limit.rate(),
            limit.percentile(99),
            polls.rate(),
            polls.percentile(99)
        ));
        percents.push(100.0 * polls.rate() / limit.rate());
        ours.push(polls.rate());
        limits.push(limit.rate());
    }
    Ok(vec![Row {
        what: "authenticated polls, c=64",
        measured: report::rate(Spread::of(ours)),
        limit: report::rate(Spread::of(limits)),
        judged: Judged::Ratio { percent: Spread::of(percents), goal: 60.0, aim: 80.0 },
    }])
}

/// The poll of the newest operation, as a client sends it.
async fn poll_request(server: &Server) -> Result<Vec<u8>, Error> {
    let token = server.token().await?;
    let mut request = Vec::new();
    let offer = "/api/publishers/contoso/offers/bench-000000";
    server::request(&mut request, "GET", &format!("{offer}/submissions"), &token, "");
    let mut connection = Connection::open(server.address).await?;
    connection.ask(&request).await?;
    let operations: serde_json::Value = serde_json::from_slice(connection.body())?;
    let id = operations[0]["id"].as_str().ok_or("a publish left no operation")?;
    request.clear();
    server::request(&mut request, "GET", &format!("{offer}/operations/{id}"), &token, "");
    Ok(request)
}

/// A child that answers polls with the very reply that the server gives.
async fn start_bare(address: SocketAddr, poll: &[u8], plan: &Plan) -> Result<Listening, Error> {
    let mut connection = Connection::open(address).await?;
    connection.ask(poll).await?;
    let folder = tempfile::tempdir_in(&plan.folder)?;
    let (head, body) = (folder.path().join("head"), folder.path().join("body"));
    std::fs::write(&head, connection.head())?;
    std::fs::write(&body, connection.body())?;
    let program = std::env::current_exe()?;
    // It reads both files before it says that it listens.
    Listening::start(&program, ["bare".as_ref(), head.as_os_str(), body.as_os_str()]).await
}
