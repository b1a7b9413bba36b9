//! A database as it is copied, checked and backed up: read in one transaction, or filled while no server uses it.

use std::time::Duration;

use async_trait::async_trait;
use signoff_store::StoreError;
use signoff_store::table_store::{Integrity, Row, Select, TableStore, Target, UpkeepError, first_filled};
use signoff_store::tables::{Kind, MARK, TABLES, Table, Value, unfinished};
use tokio::sync::Mutex;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error};
use uuid::Uuid;

use super::connect_error::{ConnectError, describe, failed};
use super::opening::OpenError;
use super::pool::{self, PooledClient};
use super::settings::PostgresSettings;
use super::values::column;
use super::{opening, schema, transfer};

/// Names the lock that is held while a database is filled; any number that is not used elsewhere.
const FILLING: i64 = 0x7369_676e_6f66_6622;

/// Connections of servers are looked for so often, with so long between.
const LEAVE_TRIES: u32 = 10;
const LEAVE_PAUSE: Duration = Duration::from_millis(100);

/// What these connections call themselves, so that they are not taken for those of a server.
const NAME: &str = "signoff store";

/// What is unique beside the keys of the tables.
const ALSO_UNIQUE: [(&str, &[&str]); 2] =
    [("offer", &["publisher_id", "guid"]), ("outbox", &["publisher_id", "id"])];

/// Publishers whose next number in the audit log is not that after the last.
const MISCOUNTED: &str = "SELECT publisher_id, counted.last, written.last FROM audit_counter AS counted
    FULL JOIN (SELECT publisher_id, max(entry) AS last FROM audit GROUP BY publisher_id) AS written
    USING (publisher_id) WHERE counted.last IS DISTINCT FROM written.last ORDER BY 1 LIMIT 100";

/// One connection.
pub struct Session {
    client: Mutex<PooledClient>,
    /// What servers call themselves that are started with the same address.
    servers: String,
}

impl Session {
    async fn open(settings: &PostgresSettings) -> Result<Self, UpkeepError> {
        // One connection is used; the rest are never made.
        let settings = settings.clone().connections(PostgresSettings::FEWEST_CONNECTIONS);
        let pool = pool::pool(&settings).map_err(OpenError::from)?;
        let client = opening::first(&pool, &settings).await?;
        let servers = client.query_one("SELECT current_setting('application_name')", &[]).await;
        let servers = column(&servers.map_err(failed)?, 0)?;
        // Reading everything takes as long as it takes, between two pages somebody else writes, and what a server avoids
        // is right for it.
        let settings = format!(
            "SET application_name = '{NAME}'; SET statement_timeout = 0; SET lock_timeout = '10s';
             SET idle_in_transaction_session_timeout = 0; SET enable_seqscan = on;"
        );
        client.batch_execute(&settings).await.map_err(failed)?;
        Ok(Self { client: Mutex::new(client), servers })
    }

    /// Opens a store to read one state of it, which servers go on changing.
    pub async fn read(settings: &PostgresSettings) -> Result<Self, UpkeepError> {
        let session = Self::open(settings).await?;
        {
            let client = session.client.lock().await;
            let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
            client.batch_execute(begin).await.map_err(failed)?;
            let version = schema::version(plain(&client)).await?;
            if version == 0 {
                let why = "the database is no store of signoff: it has no schema";
                return Err(UpkeepError::Refused(why.to_owned()));
            }
            schema::left(version)?;
            if version != schema::newest() {
                return Err(older(version));
            }
            if let Some(source) = schema::unfinished_copy(plain(&client)).await? {
                return Err(UpkeepError::Refused(unfinished(&source)));
            }
        }
        Ok(session)
    }

    /// Opens a database to fill it.
    pub async fn fill(settings: &PostgresSettings) -> Result<Self, UpkeepError> {
        let session = Self::open(settings).await?;
        {
            let client = session.client.lock().await;
            // Who was killed a moment ago may still hold it.
            let locked = client.execute("SELECT pg_advisory_lock($1)", &[&FILLING]).await;
            locked.map_err(|error| match error.code() {
                Some(&SqlState::LOCK_NOT_AVAILABLE) => UpkeepError::Refused(
                    "another `signoff store copy` fills this database; wait for it".to_owned(),
                ),
                _ => failed(error).into(),
            })?;
            // The last commit waits for all before it.
            client.batch_execute("SET synchronous_commit = off").await.map_err(failed)?;
        }
        Ok(session)
    }

