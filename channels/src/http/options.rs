//! The limits of consumers that answer requests, with their defaults.

use std::time::Duration;

use crate::connection::Limits;

/// Limits on the request, on unread data and on times.
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

    /// Maximum bytes of a request's body; above: 413, and no consumer is created. Default 2.5 MiB,
    /// which is Django's `DATA_UPLOAD_MAX_MEMORY_SIZE`.
    pub fn max_body_bytes(mut self, bytes: usize) -> Self {
        self.max_body_bytes = bytes;
        self
    }

    /// Maximum time for a request's body to arrive; above: 408. Default 30 s.
    pub fn body_timeout(mut self, limit: Duration) -> Self {
        self.body_timeout = limit;
        self
    }

    /// Time limit of middleware and routing; above: 503. Default 5 s.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// Maximum time from the start of a consumer to the end of its response; above: 503, or the
    /// connection is aborted if the response has begun. No limit unless set. Daphne's
    /// `--http-timeout`, which ended a begun response as if it were complete.
    pub fn http_timeout(mut self, limit: Duration) -> Self {
        self.http_timeout = Some(limit);
        self
    }

    /// Time that a handler may continue after its client has disconnected. Default 10 s.
    pub fn handler_grace(mut self, limit: Duration) -> Self {
        self.handler_grace = limit;
        self
    }

    /// Maximum bytes of a body that wait for the client to read; with one part more, the connection
    /// is aborted. The part that fills the queue may be of any size, because an application may
    /// pass a whole body at once. [`Streams`](crate::http::Streams) carry frames, which may be no
    /// larger than this: see [`SocketOptions::outbox_bytes`](crate::SocketOptions::outbox_bytes).
    /// Default 1 MiB.
    pub fn outbox_bytes(mut self, bytes: usize) -> Self {
        self.outbox_bytes = bytes;
        self
    }

    /// Maximum time that data waits for a client that does not read, before its connection is
    /// aborted. Default 30 s.
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
