//! The transport of bytes: a socket of our own, or the request body of a mounted route.
//!
//! A socket of our own is read into one buffer per thread, so that an idle connection needs none.

use std::cell::RefCell;
use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

#[cfg(feature = "rustls")]
use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::dev::Payload;
use actix_web::rt::net::TcpStream;
#[cfg(unix)]
use actix_web::rt::net::UnixStream;
use bytes::{Buf as _, BytesMut};
use futures_util::Stream as _;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::timeout;

/// The maximum size of one read.
const READ_BYTES: usize = 64 * 1024;

/// Frames up to this total size are copied into one buffer, which the kernel accepts faster than a
/// list of buffers.
const JOINED_BYTES: usize = 16 * 1024;

thread_local! {
    /// Used for reading, and for joining frames; never both at once.
    static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; READ_BYTES]);
}

/// The frames in one buffer, if they are short.
fn joined<'a>(frames: &[IoSlice<'_>], buffer: &'a mut [u8]) -> Option<&'a [u8]> {
    let mut len = 0;
    for frame in frames {
        let end = len + frame.len();
        buffer[..JOINED_BYTES]
            .get_mut(len..end)?
            .copy_from_slice(frame);
        len = end;
    }
    Some(&buffer[..len])
}

/// A socket of our own, plain or encrypted.
pub(crate) trait Io: AsyncRead + AsyncWrite + Unpin {
    /// The underlying TCP socket; `None` for a Unix socket.
    fn tcp(&self) -> Option<&TcpStream>;

    /// Whether the connection is encrypted.
    fn is_secure(&self) -> bool {
        false
    }

    /// Writes as much as the socket accepts at once, without registering to be woken for the rest.
    /// A socket with TLS accepts nothing in this way.
    fn try_write(&self, frames: &[IoSlice<'_>]) -> io::Result<usize> {
        let _ = frames;
        Ok(0)
    }

    /// Makes the next close a reset: the kernel drops the data that it still buffers for the peer.
    fn reset_on_close(&self) {
        let Some(tcp) = self.tcp() else {
            return;
        };
        if let Err(failure) = SockRef::from(tcp).set_linger(Some(Duration::ZERO)) {
            log::debug!(target: "channels::socket", "connection ended before its reset: {failure}");
        }
    }
}

impl Io for TcpStream {
    fn tcp(&self) -> Option<&TcpStream> {
        Some(self)
    }

    fn try_write(&self, frames: &[IoSlice<'_>]) -> io::Result<usize> {
        match frames {
            [frame] => Self::try_write(self, frame),
            frames => BUFFER.with_borrow_mut(|buffer| match joined(frames, buffer) {
                Some(bytes) => Self::try_write(self, bytes),
                None => self.try_write_vectored(frames),
            }),
        }
    }
}

#[cfg(unix)]
impl Io for UnixStream {
    fn tcp(&self) -> Option<&TcpStream> {
        None
    }

    fn try_write(&self, frames: &[IoSlice<'_>]) -> io::Result<usize> {
        self.try_write_vectored(frames)
    }
}

#[cfg(feature = "rustls")]
impl Io for TlsStream<TcpStream> {
    fn tcp(&self) -> Option<&TcpStream> {
        Some(self.get_ref().0)
    }

    fn is_secure(&self) -> bool {
        true
    }
}

/// Shared by the peer, which reads, and its task, which writes.
pub(super) type Wire = Rc<RefCell<dyn Io>>;

/// The source of a peer's bytes.
pub(super) enum Source {
    Body(Box<Payload>),
    Wire(Wire),
}

impl Source {
    /// Passes the next bytes to `consume`; `None` at the end, whatever its cause.
    pub(super) fn poll_read<R>(
        &mut self,
        cx: &mut Context<'_>,
        consume: impl FnOnce(&mut [u8]) -> R,
    ) -> Poll<Option<R>> {
        match self {
            Self::Body(payload) => match ready!(Pin::new(&mut **payload).poll_next(cx)) {
                Some(Ok(chunk)) => Poll::Ready(Some(consume(&mut BytesMut::from(chunk)))),
                Some(Err(_)) | None => Poll::Ready(None),
            },
            Self::Wire(wire) => BUFFER.with_borrow_mut(|buffer| {
                let mut buffer = ReadBuf::new(buffer);
                let read = Pin::new(&mut *wire.borrow_mut()).poll_read(cx, &mut buffer);
                match ready!(read) {
                    Ok(()) if !buffer.filled().is_empty() => {
                        Poll::Ready(Some(consume(buffer.filled_mut())))
                    }
                    Ok(()) | Err(_) => Poll::Ready(None),
                }
            }),
        }
    }
}

/// Writes as much as the socket accepts; ready when nothing is left, including the buffer of a TLS
/// socket.
pub(super) fn poll_write_all(
    wire: &Wire,
    out: &mut BytesMut,
    cx: &mut Context<'_>,
) -> Poll<io::Result<()>> {
    let mut wire = wire.borrow_mut();
    while !out.is_empty() {
        match ready!(Pin::new(&mut *wire).poll_write(cx, out))? {
            0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
            written => out.advance(written),
        }
    }
    Pin::new(&mut *wire).poll_flush(cx)
}

/// Writes the remaining bytes, shuts down and waits for the peer's shutdown; resets a peer that
/// does not respond in time.
///
/// Bytes that the peer still sends are read and dropped, because closing with unread bytes would
/// send a reset, which could overtake our last frame.
pub(super) async fn end_orderly(wire: &Wire, mut out: BytesMut, limit: Duration) {
    let goodbye = async {
        poll_fn(|cx| poll_write_all(wire, &mut out, cx)).await?;
        poll_fn(|cx| Pin::new(&mut *wire.borrow_mut()).poll_shutdown(cx)).await?;
        let mut rest = Source::Wire(Rc::clone(wire));
        while poll_fn(|cx| rest.poll_read(cx, |_| ())).await.is_some() {}
        Ok::<_, io::Error>(())
    };
    match timeout(limit, goodbye).await {
        Ok(Ok(())) => {}
        Ok(Err(_)) | Err(_) => wire.borrow().reset_on_close(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_joined_as_long_as_they_are_short_together() {
        let mut buffer = vec![0; READ_BYTES];
        let (half, little) = (vec![b'a'; JOINED_BYTES / 2], b"b");
        let [half, little] = [&half[..], little].map(IoSlice::new);
        let two = joined(&[half, little], &mut buffer).unwrap();
        assert_eq!(two, [&half[..], &little].concat());
        assert_eq!(
            joined(&[half, half], &mut buffer).unwrap().len(),
            JOINED_BYTES
        );
        assert_eq!(joined(&[half, half, little], &mut buffer), None);
    }
}
