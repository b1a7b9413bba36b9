//! A small HTTP/1.1 client that keeps its connection. It costs little, so that what is measured is the server.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::Error;

/// One connection, used for one request after the other.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    head: usize,
    end: usize,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Result<Self, Error> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: vec![0; 16 * 1024], head: 0, end: 0 })
    }

    /// Sends `request` and reads the reply whole; answers its status.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> Result<u16, Error> {
        self.stream.write_all(request).await?;
        (self.head, self.end) = (0, usize::MAX);
        let mut filled = 0;
        while filled < self.end {
            if filled == self.buffer.len() {
                self.buffer.resize(filled * 2, 0);
            }
            let read = self.stream.read(&mut self.buffer[filled..]).await?;
            if read == 0 {
                return Err("the server closed the connection".into());
            }
            filled += read;
            if self.head == 0
                && let Some(head) = end_of_head(&self.buffer[..filled])
            {
                self.head = head;
                self.end = head + content_length(&self.buffer[..head])?;
            }
        }
        status(&self.buffer)
    }

    /// The head of the last reply.
    pub(crate) fn head(&self) -> &[u8] {
        &self.buffer[..self.head]
    }

    /// The body of the last reply.
    pub(crate) fn body(&self) -> &[u8] {
        &self.buffer[self.head..self.end]
    }
}

fn end_of_head(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|window| window == b"\r\n\r\n").map(|at| at + 4)
}

fn content_length(head: &[u8]) -> Result<usize, Error> {
    const NAME: &[u8] = b"content-length: ";
    let at = head
        .windows(NAME.len())
        .position(|window| window.eq_ignore_ascii_case(NAME))
        .ok_or("a reply without Content-Length")?;
    let digits = head[at + NAME.len()..].iter().take_while(|byte| byte.is_ascii_digit());
    Ok(digits.fold(0, |sum, digit| sum * 10 + usize::from(digit - b'0')))
}

fn status(reply: &[u8]) -> Result<u16, Error> {
    let digits = reply.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok());
    digits.and_then(|digits| digits.parse().ok()).ok_or_else(|| "a reply without a status".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_taken_apart() {
        let reply = b"HTTP/1.1 202 Accepted\r\nContent-Length: 12\r\nx: y\r\n\r\n{\"a\":\"b\"}   ";
        let head = end_of_head(reply).unwrap();
        assert_eq!(head, reply.len() - 12);
        assert_eq!(content_length(&reply[..head]).unwrap(), 12);
        assert_eq!(status(reply).unwrap(), 202);
        assert!(content_length(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
    }
}
