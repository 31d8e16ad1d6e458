//! The limits of consumers that answer requests, with their defaults.

use std::time::Duration;

use crate::connection::Limits;

/// Bounds on what a client may send, leave unread and wait for.
///
/// ```
/// use std::time::Duration;
/// use channels::http::HttpOptions;
/// let options = HttpOptions::new()
///     .max_body_bytes(64 * 1024)
///     .http_timeout(Duration::from_secs(60));
/// # let _ = options;
/// ```
#[derive(Clone, Debug)]
pub struct HttpOptions {
    pub(super) max_body_bytes: usize,
    pub(super) body_timeout: Duration,
    pub(super) connect_timeout: Duration,
    pub(super) http_timeout: Option<Duration>,
    pub(super) handler_grace: Duration,
    pub(super) outbox_bytes: usize,
    pub(super) write_timeout: Duration,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            max_body_bytes: 2_621_440,
            body_timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(5),
            http_timeout: None,
            handler_grace: Duration::from_secs(10),
            outbox_bytes: 1024 * 1024,
            write_timeout: Duration::from_secs(30),
        }
    }
}

impl HttpOptions {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Bytes of a request's body; beyond: 413, and no consumer is made. Default 2.5 MiB, which is
    /// Django's `DATA_UPLOAD_MAX_MEMORY_SIZE`.
    pub fn max_body_bytes(mut self, bytes: usize) -> Self {
        self.max_body_bytes = bytes;
        self
    }

    /// Time that a request's body may take to arrive; beyond: 408. Default 30 s.
    pub fn body_timeout(mut self, limit: Duration) -> Self {
        self.body_timeout = limit;
        self
    }

    /// Time that middleware has to find the consumer; beyond: 503. Default 5 s.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// Time from a consumer's beginning to the end of its response; beyond: 503, or the
    /// connection is cut if the response has begun. No limit unless set. Daphne's
    /// `--http-timeout`, which ended a begun response as if it were complete.
    pub fn http_timeout(mut self, limit: Duration) -> Self {
        self.http_timeout = Some(limit);
        self
    }

    /// Time that a handler may go on after its client has gone. Default 10 s.
    pub fn handler_grace(mut self, limit: Duration) -> Self {
        self.handler_grace = limit;
        self
    }

    /// Bytes of a body that may wait for the client to read; one part more and the connection is
    /// cut. The part that fills the queue may be of any size, because an application may hand over
    /// a whole body at once. [`Streams`](crate::http::Streams) carry frames, which may be no larger than
    /// this: see [`SocketOptions::outbox_bytes`](crate::SocketOptions::outbox_bytes). Default 1 MiB.
    pub fn outbox_bytes(mut self, bytes: usize) -> Self {
        self.outbox_bytes = bytes;
        self
    }

    /// Time that something may wait for a client that reads nothing before it is cut. Default
    /// 30 s.
    pub fn write_timeout(mut self, limit: Duration) -> Self {
        self.write_timeout = limit;
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
