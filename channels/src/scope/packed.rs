//! Many short byte strings in one allocation.
//!
//! What a client said at its handshake is kept for as long as it is connected. A `String` each would
//! cost 24 bytes and a block of the allocator for every header; here it is one byte or two.

use std::sync::Arc;

/// Byte strings in their order, each behind its length; clones share them.
///
/// Without any there is no allocation, nor a counter that all threads would share.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Packed(Option<Arc<[u8]>>);

impl Packed {
    pub(super) fn parts(&self) -> Parts<'_> {
        Parts(self.0.as_deref().unwrap_or_default())
    }
}

/// Puts byte strings together.
#[derive(Clone, Debug, Default)]
pub(super) struct Packing(Vec<u8>);

/// The bits of a byte that are part of a length; the one above says that more of it follows.
const LEN_BITS: u32 = 7;
const MORE: u8 = 1 << LEN_BITS;

impl Packing {
    /// Expects that many bytes in all.
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self(Vec::with_capacity(bytes))
    }

    /// How many bytes it takes so far.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn push(&mut self, part: &[u8]) {
        let mut len = part.len();
        while len >= usize::from(MORE) {
            self.0.push(len as u8 | MORE);
            len >>= LEN_BITS;
        }
        self.0.push(len as u8);
        self.0.extend_from_slice(part);
    }

    pub(super) fn parts(&self) -> Parts<'_> {
        Parts(&self.0)
    }

    pub(super) fn finish(self) -> Packed {
        let is_empty = self.0.is_empty();
        Packed((!is_empty).then(|| self.0.into()))
    }
}

/// Walks over byte strings.
#[derive(Clone)]
pub(super) struct Parts<'a>(&'a [u8]);

impl<'a> Parts<'a> {
    /// The next two, as a name and its value.
    pub(super) fn pair(&mut self) -> Option<(&'a [u8], &'a [u8])> {
        Some((self.next()?, self.next()?))
    }

    /// All of them, two at a time.
    pub(super) fn pairs(mut self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
        std::iter::from_fn(move || self.pair())
    }

    fn len(&mut self) -> Option<usize> {
        let mut len = 0;
        for turn in 0.. {
            let (&byte, rest) = self.0.split_first()?;
            self.0 = rest;
            len |= usize::from(byte & !MORE) << (turn * LEN_BITS);
            if byte < MORE {
                break;
            }
        }
        Some(len)
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let len = match self.0.first() {
            // Nearly every one is short, and a header is looked for among all of them.
            Some(&len) if len < MORE => {
                self.0 = &self.0[1..];
                usize::from(len)
            }
            _ => self.len()?,
        };
        let (part, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(part)
    }
}

/// What was text when it was packed.
pub(super) fn text(part: &[u8]) -> &str {
    std::str::from_utf8(part).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn byte_strings_of_all_lengths_come_back() {
        let parts: Vec<_> = [0, 1, 127, 0, 128, 16_383, 16_384, 70_000]
            .map(|len| vec![b'x'; len])
            .into();
        let mut packing = Packing::default();
        for part in &parts {
            packing.push(part);
        }
        let packed = packing.finish();
        assert!(packed.parts().eq(parts.iter().map(Vec::as_slice)));
    }

    #[test]
    fn nothing_takes_no_allocation() {
        let packed = Packing::default().finish();
        assert_eq!(packed, Packed(None));
        assert_eq!(packed.parts().next(), None);
    }
}
