//! Copies and backups of stores that servers filled, and what servers make of them.

use super::{Shelf, copy, fill, told};

#[tokio::test]
async fn a_store_goes_to_the_other_engine_and_back() {
    let (first, second, third) = (Shelf::sqlite(), Shelf::postgres().await, Shelf::sqlite());
    let server = first.serve().await;
    let ann = fill(&server.base).await;
    let before = told(&ann).await;
    server.kill().await;
    let run = copy(&first, &second).await;
    assert_eq!(run.code, 0, "{run:?}");
    let server = second.serve().await;
    assert_eq!(told(&ann.at(&server.base)).await, before);
    let run = copy(&second, &third).await;
    assert_eq!(run.code, 0, "{run:?}");
    server.kill().await;
    let server = third.serve().await;
    assert_eq!(told(&ann.at(&server.base)).await, before);
}
