//! What concerns the file of the SQLite store: who may open it, what it takes from other files, what a crash leaves.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rusqlite::Connection;
use signoff_lifecycle::ids::OfferKey;
use signoff_store::conformance::Fixture;
use signoff_store::conformance::directory::key;
use signoff_store::conformance::world::{CONTOSO, apply, id, publish, put};
use signoff_store::contract::Offers;
use signoff_store::table_store::UpkeepError;
use signoff_store::{Store, StoreError};
use signoff_store_sqlite::{SqliteStore, upkeep};
use tempfile::TempDir;

use crate::fixture::Sqlite;

/// Names the file to the child of [`a_killed_server_loses_nothing_it_answered`].
const FILE: &str = "SIGNOFF_CONFORMANCE_FILE";

fn unavailable(result: Result<SqliteStore, StoreError>) -> String {
    match result {
        Err(StoreError::Unavailable(why)) => why,
        Err(error) => panic!("{error:?}"),
        Ok(_) => panic!("it was opened"),
    }
}

fn corrupt<T>(result: Result<T, StoreError>) -> String {
    match result {
        Err(StoreError::Corrupt(why)) => why,
        Err(error) => panic!("{error:?}"),
        Ok(_) => panic!("it was taken"),
    }
}

#[tokio::test]
async fn a_second_server_is_refused() {
    let fx = Sqlite::new().await;
    let why = unavailable(SqliteStore::open(&fx.file()));
    assert!(why.contains("stop that one first") && why.contains("signoff.db"), "{why}");
    fx.close();
    drop(SqliteStore::open(&fx.file()).unwrap());
}

#[tokio::test]
async fn the_folder_is_made() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("a/b/signoff.db");
    drop(SqliteStore::open(&file).unwrap());
    assert!(file.exists());
}

#[tokio::test]
async fn what_is_no_database_is_not_opened() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("letter.txt");
    std::fs::write(&file, "Dear Sir or Madam, ".repeat(100)).unwrap();
    unavailable(SqliteStore::open(&file));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "Dear Sir or Madam, ".repeat(100));
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let fx = Sqlite::new().await;
    fx.close();
    set_version(&fx.file(), 9999);
    let why = corrupt(SqliteStore::open(&fx.file()));
    assert!(why.contains("9999") && why.contains("newer signoff"), "{why}");
}

#[tokio::test]
async fn a_file_of_somebody_else_is_refused_and_stays_as_it_is() {
    let folder = TempDir::new().unwrap();
    for (name, made) in [
        ("songs.db", "CREATE TABLE song (title TEXT)"),
        ("versioned.db", "CREATE TABLE song (title TEXT); PRAGMA user_version = 3"),
        ("marked.db", "CREATE TABLE song (title TEXT); PRAGMA application_id = 7; PRAGMA user_version = 6"),
        ("empty.db", "PRAGMA application_id = 7"),
    ] {
        let file = folder.path().join(name);
        Connection::open(&file).unwrap().execute_batch(made).unwrap();
        let before = std::fs::read(&file).unwrap();
        let why = unavailable(SqliteStore::open(&file));
        assert!(why.contains("somebody else's database") && why.contains("name another file"), "{why}");
        for refused in [upkeep::migrate(&file).await, upkeep::File::read(&file, false).map(|_| ())] {
            assert!(matches!(refused, Err(UpkeepError::Refused(_))), "{name}: {refused:?}");
        }
        assert!(std::fs::read(&file).unwrap() == before, "{name}");
    }
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(left.len(), 4, "nothing is put beside them: {left:?}");
}

