//! Joins the fragments of a message, within bounds of bytes, number and time.
//!
//! RFC 6455 §5.4; §8.1 for text that is not UTF-8, which is noticed at the fragment that breaks it.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use bytestring::ByteString;
use tokio::time::{Sleep, sleep};

use super::guard::Violation;
use crate::event::{CloseCode, Frame};

const TOO_BIG: Violation = Violation::new(CloseCode::TOO_BIG, "message too big");
const NOT_UTF8: Violation = Violation::new(CloseCode::INVALID_DATA, "text is not UTF-8");
const OUT_OF_TURN: Violation = Violation::new(CloseCode::PROTOCOL, "fragment out of turn");
const TOO_MANY: Violation = Violation::new(CloseCode::POLICY, "too many fragments");
const TOO_SLOW: Violation = Violation::new(CloseCode::POLICY, "fragments too far apart");

#[derive(Clone, Copy, Debug)]
pub(super) struct FragmentLimits {
    pub(super) bytes: usize,
    pub(super) fragments: usize,
    pub(super) time: Duration,
}

/// The message that is being put together, if there is one.
pub(super) struct Reassembly {
    limits: FragmentLimits,
    partial: Option<Partial>,
}

struct Partial {
    is_text: bool,
    bytes: BytesMut,
    /// So much of a text is known to be UTF-8.
    valid_up_to: usize,
    fragments: usize,
    deadline: Pin<Box<Sleep>>,
}

impl Reassembly {
    pub(super) fn new(limits: FragmentLimits) -> Self {
        Self {
            limits,
            partial: None,
        }
    }

    /// A message that came in one frame.
    pub(super) fn whole(&self, is_text: bool, payload: Bytes) -> Result<Frame, Violation> {
        if self.partial.is_some() {
            return Err(OUT_OF_TURN);
        }
        finished(is_text, payload, self.limits.bytes)
    }

    pub(super) fn first(&mut self, is_text: bool, payload: &[u8]) -> Result<(), Violation> {
        if self.partial.is_some() {
            return Err(OUT_OF_TURN);
        }
        self.partial = Some(Partial {
            is_text,
            bytes: BytesMut::new(),
            valid_up_to: 0,
            fragments: 0,
            deadline: Box::pin(sleep(self.limits.time)),
        });
        self.next(payload)
    }

    pub(super) fn next(&mut self, payload: &[u8]) -> Result<(), Violation> {
        let partial = self.partial.as_mut().ok_or(OUT_OF_TURN)?;
        partial.fragments += 1;
        if partial.fragments > self.limits.fragments {
            return Err(TOO_MANY);
        }
        if partial.bytes.len() + payload.len() > self.limits.bytes {
            return Err(TOO_BIG);
        }
        partial.bytes.extend_from_slice(payload);
        partial.check_text()
    }

    pub(super) fn last(&mut self, payload: &[u8]) -> Result<Frame, Violation> {
        self.next(payload)?;
        let partial = self.partial.take().ok_or(OUT_OF_TURN)?;
        finished(partial.is_text, partial.bytes.freeze(), self.limits.bytes)
    }

    /// Ready when the message takes longer than it may.
    pub(super) fn poll_deadline(&mut self, cx: &mut Context<'_>) -> Poll<Violation> {
        match &mut self.partial {
            Some(partial) => partial.deadline.as_mut().poll(cx).map(|()| TOO_SLOW),
            None => Poll::Pending,
        }
    }
}

impl Partial {
    fn check_text(&mut self) -> Result<(), Violation> {
        if !self.is_text {
            return Ok(());
        }
        match std::str::from_utf8(&self.bytes[self.valid_up_to..]) {
            Ok(_) => self.valid_up_to = self.bytes.len(),
            // The last character may go on in the next fragment.
            Err(flaw) if flaw.error_len().is_none() => self.valid_up_to += flaw.valid_up_to(),
            Err(_) => return Err(NOT_UTF8),
        }
        Ok(())
    }
}

fn finished(is_text: bool, payload: Bytes, limit: usize) -> Result<Frame, Violation> {
    if payload.len() > limit {
        return Err(TOO_BIG);
    }
    if !is_text {
        return Ok(Frame::Binary(payload));
    }
    match ByteString::try_from(payload) {
        Ok(text) => Ok(Frame::Text(text)),
        Err(_) => Err(NOT_UTF8),
    }
}