    /// How many connections of servers there are. Those of one that ended a moment ago go by themselves.
    async fn servers(&self) -> Result<i64, StoreError> {
        for _ in 0..LEAVE_TRIES {
            if self.servers_now().await? == 0 {
                return Ok(0);
            }
            tokio::time::sleep(LEAVE_PAUSE).await;
        }
        self.servers_now().await
    }

    async fn servers_now(&self) -> Result<i64, StoreError> {
        let client = self.client.lock().await;
        let text = "SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND application_name = $1 AND pid <> pg_backend_pid()";
        let row = client.query_one(text, &[&self.servers]).await.map_err(failed)?;
        column(&row, 0)
    }

    /// Marks the database and makes what is missing of the schema.
    async fn mark(&self, source: &str) -> Result<(), StoreError> {
        let mut client = self.client.lock().await;
        let transaction = client.transaction().await.map_err(failed)?;
        schema::lock(&transaction).await?;
        let text = format!("CREATE TABLE IF NOT EXISTS {MARK} (source text NOT NULL)");
        transaction.batch_execute(&text).await.map_err(failed)?;
        schema::run(&transaction).await?;
        let text = format!("INSERT INTO {MARK} SELECT $1 WHERE NOT EXISTS (SELECT 1 FROM {MARK})");
        transaction.execute(&text, &[&source]).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)
    }
}

#[async_trait]
impl TableStore for Session {
    fn by_bytes(&self) -> &'static str {
        " COLLATE \"C\""
    }

    async fn query(&self, text: &str, kinds: &[Kind], parameters: &[Value]) -> Result<Vec<Row>, StoreError> {
        let parameters: Vec<Box<dyn ToSql + Sync + Send>> = parameters.iter().map(parameter).collect();
        let parameters: Vec<&(dyn ToSql + Sync)> =
            parameters.iter().map(|parameter| -> &(dyn ToSql + Sync) { parameter.as_ref() }).collect();
        let client = self.client.lock().await;
        let statement = client.prepare_cached(text).await.map_err(failed)?;
        let rows = client.query(&statement, &parameters).await.map_err(failed)?;
        rows.iter().map(|row| transfer::values(row, kinds)).collect()
    }

    async fn insert(&self, table: &'static Table, rows: &[Row]) -> Result<(), StoreError> {
        let mut client = self.client.lock().await;
        let transaction = client.transaction().await.map_err(failed)?;
        transfer::write(&transaction, table, rows).await?;
        transaction.commit().await.map_err(failed)
    }

    async fn cut(&self, table: &'static Table, after: Option<&[Value]>) -> Result<(), StoreError> {
        let condition = match after {
            Some(_) => format!(" WHERE {}", Select::table(table).is_after(self.by_bytes())),
            None => String::new(),
        };
        let text = format!("DELETE FROM {}{condition}", table.name);
        self.query(&text, &[], after.unwrap_or_default()).await.map(|_| ())
    }

    async fn begin_copy(&self, source: &str) -> Result<Target, UpkeepError> {
        let servers = self.servers().await?;
        if servers > 0 {
            return Err(UpkeepError::Refused(format!(
                "{servers} connections of signoff servers are open to the target; stop those servers first"
            )));
        }
        let (version, begun) = {
            let client = self.client.lock().await;
            (schema::version(plain(&client)).await?, schema::unfinished_copy(plain(&client)).await?)
        };
        schema::left(version)?;
        match begun {
            Some(begun) if begun == source => {
                self.mark(source).await?;
                Ok(Target::Begun)
            }
            Some(begun) => Err(UpkeepError::Refused(format!(
                "the target holds an unfinished copy of {begun}; finish that one, or name an empty database"
            ))),
            None => {
                if version > 0 && version < schema::newest() {
                    return Err(older(version));
                }
                if version > 0
                    && let Some(table) = first_filled(self).await?
                {
                    return Err(UpkeepError::Refused(format!(
                        "the target is not empty, it has rows in {table}; name an empty database"
                    )));
                }
                self.mark(source).await?;
                Ok(Target::Empty)
            }
        }
    }

    async fn finish_copy(&self) -> Result<(), StoreError> {
        let mut client = self.client.lock().await;
        for table in &TABLES {
            client.batch_execute(&format!("ANALYZE {}", table.name)).await.map_err(failed)?;
        }
        client.batch_execute("SET synchronous_commit = on").await.map_err(failed)?;
        let transaction = client.transaction().await.map_err(failed)?;
        transfer::go_on_counting(&transaction).await?;
        transaction.batch_execute(&format!("DROP TABLE {MARK}")).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)
    }

    async fn integrity(&self) -> Result<Integrity, StoreError> {
        let mut found = Vec::new();
        // What the indexes say is to be checked, so it is not asked of them.
        let by_index = ["enable_indexscan", "enable_indexonlyscan", "enable_bitmapscan"];
        self.set(&by_index, "off").await?;
        for table in &TABLES {
            found.extend(self.twice(table.name, table.key).await?);
        }
        for (table, key) in ALSO_UNIQUE {
            found.extend(self.twice(table, key).await?);
        }
        self.set(&by_index, "on").await?;
        let kinds = [Kind::Text, Kind::Integer, Kind::Integer];
        for row in self.query(MISCOUNTED, &kinds, &[]).await? {
            if let [Value::Text(publisher), next, last] = row.as_slice() {
                found.push(format!(
                    "the next entry of the audit log of {publisher} comes after {next:?}, the last is {last:?}"
                ));
            }
        }
        let mut integrity = Integrity { damage: found, unchecked: Vec::new() };
        self.check_indexes(&mut integrity).await?;
        Ok(integrity)
    }
}

