//! The schema as a sharded database would hold it: each table cut into parts by a hash of the publisher.

use std::collections::BTreeSet;

use serde_json::Value;
use signoff_store_postgres::testing::Executed;
use tokio_postgres::{Client, SimpleQueryMessage};

/// Into so many parts each table is cut.
const SHARDS: usize = 4;
/// What the name of a part ends with, before its number.
const PART: &str = "_shard";
/// The tables that have a publisher.
pub(crate) async fn tables(client: &Client) -> BTreeSet<String> {
    let rows = client
        .query(
            "SELECT relname::text FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
             WHERE relkind IN ('r', 'p') AND NOT relispartition AND attname = 'publisher_id'
                 AND relnamespace = 'public'::regnamespace",
            &[],
        )
        .await
        .unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

/// Cuts the tables of a database with nothing in it into parts. Nothing else about them changes.
pub(crate) async fn cut(client: &Client) {
    for table in tables(client).await {
        let text = format!(
            "ALTER TABLE {table} RENAME TO whole;
             CREATE TABLE {table} (LIKE whole INCLUDING ALL) PARTITION BY HASH (publisher_id);"
        );
        client.batch_execute(&text).await.unwrap();
        for number in 0..SHARDS {
            let text = format!(
                "CREATE TABLE {table}{PART}{number} PARTITION OF {table}
                 FOR VALUES WITH (MODULUS {SHARDS}, REMAINDER {number})"
            );
            client.batch_execute(&text).await.unwrap();
        }
        let triggers = client
            .query(
                "SELECT replace(pg_get_triggerdef(oid), 'ON public.whole ', 'ON public.' || $1 || ' ')
                 FROM pg_trigger WHERE tgrelid = 'whole'::regclass AND NOT tgisinternal",
                &[&table],
            )
            .await
            .unwrap();
        for trigger in triggers {
            client.batch_execute(trigger.get(0)).await.unwrap();
        }
        client.batch_execute("DROP TABLE whole").await.unwrap();
    }
}

/// The parts that the server would read or change for the statement, by its own plan.
pub(crate) async fn parts(client: &Client, statement: &Executed) -> BTreeSet<String> {
    let Executed { text, parameters, .. } = statement;
    let given: Vec<&str> = parameters.values().map(String::as_str).collect();
    let given = if given.is_empty() { String::new() } else { format!("({})", given.join(", ")) };
    let prepared = format!("PREPARE looked_at AS {text}");
    client.batch_execute(&prepared).await.unwrap_or_else(|error| panic!("{error:?}: {text}"));
    let explain = format!("EXPLAIN (FORMAT JSON) EXECUTE looked_at {given}");
    let told = client.simple_query(&explain).await.unwrap_or_else(|error| panic!("{error:?}: {text}"));
    let plan = told.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0),
        _ => None,
    });
    let plan = serde_json::from_str(plan.expect("a plan is one row")).unwrap();
    client.batch_execute("DEALLOCATE looked_at").await.unwrap();
    let mut parts = BTreeSet::new();
    collect(&plan, &mut parts);
    parts
}

fn collect(plan: &Value, parts: &mut BTreeSet<String>) {
    match plan {
        Value::Array(values) => values.iter().for_each(|value| collect(value, parts)),
        Value::Object(fields) => {
            if let Some((_, number)) =
                fields.get("Relation Name").and_then(Value::as_str).and_then(|name| name.rsplit_once(PART))
            {
                parts.insert(number.to_owned());
            }
            fields.values().for_each(|value| collect(value, parts));
        }
        _ => {}
    }
}
