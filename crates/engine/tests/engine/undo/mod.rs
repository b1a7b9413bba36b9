//! Undo for every step: what a cancel, a failure and a crash leave of the world, wherever they come.
//!
//! What must be so is written down in the table of `docs/proof/undo.md`. This reads the table from there and plays
//! every row of it, so that the document is true or a test is red.

mod cell;
mod measure;
mod stage;

use futures_util::{StreamExt as _, stream};
use signoff_definition::OfferTypes;
use signoff_engine::PipelineKind;
use signoff_lifecycle::plan::CancelPolicy;

use cell::{Cause, Cell, Place, When};
use signoff_engine::testing::VM;
use stage::Stage;

const DOCUMENT: &str = include_str!("../../../../../docs/proof/undo.md");
/// Rows that are played at the same time: most of their time they wait for the disk.
const AT_ONCE: usize = 8;

/// The rows of the table, without its head.
fn table() -> Vec<&'static str> {
    DOCUMENT.lines().filter(|line| line.starts_with("| ")).skip(1).collect()
}

/// The row that says what comes of a cell.
async fn row(pipeline: PipelineKind, cell: Cell) -> String {
    let Cell { place, cause, when } = cell;
    let rest = match cell.impossible() {
        Some(why) => format!("({why}) | | | | | | | | |"),
        None => measure::row(cell, Stage::new(pipeline).await.play(cell).await).await,
    };
    format!("| {place} | {cause} | {when} | {rest} |")
}

/// Plays every cell and compares. `reads` is how the pipeline differs from the table, which is that of development.
async fn comes_to_what_the_table_says(pipeline: PipelineKind, reads: impl Fn(Cell, &str) -> String) {
    let (table, cells) = (table(), cell::all());
    let rows = stream::iter(cells.iter().map(|cell| row(pipeline, *cell))).buffered(AT_ONCE);
    let rows: Vec<String> = rows.collect().await;
    let mut wrong = Vec::new();
    for (place, (cell, row)) in cells.iter().zip(rows).enumerate() {
        let expected = table.get(place).map_or_else(|| "no such row".to_owned(), |row| reads(*cell, row));
        if row != expected {
            wrong.push(format!("{row}\n  is what happens, and docs/proof/undo.md says\n{expected}"));
        }
    }
    assert!(wrong.is_empty(), "{} rows differ:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(table.len(), cells.len(), "docs/proof/undo.md has a row too many");
}

#[tokio::test]
async fn the_development_pipeline_leaves_what_the_table_says() {
    comes_to_what_the_table_says(PipelineKind::Development, |_, row| row.to_owned()).await;
}

/// There a person certifies, and the failure of that step is that they reject.
#[tokio::test]
async fn the_production_pipeline_leaves_what_the_table_says() {
    let rejected = Cell { place: Place::Publish(1), cause: Cause::Failure, when: When::During };
    let reads =
        |cell, row: &str| if cell == rejected { row.replace("blocked", "rejected") } else { row.to_owned() };
    comes_to_what_the_table_says(PipelineKind::Production, reads).await;
}

/// What holds for virtual machines holds for core virtual machines: their steps are the same.
#[test]
fn the_table_speaks_of_every_virtual_machine() {
    let steps = |id| &OfferTypes::load().get(id).expect("it is shipped").steps;
    let runs = |id| -> Vec<_> {
        steps(id).iter().map(|step| (step.id.clone(), step.development, step.production)).collect()
    };
    assert_eq!(runs(VM), runs("microsoft-azure-corevm"));
}

/// The cells that the table calls impossible are so because of what the pipelines say.
#[test]
fn what_is_not_undone_needs_no_undoing() {
    let steps = &OfferTypes::load().get(VM).expect("it is shipped").steps;
    for (index, step) in steps.iter().enumerate().take(5) {
        let undone =
            if Place::Publish(index).is_undone() { CancelPolicy::Undo } else { CancelPolicy::Interrupt };
        assert_eq!((step.development.cancel, step.production.cancel), (undone, undone), "{}", step.id);
    }
}
