//! Parses RFC 6455's frames from bytes that arrive in arbitrary pieces. `writing.rs` writes ours.
//!
//! A header is checked byte by byte, before any payload is stored, so a header that announces a
//! terabyte costs nothing. Payloads are unmasked in place and passed on as they arrive.

use crate::event::CloseCode;

/// Why reading from a peer ends, with the close code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Violation {
    pub(super) code: CloseCode,
    pub(super) reason: &'static str,
}

impl Violation {
    pub(super) const fn new(code: CloseCode, reason: &'static str) -> Self {
        Self { code, reason }
    }

    pub(super) const fn protocol(reason: &'static str) -> Self {
        Self::new(CloseCode::PROTOCOL, reason)
    }
}

pub(super) const TOO_BIG: Violation = Violation::new(CloseCode::TOO_BIG, "message too big");

pub(super) const FIN: u8 = 0x80;
pub(super) const COMPRESSED: u8 = 0x40;
const RESERVED_BITS: u8 = 0x70;
const OPCODE: u8 = 0x0f;
const MASKED: u8 = 0x80;
const LENGTH: u8 = 0x7f;
const MASK_BYTES: usize = 4;
pub(super) const LONGEST_HEADER: usize = 14;
const MAX_CONTROL_BYTES: u64 = 125;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opcode {
    Continuation = 0,
    Text = 1,
    Binary = 2,
    Close = 8,
    Ping = 9,
    Pong = 10,
}

impl Opcode {
    fn of(first: u8) -> Option<Self> {
        Some(match first & OPCODE {
            0 => Self::Continuation,
            1 => Self::Text,
            2 => Self::Binary,
            8 => Self::Close,
            9 => Self::Ping,
            10 => Self::Pong,
            _ => return None,
        })
    }

    pub(super) fn is_control(self) -> bool {
        matches!(self, Self::Close | Self::Ping | Self::Pong)
    }
}

/// The fields of a valid header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FrameHead {
    pub(super) opcode: Opcode,
    pub(super) is_last: bool,
    pub(super) compressed: bool,
    pub(super) len: u64,
}

/// The next item parsed from the available bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Start(FrameHead),
    /// A part of the payload, unmasked; `ends` if it is the last part of this frame.
    Payload {
        bytes: &'a [u8],
        ends: bool,
    },
    End,
}

/// The incremental parser for the frames of one peer.
pub(super) struct FrameReader {
    max_frame_bytes: u64,
    may_compress: bool,
    header: [u8; LONGEST_HEADER],
    have: usize,
    /// Remaining payload bytes; `None` between frames.
    payload_left: Option<u64>,
    mask: [u8; MASK_BYTES],
}

impl FrameReader {
    pub(super) fn new(max_frame_bytes: usize, may_compress: bool) -> Self {
        Self {
            max_frame_bytes: max_frame_bytes as u64,
            may_compress,
            header: [0; LONGEST_HEADER],
            have: 0,
            payload_left: None,
            mask: [0; MASK_BYTES],
        }
    }

    /// Whether the parser is between two frames.
    pub(super) fn is_between_frames(&self) -> bool {
        self.have == 0 && self.payload_left.is_none()
    }

