//! Compresses outgoing messages (RFC 7692 §7.2.1).

use std::cell::RefCell;
use std::collections::HashMap;

use flate2::{Compress, CompressError, Compression, FlushCompress};

use super::Agreed;

/// The bytes with which the compressor ends each message; not sent, because the peer adds them.
const TAIL: [u8; 4] = [0, 0, 0xff, 0xff];

thread_local! {
    /// Compressors by level and window, shared by all connections without context takeover.
    static SHARED: RefCell<HashMap<(u32, u8), Compress>> = RefCell::default();
}

/// The sending side of one connection.
pub(in super::super) struct Deflater {
    level: u32,
    window_bits: u8,
    min_bytes: usize,
    context: Context,
}

enum Context {
    /// Each message is independent (no context takeover).
    Fresh,
    Kept(Option<Box<Compress>>),
    /// The compressor failed, so its context differs from the peer's.
    Broken,
}

impl Deflater {
    pub(super) fn new(agreed: &Agreed) -> Self {
        Self {
            level: agreed.settings.level,
            window_bits: agreed.window_bits,
            // RFC 7692 requires an empty message to be one byte long when compressed.
            min_bytes: agreed.settings.min_bytes.max(1),
            context: if agreed.keeps_sent {
                Context::Kept(None)
            } else {
                Context::Fresh
            },
        }
    }

    /// The compressed payload; `None` if the message should be sent uncompressed.
    pub(in super::super) fn compress(&mut self, message: &[u8]) -> Option<Vec<u8>> {
        if message.len() < self.min_bytes {
            return None;
        }
        let (level, bits) = (self.level, self.window_bits);
        let make = || Compress::new_with_window_bits(Compression::new(level), false, bits);
        let compressed = match &mut self.context {
            Context::Fresh => SHARED.with_borrow_mut(|shared| {
                let compressor = shared.entry((level, bits)).or_insert_with(make);
                compressor.reset();
                // A payload that is not smaller is not worth the peer's work.
                let compressed = compress(compressor, message);
                compressed.map(|payload| (payload.len() < message.len()).then_some(payload))
            }),
            Context::Kept(compressor) => {
                let compressor = compressor.get_or_insert_with(|| Box::new(make()));
                compress(compressor, message).map(Some)
            }
            Context::Broken => Ok(None),
        };
        compressed.unwrap_or_else(|failure| {
            log::error!(target: "channels::socket", "a message was not compressed: {failure}");
            self.context = Context::Broken;
            None
        })
    }
}

fn compress(compressor: &mut Compress, message: &[u8]) -> Result<Vec<u8>, CompressError> {
    let mut out = Vec::with_capacity(message.len() / 2 + 64);
    let start = compressor.total_in();
    loop {
        let taken = (compressor.total_in() - start) as usize;
        compressor.compress_vec(&message[taken..], &mut out, FlushCompress::Sync)?;
        // Free space in the output means that the compressor holds nothing back.
        if out.len() < out.capacity() {
            break;
        }
        out.reserve(out.len() / 2 + 64);
    }
    out.truncate(out.strip_suffix(&TAIL).map_or(out.len(), <[u8]>::len));
    Ok(out)
}
