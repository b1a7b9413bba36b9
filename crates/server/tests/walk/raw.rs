//! HTTP by hand, for what no client library sends.

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::server::TestServer;

/// A connection, and what was read of it ahead.
pub(crate) struct Raw {
    stream: TcpStream,
    read: Vec<u8>,
}

/// A reply as it came.
#[derive(Debug)]
pub(crate) struct RawReply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl RawReply {
    pub(crate) fn has(&self, line: &str) -> bool {
        self.head.lines().any(|present| present.to_ascii_lowercase().starts_with(line))
    }

    /// `error.code`, or a token host's `error`.
    pub(crate) fn code(&self) -> String {
        let body: Value = serde_json::from_str(&self.body).unwrap_or_default();
        let error = &body["error"];
        error["code"].as_str().or(error.as_str()).unwrap_or_default().to_owned()
    }

    /// An error of the API, with all that its replies have.
    #[track_caller]
    pub(crate) fn refused(&self, status: u16, code: &str) {
        assert_eq!((self.status, self.code().as_str()), (status, code), "{self:?}");
        for line in ["content-type: application/json", "x-ms-request-id: ", "x-content-type-options: nosniff"]
        {
            assert!(self.has(line), "{line}: {self:?}");
        }
        assert!(!matches!(status, 429 | 503) || self.has("retry-after: "), "{self:?}");
    }
}

impl Raw {
    pub(crate) async fn connect(server: &TestServer) -> Self {
        let address = server.base.strip_prefix("http://").unwrap();
        Self { stream: TcpStream::connect(address).await.unwrap(), read: Vec::new() }
    }

    /// Sends bytes. The server may have closed by now, which the reply tells.
    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.stream.write_all(bytes.as_ref()).await;
    }

    /// Sends bytes, all of which the server has to take.
    pub(crate) async fn send_all(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).await.unwrap();
    }

    /// Sends the same again and again until the server closes the connection. Nothing is read.
    pub(crate) async fn send_until_closed(mut self, bytes: &str) {
        while self.stream.write_all(bytes.as_bytes()).await.is_ok() {}
    }

    /// The next reply; `None`: the connection ended without one.
    pub(crate) async fn reply(&mut self) -> Option<RawReply> {
        let end = loop {
            if let Some(end) = self.read.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            if !self.more().await {
                assert!(self.read.is_empty(), "a part of a reply: {:?}", String::from_utf8_lossy(&self.read));
                return None;
            }
        };
        let head = String::from_utf8(self.read.drain(..end).collect()).unwrap();
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().unwrap())
        });
        let length: usize = length.unwrap_or_default();
        while self.read.len() < length {
            assert!(self.more().await, "the reply is cut: {head}");
        }
        let body = String::from_utf8(self.read.drain(..length).collect()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Some(RawReply { status, head, body })
    }

    /// A request and its reply.
    pub(crate) async fn ask(&mut self, request: impl AsRef<[u8]>) -> RawReply {
        self.send(request).await;
        self.reply().await.expect("a reply")
    }

    /// Waits until the server closes the connection; nothing more may come.
    pub(crate) async fn closes(mut self) {
        while self.more().await {}
        assert!(self.read.is_empty(), "{:?}", String::from_utf8_lossy(&self.read));
    }

    async fn more(&mut self) -> bool {
        let mut buffer = vec![0; 16 * 1024];
        // A reset is an end, too.
        let read = self.stream.read(&mut buffer).await.unwrap_or_default();
        self.read.extend_from_slice(&buffer[..read]);
        read > 0
    }
}
