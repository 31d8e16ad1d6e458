//! A client's frames: encodes masked ones, and finds complete ones in the server's bytes.

const FIN: u8 = 0x80;
const MASKED: u8 = 0x80;
/// XOR with zeros leaves the payload as it is, so the generator does not have to mask it. Masking
/// protects proxies, and there are none here.
const NO_MASK: [u8; 4] = [0; 4];

pub(crate) const TEXT: u8 = 1;
pub(crate) const BINARY: u8 = 2;
pub(crate) const CLOSE: u8 = 8;
pub(crate) const PING: u8 = 9;
pub(crate) const PONG: u8 = 10;

/// Encodes one unfragmented frame.
pub(crate) fn write(out: &mut Vec<u8>, opcode: u8, payload: &[u8]) {
    out.push(FIN | opcode);
    match payload.len() {
        len @ 0..126 => out.push(MASKED | len as u8),
        len @ 126..65_536 => {
            out.push(MASKED | 126);
            out.extend_from_slice(&(len as u16).to_be_bytes());
        }
        len => {
            out.push(MASKED | 127);
            out.extend_from_slice(&(len as u64).to_be_bytes());
        }
    }
    out.extend_from_slice(&NO_MASK);
    out.extend_from_slice(payload);
}

/// The first complete frame: opcode, payload, and its length in bytes.
pub(crate) fn read(bytes: &[u8]) -> Option<(u8, &[u8], usize)> {
    let (&[first, second], rest) = bytes.split_first_chunk()?;
    let (len, header) = match second & 0x7f {
        126 => (u64::from(u16::from_be_bytes(*rest.first_chunk()?)), 4),
        127 => (u64::from_be_bytes(*rest.first_chunk()?), 10),
        len => (u64::from(len), 2),
    };
    let end = header + usize::try_from(len).ok()?;
    let payload = bytes.get(header..end)?;
    Some((first & 0x0f, payload, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_frame_says_its_length_and_is_masked() {
        let header = |len: usize| {
            let mut frame = Vec::new();
            write(&mut frame, TEXT, &vec![7; len]);
            assert!(frame.ends_with(&vec![7; len]));
            frame.truncate(frame.len() - len);
            frame
        };
        assert_eq!(header(125), [0x81, 0x80 | 125, 0, 0, 0, 0]);
        assert_eq!(header(126), [0x81, 0x80 | 126, 0, 126, 0, 0, 0, 0]);
        let longest = [0x81, 0x80 | 127, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        assert_eq!(header(65_536), longest);
    }

    #[test]
    fn a_frame_is_read_when_it_is_whole() {
        for len in [0, 1, 125, 126, 65_535, 65_536] {
            let mut frame = vec![FIN | BINARY];
            match len {
                0..126 => frame.push(len as u8),
                126..65_536 => {
                    frame.push(126);
                    frame.extend((len as u16).to_be_bytes());
                }
                _ => {
                    frame.push(127);
                    frame.extend((len as u64).to_be_bytes());
                }
            }
            frame.extend(vec![7; len]);
            assert_eq!(read(&frame[..frame.len() - 1]), None, "{len}");
            frame.push(FIN | TEXT);
            let (opcode, payload, end) = read(&frame).unwrap();
            assert_eq!((opcode, payload.len(), end), (BINARY, len, frame.len() - 1));
        }
    }
}