impl Session {
    async fn set(&self, settings: &[&str], to: &str) -> Result<(), StoreError> {
        let text: Vec<String> =
            settings.iter().map(|setting| format!("SET LOCAL {setting} = {to}")).collect();
        self.client.lock().await.batch_execute(&text.join("; ")).await.map_err(failed)
    }

    /// Keys that more than one row has, although an index says that there are none.
    async fn twice(&self, table: &str, key: &[&str]) -> Result<Option<String>, StoreError> {
        let key = key.join(", ");
        let text = format!(
            "SELECT count(*) FROM (SELECT 1 FROM {table} GROUP BY {key} HAVING count(*) > 1) AS twice"
        );
        let rows = self.query(&text, &[Kind::Integer], &[]).await?;
        Ok(match rows.first().and_then(|row| row.first()) {
            Some(Value::Integer(count)) if *count > 0 => {
                Some(format!("table {table}: {count} values of ({key}) stand in more than one row"))
            }
            _ => None,
        })
    }

    /// The indexes of our tables: the name, and whether PostgreSQL holds it for usable.
    async fn indexes(&self) -> Result<Vec<(String, bool)>, StoreError> {
        let text = "SELECT indexrelid::regclass::text, indisvalid AND indisready FROM pg_index
            WHERE indrelid = to_regclass($1) ORDER BY 1";
        let mut indexes = Vec::new();
        for table in &TABLES {
            let name = Value::Text(table.name.to_owned());
            for row in self.query(text, &[Kind::Text, Kind::Boolean], &[name]).await? {
                if let [Value::Text(name), Value::Boolean(usable)] = row.as_slice() {
                    indexes.push((name.clone(), *usable));
                }
            }
        }
        Ok(indexes)
    }

    /// Looks at the indexes; whether they lead to every row, and in order, where the extension `amcheck` may be used.
    async fn check_indexes(&self, integrity: &mut Integrity) -> Result<(), StoreError> {
        let amcheck = match self.amcheck().await? {
            Ok(amcheck) => Some(amcheck),
            Err(why) => {
                integrity.unchecked.push(why);
                None
            }
        };
        for (index, usable) in self.indexes().await? {
            if !usable {
                integrity.damage.push(format!("index {index} is not valid; REINDEX it"));
                continue;
            }
            let Some(amcheck) = &amcheck else { continue };
            match self.check_index(amcheck, &index).await? {
                None => {}
                Some(error) if is_damage(&error) => {
                    integrity.damage.push(format!("index {index}: {}; REINDEX it", describe(&error)));
                }
                Some(error) => integrity.unchecked.push(format!("index {index}: {}", describe(&error))),
            }
        }
        Ok(())
    }

