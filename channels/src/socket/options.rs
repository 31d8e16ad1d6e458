//! The limits of one mounted application, with their defaults.

use std::time::Duration;

use actix_web::dev::RequestHead;

use super::deflate::Agreed;
#[cfg(feature = "deflate")]
use super::deflate::Deflate;
use crate::connection::Limits;
use crate::front::{Front, ProxyHeaders};

/// Limits on data, unread data and response times of a peer.
///
/// ```
/// use std::time::Duration;
/// use channels::SocketOptions;
/// let options = SocketOptions::new()
///     .max_message_bytes(16 * 1024)
///     .idle_timeout(Duration::from_secs(45));
/// # let _ = options;
/// ```
#[derive(Clone, Debug)]
pub struct SocketOptions {
    pub(super) max_message_bytes: usize,
    pub(super) max_frame_bytes: usize,
    pub(super) max_fragments: usize,
    pub(super) max_head_bytes: usize,
    pub(super) fragment_timeout: Duration,
    pub(super) ping_interval: Duration,
    pub(super) idle_timeout: Duration,
    pub(super) send_timeout: Duration,
    pub(super) connect_timeout: Duration,
    pub(super) close_timeout: Duration,
    pub(super) handler_grace: Duration,
    pub(super) outbox_bytes: usize,
    pub(super) send_buffer_bytes: Option<usize>,
    pub(super) websocket_timeout: Option<Duration>,
    pub(super) front: Front,
    #[cfg(feature = "deflate")]
    pub(super) deflate: Option<Deflate>,
}

impl Default for SocketOptions {
    fn default() -> Self {
        Self {
            max_message_bytes: 64 * 1024,
            max_frame_bytes: 64 * 1024,
            max_fragments: 128,
            max_head_bytes: 128 * 1024,
            fragment_timeout: Duration::from_secs(30),
            ping_interval: Duration::from_secs(20),
            idle_timeout: Duration::from_secs(60),
            send_timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(5),
            close_timeout: Duration::from_secs(2),
            handler_grace: Duration::from_secs(10),
            outbox_bytes: 1024 * 1024,
            send_buffer_bytes: Some(256 * 1024),
            websocket_timeout: Some(Duration::from_secs(86_400)),
            front: Front::default(),
            #[cfg(feature = "deflate")]
            deflate: None,
        }
    }
}

impl SocketOptions {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Maximum payload bytes of one message, over all its fragments; above: close 1009. Default 64
    /// KiB.
    pub fn max_message_bytes(mut self, bytes: usize) -> Self {
        self.max_message_bytes = bytes;
        self
    }

    /// Maximum payload bytes of one frame; above: close 1009 before any of them is read. Default 64
    /// KiB.
    pub fn max_frame_bytes(mut self, bytes: usize) -> Self {
        self.max_frame_bytes = bytes;
        self
    }

    /// Maximum bytes of target and headers of a handshake together; above: 431. Default 128 KiB,
    /// the limit of the HTTP server for a head.
    pub fn max_head_bytes(mut self, bytes: usize) -> Self {
        self.max_head_bytes = bytes;
        self
    }

    /// Maximum frames of one message, including empty ones; above: close 1008. Default 128.
    pub fn max_fragments(mut self, frames: usize) -> Self {
        self.max_fragments = frames;
        self
    }

    /// Maximum time from a message's first byte to its last, in one frame or several; above: close
    /// 1008. Default 30 s. Each byte is a sign of life, so that
    /// [`idle_timeout`](Self::idle_timeout) does not end a slow peer meanwhile.
    pub fn fragment_timeout(mut self, limit: Duration) -> Self {
        self.fragment_timeout = limit;
        self
    }

    /// Silence after which the peer is pinged, ±10 % so that many connections do not ping at once.
    /// Default 20 s.
    pub fn ping_interval(mut self, interval: Duration) -> Self {
        self.ping_interval = interval;
        self
    }

    /// Silence after which the peer counts as lost. Default 60 s.
    pub fn idle_timeout(mut self, limit: Duration) -> Self {
        self.idle_timeout = limit;
        self
    }

    /// Maximum time without progress in sending queued frames; above: the peer has stopped reading,
    /// and its connection is aborted. Default 10 s.
    ///
    /// Counted from the moment at which the buffers of its kernel and ours are full, so that a
    /// short message to a peer in a tunnel does not count.
    pub fn send_timeout(mut self, limit: Duration) -> Self {
        self.send_timeout = limit;
        self
    }

