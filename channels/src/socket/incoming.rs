//! What arrives from a peer: guarded bytes, decoded by actix-http's codec, joined to messages.

use std::pin::Pin;
use std::task::{Context, Poll};

use actix_http::ws::{Codec, Frame as Decoded, Item};
use actix_web::error::PayloadError;
use bytes::{Bytes, BytesMut};
use futures_util::Stream;
use tokio_util::codec::Decoder as _;

use super::guard::{FrameGuard, Violation};
use super::options::SocketOptions;
use super::reassembly::{FragmentLimits, Reassembly};
use crate::event::{CloseCode, Frame};

/// One thing that a peer said.
#[derive(Debug)]
pub(super) enum Arrived {
    Frame(Frame),
    Ping(Bytes),
    Pong,
    /// The code, if there was one, and the reason.
    Close(Option<(u16, String)>),
    /// It broke the protocol or a limit.
    Violation(Violation),
}

/// The stream of what a peer says; ends for good with the bytes, a Close or a violation.
pub(super) struct Incoming<S> {
    payload: S,
    guard: FrameGuard,
    codec: Codec,
    buffer: BytesMut,
    reassembly: Reassembly,
    /// Found by the guard; reported after the frames before it.
    violation: Option<Violation>,
    finished: bool,
}

impl<S> Incoming<S>
where
    S: Stream<Item = Result<Bytes, PayloadError>> + Unpin,
{
    pub(super) fn new(payload: S, options: &SocketOptions) -> Self {
        Self {
            payload,
            guard: FrameGuard::new(options.max_frame_bytes),
            codec: Codec::new().max_size(options.max_frame_bytes),
            buffer: BytesMut::new(),
            reassembly: Reassembly::new(FragmentLimits {
                bytes: options.max_message_bytes,
                fragments: options.max_fragments,
                time: options.fragment_timeout,
            }),
            violation: None,
            finished: false,
        }
    }

    /// The next item out of the bytes at hand, or `None` if they hold no further whole frame.
    fn decode(&mut self) -> Option<Arrived> {
        loop {
            let decoded = match self.codec.decode(&mut self.buffer) {
                Ok(Some(decoded)) => decoded,
                Ok(None) => return None,
                Err(flaw) => {
                    log::debug!(target: "channels::socket", "undecodable frame: {flaw}");
                    let broken = Violation::new(CloseCode::PROTOCOL, "protocol error");
                    return Some(Arrived::Violation(broken));
                }
            };
            match self.arrived(decoded) {
                Ok(Some(arrived)) => return Some(arrived),
                Ok(None) => {}
                Err(violation) => return Some(Arrived::Violation(violation)),
            }
        }
    }

    /// What a decoded frame means; nothing yet if it is a fragment.
    fn arrived(&mut self, decoded: Decoded) -> Result<Option<Arrived>, Violation> {
        let parts = &mut self.reassembly;
        let arrived = match decoded {
            Decoded::Text(payload) => Arrived::Frame(parts.whole(true, payload)?),
            Decoded::Binary(payload) => Arrived::Frame(parts.whole(false, payload)?),
            Decoded::Continuation(Item::Last(payload)) => Arrived::Frame(parts.last(&payload)?),
            Decoded::Continuation(item) => {
                match item {
                    Item::FirstText(payload) => parts.first(true, &payload)?,
                    Item::FirstBinary(payload) => parts.first(false, &payload)?,
                    Item::Continue(payload) | Item::Last(payload) => parts.next(&payload)?,
                }
                return Ok(None);
            }
            Decoded::Ping(payload) => Arrived::Ping(payload),
            Decoded::Pong(_) => Arrived::Pong,
            Decoded::Close(None) => Arrived::Close(None),
            Decoded::Close(Some(reason)) => {
                let text = reason.description.unwrap_or_default();
                Arrived::Close(Some((reason.code.into(), text)))
            }
        };
        Ok(Some(arrived))
    }

    fn report(&mut self, arrived: Arrived) -> Poll<Option<Arrived>> {
        if matches!(arrived, Arrived::Close(_) | Arrived::Violation(_)) {
            self.finish();
        }
        Poll::Ready(Some(arrived))
    }

    /// Nothing is read any more, and nothing that was read is kept.
    fn finish(&mut self) {
        self.finished = true;
        self.buffer = BytesMut::new();
    }
}

impl<S> Stream for Incoming<S>
where
    S: Stream<Item = Result<Bytes, PayloadError>> + Unpin,
{
    type Item = Arrived;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Arrived>> {
        let this = &mut *self;
        loop {
            if this.finished {
                return Poll::Ready(None);
            }
            if let Some(arrived) = this.decode() {
                return this.report(arrived);
            }
            if let Some(violation) = this.violation.take() {
                return this.report(Arrived::Violation(violation));
            }
            match Pin::new(&mut this.payload).poll_next(cx) {
                Poll::Ready(Some(Ok(chunk))) => {
                    let (legal, violation) = this.guard.admit(&chunk);
                    this.buffer.extend_from_slice(&chunk[..legal]);
                    this.violation = violation;
                }
                Poll::Ready(Some(Err(_)) | None) => this.finish(),
                Poll::Pending => {
                    if let Poll::Ready(late) = this.reassembly.poll_deadline(cx) {
                        return this.report(Arrived::Violation(late));
                    }
                    if this.buffer.is_empty() {
                        // An idle connection keeps no buffer.
                        this.buffer = BytesMut::new();
                    }
                    return Poll::Pending;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::{StreamExt as _, stream};

    async fn all(chunks: &[&[u8]]) -> Vec<Arrived> {
        let chunks: Vec<_> = chunks
            .iter()
            .map(|chunk| Bytes::copy_from_slice(chunk))
            .collect();
        // A peer that never goes away by itself.
        let payload = stream::iter(chunks.into_iter().map(Ok)).chain(stream::pending());
        let incoming = Incoming::new(payload, &SocketOptions::new());
        incoming.collect().await
    }

    const PING: [u8; 6] = [0x89, 0x80, 1, 2, 3, 4];

    #[actix_web::test]
    async fn the_first_error_is_reported_once_and_ends_the_stream() {
        let of_the_guard: &[u8] = &[0xc1, 0x80, 1, 2, 3, 4];
        let of_the_codec: &[u8] = &[0x80, 0x80, 1, 2, 3, 4];
        let of_the_text: &[u8] = &[0x81, 0x81, 0, 0, 0, 0, 0xff];
        for broken in [of_the_guard, of_the_codec, of_the_text] {
            let arrived = all(&[&PING, broken, &PING, broken]).await;
            let [Arrived::Ping(_), Arrived::Violation(_)] = &arrived[..] else {
                panic!("{arrived:?}");
            };
        }
    }

    #[actix_web::test]
    async fn nothing_arrives_after_a_close() {
        let close = [0x88, 0x80, 1, 2, 3, 4];
        let arrived = all(&[&[PING, close, PING].concat(), &PING]).await;
        let [Arrived::Ping(_), Arrived::Close(None)] = &arrived[..] else {
            panic!("{arrived:?}");
        };
    }
}
