//! No table and no column is forgotten by a copy, whichever the schema has.

use signoff_upkeep as upkeep;

use crate::{Shelf, unseen};

/// The tables of a file, each with its columns and what they hold.
async fn tables(shelf: &Shelf) -> Vec<(String, Vec<(String, String)>)> {
    let names =
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
    let mut tables = Vec::new();
    for table in shelf.ask(names).await {
        let of =
            async |what: &str| shelf.ask(&format!("SELECT {what} FROM pragma_table_info('{table}')")).await;
        let columns = of("name").await.into_iter().zip(of("type").await).collect();
        tables.push((table, columns));
    }
    tables
}

/// A row in which every column has a value.
fn row(columns: &[(String, String)]) -> String {
    let value = |(name, kind): &(String, String)| match kind.as_str() {
        "TEXT" => format!("'{name}'"),
        "INTEGER" => "1".to_owned(),
        "BLOB" => "x'000102030405060708090a0b0c0d0eff'".to_owned(),
        other => panic!("{name} is {other}"),
    };
    columns.iter().map(value).collect::<Vec<_>>().join(", ")
}

/// All rows of a table, every column of them.
async fn rows(shelf: &Shelf, table: &str, columns: &[(String, String)]) -> Vec<String> {
    let all: Vec<String> = columns.iter().map(|(name, _)| format!("quote({name})")).collect();
    shelf.ask(&format!("SELECT {} FROM {table}", all.join(" || ' ' || "))).await
}

#[tokio::test]
async fn every_column_of_every_table_goes_over() {
    let (first, second, third) = (Shelf::sqlite(), Shelf::postgres().await, Shelf::sqlite());
    upkeep::migrate(&first.place()).await.unwrap();
    let tables = tables(&first).await;
    assert!(tables.len() >= 14, "{tables:?}");
    for (table, columns) in &tables {
        first.sql(&format!("INSERT INTO {table} VALUES ({})", row(columns))).await;
    }
    upkeep::copy(&first.place(), &second.place(), &unseen).await.unwrap();
    upkeep::copy(&second.place(), &third.place(), &unseen).await.unwrap();
    for (table, columns) in &tables {
        let (before, after) = (rows(&first, table, columns).await, rows(&third, table, columns).await);
        assert_eq!((before.len(), &before), (1, &after), "{table}");
    }
}
