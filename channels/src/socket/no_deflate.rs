//! Replaces `deflate/` if the feature of that name is off: compression is never negotiated, so no
//! value of these types exists.

use bytes::BytesMut;

use super::frames::Violation;

#[derive(Clone, Copy, Debug)]
pub(super) enum Agreed {}

pub(super) enum Deflater {}

pub(super) enum Inflater {}

impl Agreed {
    pub(super) fn answer(&self) -> String {
        match *self {}
    }

    pub(super) fn deflater(&self) -> Deflater {
        match *self {}
    }

    pub(super) fn inflater(&self) -> Inflater {
        match *self {}
    }
}

impl Deflater {
    pub(super) fn compress(&mut self, _: &[u8]) -> Option<Vec<u8>> {
        match *self {}
    }
}

impl Inflater {
    pub(super) fn inflate(
        &mut self,
        _: &[u8],
        _: &mut BytesMut,
        _: usize,
    ) -> Result<(), Violation> {
        match *self {}
    }

    pub(super) fn finish(&mut self, _: &mut BytesMut, _: usize) -> Result<(), Violation> {
        match *self {}
    }
}