    /// Time limit of middleware and, separately, of the consumer's `connect`; above: 503. Default 5
    /// s.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// Maximum time for the peer to answer our Close before the connection is ended. Default 2 s.
    pub fn close_timeout(mut self, limit: Duration) -> Self {
        self.close_timeout = limit;
        self
    }

    /// Time that a handler may continue after its connection has ended. Default 10 s.
    pub fn handler_grace(mut self, limit: Duration) -> Self {
        self.handler_grace = limit;
        self
    }

    /// Maximum bytes of a consumer's queued frames; with one frame more, the connection is closed.
    /// Default 1 MiB.
    ///
    /// A frame that alone exceeds this bound is never queued:
    /// [`Context::send`](crate::Context::send) fails with
    /// [`SendError::TooLarge`](crate::SendError::TooLarge), and a forwarded one is dropped and counted
    /// (`channels_frames_dropped_total`). So no queue holds more than twice the bound.
    ///
    /// The same limit applies separately to frames of
    /// [`forward`](crate::WebsocketConsumer::forward). From 64 KiB on the consumer gets neither
    /// frames nor events (back-pressure): the frames of the peer stay in its socket, and events
    /// wait in the channel. The layer limits how many events may wait for a consumer:
    /// [`InMemoryLayerBuilder::capacity`](crate::layers::InMemoryLayerBuilder::capacity).
    pub fn outbox_bytes(mut self, bytes: usize) -> Self {
        self.outbox_bytes = bytes;
        self
    }

    /// Compresses messages for clients that offer it. Default off.
    ///
    /// [`max_message_bytes`](Self::max_message_bytes) then limits the inflated message, and a frame
    /// may be longer than [`max_frame_bytes`](Self::max_frame_bytes) by what compression adds to
    /// data that it cannot compress: a thousandth and 64 bytes.
    #[cfg(feature = "deflate")]
    pub fn deflate(mut self, deflate: Deflate) -> Self {
        self.deflate = Some(deflate);
        self
    }

    /// Negotiates compression: the first offer of the client that this server accepts.
    #[cfg(feature = "deflate")]
    pub(super) fn agree(&self, head: &RequestHead) -> Option<Agreed> {
        self.deflate.as_ref()?.agree(head)
    }

    #[cfg(not(feature = "deflate"))]
    pub(super) fn agree(&self, _: &RequestHead) -> Option<Agreed> {
        None
    }

    /// Bytes that the kernel buffers for a peer (`SO_SNDBUF`), in addition to the outbox. Default
    /// 256 KiB, which a peer 100 ms away can take in at 2 MiB/s; `None` leaves it to the kernel,
    /// which may hold several MiB for each peer that has stopped reading.
    pub fn send_buffer_bytes(mut self, bytes: impl Into<Option<usize>>) -> Self {
        self.send_buffer_bytes = bytes.into();
        self
    }

    /// Maximum age of a socket; then: close 1000. Default 86,400 s; `None` means no limit. Daphne's
    /// `--websocket_timeout`.
    pub fn websocket_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.websocket_timeout = limit.into();
        self
    }

    /// The prefix under which a proxy mounts the site; the outermost router cuts it off. Default
    /// none. Daphne's `--root-path`.
    ///
    /// For consumers in an App of another server; [`Server::root_path`] has precedence.
    ///
    /// [`Server::root_path`]: crate::Server::root_path
    pub fn root_path(mut self, prefix: &str) -> Self {
        self.front.set_root_path(prefix);
        self
    }

    /// The proxies whose headers about the origin of a handshake are trusted. Default none.
    /// Daphne's `--proxy-headers`.
    ///
    /// For consumers in an App of another server; [`Server::proxy_headers`] has precedence.
    ///
    /// [`Server::proxy_headers`]: crate::Server::proxy_headers
    pub fn proxy_headers(mut self, proxies: ProxyHeaders) -> Self {
        self.front.set_proxies(proxies);
        self
    }

    pub(crate) fn limits(&self) -> Limits {
        Limits {
            outbox_bytes: self.outbox_bytes,
            connect: self.connect_timeout,
            grace: self.handler_grace,
        }
    }
}