    /// The function that looks at an index, if there is one that this role may call; else why not, and what helps.
    async fn amcheck(&self) -> Result<Result<String, String>, StoreError> {
        let text = "SELECT quote_ident(nspname), quote_ident(current_user), has_schema_privilege(pg_namespace.oid, 'USAGE')
                AND has_function_privilege(pg_proc.oid, 'EXECUTE')
            FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace
            JOIN pg_proc ON pronamespace = extnamespace AND proname = 'bt_index_check'
                AND oidvectortypes(proargtypes) = 'regclass, boolean'
            WHERE extname = 'amcheck'";
        let rows = self.query(text, &[Kind::Text, Kind::Text, Kind::Boolean], &[]).await?;
        Ok(match rows.first().map(Vec::as_slice) {
            Some([Value::Text(schema), _, Value::Boolean(true)]) => Ok(format!("{schema}.bt_index_check")),
            Some([Value::Text(schema), Value::Text(role), _]) => Err(format!(
                "the inside of the indexes, for {role} may not use amcheck; let the owner of the extension say: GRANT \
                 USAGE ON SCHEMA {schema} TO {role}; GRANT EXECUTE ON FUNCTION \
                 {schema}.bt_index_check(regclass, boolean) TO {role}"
            )),
            _ => Err("the inside of the indexes, for this database lacks an extension; let a superuser say: CREATE \
                      EXTENSION amcheck"
                .to_owned()),
        })
    }

    /// What `amcheck` says of an index, if it is not content.
    async fn check_index(&self, amcheck: &str, index: &str) -> Result<Option<Error>, StoreError> {
        let client = self.client.lock().await;
        client.batch_execute("SAVEPOINT amcheck").await.map_err(failed)?;
        let text = format!("SELECT {amcheck}($1::text::regclass, true)");
        let checked = client.execute(&text, &[&index]).await;
        client.batch_execute("ROLLBACK TO SAVEPOINT amcheck").await.map_err(failed)?;
        Ok(checked.err())
    }
}

/// Whether it tells of what is on the disk, and not of a lock or a right that was missing.
fn is_damage(error: &Error) -> bool {
    let damage = [&SqlState::DATA_CORRUPTED, &SqlState::INDEX_CORRUPTED, &SqlState::IO_ERROR];
    error.code().is_some_and(|code| damage.contains(&code))
}

/// The client of the driver, within all that the pool puts around it.
fn plain(client: &PooledClient) -> &Client {
    client
}

fn parameter(value: &Value) -> Box<dyn ToSql + Sync + Send> {
    match value {
        Value::Null => Box::new(None::<String>),
        Value::Text(text) => Box::new(text.clone()),
        Value::Integer(number) => Box::new(*number),
        Value::Boolean(flag) => Box::new(*flag),
        Value::Guid(guid) => Box::new(Uuid::from_bytes(*guid)),
        Value::Bytes(bytes) => Box::new(bytes.clone()),
    }
}

fn older(version: i64) -> UpkeepError {
    UpkeepError::Refused(format!(
        "the database has schema {version}, this binary works with {}; run `signoff store migrate` on it first",
        schema::newest()
    ))
}

impl From<OpenError> for UpkeepError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Refused(why) => Self::Refused(why),
            OpenError::Setting(why) => Self::Refused(why.to_string()),
            OpenError::Unreachable { .. } => Self::Unreachable(error.to_string()),
            OpenError::Store(error) => Self::Store(error),
        }
    }
}

impl From<ConnectError> for UpkeepError {
    fn from(trouble: ConnectError) -> Self {
        if trouble.lasts { Self::Refused(trouble.text) } else { Self::Store(trouble.into()) }
    }
}

/// The number of the newest migration that the database has; zero: there is nothing in it yet.
pub async fn version(settings: &PostgresSettings) -> Result<i64, UpkeepError> {
    let session = Session::open(settings).await?;
    let client = session.client.lock().await;
    let version = schema::version(plain(&client)).await?;
    schema::left(version)?;
    Ok(version)
}

/// Runs the migrations that wait.
pub async fn migrate(settings: &PostgresSettings) -> Result<(), UpkeepError> {
    let session = Session::open(settings).await?;
    let mut client = session.client.lock().await;
    Ok(schema::migrate(&mut client).await?)
}
