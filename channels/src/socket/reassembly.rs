//! Joins the payloads of a message, inflated if need be, within bounds of bytes and number of fragments.
//!
//! RFC 6455 §5.4; §8.1 for text that is not UTF-8, which is noticed as soon as its bytes come.

use bytes::BytesMut;
use bytestring::ByteString;

use super::deflate::Inflater;
use super::frames::{FrameHead, Opcode, TOO_BIG, Violation};
use super::options::SocketOptions;
use crate::event::{CloseCode, Frame};

const NOT_UTF8: Violation = Violation::new(CloseCode::INVALID_DATA, "text is not UTF-8");
const OUT_OF_TURN: Violation = Violation::new(CloseCode::PROTOCOL, "fragment out of turn");
const TOO_MANY: Violation = Violation::new(CloseCode::POLICY, "too many fragments");

/// Reserved for a payload before any of it has come; a header alone is no reason for more.
const RESERVED_BYTES: u64 = 16 * 1024;

/// What a message of so many bytes may take when compressed: deflate can only enlarge a little.
pub(super) fn most_compressed(bytes: usize) -> usize {
    bytes.saturating_add(bytes / 1000 + 64)
}

/// The message that is being put together, if there is one.
#[derive(Default)]
pub(super) struct Reassembly(Option<Box<Partial>>);

struct Partial {
    is_text: bool,
    compressed: bool,
    /// Payload announced so far, before it is inflated.
    wire_bytes: u64,
    bytes: BytesMut,
    /// So much of a text is known to be UTF-8.
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

    /// Takes payload of the frame that was begun; `ends` when it is the frame's last.
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
            // The whole text is looked at in a moment.
            return Ok(());
        }
        partial.check_text()
    }

    /// Ends a data frame; gives the message if that was its last.
    pub(super) fn end(
        &mut self,
        inflater: Option<&mut Inflater>,
        max_bytes: usize,
    ) -> Result<Option<Frame>, Violation> {
        let Some(mut whole) = self.0.take_if(|partial| partial.in_last) else {
            return Ok(None);
        };
        // Some senders of an empty message leave out even the byte that is due.
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
            // The last character may go on in what follows.
            Err(flaw) if flaw.error_len().is_none() => self.valid_up_to += flaw.valid_up_to(),
            Err(_) => return Err(NOT_UTF8),
        }
        Ok(())
    }
}
