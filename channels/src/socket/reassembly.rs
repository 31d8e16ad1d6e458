//! Joins the payloads of a message, inflated if necessary, within limits of bytes and fragments.
//!
//! RFC 6455 §5.4; §8.1 for text that is not UTF-8, which is detected as soon as its bytes arrive.

use bytes::BytesMut;
use bytestring::ByteString;

use super::deflate::Inflater;
use super::frames::{FrameHead, Opcode, TOO_BIG, Violation};
use super::options::SocketOptions;
use crate::event::{CloseCode, Frame};

const NOT_UTF8: Violation = Violation::new(CloseCode::INVALID_DATA, "text is not UTF-8");
const OUT_OF_TURN: Violation = Violation::new(CloseCode::PROTOCOL, "fragment out of turn");
const TOO_MANY: Violation = Violation::new(CloseCode::POLICY, "too many fragments");

/// The capacity reserved for a payload before any of it has arrived; a header alone must not
/// reserve more.
const RESERVED_BYTES: u64 = 16 * 1024;

/// The maximum compressed size of a message of this many bytes: deflate can enlarge data only a
/// little.
pub(super) fn most_compressed(bytes: usize) -> usize {
    bytes.saturating_add(bytes / 1000 + 64)
}

/// The message that is being reassembled, if there is one.
#[derive(Default)]
pub(super) struct Reassembly(Option<Box<Partial>>);

struct Partial {
    is_text: bool,
    compressed: bool,
    /// Payload announced so far, before it is inflated.
    wire_bytes: u64,
    bytes: BytesMut,
    /// The length of the text that was checked to be UTF-8.
    valid_up_to: usize,
    fragments: usize,
    /// Whether the frame that is being read is the message's last.
    in_last: bool,
}

impl Reassembly {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Begins a data frame.
    pub(super) fn start(
        &mut self,
        head: &FrameHead,
        options: &SocketOptions,
    ) -> Result<(), Violation> {
        let continues = head.opcode == Opcode::Continuation;
        if self.0.is_some() != continues {
            return Err(OUT_OF_TURN);
        }
        let partial = self.0.get_or_insert_with(|| Box::new(Partial::new(head)));
        partial.fragments += 1;
        if partial.fragments > options.max_fragments {
            return Err(TOO_MANY);
        }
        partial.wire_bytes = partial.wire_bytes.saturating_add(head.len);
        let most = if partial.compressed {
            most_compressed(options.max_message_bytes)
        } else {
            options.max_message_bytes
        };
        if partial.wire_bytes > most as u64 {
            return Err(TOO_BIG);
        }
        partial.in_last = head.is_last;
        Ok(())
    }

    /// Adds payload of the current frame; `ends` if it is the frame's last part.
    pub(super) fn payload(
        &mut self,
        bytes: &[u8],
        ends: bool,
        inflater: Option<&mut Inflater>,
        max_bytes: usize,
    ) -> Result<(), Violation> {
        let partial = self.0.as_mut().ok_or(OUT_OF_TURN)?;
        match inflater.filter(|_| partial.compressed) {
            Some(inflater) => inflater.inflate(bytes, &mut partial.bytes, max_bytes)?,
            None => partial.bytes.extend_from_slice(bytes),
        }
        if ends && partial.in_last {
            // The whole text is checked below.
            return Ok(());
        }
        partial.check_text()
    }

    /// Ends a data frame; returns the message if it was the last frame.
    pub(super) fn end(
        &mut self,
        inflater: Option<&mut Inflater>,
        max_bytes: usize,
    ) -> Result<Option<Frame>, Violation> {
        let Some(mut whole) = self.0.take_if(|partial| partial.in_last) else {
            return Ok(None);
        };
        // Some senders omit even the one required byte of an empty message.
        if whole.compressed
            && whole.wire_bytes > 0
            && let Some(inflater) = inflater
        {
            inflater.finish(&mut whole.bytes, max_bytes)?;
        }
        let payload = whole.bytes.freeze();
        if !whole.is_text {
            return Ok(Some(Frame::Binary(payload)));
        }
        match ByteString::try_from(payload) {
            Ok(text) => Ok(Some(Frame::Text(text))),
            Err(_) => Err(NOT_UTF8),
        }
    }
}

impl Partial {
    fn new(head: &FrameHead) -> Self {
        Self {
            is_text: head.opcode == Opcode::Text,
            compressed: head.compressed,
            wire_bytes: 0,
            bytes: BytesMut::with_capacity(head.len.min(RESERVED_BYTES) as usize),
            valid_up_to: 0,
            fragments: 0,
            in_last: head.is_last,
        }
    }

    fn check_text(&mut self) -> Result<(), Violation> {
        if !self.is_text {
            return Ok(());
        }
        match std::str::from_utf8(&self.bytes[self.valid_up_to..]) {
            Ok(_) => self.valid_up_to = self.bytes.len(),
            // The last character may continue in the next part.
            Err(flaw) if flaw.error_len().is_none() => self.valid_up_to += flaw.valid_up_to(),
            Err(_) => return Err(NOT_UTF8),
        }
        Ok(())
    }
}
