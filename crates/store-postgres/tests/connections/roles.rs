//! What a role and a database must allow.

use signoff_store::contract::Directory as _;
use signoff_store_postgres::OpenError;
use signoff_store_postgres::testing::{connect, database};

use crate::{open, record, refused};

#[tokio::test]
async fn a_role_needs_rights_and_may_serve_with_few() {
    let address = database().await.unwrap();
    let admin = connect(&address).await.unwrap();
    let name = address.rsplit('/').next().unwrap().split('?').next().unwrap();
    let role = format!("role_of_{name}");
    admin
        .batch_execute(&format!("REVOKE CREATE ON SCHEMA public FROM PUBLIC; CREATE ROLE {role} LOGIN"))
        .await
        .unwrap();
    let as_role = address.replace("postgres@", &format!("{role}@"));
    let error = refused(&as_role).await;
    assert!(
        matches!(&error, OpenError::Refused(why) if why.contains("make the role the owner")),
        "{error:?}"
    );

    open(&address).await.unwrap();
    let reads_only = format!("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}");
    admin.batch_execute(&reads_only).await.unwrap();
    let error = refused(&as_role).await;
    assert!(
        matches!(&error, OpenError::Refused(why) if why.contains("may not change the table signing_key; make it the owner")),
        "{error:?}"
    );
    let grants = format!(
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};
         GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}"
    );
    admin.batch_execute(&grants).await.unwrap();
    open(&as_role).await.unwrap().put_principal(record("x"), None).await.unwrap();
    admin.batch_execute("UPDATE schema_version SET version = version + 1").await.unwrap();
    let error = refused(&as_role).await;
    assert!(matches!(&error, OpenError::Refused(why) if why.contains("use a newer signoff")), "{error:?}");
    admin.batch_execute(&format!("DROP OWNED BY {role}; DROP ROLE {role}")).await.unwrap();
}

#[tokio::test]
async fn a_database_that_is_none_for_us_is_refused() {
    let address = database().await.unwrap();
    let admin = connect(&address).await.unwrap();
    let name = address.rsplit('/').next().unwrap().split('?').next().unwrap();
    let create = format!(
        "CREATE DATABASE {name}_ascii ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
    );
    admin.batch_execute(&create).await.unwrap();
    for (suffix, says) in [("_ascii", "ENCODING 'UTF8'"), ("_missing", "create the database")] {
        let error = refused(&address.replace(name, &format!("{name}{suffix}"))).await;
        assert!(matches!(&error, OpenError::Refused(why) if why.contains(says)), "{error:?}");
    }
}
