//! Inflates received messages (RFC 7692 §7.2.2), never beyond the limit of a message.

use std::cell::Cell;

use bytes::BytesMut;
use flate2::{Decompress, FlushDecompress, Status};

use crate::event::CloseCode;
use crate::socket::frames::{TOO_BIG, Violation};

const CORRUPT: Violation = Violation::new(CloseCode::INVALID_DATA, "message does not inflate");

/// The bytes that a sender omits at the end of each message.
const TAIL: [u8; 4] = [0, 0, 0xff, 0xff];

/// An empty block marked as the stream's last: after a complete message it is valid.
const LAST_BLOCK: [u8; 5] = [1, 0, 0, 0xff, 0xff];

/// The number of bytes inflated before they are counted.
const PIECE_BYTES: usize = 16 * 1024;

thread_local! {
    /// Reused for the next message of any connection without context takeover.
    static SPARE: Cell<Option<Decompress>> = const { Cell::new(None) };
}

/// The receiving side of one connection; holds memory while a message arrives, and after it only
/// if contexts are kept.
pub(in super::super) struct Inflater {
    keeps_context: bool,
    state: Option<Decompress>,
}

impl Inflater {
    pub(super) fn new(keeps_context: bool) -> Self {
        Self {
            keeps_context,
            state: None,
        }
    }

    /// Inflates the payload and appends it; more than `limit` bytes in total are too big.
    pub(in super::super) fn inflate(
        &mut self,
        payload: &[u8],
        message: &mut BytesMut,
        limit: usize,
    ) -> Result<(), Violation> {
        self.feed(payload, message, limit).map(drop)
    }

    /// Ends a message, of which some payload was inflated.
    pub(in super::super) fn finish(
        &mut self,
        message: &mut BytesMut,
        limit: usize,
    ) -> Result<(), Violation> {
        self.feed(&TAIL, message, limit)?;
        if self.keeps_context {
            return Ok(());
        }
        if self.feed(&LAST_BLOCK, message, limit)? != Status::StreamEnd {
            return Err(CORRUPT);
        }
        SPARE.set(self.state.take());
        Ok(())
    }

    fn feed(
        &mut self,
        mut input: &[u8],
        message: &mut BytesMut,
        limit: usize,
    ) -> Result<Status, Violation> {
        let state = self
            .state
            .get_or_insert_with(|| SPARE.take().unwrap_or_else(|| Decompress::new(false)));
        let mut piece = [0; PIECE_BYTES];
        loop {
            let (taken, made) = (state.total_in(), state.total_out());
            let status = state.decompress(input, &mut piece, FlushDecompress::None);
            let status = status.map_err(|failure| {
                log::debug!(target: "channels::socket", "a peer's message: {failure}");
                CORRUPT
            })?;
            let taken = (state.total_in() - taken) as usize;
            let made = (state.total_out() - made) as usize;
            input = &input[taken..];
            if message.len() + made > limit {
                return Err(TOO_BIG);
            }
            message.extend_from_slice(&piece[..made]);
            if status == Status::StreamEnd {
                // A sender may end its stream at any block and begin another (§7.2.3.5).
                state.reset(false);
            }
            if input.is_empty() && made < PIECE_BYTES {
                return Ok(status);
            }
            if taken == 0 && made == 0 {
                return Err(CORRUPT);
            }
        }
    }
}
