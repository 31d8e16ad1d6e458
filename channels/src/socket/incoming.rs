//! Incoming data of a peer: parses frames, checks text, and joins fragments to messages.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use bytes::{Buf as _, Bytes, BytesMut};
use tokio::time::{Sleep, sleep};

use super::deflate::Inflater;
use super::frames::{FrameReader, Opcode, Piece, Violation};
use super::options::SocketOptions;
use super::reassembly::{Reassembly, most_compressed};
use super::wire::Source;
use crate::event::{CloseCode, Frame};

const TOO_SLOW: Violation = Violation::new(CloseCode::POLICY, "message took too long");
const CLOSE_NOT_UTF8: Violation =
    Violation::new(CloseCode::INVALID_DATA, "close reason is not UTF-8");

/// One item received from a peer.
#[derive(Debug)]
pub(super) enum Arrived {
    Frame(Frame),
    Ping(Bytes),
    Pong,
    /// Bytes of an incomplete frame: a sign of life.
    Part,
    /// The code, if there was one, and the reason.
    Close(Option<(u16, String)>),
    /// The peer violated the protocol or a limit.
    Violation(Violation),
}

/// The items of a peer; ends with the bytes, a Close or a violation.
pub(super) struct Incoming {
    /// `None` after the end.
    source: Option<Source>,
    decoder: Decoder,
    /// Parsed, but not yet returned.
    backlog: BytesMut,
}

/// Parses bytes into items.
pub(super) struct Decoder {
    options: Rc<SocketOptions>,
    inflater: Option<Box<Inflater>>,
    reader: FrameReader,
    reassembly: Reassembly,
    /// The control frame that is being read, which may come between fragments.
    control: Option<(Opcode, Vec<u8>)>,
    /// Set while an incomplete message is awaited. It limits a frame whose bytes arrive very
    /// slowly, each of which is a sign of life.
    deadline: Option<Pin<Box<Sleep>>>,
}

impl Incoming {
    /// `already_read` has the bytes after the handshake; `inflater` is set if compression was
    /// negotiated.
    pub(super) fn new(
        source: Source,
        already_read: BytesMut,
        options: &Rc<SocketOptions>,
        inflater: Option<Inflater>,
    ) -> Self {
        Self {
            source: Some(source),
            decoder: Decoder::new(options, inflater),
            // An empty one may hold a buffer of kilobytes.
            backlog: match already_read.is_empty() {
                true => BytesMut::new(),
                false => already_read,
            },
        }
    }

    /// The limits of the connection.
    pub(super) fn options(&self) -> &SocketOptions {
        &self.decoder.options
    }

    /// The next item of the peer; `None` for ever after the end.
    pub(super) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Arrived>> {
        loop {
            let arrived = if self.backlog.is_empty() {
                match self.read(cx) {
                    Poll::Ready(Ok(arrived)) => Some(arrived.unwrap_or(Arrived::Part)),
                    Poll::Ready(Err(Ended)) => return Poll::Ready(None),
                    Poll::Pending => return self.poll_deadline(cx).map(Some),
                }
            } else {
                self.next_of_backlog()
            };
            if let Some(arrived) = arrived {
                if matches!(arrived, Arrived::Close(_) | Arrived::Violation(_)) {
                    self.finish();
                }
                return Poll::Ready(Some(arrived));
            }
        }
    }

    fn next_of_backlog(&mut self) -> Option<Arrived> {
        let left = self.backlog.len();
        let mut input = &mut self.backlog[..];
        let arrived = self.decoder.next(&mut input);
        let used = left - input.len();
        self.backlog.advance(used);
        if self.backlog.is_empty() {
            // An idle connection keeps no buffer.
            self.backlog = BytesMut::new();
        }
        arrived
    }

    fn read(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Arrived>, Ended>> {
        let (decoder, backlog) = (&mut self.decoder, &mut self.backlog);
        let Some(source) = &mut self.source else {
            return Poll::Ready(Err(Ended));
        };
        let read = source.poll_read(cx, |mut input| {
            let arrived = decoder.next(&mut input);
            if !input.is_empty() {
                *backlog = BytesMut::from(&*input);
            }
            arrived
        });
        match ready!(read) {
            Some(arrived) => Poll::Ready(Ok(arrived)),
            None => {
                self.finish();
                Poll::Ready(Err(Ended))
            }
        }
    }

    fn poll_deadline(&mut self, cx: &mut Context<'_>) -> Poll<Arrived> {
        let late = self.decoder.poll_deadline(cx);
        late.map(|violation| {
            self.finish();
            Arrived::Violation(violation)
        })
    }

    /// Stops reading, and drops the buffered bytes.
    fn finish(&mut self) {
        self.source = None;
        self.backlog = BytesMut::new();
        self.decoder.begin_anew();
    }
}

/// The peer sends nothing any more.
struct Ended;

impl Decoder {
    pub(super) fn new(options: &Rc<SocketOptions>, inflater: Option<Inflater>) -> Self {
        let inflater = inflater.map(Box::new);
        Self {
            options: Rc::clone(options),
            reader: reader(options, inflater.is_some()),
            inflater,
            reassembly: Reassembly::default(),
            control: None,
            deadline: None,
        }
    }

    /// Drops an incomplete message.
    fn begin_anew(&mut self) {
        self.reader = reader(&self.options, self.inflater.is_some());
        self.reassembly = Reassembly::default();
        self.control = None;
        self.deadline = None;
    }

    /// Whether no message is incomplete.
    fn is_complete(&self) -> bool {
        self.reader.is_between_frames() && self.reassembly.is_empty()
    }

