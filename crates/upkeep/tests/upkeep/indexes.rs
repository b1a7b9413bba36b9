//! What a check finds inside the indexes of a database, where the extension `amcheck` may be used, and what it says where
//! not.

use signoff_upkeep::{self as upkeep, Place};

use crate::{Shelf, unseen};

/// What is found whoever looks.
const UNREADABLE: &str = "INSERT INTO publisher VALUES ('contoso', 1, '{}')";

/// What a check finds, in its words, and what it does not look at.
async fn told(address: &str) -> (Vec<String>, Vec<String>) {
    let place = Place::postgres(&address.parse().unwrap());
    let report = upkeep::check(&place, &|_| Ok(()), &unseen).await.unwrap();
    (report.findings.into_iter().map(|finding| finding.what).collect(), report.unchecked)
}

/// A database in which a table and its index have several pages.
async fn filled() -> Shelf {
    let shelf = Shelf::postgres().await;
    upkeep::migrate(&shelf.place()).await.unwrap();
    let many = "INSERT INTO principal SELECT 'tenant', 'client-' || number, NULL, TRUE
        FROM generate_series(1, 1000) AS number";
    shelf.sql(many).await;
    shelf
}

#[tokio::test]
async fn an_index_out_of_order_or_without_a_row_is_named() {
    let shelf = filled().await;
    shelf.sql("CREATE SCHEMA \"of tools\"; CREATE EXTENSION amcheck SCHEMA \"of tools\"").await;
    assert_eq!(told(&shelf.address).await, (vec![], vec![]));

    let sorted = |how: &str| {
        format!("UPDATE pg_index SET indoption = '{how}' WHERE indexrelid = 'principal_pkey'::regclass")
    };
    // As after an upgrade of the system that sorts otherwise.
    shelf.sql(&sorted("3 3")).await;
    let (found, unchecked) = told(&shelf.address).await;
    assert!(found.len() == 1 && unchecked.is_empty(), "{found:?} {unchecked:?}");
    assert!(found[0].starts_with("index principal_pkey: ") && found[0].contains("item order"), "{found:?}");
    assert!(found[0].ends_with("; REINDEX it"), "{found:?}");
    shelf.sql(&sorted("0 0")).await;
    assert_eq!(told(&shelf.address).await, (vec![], vec![]));

    let kept = |is: &str| {
        format!("UPDATE pg_index SET indisready = {is} WHERE indexrelid = 'principal_pkey'::regclass")
    };
    shelf.sql(&kept("false")).await;
    shelf.sql("INSERT INTO principal VALUES ('tenant', 'client', NULL, TRUE)").await;
    shelf.sql(&kept("true")).await;
    let (found, unchecked) = told(&shelf.address).await;
    assert!(found.len() == 1 && unchecked.is_empty(), "{found:?} {unchecked:?}");
    assert!(found[0].contains("lacks matching index tuple"), "{found:?}");
    shelf.sql("REINDEX TABLE principal").await;
    // An index of somebody else's, of a kind that amcheck does not know, is no damage.
    shelf.sql("CREATE INDEX principal_hash ON principal USING hash (client)").await;
    let (found, unchecked) = told(&shelf.address).await;
    assert!(found.is_empty() && unchecked.len() == 1, "{found:?} {unchecked:?}");
    assert!(unchecked[0].starts_with("index principal_hash: "), "{unchecked:?}");
}

#[tokio::test]
async fn without_the_extension_or_the_right_the_rest_is_checked_and_the_remedy_told() {
    let shelf = filled().await;
    shelf.sql(UNREADABLE).await;
    let (found, unchecked) = told(&shelf.address).await;
    assert!(found.len() == 1 && found[0].contains("cannot be read"), "{found:?}");
    let remedy = |unchecked: &[String]| {
        assert!(
            unchecked.len() == 1 && unchecked[0].starts_with("the inside of the indexes, "),
            "{unchecked:?}"
        );
        unchecked[0].split_once(" say: ").unwrap().1.to_owned()
    };
    shelf.sql(&remedy(&unchecked)).await;
    assert_eq!(told(&shelf.address).await, (found.clone(), vec![]));

    let name = shelf.address.rsplit('/').next().unwrap().split('?').next().unwrap();
    let role = format!("\"reader of {name}\"");
    shelf
        .sql(&format!("CREATE ROLE {role} LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}"))
        .await;
    shelf.sql("CREATE SCHEMA tools; ALTER EXTENSION amcheck SET SCHEMA tools").await;
    let as_role = shelf.address.replace("postgres@", &format!("reader%20of%20{name}@"));
    let (by_role, unchecked) = told(&as_role).await;
    assert_eq!(by_role, found);
    shelf.sql(&remedy(&unchecked)).await;
    assert_eq!(told(&as_role).await, (found, vec![]));
    shelf.sql(&format!("DROP OWNED BY {role}; DROP ROLE {role}")).await;
}
