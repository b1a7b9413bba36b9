//! What a statement costs does not grow with what is stored: every hot call is made on a database with ten thousand
//! operations and on one with a hundred thousand, and the server tells by which plan it went and how many pages it
//! touched.

mod calls;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;
use signoff_store::Store;
use signoff_store_postgres::testing::{Capture, Line, connect, database, database_server};
use signoff_store_postgres::{PostgresSettings, PostgresStore};
use tokio_postgres::Client;

/// Stored operations.
const FEW: usize = 10_000;
const MANY: usize = 100_000;

/// No call touches more pages of eight kilobytes.
const MOST_PAGES: i64 = 128;

/// The server tells the plan of each statement as it was carried out.
const TELL_PLANS: [(&str, &str); 6] = [
    ("session_preload_libraries", "auto_explain"),
    ("auto_explain.log_min_duration", "0"),
    ("auto_explain.log_analyze", "on"),
    ("auto_explain.log_buffers", "on"),
    ("auto_explain.log_timing", "off"),
    ("auto_explain.log_format", "json"),
];

/// A filled database whose plans are told.
pub(super) struct Filled {
    pub(super) store: Arc<dyn Store>,
    /// Speaks between two calls, so that the log shows where one ends.
    client: Client,
}

impl Filled {
    /// From here on what is logged belongs to the call.
    pub(super) async fn begin(&self, call: &str) {
        self.client.batch_execute(&format!("SELECT 'call {call}'")).await.unwrap();
    }
}

/// What a call came to.
#[derive(Debug, Default, PartialEq, Eq)]
struct Cost {
    /// Pages touched, in memory or not.
    pages: i64,
    /// What is read from end to end, or sorted.
    complaints: Vec<String>,
    /// How often an index was gone down.
    descents: i64,
    /// Rows that were looked at and are not wanted: letters that somebody holds.
    passed_over: i64,
}

/// Makes every hot call on a database with so many operations.
async fn costs(operations: usize) -> BTreeMap<String, Cost> {
    let (address, capture) =
        (database().await.unwrap(), Capture::start(&database_server().unwrap()).await.unwrap());
    let name = address.rsplit_once('/').unwrap().1.split_once('?').unwrap().0.to_owned();
    let store =
        PostgresStore::open(&PostgresSettings::parse(&address).unwrap().connections(4)).await.unwrap();
    calls::live(&store).await;
    drop(store);
    let client = connect(&address).await.unwrap();
    let fill = include_str!("fill.sql").replace("(1, N", &format!("(1, {operations}"));
    let fill =
        fill.replace("N / 10", &(operations / 10).to_string()).replace("+ N ", &format!("+ {operations} "));
    for statement in fill.split_inclusive(";\n") {
        client.batch_execute(statement).await.unwrap();
    }
    capture.listen(&name, &TELL_PLANS).await.unwrap();
    let filled = Filled {
        store: Arc::new(
            PostgresStore::open(&PostgresSettings::parse(&address).unwrap().connections(4)).await.unwrap(),
        ),
        client: connect(&address).await.unwrap(),
    };
    calls::make(&filled).await;
    by_call(&capture.lines(&name).await.unwrap())
}

fn by_call(lines: &[Line]) -> BTreeMap<String, Cost> {
    let mut costs = BTreeMap::<String, Cost>::new();
    let mut call = None;
    for line in lines {
        if let Some(named) = line.message.strip_prefix("statement: SELECT 'call ") {
            // The first round prepares the statements.
            call = named.strip_prefix("vm-2: ").map(|named| named.trim_end_matches('\'').to_owned());
        } else if let (Some(call), Some((_, plan))) = (&call, line.message.split_once("plan:\n")) {
            if plan.contains("'call ") {
                continue;
            }
            let plan: Value = serde_json::from_str(plan).unwrap();
            costs.entry(call.clone()).or_default().add(&plan["Plan"]);
        }
    }
    costs
}

impl Cost {
    fn add(&mut self, root: &Value) {
        let mut read = BTreeSet::new();
        self.look(root, &mut read);
        self.pages += pages(root);
        // What is written beside the result is carried out after it, and counted apart.
        for part in root["Plans"].as_array().into_iter().flatten() {
            let name = part["Subplan Name"].as_str().and_then(|name| name.strip_prefix("CTE "));
            if part["Node Type"] == "ModifyTable" && name.is_some_and(|name| !read.contains(name)) {
                self.pages += pages(part);
            }
        }
    }

    /// Takes the node in with those below it; `read` gets the names of the parts that are read.
    fn look<'a>(&mut self, node: &'a Value, read: &mut BTreeSet<&'a str>) {
        let kind = node["Node Type"].as_str().unwrap_or_default();
        let (loops, rows) = (number(node, "Actual Loops"), number(node, "Actual Rows"));
        read.extend(node["CTE Name"].as_str());
        if loops > 0 && kind == "Seq Scan" {
            self.complaints.push(format!("{} is read from end to end", node["Relation Name"]));
        }
        if kind == "Sort" && rows > calls::MOST {
            self.complaints.push(format!("{rows} rows are sorted"));
        }
        self.passed_over += loops * number(node, "Rows Removed by Filter");
        if node.get("Index Name").is_some() {
            self.descents += loops;
        }
        // What is inserted or changed goes down the indexes of its table, and looks for room.
        if kind == "ModifyTable" {
            self.descents += 4 * number(&node["Plans"][0], "Actual Rows");
        }
        for below in node["Plans"].as_array().into_iter().flatten() {
            self.look(below, read);
        }
    }
}

fn pages(node: &Value) -> i64 {
    number(node, "Shared Hit Blocks") + number(node, "Shared Read Blocks")
}

fn number(node: &Value, field: &str) -> i64 {
    node[field].as_i64().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_call_costs_more_the_more_there_is() {
    let (few, many) = tokio::join!(costs(FEW), costs(MANY));
    assert_eq!(few.keys().collect::<Vec<_>>(), many.keys().collect::<Vec<_>>());
    let mut complaints = Vec::new();
    for (call, many) in &many {
        let few = &few[call];
        eprintln!("{call}: {} pages, then {}; {} descents", few.pages, many.pages, many.descents);
        // Of few rows, too: plans are kept for long, and what is small may be full of rows that are gone by then.
        complaints.extend(
            few.complaints.iter().chain(&many.complaints).map(|complaint| format!("{call}: {complaint}")),
        );
        // Ten times the rows may make an index one level higher, a range may end on the next page, and the few rows that
        // are passed over may each lie on a page of its own.
        if many.passed_over > few.passed_over {
            complaints
                .push(format!("{call}: {} rows passed over became {}", few.passed_over, many.passed_over));
        }
        if many.pages > few.pages + many.descents + many.passed_over + 1 {
            complaints.push(format!("{call}: {} pages became {}", few.pages, many.pages));
        }
        if many.pages > MOST_PAGES {
            complaints.push(format!("{call}: {} pages", many.pages));
        }
    }
    assert_eq!(complaints, Vec::<String>::new());
}
