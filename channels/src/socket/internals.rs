//! The hot paths of a connection without the connection, for `benches/`. Behind the feature
//! `internals`, hidden, and free to change at any time.

use bytes::BytesMut;

use super::frames::{self, FrameReader, Opcode, Piece};
use super::incoming::{Arrived, Decoder};
use super::options::SocketOptions;
use super::writing;

/// Applies a mask to a payload; a second time takes it off again.
pub fn unmask(payload: &mut [u8], mask: [u8; 4]) {
    frames::unmask(payload, mask);
}

/// Appends a text frame.
pub fn write_text(out: &mut BytesMut, payload: &[u8]) {
    writing::write_frame(out, Opcode::Text, false, payload);
}

/// Reads frames and throws their payloads away.
pub struct Frames(FrameReader);

impl Default for Frames {
    /// Takes frames of the default size.
    fn default() -> Self {
        Self(FrameReader::new(
            SocketOptions::new().max_frame_bytes,
            false,
        ))
    }
}

impl Frames {
    /// How many frames end in these bytes, which are unmasked in place; reading stops at one that
    /// is illegal.
    pub fn count(&mut self, mut bytes: &mut [u8]) -> usize {
        let mut ended = 0;
        while let Ok(Some(piece)) = self.0.next(&mut bytes) {
            ended += usize::from(piece == Piece::End);
        }
        ended
    }
}

/// Reads frames, joins them and checks their text, as a connection does.
pub struct Messages(Decoder);

impl Default for Messages {
    /// With the default limits, without compression.
    fn default() -> Self {
        Self(Decoder::new(&std::rc::Rc::default(), None))
    }
}

impl Messages {
    /// How many messages end in these bytes, which are unmasked in place.
    pub fn count(&mut self, mut bytes: &mut [u8]) -> usize {
        let mut ended = 0;
        while let Some(arrived) = self.0.next(&mut bytes) {
            ended += usize::from(matches!(arrived, Arrived::Frame(_)));
        }
        ended
    }
}
