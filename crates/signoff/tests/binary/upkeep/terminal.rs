//! How far a copy is, as a terminal shows it.

use signoff_store_postgres::testing;

use super::{Shelf, store};
use crate::server::signoff;
use crate::terminal::Terminal;

/// So many columns the terminal has.
const COLUMNS: u16 = 60;

/// `signoff store copy` with a terminal as stderr.
fn copy(from: &Shelf, to: &Shelf) -> Terminal {
    let mut command = signoff(from.folder());
    command.args(["store", "copy", "--from", &from.address, "--to", &to.address]);
    Terminal::of_stderr(command, COLUMNS)
}

/// What the line holds in the end, if each frame fits into one.
fn left(shown: &str) -> &str {
    let frames: Vec<&str> = shown.split('\r').flat_map(|part| part.split("\x1b[2K")).collect();
    let bars = frames.iter().filter(|frame| frame.contains('%'));
    for bar in bars {
        assert!(bar.chars().count() <= usize::from(COLUMNS), "{bar:?} in {shown:?}");
        assert!(bar.contains(['█', '░']) && !bar.contains('\x1b'), "{bar:?} in {shown:?}");
    }
    shown.rsplit("\x1b[2K").next().unwrap()
}

#[tokio::test]
async fn a_bar_fits_into_the_line_and_leaves_nothing_behind() {
    let (from, to) = (Shelf::sqlite(), Shelf::postgres().await);
    for shelf in [&from, &to] {
        assert_eq!(store(&["migrate", "--store", &shelf.address]).await.code, 0);
    }
    let rows = "WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 2999)
        INSERT INTO principal SELECT 'tenant', 'client-' || value, NULL, TRUE FROM n;
        INSERT INTO publisher VALUES ('contoso', 1, '{}')";
    from.sql(rows).await;
    // It comes no further than to here.
    let held = testing::TableLock::table(&to.address, "publisher").await.unwrap();
    let mut interrupted = copy(&from, &to);
    interrupted.shows("%").await;
    interrupted.interrupt();
    let (code, shown) = interrupted.ended().await;
    assert_eq!(
        (code, left(&shown)),
        (Some(130), "interrupted; the same command goes on from here\r\n"),
        "{shown:?}"
    );
    drop(held);

    let mut whole = copy(&from, &to);
    whole.shows("%").await;
    let (code, shown) = whole.ended().await;
    assert!(code == Some(0) && left(&shown).starts_with("3000 rows of sqlite:"), "{shown:?}");
    assert_eq!(left(&shown).lines().count(), 1, "{shown:?}");
}
