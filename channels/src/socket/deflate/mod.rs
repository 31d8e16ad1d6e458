//! permessage-deflate (RFC 7692): its limits per connection, and the negotiation.
//!
//! [`Deflate`] is a server's setting, `../offers.rs` parses a client's offers, and both directions
//! of a connection then use the [`Agreed`] parameters: `deflater.rs` for sending, `inflater.rs` for
//! receiving. Daphne never negotiates the extension (django/daphne#326).

mod deflater;
mod inflater;

use actix_web::dev::RequestHead;
use actix_web::http::header;

pub(super) use deflater::Deflater;
pub(super) use inflater::Inflater;

use super::offers::{self, Offer};

/// The memory of zlib-rs for inflating, with any window: the largest window and its state.
const INFLATER_BYTES: usize = 48 * 1024;

/// Its memory for compressing without the window: hash table and symbols.
const DEFLATER_BYTES: usize = 256 * 1024;

const LARGEST_WINDOW_BITS: u8 = 15;

/// The compressor's minimum, although the RFC allows 8.
const SMALLEST_WINDOW_BITS: u8 = 9;

/// The compression of messages for clients that offer it (permessage-deflate, RFC 7692).
///
/// Off unless given to [`SocketOptions::deflate`](super::SocketOptions::deflate). By default no
/// context is kept from one message to the next, in either direction: an idle connection then needs
/// no memory for compression, and all connections of a thread share their compressors.
///
/// Do not compress messages with both a secret and data that a peer can choose: their length leaks
/// information about the secret (the BREACH attack).
///
/// ```
/// use channels::SocketOptions;
/// use channels::socket::Deflate;
/// let options = SocketOptions::new().deflate(Deflate::new().min_bytes(1024));
/// // Better compressed, at up to 432 KiB for each connection.
/// let kept = Deflate::new().context_takeover(true).memory_bytes(432 * 1024);
/// # let _ = (options, kept);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Deflate {
    level: u32,
    min_bytes: usize,
    context_takeover: bool,
    memory_bytes: usize,
}

impl Default for Deflate {
    fn default() -> Self {
        Self {
            level: 2,
            min_bytes: 256,
            context_takeover: false,
            memory_bytes: INFLATER_BYTES,
        }
    }
}

impl Deflate {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the compression level, from 1 (fast) to 9 (small); other values are clamped. Default 2:
    /// with higher levels, short text messages hardly get smaller.
    pub fn level(mut self, level: u32) -> Self {
        self.level = level.clamp(1, 9);
        self
    }

    /// Payload bytes below which a message is sent uncompressed. Default 256.
    pub fn min_bytes(mut self, bytes: usize) -> Self {
        self.min_bytes = bytes;
        self
    }

    /// Whether messages may refer to those before them, as far as
    /// [`memory_bytes`](Self::memory_bytes) allows and the client wants it. Default no.
    pub fn context_takeover(mut self, wanted: bool) -> Self {
        self.context_takeover = wanted;
        self
    }

    /// Maximum bytes of memory for the compression of one connection, besides its messages. Default
    /// 48 KiB: enough to inflate, which takes as much while a message arrives.
    ///
    /// With less, all offers are declined. To keep the context of what is sent takes 260 to
    /// 384 KiB more, depending on the window (`server_max_window_bits`), of which the largest
    /// that fits is chosen; if none fits, that context is not kept.
    pub fn memory_bytes(mut self, bytes: usize) -> Self {
        self.memory_bytes = bytes;
        self
    }

    /// Accepts the first offer that can be satisfied; `None` if there is none.
    pub(super) fn agree(&self, head: &RequestHead) -> Option<Agreed> {
        let offered = head.headers.get_all(header::SEC_WEBSOCKET_EXTENSIONS);
        let offered = offered.map(|value| value.as_bytes());
        let offers = offers::parse(offered)?;
        offers.iter().find_map(|offer| self.accept(offer))
    }

    fn accept(&self, offer: &Offer) -> Option<Agreed> {
        let most_bits = offer.server_max_window_bits.unwrap_or(LARGEST_WINDOW_BITS);
        if self.memory_bytes < INFLATER_BYTES || most_bits < SMALLEST_WINDOW_BITS {
            return None;
        }
        let kept_bits = (SMALLEST_WINDOW_BITS..=most_bits)
            .rev()
            .find(|&bits| INFLATER_BYTES + deflater_bytes(bits) <= self.memory_bytes)
            .filter(|_| self.context_takeover && !offer.server_no_context_takeover);
        Some(Agreed {
            settings: *self,
            window_bits: kept_bits.unwrap_or(most_bits),
            names_window: offer.server_max_window_bits.is_some(),
            keeps_sent: kept_bits.is_some(),
            keeps_received: self.context_takeover && !offer.client_no_context_takeover,
        })
    }
}

/// Memory of a compressor: its window twice over, and a table of half-words as long as that.
const fn deflater_bytes(window_bits: u8) -> usize {
    DEFLATER_BYTES + (4 << window_bits)
}

/// An accepted offer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Agreed {
    settings: Deflate,
    /// For outgoing messages; the client's window may always be the largest.
    window_bits: u8,
    names_window: bool,
    keeps_sent: bool,
    keeps_received: bool,
}

