//! What `signoff store check` finds.

use super::{Shelf, fill, store};

#[tokio::test]
async fn a_store_that_servers_filled_is_sound() {
    for shelf in [Shelf::sqlite(), Shelf::postgres().await] {
        let server = shelf.serve().await;
        fill(&server.base).await;
        let run = store(&["check", "--store", &shelf.address]).await;
        assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{run:?}");
        server.kill().await;
        let run = store(&["check", "--store", &shelf.address, "--output", "json"]).await;
        assert_eq!(run.code, 0, "{run:?}");
        assert!(run.json()["rows"].as_u64().unwrap() > 50, "{run:?}");
    }
}
