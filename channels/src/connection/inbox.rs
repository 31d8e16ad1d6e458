//! The queue of frames from the peer that wait for a slow handler.

use std::collections::VecDeque;

use crate::event::Frame;

/// How many frames, and how many bytes of them, may wait; then the driver stops reading.
const INBOX_FRAMES: usize = 32;
const INBOX_BYTES: usize = 256 * 1024;

#[derive(Default)]
pub(super) struct Inbox {
    frames: VecDeque<Frame>,
    bytes: usize,
}

impl Inbox {
    pub(super) fn has_room(&self) -> bool {
        self.frames.len() < INBOX_FRAMES && self.bytes < INBOX_BYTES
    }

    pub(super) fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    pub(super) fn push(&mut self, frame: Frame) {
        self.bytes += frame.len();
        self.frames.push_back(frame);
    }

    pub(super) fn pop(&mut self) -> Option<Frame> {
        let frame = self.frames.pop_front()?;
        self.bytes -= frame.len();
        Some(frame)
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}