impl Agreed {
    /// The value of `Sec-WebSocket-Extensions` in the answer.
    ///
    /// A server may disable context takeover without being asked (RFC 7692 §7.1.1).
    pub(super) fn answer(&self) -> String {
        let mut answer = String::from("permessage-deflate");
        if !self.keeps_sent {
            answer.push_str("; server_no_context_takeover");
        }
        if !self.keeps_received {
            answer.push_str("; client_no_context_takeover");
        }
        if self.names_window || self.window_bits < LARGEST_WINDOW_BITS {
            answer.push_str(&format!("; server_max_window_bits={}", self.window_bits));
        }
        answer
    }

    pub(super) fn deflater(&self) -> Deflater {
        Deflater::new(self)
    }

    pub(super) fn inflater(&self) -> Inflater {
        Inflater::new(self.keeps_received)
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use allocation_counter::measure;
    use bytes::BytesMut;

    use super::*;

    /// The memory of each of a hundred connections, in bytes. Counts only this thread's
    /// allocations, so that parallel tests do not interfere.
    fn held_by_each<T>(open: impl Fn() -> T) -> usize {
        const CONNECTIONS: usize = 100;
        let mut connections = Vec::with_capacity(CONNECTIONS);
        let measured = measure(|| connections.extend((0..CONNECTIONS).map(|_| open())));
        usize::try_from(measured.bytes_current).unwrap() / CONNECTIONS
    }

    fn agreed(deflate: Deflate, offer: Offer) -> Agreed {
        deflate.accept(&offer).expect("an offer that is accepted")
    }

    fn after_a_message(agreed: Agreed) -> (Deflater, Inflater) {
        let (mut deflater, mut inflater) = (agreed.deflater(), agreed.inflater());
        let text = "what is said again and again ".repeat(20);
        let compressed = deflater.compress(text.as_bytes()).expect("to be worth it");
        let mut inflated = BytesMut::new();
        let received = inflater
            .inflate(&compressed, &mut inflated, text.len())
            .and_then(|()| inflater.finish(&mut inflated, text.len()));
        assert_eq!((received, &inflated[..]), (Ok(()), text.as_bytes()));
        (deflater, inflater)
    }

    #[test]
    fn a_connection_holds_no_more_than_it_may() {
        let kept = Deflate::new().context_takeover(true);
        for bits in SMALLEST_WINDOW_BITS..=LARGEST_WINDOW_BITS {
            let bytes = INFLATER_BYTES + deflater_bytes(bits);
            let agreed = agreed(kept.memory_bytes(bytes), Offer::default());
            assert_eq!(agreed.window_bits, bits);
            let held = held_by_each(|| after_a_message(agreed));
            assert!(
                (bytes / 2..=bytes).contains(&held),
                "{bits}: {held} of {bytes}"
            );
        }
    }

    #[test]
    fn a_connection_that_keeps_no_context_holds_memory_while_a_message_arrives_only() {
        let agreed = agreed(Deflate::new(), Offer::default());
        let held = held_by_each(|| after_a_message(agreed));
        assert!(held < INFLATER_BYTES / 2, "{held}");
        let held = held_by_each(|| {
            let mut inflater = agreed.inflater();
            let begun = inflater.inflate(&[0xf2, 0x48], &mut BytesMut::new(), 10);
            (inflater, begun)
        });
        assert!(
            (INFLATER_BYTES / 2..=INFLATER_BYTES).contains(&held),
            "{held}"
        );
    }

    fn answer(deflate: Deflate, offers: &[&str]) -> Option<String> {
        let mut request = TestRequest::default();
        for offer in offers {
            request = request.append_header((header::SEC_WEBSOCKET_EXTENSIONS, *offer));
        }
        let request = request.to_http_request();
        deflate.agree(request.head()).map(|agreed| agreed.answer())
    }

    #[test]
    fn the_window_that_is_kept_is_the_largest_that_fits() {
        let kept = Deflate::new().context_takeover(true);
        let memory = |bits| INFLATER_BYTES + deflater_bytes(bits);
        for (bytes, expected) in [
            (memory(15), "permessage-deflate"),
            (
                memory(15) - 1,
                "permessage-deflate; server_max_window_bits=14",
            ),
            (memory(9), "permessage-deflate; server_max_window_bits=9"),
            (
                memory(9) - 1,
                "permessage-deflate; server_no_context_takeover",
            ),
        ] {
            let answer = answer(kept.memory_bytes(bytes), &["permessage-deflate"]);
            assert_eq!(answer.as_deref(), Some(expected), "{bytes}");
        }
        let too_little = kept.memory_bytes(INFLATER_BYTES - 1);
        assert_eq!(answer(too_little, &["permessage-deflate"]), None);
    }

    #[test]
    fn offers_are_taken_in_their_order_from_all_headers() {
        let none = "; server_no_context_takeover; client_no_context_takeover";
        let offers = [
            "other, permessage-deflate; unheard_of",
            "permessage-deflate; server_max_window_bits=8",
            "permessage-deflate; server_max_window_bits=11, permessage-deflate",
        ];
        let expected = format!("permessage-deflate{none}; server_max_window_bits=11");
        assert_eq!(answer(Deflate::new(), &offers), Some(expected));
    }
}
