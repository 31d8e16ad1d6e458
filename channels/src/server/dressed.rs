//! A connection that also adds the server's headers to answers of actix itself: to a head that
//! cannot be parsed, is too long, or arrives too slowly.
//!
//! These answers pass neither the App nor any hook of actix-http, so the headers are added on their
//! way to the socket. Every other answer has the headers already, and passes untouched.

use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use actix_web::http::header::{HeaderName, HeaderValue};
use bytes::{Buf as _, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The longest head that actix writes by itself, in bytes: status, length, connection and date.
const MOST_BYTES: usize = 256;
const END: &[u8] = b"\r\n\r\n";

/// A connection and the headers of its server.
pub(super) struct Dressed<T> {
    io: T,
    headers: Rc<HeaderLines>,
    /// A completed head that is not written yet.
    unsent: BytesMut,
    /// The length of the original head.
    stands_for: usize,
}

/// Headers, encoded as in an answer.
pub(super) struct HeaderLines {
    first: Vec<u8>,
    lines: Vec<u8>,
}

impl HeaderLines {
    pub(super) fn new(headers: &[(HeaderName, HeaderValue)]) -> Self {
        let line = |(name, value): &(HeaderName, HeaderValue)| {
            [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat()
        };
        let lines: Vec<_> = headers.iter().map(line).collect();
        Self {
            first: lines.first().cloned().unwrap_or_default(),
            lines: lines.concat(),
        }
    }

    /// The head with the headers, if it is complete, belongs to an error without a body, and lacks
    /// the headers.
    fn completed(&self, head: &[u8]) -> Option<BytesMut> {
        let is_short = !self.lines.is_empty() && head.len() <= MOST_BYTES;
        let is_bare = is_short
            && head.ends_with(END)
            && is_error(head)
            && contains(head, b"\r\ncontent-length: 0\r\n")
            && !contains(head, &self.first);
        is_bare.then(|| {
            let (head, end) = head.split_at(head.len() - END.len() / 2);
            [head, &self.lines, end].concat().as_slice().into()
        })
    }
}

fn is_error(head: &[u8]) -> bool {
    let status = head.strip_prefix(b"HTTP/1.").and_then(|rest| rest.get(2));
    matches!(status, Some(b'4' | b'5'))
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

impl<T> Dressed<T> {
    pub(super) fn new(io: T, headers: Rc<HeaderLines>) -> Self {
        Self {
            io,
            headers,
            unsent: BytesMut::new(),
            stands_for: 0,
        }
    }

    pub(super) fn io(&self) -> &T {
        &self.io
    }

    /// Returns the wrapped connection, for a WebSocket, whose frames are not HTTP answers.
    pub(super) fn into_io(self) -> T {
        self.io
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Dressed<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, buffer)
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Dressed<T> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.unsent.is_empty() {
            let Some(completed) = this.headers.completed(bytes) else {
                return Pin::new(&mut this.io).poll_write(cx, bytes);
            };
            (this.unsent, this.stands_for) = (completed, bytes.len());
        }
        while !this.unsent.is_empty() {
            match ready!(Pin::new(&mut this.io).poll_write(cx, &this.unsent))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                written => this.unsent.advance(written),
            }
        }
        Poll::Ready(Ok(this.stands_for))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines() -> HeaderLines {
        let header = |name, value| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        };
        HeaderLines::new(&[header("x-frame-options", "DENY"), header("server", "tea")])
    }

    #[test]
    fn only_a_bare_head_of_an_error_is_completed() {
        let bare = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\ndate: now\r\n\r\n";
        let completed = lines().completed(bare).unwrap();
        let expected = "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\ndate: now\r\n\
                        x-frame-options: DENY\r\nserver: tea\r\n\r\n";
        assert_eq!(str::from_utf8(&completed).unwrap(), expected);
        let full = [&bare[..50], &[b'x'; 300], b"\r\n\r\n"].concat();
        for other in [
            &completed[..],
            &full,
            &bare[..bare.len() - 1],
            b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
            b"HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n\r\n",
            b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\nno",
            b"x HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n",
            b"",
        ] {
            assert_eq!(lines().completed(other), None, "{}", other.escape_ascii());
        }
        assert_eq!(HeaderLines::new(&[]).completed(bare), None);
    }
}