    /// Takes the next item off the front of the input; `None` if the input is used up.
    pub(super) fn next<'a>(
        &mut self,
        input: &mut &'a mut [u8],
    ) -> Result<Option<Piece<'a>>, Violation> {
        match self.payload_left {
            None => self.read_header(input),
            Some(0) => {
                self.payload_left = None;
                Ok(Some(Piece::End))
            }
            Some(_) if input.is_empty() => Ok(None),
            Some(left) => {
                let here = usize::try_from(left).unwrap_or(usize::MAX).min(input.len());
                let (bytes, rest) = std::mem::take(input).split_at_mut(here);
                *input = rest;
                unmask(bytes, self.mask);
                self.mask.rotate_left(here % MASK_BYTES);
                let left = left - here as u64;
                self.payload_left = Some(left);
                let ends = left == 0;
                Ok(Some(Piece::Payload { bytes, ends }))
            }
        }
    }

    fn read_header<'a>(
        &mut self,
        input: &mut &'a mut [u8],
    ) -> Result<Option<Piece<'a>>, Violation> {
        while let Some((byte, rest)) = std::mem::take(input).split_first_mut() {
            *input = rest;
            self.header[self.have] = *byte;
            self.have += 1;
            if let Some(head) = self.check()? {
                self.have = 0;
                self.payload_left = Some(head.len);
                return Ok(Some(Piece::Start(head)));
            }
        }
        Ok(None)
    }

    /// Checks the header as far as it has arrived; returns it when it is complete.
    fn check(&mut self) -> Result<Option<FrameHead>, Violation> {
        let (first, second) = (self.header[0], self.header[1]);
        let opcode = self.check_first(first)?;
        if self.have == 2 && second & MASKED == 0 {
            return Err(Violation::protocol("frame without mask"));
        }
        let length_bytes = match second & LENGTH {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        if self.have < 2 + length_bytes {
            return Ok(None);
        }
        let len = self.length(length_bytes);
        self.check_length(opcode, len)?;
        let Some(mask) = self.header[2 + length_bytes..self.have].first_chunk() else {
            return Ok(None);
        };
        self.mask = *mask;
        Ok(Some(FrameHead {
            opcode,
            is_last: first & FIN != 0,
            compressed: first & COMPRESSED != 0,
            len,
        }))
    }

    fn check_first(&self, first: u8) -> Result<Opcode, Violation> {
        let opcode = Opcode::of(first);
        let starts_data = matches!(opcode, Some(Opcode::Text | Opcode::Binary));
        let allowed = if self.may_compress && starts_data {
            COMPRESSED
        } else {
            0
        };
        if first & RESERVED_BITS & !allowed != 0 {
            return Err(Violation::protocol("reserved bits set"));
        }
        match opcode {
            None => Err(Violation::protocol("reserved opcode")),
            Some(control) if control.is_control() && first & FIN == 0 => {
                Err(Violation::protocol("fragmented control frame"))
            }
            Some(opcode) => Ok(opcode),
        }
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

    fn check_length(&self, opcode: Opcode, len: u64) -> Result<(), Violation> {
        if opcode.is_control() && len > MAX_CONTROL_BYTES {
            return Err(Violation::protocol("control frame too long"));
        }
        if len > self.max_frame_bytes {
            return Err(Violation::new(CloseCode::TOO_BIG, "frame too big"));
        }
        Ok(())
    }
}

pub(super) fn unmask(bytes: &mut [u8], mask: [u8; MASK_BYTES]) {
    let (words, rest) = bytes.as_chunks_mut::<MASK_BYTES>();
    for word in words {
        *word = (u32::from_ne_bytes(*word) ^ u32::from_ne_bytes(mask)).to_ne_bytes();
    }
    for (byte, key) in rest.iter_mut().zip(mask) {
        *byte ^= key;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: usize = 1000;

    /// The payloads of all frames, or where and why parsing stopped.
    fn read(bytes: &[u8], piece: usize) -> Result<Vec<Vec<u8>>, (usize, Violation)> {
        let mut reader = FrameReader::new(LIMIT, false);
        let (mut frames, mut read) = (Vec::new(), 0);
        for chunk in bytes.to_vec().chunks_mut(piece) {
            let mut input = &mut *chunk;
            loop {
                let before = input.len();
                let next = reader.next(&mut input);
                read += before - input.len();
                match next.map_err(|violation| (read, violation))? {
                    None => break,
                    Some(Piece::Start(_)) => frames.push(Vec::new()),
                    Some(Piece::Payload { bytes, .. }) => {
                        frames.last_mut().unwrap().extend_from_slice(bytes);
                    }
                    Some(Piece::End) => {}
                }
            }
        }
        Ok(frames)
    }

    #[test]
    fn legal_frames_are_read_from_pieces_of_any_size() {
        let mut bytes = vec![0x81, 0x85, 1, 2, 3, 4];
        bytes.extend([b'h' ^ 1, b'e' ^ 2, b'l' ^ 3, b'l' ^ 4, b'o' ^ 1]);
        bytes.extend([0x89, 0x80, 1, 2, 3, 4]);
        bytes.extend([0x82, 0xfe, 0x03, 0xe8, 0, 0, 0, 0]);
        bytes.extend([7; LIMIT]);
        bytes.extend([0x88, 0x80, 1, 2, 3, 4]);
        let frames = vec![b"hello".to_vec(), vec![], vec![7; LIMIT], vec![]];
        for piece in 1..=bytes.len() {
            assert_eq!(read(&bytes, piece), Ok(frames.clone()), "{piece}");
        }
    }

    #[test]
    fn each_illegal_header_is_stopped_at_its_first_wrong_byte() {
        let terabyte = [0x82, 0xff, 0, 0, 1, 0, 0, 0, 0, 0];
        let cases: [(&[u8], usize, CloseCode); 10] = [
            (&[0xc1, 0x80], 1, CloseCode::PROTOCOL),
            (&[0x91, 0x80], 1, CloseCode::PROTOCOL),
            (&[0x83, 0x80], 1, CloseCode::PROTOCOL),
            (&[0x8b, 0x80], 1, CloseCode::PROTOCOL),
            (&[0x09, 0x80], 1, CloseCode::PROTOCOL),
            (&[0x81, 0x05], 2, CloseCode::PROTOCOL),
            (&[0x89, 0xfe, 0, 126], 4, CloseCode::PROTOCOL),
            (&[0x82, 0xfe, 0x03, 0xe9], 4, CloseCode::TOO_BIG),
            (&terabyte, 10, CloseCode::TOO_BIG),
            (
                &[0x82, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0],
                10,
                CloseCode::TOO_BIG,
            ),
        ];
        for (header, at, code) in cases {
            let bytes = [&[0x81, 0x80, 1, 2, 3, 4], header, &[9; 50]].concat();
            for piece in [1, 2, 7, bytes.len()] {
                let (read, violation) = read(&bytes, piece).unwrap_err();
                assert_eq!((read, violation.code), (6 + at, code), "{header:?}");
            }
        }
    }
}
