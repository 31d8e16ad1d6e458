//! Frames from the peer that wait for a slow handler.

use std::collections::VecDeque;

use crate::event::Frame;

/// How many frames, and how many bytes of them, may wait; then the driver stops reading.
const INBOX_FRAMES: usize = 32;
const INBOX_BYTES: usize = 256 * 1024;

/// Nothing is allocated while nothing waits.
#[derive(Default)]
pub(super) struct Inbox(Option<Box<Waiting>>);

#[derive(Default)]
struct Waiting {
    frames: VecDeque<Frame>,
    bytes: usize,
}

impl Inbox {
    pub(super) fn has_room(&self) -> bool {
        let room =
            |waiting: &Waiting| waiting.frames.len() < INBOX_FRAMES && waiting.bytes < INBOX_BYTES;
        self.0.as_deref().is_none_or(room)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub(super) fn push(&mut self, frame: Frame) {
        let waiting = self.0.get_or_insert_default();
        waiting.bytes += frame.len();
        waiting.frames.push_back(frame);
    }

    pub(super) fn pop(&mut self) -> Option<Frame> {
        let waiting = self.0.as_deref_mut()?;
        let frame = waiting.frames.pop_front()?;
        waiting.bytes -= frame.len();
        if waiting.frames.is_empty() {
            self.clear();
        }
        Some(frame)
    }

    pub(super) fn clear(&mut self) {
        self.0 = None;
    }
}
