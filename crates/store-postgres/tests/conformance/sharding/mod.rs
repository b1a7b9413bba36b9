//! The database may be sharded by publisher: proven from the statements that the suite really sends, as the server's log
//! has them. `docs/scale.md` tells what follows.

mod allowed;
mod shards;
mod statement;
mod transactions;

use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::Arc;

use signoff_store_postgres::testing::{Capture, Executed, Line, connect, database, database_server};
use signoff_store_postgres::{PostgresSettings, PostgresStore};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_postgres::Client;

use crate::cluster::Postgres;
use allowed::ALLOWED;

/// So many cases run at once.
const AT_ONCE: usize = 4;

type Running = Pin<Box<dyn Future<Output = ()> + Send>>;
type Case = (&'static str, fn(Arc<Postgres>) -> Running);

macro_rules! listed {
    ($($module:ident: [$($case:ident),+ $(,)?])+) => {
        vec![$($((
            concat!(stringify!($module), "::", stringify!($case)),
            (|fx| Box::pin(async move { signoff_store::conformance::$module::$case(&*fx).await })) as fn(Arc<Postgres>) -> Running,
        )),+),+]
    };
}

/// A database with nothing but the schema in it.
struct Empty {
    server: String,
    name: String,
}

impl Empty {
    async fn new() -> Self {
        let (server, address) = (database_server().unwrap(), database().await.unwrap());
        drop(PostgresStore::open(&PostgresSettings::parse(&address).unwrap().connections(4)).await.unwrap());
        let path = address.rsplit_once('/').unwrap().1;
        Self { server, name: path.split_once('?').unwrap().0.to_owned() }
    }

    fn at(&self, database: &str) -> String {
        format!("{}/{database}?sslmode=disable", self.server)
    }

    async fn create(&self, name: &str, template: &str) {
        let client = connect(&self.at("postgres")).await.unwrap();
        client.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {template}")).await.unwrap();
    }

    async fn client(&self) -> Client {
        connect(&self.at(&self.name)).await.unwrap()
    }
}

/// Runs every case, each on a copy of the database; answers what the server was asked.
async fn run_every_case(empty: &Arc<Empty>) -> Vec<Executed> {
    let cases: Vec<Case> = signoff_store::every_case!(listed);
    let capture = Arc::new(Capture::start(&empty.server).await.unwrap());
    let copies = format!("copy_of_{}_", empty.name);
    let (places, mut running) = (Arc::new(Semaphore::new(AT_ONCE)), JoinSet::new());
    // The long ones stand last.
    for (number, (name, case)) in cases.into_iter().enumerate().rev() {
        let (capture, places, empty) = (capture.clone(), places.clone(), empty.clone());
        let copy = format!("{copies}{number}");
        running.spawn(async move {
            let _place = places.acquire().await.unwrap();
            empty.create(&copy, &empty.name).await;
            capture.listen(&copy, &[("plan_cache_mode", "force_generic_plan")]).await.unwrap();
            let done = tokio::spawn(case(Arc::new(Postgres::at(empty.at(&copy)).await))).await;
            assert!(done.is_ok(), "the case {name} fails on tables that are cut into parts");
        });
    }
    while let Some(done) = running.join_next().await {
        done.unwrap();
    }
    let lines = capture.lines(&copies).await.unwrap();
    lines.iter().filter_map(Line::executed).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_statement_and_every_transaction_is_of_one_publisher() {
    let empty = Arc::new(Empty::new().await);
    let client = empty.client().await;
    let sharded = shards::tables(&client).await;
    shards::cut(&client).await;
    // What somebody is connected to is not copied.
    drop(client);
    let executed = run_every_case(&empty).await;

    let client = empty.client().await;
    client.batch_execute("SET plan_cache_mode = 'force_custom_plan'").await.unwrap();
    let findings = transactions::judge(&client, &executed, &sharded).await;
    assert_eq!(findings.complaints, Vec::<String>::new());
    assert_eq!(findings.unused, Vec::<&str>::new(), "what is allowed and not used is not allowed any more");
    eprintln!(
        "{} statements with {} texts in {} transactions; {} plans",
        executed.len(),
        findings.texts,
        findings.transactions,
        findings.plans
    );
    assert!(findings.texts > 50 && executed.len() > 3000, "it has listened");

    planted_statements_are_found(&client, &sharded).await;
}

/// The judge must be able to say no.
async fn planted_statements_are_found(client: &Client, sharded: &BTreeSet<String>) {
    let planted = |transaction: &str, text: &str, publisher: &str| Executed {
        transaction: transaction.to_owned(),
        text: text.to_owned(),
        parameters: [(1, format!("'{publisher}'"))].into(),
    };
    let one = "SELECT state FROM offer WHERE publisher_id = $1";
    let by_two = [planted("1/1", one, "contoso"), planted("1/1", one, "fabrikam")];
    let everybody = [planted("1/1", "SELECT state FROM offer WHERE offer_id = $1", "vm")];
    let looked_within = [
        planted("1/1", one, "contoso"),
        planted("1/1", "SELECT publisher_id FROM operation WHERE publisher_id > $1 ORDER BY 1", "a"),
    ];
    for planted in [&by_two[..], &everybody, &looked_within] {
        let findings = transactions::judge(client, planted, sharded).await;
        assert_eq!(findings.complaints.len(), 1, "{planted:?}: {:?}", findings.complaints);
    }
    let good = [planted("1/1", one, "contoso"), planted("1/2", one, "fabrikam")];
    assert_eq!(transactions::judge(client, &good, sharded).await.complaints, Vec::<String>::new());
    // What the text says, the server's own plan says too.
    let parts = shards::parts(client, &everybody[0]).await;
    assert!(parts.len() > 1, "{parts:?}");
    assert_eq!(shards::parts(client, &good[0]).await.len(), 1);
}

/// Tables that belong to no publisher. A sharded database holds them whole on every node.
const REFERENCE: [&str; 3] = ["principal", "schema_version", "signing_key"];

/// Indexes that lead with something else, for looks over all publishers.
const BY_SOMETHING_ELSE: [&str; 4] = ["member_by_principal", "outbox_due", "repeated_expiry", "work_due"];

#[tokio::test]
async fn every_key_leads_with_the_publisher() {
    let client = Empty::new().await.client().await;
    let sharded = shards::tables(&client).await;
    let rows = client
        .query(
            "SELECT t.relname::text, i.relname::text, x.indisprimary, x.indisunique, a.attname::text
             FROM pg_class t LEFT JOIN pg_index x ON x.indrelid = t.oid LEFT JOIN pg_class i ON i.oid = x.indexrelid
             LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = x.indkey[0]
             WHERE t.relkind = 'r' AND t.relnamespace = 'public'::regnamespace ORDER BY 1, 2",
            &[],
        )
        .await
        .unwrap();
    let tables: BTreeSet<String> = rows.iter().map(|row| row.get(0)).collect();
    let reference: Vec<&String> = tables.difference(&sharded).collect();
    assert_eq!(reference, REFERENCE);
    let mut with_key = BTreeSet::new();
    let mut others = Vec::new();
    for row in rows.iter().filter(|row| sharded.contains(row.get::<_, &str>(0))) {
        let (table, index): (String, Option<String>) = (row.get(0), row.get(1));
        let index = index.unwrap_or_else(|| panic!("{table} has no key"));
        let first: Option<&str> = row.get(4);
        if first != Some(statement::KEY) {
            assert!(!row.get::<_, bool>(3), "{index} is unique over all publishers");
            others.push(index);
        } else if row.get(2) {
            with_key.insert(table);
        }
    }
    assert_eq!(others, BY_SOMETHING_ELSE);
    assert_eq!(with_key, sharded, "each has a primary key that leads with the publisher");
}

#[test]
fn what_is_allowed_stands_in_the_documentation() {
    let text = include_str!("../../../../../docs/scale.md");
    for allowed in ALLOWED {
        assert!(
            text.contains(&format!("| {} |", allowed.name)),
            "docs/scale.md does not tell of {}",
            allowed.name
        );
    }
    for table in REFERENCE {
        assert!(text.contains(&format!("create_reference_table('{table}')")), "{table}");
    }
}
