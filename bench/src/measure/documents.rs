//! The largest documents: what the worst kinds cost beside one of the same size that says nothing special.

use std::time::Instant;

use super::say;
use crate::client::Connection;
use crate::report::{Judged, Row};
use crate::server::{self, Server};
use crate::stats::Spread;
use crate::{Error, Plan};

/// The size of a document, in bytes: all that a body may have, but for what frames it.
const SIZE: usize = 4 * 1024 * 1024 - 1024;
/// So many times what a plain document costs.
const GOAL: f64 = 5.0;
const AIM: f64 = 3.0;

/// A kind of document.
struct Kind {
    what: &'static str,
    /// What stands around the entries.
    frame: [&'static str; 2],
    /// The entry with this number.
    entry: fn(usize) -> String,
    /// Whether its findings are asked for, or it is only put.
    is_checked: bool,
}

/// Ordinary members, of the length of the others' entries.
const PLAIN: Kind = Kind {
    what: "plain",
    frame: [r#"{"offer":{"#, "}}"],
    entry: |number| format!(r#""{number:07}headline":"x""#),
    is_checked: true,
};

const WORST: [Kind; 5] = [
    Kind {
        what: "PUT of 4 MiB of secrets, beside plain members",
        frame: [r#"{"offer":{"#, "}}"],
        entry: |number| format!(r#""{number:07}password":"x""#),
        is_checked: false,
    },
    Kind {
        what: "PUT of 4 MiB of plans with a secret each, beside plain members",
        frame: [r#"{"plans":["#, "]}"],
        entry: |number| format!(r#"{{"planId":"p{number:07}","k":{{"api_key":"x"}}}}"#),
        is_checked: false,
    },
    Kind {
        what: "PUT of 4 MiB of secrets at the end of deep paths, beside plain members",
        frame: [r#"{"offer":{"#, "}}"],
        entry: |number| {
            // Long enough that there are fewer values than a document may have.
            let token = "0123456789abcdef0123456789abcdef0123456789abcdef";
            format!(
                r#""{number:07}":{{"a":{{"b":{{"c":{{"d":{{"e":{{"f":[[{{"token":"{token}"}}]]}}}}}}}}}}}}"#
            )
        },
        is_checked: false,
    },
    Kind {
        what: "validateOnly of 4 MiB of findings, beside plain members",
        frame: [r#"{"plans":["#, "]}"],
        entry: |number| format!(r#"{{"planId":"a {number:07}"}}"#),
        is_checked: true,
    },
    Kind {
        what: "validateOnly of 4 MiB of unknown categories, beside plain members",
        frame: [r#"{"offer":{"microsoft-azure-marketplace.categoryMap":["#, "]}}"],
        entry: |number| format!(r#"{{"categoryL1":"{number:07}compute"}}"#),
        is_checked: true,
    },
];

impl Kind {
    fn document(&self) -> String {
        let mut text = String::with_capacity(SIZE + 256);
        text.push_str(r#"{"offerTypeId":"microsoft-azure-virtualmachines","definition":"#);
        text.push_str(self.frame[0]);
        for number in 0.. {
            let entry = (self.entry)(number);
            if text.len() + entry.len() + 1 > SIZE {
                break;
            }
            if number > 0 {
                text.push(',');
            }
            text.push_str(&entry);
        }
        text.push_str(self.frame[1]);
        text.push('}');
        text
    }
}

/// An offer whose draft is of one kind.
struct Offer {
    create: Vec<u8>,
    put: Vec<u8>,
    check: Vec<u8>,
}

impl Offer {
    fn of(kind: &Kind, name: &str, token: &str) -> Self {
        let path = format!("/api/publishers/contoso/offers/{name}");
        let (mut create, mut put, mut check) = (Vec::new(), Vec::new(), Vec::new());
        let (query, always) = (server::VERSION, "if-match: *\r\n");
        let target = format_args!("{path}?{query}");
        server::request_with(&mut create, "PUT", target, token, "", &kind.document());
        server::request_with(&mut put, "PUT", target, token, always, &kind.document());
        let target = format_args!("{path}/publish?validateOnly=true&{query}");
        server::request_with(&mut check, "POST", target, token, "", "");
        Self { create, put, check }
    }

    /// Makes the offer, and does once what is measured: from then on there are secrets to keep.
    async fn create(&self, connection: &mut Connection, is_checked: bool) -> Result<(), Error> {
        asked(connection, &self.create, &[201]).await?;
        self.cost(connection, is_checked).await.map(drop)
    }

    /// How long it takes to put the draft and, if `is_checked`, how long to list what is wrong with it; in milliseconds.
    async fn cost(&self, connection: &mut Connection, is_checked: bool) -> Result<f64, Error> {
        let put = asked(connection, &self.put, &[200, 201]).await?;
        if is_checked { asked(connection, &self.check, &[200, 422]).await } else { Ok(put) }
    }
}

async fn asked(connection: &mut Connection, request: &[u8], expected: &[u16]) -> Result<f64, Error> {
    let begun = Instant::now();
    let status = connection.ask(request).await?;
    let took = begun.elapsed();
    if expected.contains(&status) {
        return Ok(took.as_secs_f64() * 1000.0);
    }
    let body = String::from_utf8_lossy(connection.body());
    Err(format!("{status}: {}", body.chars().take(500).collect::<String>()).into())
}

pub(crate) async fn run(plan: &Plan) -> Result<Vec<Row>, Error> {
    let server = Server::start(&plan.server, &plan.folder).await?;
    let token = server.token().await?;
    let mut connection = Connection::open(server.address).await?;
    let ordinary = Offer::of(&PLAIN, "plain", &token);
    ordinary.create(&mut connection, PLAIN.is_checked).await?;
    let mut rows = Vec::new();
    for (number, kind) in WORST.iter().enumerate() {
        let worst = Offer::of(kind, &format!("worst-{number}"), &token);
        worst.create(&mut connection, kind.is_checked).await?;
        let (mut costs, mut limits, mut times) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..plan.rounds {
            let limit = ordinary.cost(&mut connection, kind.is_checked).await?;
            let cost = worst.cost(&mut connection, kind.is_checked).await?;
            costs.push(cost);
            limits.push(limit);
            times.push(cost / limit);
        }
        let [cost, limit, times] = [costs, limits, times].map(Spread::of);
        say(&format!("{}: {:.0} ms, {:.0} ms", kind.what, cost.median, limit.median));
        rows.push(Row {
            what: kind.what,
            measured: format!("{:.0} ms", cost.median),
            limit: format!("{:.0} ms", limit.median),
            judged: Judged::Times { times, goal: GOAL, aim: AIM },
        });
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_document_is_json_of_the_size() {
        for kind in WORST.iter().chain([&PLAIN]) {
            let text = kind.document();
            assert!((SIZE - 200..SIZE + 16).contains(&text.len()), "{}: {}", kind.what, text.len());
            let value: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert!(value["definition"].is_object(), "{}", kind.what);
        }
    }
}
