//! The example of the typed client, against the binary's own server.

#[path = "../../../wire/examples/release/story.rs"]
mod story;

use crate::dev_server::Server;

#[tokio::test]
async fn the_example_of_the_client_releases_an_offer() {
    let server = Server::start();
    let lines = story::release(&server.client(), "contoso", "sample-vm").await.unwrap();
    let text = lines.join("\n");
    for part in
        ["the draft has version", "a cancel was answered 20", "waits for the sign-off", "is Completed"]
    {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}
