//! Stops a peer at the first illegal frame header, before anything of that frame is kept.
//!
//! The codec behind it applies its size limit only when a whole frame has arrived, so that one
//! header announcing a terabyte could fill the memory. RFC 6455 §5.2, §5.5.

use crate::event::CloseCode;

/// Why reading from a peer ends, and with which code to close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Violation {
    pub(super) code: CloseCode,
    pub(super) reason: &'static str,
}

impl Violation {
    pub(super) const fn new(code: CloseCode, reason: &'static str) -> Self {
        Self { code, reason }
    }
}

const FIN: u8 = 0x80;
const RESERVED_BITS: u8 = 0x70;
const OPCODE: u8 = 0x0f;
const CONTROL: u8 = 0x08;
const MASKED: u8 = 0x80;
const LENGTH: u8 = 0x7f;
const MASK_BYTES: usize = 4;
const LONGEST_HEADER: usize = 14;
const MAX_CONTROL_BYTES: u64 = 125;

/// Follows the frame headers in a stream of bytes that arrives in any pieces.
pub(super) struct FrameGuard {
    max_frame_bytes: u64,
    header: [u8; LONGEST_HEADER],
    have: usize,
    payload_left: u64,
}

impl FrameGuard {
    pub(super) fn new(max_frame_bytes: usize) -> Self {
        Self {
            max_frame_bytes: max_frame_bytes as u64,
            header: [0; LONGEST_HEADER],
            have: 0,
            payload_left: 0,
        }
    }

    /// How many bytes of the chunk are legal, and what is wrong with the next one.
    pub(super) fn admit(&mut self, chunk: &[u8]) -> (usize, Option<Violation>) {
        let mut at = 0;
        while at < chunk.len() {
            if self.payload_left > 0 {
                let here = (chunk.len() - at).min(clamped(self.payload_left));
                self.payload_left -= here as u64;
                at += here;
                continue;
            }
            self.header[self.have] = chunk[at];
            self.have += 1;
            if let Some(violation) = self.check() {
                return (at, Some(violation));
            }
            at += 1;
        }
        (at, None)
    }

    /// Judges the header as far as it is known; starts the payload when it is whole.
    fn check(&mut self) -> Option<Violation> {
        let first = self.header[0];
        if self.have == 1 {
            return check_first(first);
        }
        let second = self.header[1];
        if self.have == 2 && second & MASKED == 0 {
            return Some(Violation::new(CloseCode::PROTOCOL, "frame without mask"));
        }
        let length_bytes = match second & LENGTH {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        if self.have < 2 + length_bytes {
            return None;
        }
        let length = self.length(length_bytes);
        if self.have == 2 + length_bytes
            && let Some(violation) = self.check_length(first, length)
        {
            return Some(violation);
        }
        if self.have == 2 + length_bytes + MASK_BYTES {
            self.payload_left = length;
            self.have = 0;
        }
        None
    }

    fn length(&self, length_bytes: usize) -> u64 {
        if length_bytes == 0 {
            return u64::from(self.header[1] & LENGTH);
        }
        let bytes = &self.header[2..2 + length_bytes];
        bytes
            .iter()
            .fold(0, |length, &byte| (length << 8) | u64::from(byte))
    }

    fn check_length(&self, first: u8, length: u64) -> Option<Violation> {
        if first & CONTROL != 0 && length > MAX_CONTROL_BYTES {
            return Some(Violation::new(
                CloseCode::PROTOCOL,
                "control frame too long",
            ));
        }
        if length > self.max_frame_bytes {
            return Some(Violation::new(CloseCode::TOO_BIG, "frame too big"));
        }
        None
    }
}

fn check_first(first: u8) -> Option<Violation> {
    if first & RESERVED_BITS != 0 {
        return Some(Violation::new(CloseCode::PROTOCOL, "reserved bits set"));
    }
    match first & OPCODE {
        0..=2 => None,
        8..=10 if first & FIN != 0 => None,
        8..=10 => Some(Violation::new(
            CloseCode::PROTOCOL,
            "fragmented control frame",
        )),
        _ => Some(Violation::new(CloseCode::PROTOCOL, "reserved opcode")),
    }
}

fn clamped(length: u64) -> usize {
    usize::try_from(length).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(bytes: &[u8], piece: usize) -> (usize, Option<Violation>) {
        let mut guard = FrameGuard::new(1000);
        let mut legal = 0;
        for chunk in bytes.chunks(piece) {
            let (admitted, violation) = guard.admit(chunk);
            legal += admitted;
            if violation.is_some() {
                return (legal, violation);
            }
        }
        (legal, None)
    }

    #[test]
    fn legal_frames_pass_in_pieces_of_any_size() {
        let mut bytes = vec![0x81, 0x85, 1, 2, 3, 4, b'h', b'e', b'l', b'l', b'o'];
        bytes.extend([0x89, 0x80, 1, 2, 3, 4]);
        bytes.extend([0x82, 0xfe, 0x03, 0xe8, 1, 2, 3, 4]);
        bytes.extend([7; 1000]);
        bytes.extend([0x88, 0x80, 1, 2, 3, 4]);
        for piece in 1..=bytes.len() {
            assert_eq!(verdict(&bytes, piece), (bytes.len(), None), "{piece}");
        }
    }

    #[test]
    fn each_illegal_header_is_stopped_at_its_first_wrong_byte() {
        let terabyte = [0x82, 0xff, 0, 0, 1, 0, 0, 0, 0, 0];
        let cases: [(&[u8], usize, CloseCode); 10] = [
            (&[0xc1, 0x80], 0, CloseCode::PROTOCOL),
            (&[0x91, 0x80], 0, CloseCode::PROTOCOL),
            (&[0x83, 0x80], 0, CloseCode::PROTOCOL),
            (&[0x8b, 0x80], 0, CloseCode::PROTOCOL),
            (&[0x09, 0x80], 0, CloseCode::PROTOCOL),
            (&[0x81, 0x05], 1, CloseCode::PROTOCOL),
            (&[0x89, 0xfe, 0, 126], 3, CloseCode::PROTOCOL),
            (&[0x82, 0xfe, 0x03, 0xe9], 3, CloseCode::TOO_BIG),
            (&terabyte, 9, CloseCode::TOO_BIG),
            (
                &[0x82, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0],
                9,
                CloseCode::TOO_BIG,
            ),
        ];
        for (header, legal, code) in cases {
            let bytes = [&[0x81, 0x80, 1, 2, 3, 4], header, &[9; 50]].concat();
            for piece in [1, 2, 7, bytes.len()] {
                let (admitted, violation) = verdict(&bytes, piece);
                assert_eq!(admitted, 6 + legal, "{header:?}");
                assert_eq!(violation.map(|v| v.code), Some(code), "{header:?}");
            }
        }
    }
}
