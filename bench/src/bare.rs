//! The limit of polling: an axum handler that does nothing but answer, with the bytes and headers of a real reply.

use std::path::Path;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;
use axum::routing::get;
use axum::serve::ListenerExt as _;
use bytes::Bytes;
use tokio::net::TcpListener;

use crate::Error;

/// Headers that the HTTP library writes itself.
const WRITTEN_ANYWAY: [&str; 3] = ["date", "content-length", "connection"];

/// Serves the reply of these two files to every poll, until it is killed.
pub(crate) fn serve(head: &Path, body: &Path) -> Result<(), Error> {
    let headers = headers(&std::fs::read_to_string(head)?)?;
    let body = Bytes::from(std::fs::read(body)?);
    let handler = move || {
        let mut response = Response::new(Body::from(body.clone()));
        *response.headers_mut() = headers.clone();
        async move { response }
    };
    listen(
        Router::new()
            .route("/api/publishers/{publisher}/offers/{offer}/operations/{operation}", get(handler)),
    )
}

/// Serves the routes on a free port of this machine, which it says, until it is killed.
pub(crate) fn listen(router: Router) -> Result<(), Error> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("listening on http://{}", listener.local_addr()?);
        let at_once = listener.tap_io(|stream| {
            // Without, a small reply may wait; with an error it only waits.
            let _ = stream.set_nodelay(true);
        });
        axum::serve(at_once, router).await?;
        Ok(())
    })
}

/// The headers of a reply's head that the HTTP library does not write itself.
pub(crate) fn headers(head: &str) -> Result<HeaderMap, Error> {
    let mut headers = HeaderMap::new();
    for line in head.lines().skip(1) {
        let Some((name, value)) = line.split_once(": ") else { continue };
        if !WRITTEN_ANYWAY.contains(&name.to_ascii_lowercase().as_str()) {
            headers.append(name.parse::<HeaderName>()?, HeaderValue::from_str(value)?);
        }
    }
    Ok(headers)
}