#[tokio::test]
async fn a_file_of_ours_from_before_they_were_marked_is_known_by_its_tables() {
    let mark = |file: &Path| {
        let connection = Connection::open(file).unwrap();
        connection.query_row("PRAGMA application_id", [], |row| row.get::<_, i32>(0)).unwrap()
    };
    let fx = Sqlite::new().await;
    fx.close();
    assert_eq!(mark(&fx.file()), 0x7369_676e, "sign");
    Connection::open(fx.file()).unwrap().pragma_update(None, "application_id", 0).unwrap();
    drop(SqliteStore::open(&fx.file()).unwrap());
    assert_eq!(mark(&fx.file()), 0x7369_676e);
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_can_read_a_snapshot() {
    use std::os::unix::fs::PermissionsExt as _;
    let fx = Sqlite::new().await;
    let snapshot = fx.folder().join("snapshot");
    fx.store().snapshot(&snapshot).await.unwrap();
    assert_eq!(std::fs::metadata(&snapshot).unwrap().permissions().mode() & 0o777, 0o600);
    let again = fx.store().snapshot(&snapshot).await;
    assert!(matches!(again, Err(StoreError::Unavailable(_))), "what is there is not written over: {again:?}");
}

fn set_version(file: &Path, version: i64) {
    let connection = Connection::open(file).unwrap();
    connection.pragma_update(None, "user_version", version).unwrap();
}

/// A file that holds no state of ours, by what it is.
fn strange_files(folder: &Path, snapshot: &Path) -> Vec<(&'static str, PathBuf)> {
    let file = |name: &'static str| (name, folder.join(name));
    let [text, empty, missing] = [file("text"), file("empty"), file("missing")];
    let [foreign, newer, gutted, cut] = [file("foreign"), file("newer"), file("gutted"), file("cut")];
    std::fs::write(&text.1, "no database at all").unwrap();
    std::fs::write(&empty.1, "").unwrap();
    let connection = Connection::open(&foreign.1).unwrap();
    connection.execute_batch("CREATE TABLE song (title TEXT); INSERT INTO song VALUES ('a');").unwrap();
    std::fs::copy(snapshot, &newer.1).unwrap();
    set_version(&newer.1, 9999);
    std::fs::copy(snapshot, &gutted.1).unwrap();
    Connection::open(&gutted.1).unwrap().execute_batch("DROP TABLE content").unwrap();
    let whole = std::fs::read(snapshot).unwrap();
    std::fs::write(&cut.1, &whole[..whole.len() / 2]).unwrap();
    vec![text, empty, missing, foreign, newer, gutted, cut]
}

#[tokio::test]
async fn nothing_but_a_snapshot_is_restored() {
    let fx = Sqlite::new().await;
    let store = fx.store();
    store.add_first_signing_key(key("first", 1)).await.unwrap();
    let state = apply(&*store, CONTOSO, "a", put(CONTOSO, "a")).await;
    let snapshot = fx.folder().join("snapshot");
    store.snapshot(&snapshot).await.unwrap();
    for (what, file) in strange_files(fx.folder(), &snapshot) {
        let before = std::fs::read(&file).ok();
        let why = match store.restore(&file).await {
            Err(StoreError::Corrupt(why)) => why,
            other => panic!("{what}: {other:?}"),
        };
        assert!(!why.is_empty(), "{what}");
        let loaded = store.load(&OfferKey::new(CONTOSO, "a")).await.unwrap();
        assert_eq!(loaded.map(|loaded| loaded.aggregate).as_deref(), Some(&state), "{what}");
        assert_eq!(store.signing_keys().await.unwrap().len(), 1, "{what}");
        assert!(std::fs::read(&file).ok() == before, "{what}: the file is left as it was");
    }
    store.restore(&snapshot).await.unwrap();
    apply(&*store, CONTOSO, "a", put(CONTOSO, "a")).await;
}

/// Opens the file as after a crash: it must be sound, and hold the offers up to `answered`.
async fn is_sound(file: &Path, answered: u64) {
    let connection = Connection::open(file).unwrap();
    let check: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(check, "ok");
    drop(connection);
    let store = SqliteStore::open(file).unwrap();
    for number in 0..=answered {
        let loaded = store.load(&OfferKey::new(CONTOSO, format!("offer-{number}"))).await.unwrap();
        assert_eq!(loaded.map(|loaded| loaded.revision), Some(2), "what was answered is there: {number}");
    }
    // And the store goes on where it was.
    apply(&store, CONTOSO, "after", put(CONTOSO, "after")).await;
}

async fn put_and_publish(store: &dyn Store, number: u64) {
    let offer = format!("offer-{number}");
    apply(store, CONTOSO, &offer, put(CONTOSO, &offer)).await;
    apply(store, CONTOSO, &offer, publish(id(number), 1)).await;
}

/// A copy of the files at any moment is what a power cut would have left.
#[tokio::test(flavor = "multi_thread")]
async fn a_copy_taken_while_writing_is_sound() {
    let fx = Sqlite::new().await;
    let store = fx.store();
    put_and_publish(&*store, 0).await;
    let (answered, mut told) = tokio::sync::watch::channel(0);
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let writer = tokio::spawn(async move {
        for number in 1.. {
            if *stopped.borrow() {
                return;
            }
            put_and_publish(&*store, number).await;
            answered.send_replace(number);
        }
    });
    for copy in 0..5_u64 {
        told.wait_for(|answered| *answered >= copy * 5).await.unwrap();
        let at_least = *told.borrow();
        let folder = TempDir::new().unwrap();
        for file in ["signoff.db", "signoff.db-wal"] {
            std::fs::copy(fx.folder().join(file), folder.path().join(file)).unwrap();
        }
        is_sound(&folder.path().join("signoff.db"), at_least).await;
    }
    stop.send_replace(true);
    writer.await.unwrap();
}

#[test]
fn a_killed_server_loses_nothing_it_answered() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("signoff.db");
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--ignored", "--nocapture", "sqlite_file::the_child_that_is_killed"])
        .env(FILE, &file)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut answered = 0;
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        if let Some(number) = line.unwrap().strip_prefix("answered ") {
            answered = number.parse().unwrap();
        }
        if answered == 25 {
            child.kill().unwrap();
            break;
        }
    }
    child.wait().unwrap();
    assert_eq!(answered, 25);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(is_sound(&file, answered));
}

#[tokio::test]
#[ignore = "writes until it is killed; a_killed_server_loses_nothing_it_answered starts it"]
async fn the_child_that_is_killed() {
    let Some(file) = std::env::var_os(FILE) else { return };
    let store = SqliteStore::open(Path::new(&file)).unwrap();
    for number in 0.. {
        put_and_publish(&store, number).await;
        println!("answered {number}");
    }
}