    /// Ready when a message exceeds its time limit. Called when there is nothing to read.
    fn poll_deadline(&mut self, cx: &mut Context<'_>) -> Poll<Violation> {
        if self.is_complete() {
            return Poll::Pending;
        }
        let limit = self.options.fragment_timeout;
        let deadline = self.deadline.get_or_insert_with(|| Box::pin(sleep(limit)));
        deadline.as_mut().poll(cx).map(|()| TOO_SLOW)
    }

    /// Parses up to the next item; `None` if the input ends before.
    pub(super) fn next(&mut self, input: &mut &mut [u8]) -> Option<Arrived> {
        let arrived = loop {
            let arrived = match self.reader.next(input) {
                Ok(Some(piece)) => self.take(piece),
                Ok(None) => break None,
                Err(violation) => Err(violation),
            };
            match arrived {
                Ok(None) => {}
                Ok(Some(arrived)) => break Some(arrived),
                Err(violation) => break Some(Arrived::Violation(violation)),
            }
        };
        if self.is_complete() {
            self.deadline = None;
        }
        arrived
    }

    fn take(&mut self, piece: Piece<'_>) -> Result<Option<Arrived>, Violation> {
        let (options, inflater) = (&*self.options, self.inflater.as_deref_mut());
        match (piece, &mut self.control) {
            (Piece::Start(head), control) if head.opcode.is_control() => {
                *control = Some((head.opcode, Vec::new()));
            }
            (Piece::Start(head), _) => self.reassembly.start(&head, options)?,
            (Piece::Payload { bytes, .. }, Some((_, payload))) => {
                payload.extend_from_slice(bytes);
            }
            (Piece::Payload { bytes, ends }, None) => {
                let max_bytes = options.max_message_bytes;
                self.reassembly.payload(bytes, ends, inflater, max_bytes)?;
            }
            (Piece::End, None) => {
                let message = self.reassembly.end(inflater, options.max_message_bytes)?;
                return Ok(message.map(Arrived::Frame));
            }
            (Piece::End, control) => {
                if let Some((opcode, payload)) = control.take() {
                    return control_frame(opcode, payload).map(Some);
                }
            }
        }
        Ok(None)
    }
}

/// A compressed frame may be larger than its message.
fn reader(options: &SocketOptions, may_compress: bool) -> FrameReader {
    let max_frame_bytes = if may_compress {
        most_compressed(options.max_frame_bytes)
    } else {
        options.max_frame_bytes
    };
    FrameReader::new(max_frame_bytes, may_compress)
}

fn control_frame(opcode: Opcode, payload: Vec<u8>) -> Result<Arrived, Violation> {
    Ok(match opcode {
        Opcode::Close => Arrived::Close(read_close(&payload)?),
        Opcode::Ping => Arrived::Ping(payload.into()),
        _ => Arrived::Pong,
    })
}

/// The code and the reason of a peer's Close, or neither (RFC 6455 §5.5.1).
fn read_close(payload: &[u8]) -> Result<Option<(u16, String)>, Violation> {
    if payload.is_empty() {
        return Ok(None);
    }
    let Some((code, reason)) = payload.split_first_chunk() else {
        return Err(Violation::protocol("close code cut off"));
    };
    let code = u16::from_be_bytes(*code);
    if CloseCode::new(code).is_err() {
        return Err(Violation::protocol("close code is reserved"));
    }
    match std::str::from_utf8(reason) {
        Ok(reason) => Ok(Some((code, reason.to_owned()))),
        Err(_) => Err(CLOSE_NOT_UTF8),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::dev::Payload;
    use futures_util::{StreamExt as _, stream};

    async fn all(chunks: &[&[u8]]) -> Vec<Arrived> {
        let chunks: Vec<_> = chunks
            .iter()
            .map(|chunk| Bytes::copy_from_slice(chunk))
            .collect();
        // A peer that never disconnects by itself.
        let payload = stream::iter(chunks.into_iter().map(Ok)).chain(stream::pending());
        let source = Source::Body(Box::new(Payload::Stream {
            payload: Box::pin(payload),
        }));
        let mut incoming = Incoming::new(source, BytesMut::new(), &Rc::default(), None);
        let arrivals = stream::poll_fn(move |cx| incoming.poll_next(cx));
        arrivals.collect().await
    }

    #[test]
    fn the_empty_buffer_of_the_handshake_is_not_kept() {
        let source = Source::Body(Box::new(Payload::None));
        let read = BytesMut::with_capacity(8192);
        let incoming = Incoming::new(source, read, &Rc::default(), None);
        assert_eq!(incoming.backlog.capacity(), 0);
    }

    const PING: [u8; 6] = [0x89, 0x80, 1, 2, 3, 4];

    #[actix_web::test]
    async fn the_first_error_is_reported_once_and_ends_the_stream() {
        let of_the_header: &[u8] = &[0xc1, 0x80, 1, 2, 3, 4];
        let of_the_order: &[u8] = &[0x80, 0x80, 1, 2, 3, 4];
        let of_the_text: &[u8] = &[0x81, 0x81, 0, 0, 0, 0, 0xff];
        for broken in [of_the_header, of_the_order, of_the_text] {
            let arrived = all(&[&PING, broken, &PING, broken]).await;
            let [Arrived::Ping(_), Arrived::Violation(_)] = &arrived[..] else {
                panic!("{arrived:?}");
            };
        }
    }

    #[actix_web::test]
    async fn text_is_refused_at_its_first_wrong_byte() {
        let incomplete: &[u8] = &[0x81, 0x90, 0, 0, 0, 0, b'a', 0xff];
        let arrived = all(&[incomplete]).await;
        assert!(matches!(&arrived[..], [Arrived::Violation(_)]));
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
