//! HTTP/1.1 by hand, so that everything can be sent that a library would not.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

/// Nothing here takes this long; it only turns a hang into a failure.
const PATIENCE: Duration = Duration::from_mins(1);
pub(crate) const VERSION: &str = "api-version=2017-10-31";

/// A request that is well framed.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Option<Vec<u8>>,
}

/// What came back, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Request {
    pub(crate) fn new(method: &str, target: &str) -> Self {
        Self { method: method.to_owned(), target: target.to_owned(), headers: Vec::new(), body: None }
    }

    /// A call of the publishing API with its version, and with a token if there is one.
    pub(crate) fn api(method: &str, path: &str, token: Option<&str>) -> Self {
        let separator = if path.contains('?') { '&' } else { '?' };
        let request = Self::new(method, &format!("{path}{separator}{VERSION}"));
        match token {
            Some(token) => request.header("Authorization", &format!("Bearer {token}")),
            None => request,
        }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.json_text(&body.to_string())
    }

    pub(crate) fn json_text(self, body: &str) -> Self {
        self.header("Content-Type", "application/json").body(body)
    }

    /// The bytes on the wire.
    pub(crate) fn bytes(&self, host: &str) -> Vec<u8> {
        let mut head =
            format!("{} {} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n", self.method, self.target);
        for (name, value) in &self.headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        if let Some(body) = &self.body {
            head.extend(["Content-Length: ", &body.len().to_string(), "\r\n"]);
        }
        let mut bytes = (head + "\r\n").into_bytes();
        bytes.extend_from_slice(self.body.as_deref().unwrap_or_default());
        bytes
    }

    /// Sends it on a connection of its own.
    pub(crate) fn send(&self, host: &str) -> Reply {
        let sent = raw(host, &self.bytes(host));
        Reply::first(&sent).unwrap_or_else(|| panic!("no reply to {} {}: {sent:?}", self.method, self.target))
    }
}

pub(crate) fn connect(host: &str) -> TcpStream {
    let stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// Sends these bytes and reads until the server closes.
pub(crate) fn raw(host: &str, bytes: &[u8]) -> Vec<u8> {
    let mut stream = connect(host);
    // The server may have closed in the middle of it.
    let _ = stream.write_all(bytes);
    read_to_close(&mut stream)
}

/// What comes until the server closes; a reset ends it too, silence fails.
pub(crate) fn read_to_close(stream: &mut TcpStream) -> Vec<u8> {
    let mut all = Vec::new();
    let mut piece = [0; 16 * 1024];
    loop {
        match stream.read(&mut piece) {
            Ok(0) => return all,
            Ok(count) => all.extend_from_slice(&piece[..count]),
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => return all,
            Err(error) => panic!("the server neither answers nor closes: {error}, after {:?}", text(&all)),
        }
    }
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Every reply among these bytes, as long as they can be read.
pub(crate) fn replies(mut bytes: &[u8]) -> Vec<Reply> {
    let mut all = Vec::new();
    while let Some((reply, length)) = Reply::read(bytes) {
        all.push(reply);
        bytes = &bytes[length..];
    }
    all
}

impl Reply {
    /// The first reply among these bytes.
    pub(crate) fn first(bytes: &[u8]) -> Option<Self> {
        Self::read(bytes).map(|(reply, _)| reply)
    }

    fn read(bytes: &[u8]) -> Option<(Self, usize)> {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
        let head = std::str::from_utf8(&bytes[..end]).ok()?;
        let mut lines = head.split("\r\n");
        let status = lines.next()?.strip_prefix("HTTP/1.")?.get(2..5)?.parse().ok()?;
        let headers = lines
            .map(|line| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned())));
        let headers: Vec<(String, String)> = headers.collect::<Option<_>>()?;
        let rest = &bytes[end + 4..];
        let named =
            |wanted: &str| headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
        let (body, length) = if named("transfer-encoding").is_some() {
            unchunked(rest)?
        } else {
            let length = named("content-length").map_or(Some(0), |length| length.parse().ok())?;
            (rest.get(..length)?.to_vec(), length)
        };
        Some((Self { status, headers, body: text(&body) }, end + 4 + length))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

fn unchunked(bytes: &[u8]) -> Option<(Vec<u8>, usize)> {
    let (mut body, mut at) = (Vec::new(), 0);
    loop {
        let line = bytes[at..].windows(2).position(|two| two == b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(&bytes[at..at + line]).ok()?, 16).ok()?;
        at += line + 2;
        body.extend_from_slice(bytes.get(at..at + size)?);
        at += size + 2;
        if size == 0 {
            return Some((body, at));
        }
    }
}
