//! Encodes RFC 6455's frames of a server.

use bytes::{BufMut as _, BytesMut};

use super::frames::{COMPRESSED, FIN, LONGEST_HEADER, Opcode};
use crate::event::Frame;
use crate::layers::ReadyFrame;

/// Encodes a frame: never masked, never fragmented.
pub(super) fn write_frame(out: &mut BytesMut, opcode: Opcode, compressed: bool, payload: &[u8]) {
    out.reserve(LONGEST_HEADER + payload.len());
    out.put_u8(FIN | opcode as u8 | if compressed { COMPRESSED } else { 0 });
    match payload.len() {
        len @ 0..126 => out.put_u8(len as u8),
        len @ 126..65_536 => {
            out.put_u8(126);
            out.put_u16(len as u16);
        }
        len => {
            out.put_u8(127);
            out.put_u64(len as u64);
        }
    }
    out.put_slice(payload);
}

/// A frame that is encoded once and sent to many.
pub(super) fn ready_frame(frame: &Frame) -> ReadyFrame {
    let (opcode, payload) = parts(frame);
    let mut bytes = BytesMut::new();
    write_frame(&mut bytes, opcode, false, payload);
    ReadyFrame {
        bytes: bytes.freeze(),
        payload_bytes: payload.len(),
    }
}

pub(super) fn parts(frame: &Frame) -> (Opcode, &[u8]) {
    match frame {
        Frame::Text(text) => (Opcode::Text, text.as_bytes()),
        Frame::Binary(bytes) => (Opcode::Binary, bytes),
    }
}

/// Encodes a Close with an optional code and a reason, which must fit (RFC 6455 §5.5.1).
pub(super) fn write_close(out: &mut BytesMut, code: Option<u16>, reason: &str) {
    let mut payload = Vec::with_capacity(2 + reason.len());
    if let Some(code) = code {
        payload.extend_from_slice(&code.to_be_bytes());
        payload.extend_from_slice(reason.as_bytes());
    }
    write_frame(out, Opcode::Close, false, &payload);
}
