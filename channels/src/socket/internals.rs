//! The hot paths of a connection, without a connection, for `benches/`. Available with the feature
//! `internals`, hidden, and without a stable interface.

use bytes::BytesMut;

use super::frames::{self, FrameReader, Opcode, Piece};
use super::incoming::{Arrived, Decoder};
use super::options::SocketOptions;
use super::writing;

/// Applies a mask to a payload; applied twice, it restores the payload.
pub fn unmask(payload: &mut [u8], mask: [u8; 4]) {
    frames::unmask(payload, mask);
}

/// Appends a text frame.
pub fn write_text(out: &mut BytesMut, payload: &[u8]) {
    writing::write_frame(out, Opcode::Text, false, payload);
}

/// Parses frames and drops their payloads.
pub struct Frames(FrameReader);

impl Default for Frames {
    /// A parser with the default limit of a frame's size.
    fn default() -> Self {
        Self(FrameReader::new(
            SocketOptions::new().max_frame_bytes,
            false,
        ))
    }
}

impl Frames {
    /// The number of frames that end in these bytes, which are unmasked in place; parsing stops at
    /// an invalid one.
    pub fn count(&mut self, mut bytes: &mut [u8]) -> usize {
        let mut ended = 0;
        while let Ok(Some(piece)) = self.0.next(&mut bytes) {
            ended += usize::from(piece == Piece::End);
        }
        ended
    }
}

/// Parses frames, joins them and checks their text, as a connection does.
pub struct Messages(Decoder);

impl Default for Messages {
    /// With the default limits, without compression.
    fn default() -> Self {
        Self(Decoder::new(&std::rc::Rc::default(), None))
    }
}

impl Messages {
    /// The number of messages that end in these bytes, which are unmasked in place.
    pub fn count(&mut self, mut bytes: &mut [u8]) -> usize {
        let mut ended = 0;
        while let Some(arrived) = self.0.next(&mut bytes) {
            ended += usize::from(matches!(arrived, Arrived::Frame(_)));
        }
        ended
    }
}
