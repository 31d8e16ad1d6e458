//! What the driver of one connection is to send.

use std::rc::Rc;

use super::deflate::Deflater;
use super::frames::Opcode;
use super::outlet::Outlet;
use super::writing::{parts, write_close, write_frame};
use crate::event::Frame;

/// About what a socket takes at once; frames beyond stay where they are counted.
const ENOUGH_BYTES: usize = 64 * 1024;

/// What the driver is to send.
pub(super) struct Output {
    outlet: Rc<Outlet>,
    /// Whether the socket keeps bytes that it took, as one with TLS does.
    unflushed: bool,
    /// Whether the connection waits for the driver to send.
    held_back: bool,
    cut: bool,
    finished: bool,
}

impl Output {
    pub(super) fn new(outlet: Rc<Outlet>) -> Self {
        Self {
            outlet,
            unflushed: false,
            held_back: false,
            cut: false,
            finished: false,
        }
    }

    pub(super) fn outlet(&self) -> &Outlet {
        &self.outlet
    }

    // ---- the connection's side

    pub(super) fn message(&mut self, message: &Frame, deflater: Option<&mut Deflater>) {
        let (opcode, payload) = parts(message);
        let mut out = self.outlet.adding();
        match deflater.and_then(|deflater| deflater.compress(payload)) {
            Some(compressed) => write_frame(&mut out, opcode, true, &compressed),
            None => write_frame(&mut out, opcode, false, payload),
        }
    }

    pub(super) fn frame(&mut self, opcode: Opcode, payload: &[u8]) {
        write_frame(&mut self.outlet.adding(), opcode, false, payload);
    }

    pub(super) fn close(&mut self, code: Option<u16>, reason: &str) {
        write_close(&mut self.outlet.adding(), code, reason);
    }

    pub(super) fn has_enough(&self) -> bool {
        self.outlet.waiting() >= ENOUGH_BYTES
    }

    /// Asks to be polled again as soon as something was sent.
    pub(super) fn hold_back(&mut self) {
        self.held_back = true;
    }

    /// Says that the peer is not worth waiting for.
    pub(super) fn cut(&mut self) {
        self.cut = true;
    }

    pub(super) fn is_finished(&self) -> bool {
        self.finished
    }

    /// Nothing comes any more.
    pub(super) fn finish(&mut self) {
        self.finished = true;
    }

    // ---- the driver's side

    /// Whether the driver has something to write or to flush.
    pub(super) fn is_unsent(&self) -> bool {
        self.unflushed || self.outlet.waiting() > 0
    }

    /// So many bytes were taken by the socket, and `flushed` says that it keeps none of them.
    pub(super) fn note_sent(&mut self, taken: usize, flushed: bool) {
        self.unflushed = !flushed && (self.unflushed || taken > 0);
        self.outlet.note_sent(taken, flushed);
    }

    /// Whether the connection waited; asking clears it.
    pub(super) fn was_held_back(&mut self) -> bool {
        std::mem::take(&mut self.held_back)
    }

    pub(super) fn is_cut(&self) -> bool {
        self.cut
    }
}

impl Drop for Output {
    /// Drivers vanish at any moment, and the router may keep the outlet for another one.
    fn drop(&mut self) {
        self.outlet.let_go();
    }
}
