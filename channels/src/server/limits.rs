//! The limits and time-outs of a [`Server`], its headers, and the proxies that it trusts.

use std::net::IpAddr;
use std::time::Duration;

use actix_web::http::KeepAlive;
use actix_web::http::header::{HeaderName, HeaderValue};

use super::builder::Server;
use super::connections::Connections;
use crate::front::ProxyHeaders;

impl Server {
    /// Threads that serve connections; as many as there are cores unless set.
    ///
    /// # Panics
    /// If it is 0.
    pub fn workers(mut self, number: usize) -> Self {
        assert!(number > 0, "a server needs a worker");
        self.workers = Some(number);
        self
    }

    /// HTTP connections of one worker at a time; 25,000 unless set. Consumers do not count.
    pub fn max_connections(mut self, number: usize) -> Self {
        self.max_connections = Some(number);
        self
    }

    /// Connections of one address at a time, over all workers and listeners; no limit unless set.
    /// IPv6 addresses count by their first 64 bits; peers on Unix sockets are not counted.
    ///
    /// One more is closed before a byte of it is read, counted
    /// (`channels_connections_refused_total`) and logged at most once a minute. A connection counts
    /// until its last response is written; a WebSocket until it is passed to its consumer, for
    /// which middleware has limits. `exempt` returns true for peers that are not counted, for
    /// example a proxy, which forwards the connections of all clients.
    ///
    /// ```
    /// # use channels::Server;
    /// let server = Server::new().connections_per_address(256, |peer| peer.is_loopback());
    /// # let _ = server;
    /// ```
    pub fn connections_per_address(
        mut self,
        number: usize,
        exempt: impl Fn(IpAddr) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.connections = Some(Connections::new(number, exempt));
        self
    }

    /// How long an HTTP connection without a request stays open; 5 s unless set.
    pub fn keep_alive(mut self, keep_alive: impl Into<KeepAlive>) -> Self {
        self.settings.keep_alive = keep_alive.into();
        self
    }

    /// Maximum time for a client to send its request's head; above: 408. 5 s by default, 0 means no
    /// limit.
    pub fn client_request_timeout(mut self, limit: Duration) -> Self {
        self.settings.client_request_timeout = limit;
        self
    }

    /// Maximum time for closing an HTTP connection. 1 s by default; with 1 to 500 ms, some
    /// connections are never closed.
    pub fn client_disconnect_timeout(mut self, limit: Duration) -> Self {
        self.settings.client_disconnect_timeout = limit;
        self
    }

    /// Whether a client that has closed its sending side still gets its answer. Off by default, as
    /// in Daphne: usually the client has disconnected, and a streaming page would not notice.
    pub fn h1_allow_half_closed(mut self, allow: bool) -> Self {
        self.settings.h1_allow_half_closed = allow;
        self
    }

    /// Maximum time for the TLS handshake. 3 s by default.
    #[cfg(feature = "rustls")]
    pub fn tls_handshake_timeout(mut self, limit: Duration) -> Self {
        self.settings.tls_handshake_timeout = limit;
        self
    }

    /// Maximum time of a page until the head of its answer; above: 503. None unless set. Daphne's
    /// `--http-timeout`; a body that has begun may take longer, and WebSockets have their
    /// [`connect_timeout`](crate::SocketOptions::connect_timeout).
    pub fn http_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.settings.http_timeout = limit.into();
        self
    }

    /// The value of the `Server` header; a value of the application has precedence. There is no
    /// such header by default, and if the value is empty. Daphne's `--server-name`.
    ///
    /// # Panics
    /// If it cannot stand in a header.
    pub fn server_name(mut self, name: &str) -> Self {
        let name = Some(name).filter(|name| !name.is_empty());
        self.settings.server_name =
            name.map(|name| HeaderValue::from_str(name).expect("a legal value of a header"));
        self
    }

    /// A header for every answer that lacks it: for pages, for handshakes, and for requests that
    /// are refused before, for example a head that cannot be parsed. For the security headers of a
    /// site.
    ///
    /// ```
    /// # use channels::Server;
    /// let server = Server::new().header("x-frame-options", "DENY");
    /// # let _ = server;
    /// ```
    ///
    /// # Panics
    /// If it cannot stand in an answer.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a legal name of a header");
        let value = HeaderValue::from_str(value).expect("a legal value of a header");
        self.settings.headers.push((name, value));
        self
    }

    /// The prefix under which a proxy mounts the site, cut off by the outermost router of the
    /// consumers. None unless set. Daphne's `--root-path`; the header `Daphne-Root-Path` of a
    /// trusted proxy has precedence.
    pub fn root_path(mut self, prefix: &str) -> Self {
        self.settings.front.set_root_path(prefix);
        self
    }

    /// The proxies whose headers about the origin of a request are trusted. None unless set.
    /// Daphne's `--proxy-headers`.
    ///
    /// Their value is the client's address for consumers, pages and the access log.
    pub fn proxy_headers(mut self, proxies: ProxyHeaders) -> Self {
        self.settings.front.set_proxies(proxies);
        self
    }

    /// Writes a line for each page, and for a socket's start, answer and end, to the log target
    /// `channels::access`, at level info. Off unless set. Daphne's `--access-log`.
    ///
    /// `host - - [24/Nov/2026:18:00:00] "GET /path" 200 6`, with `-` for what is not known, a
    /// time in UTC and no query. In place of the method a socket has `WSCONNECTING`, and then
    /// `WSREJECT`, or `WSCONNECT` and `WSDISCONNECT`.
    pub fn access_log(mut self, enabled: bool) -> Self {
        self.settings.access.enabled = enabled;
        self
    }

    /// Maximum time for closing connections when the server stops, in whole seconds: first those of
    /// consumers, then requests. 30 s by default.
    pub fn shutdown_timeout(mut self, limit: Duration) -> Self {
        self.shutdown_timeout = limit;
        self
    }

    /// Spreads the closing of consumers over this time when the server stops, so that their clients
    /// do not all reconnect at once (jitter). 0 by default.
    pub fn close_spread(mut self, time: Duration) -> Self {
        self.farewell.spread = time;
        self
    }

    /// When the server stops, sends each client of a consumer a random delay within this time,
    /// after which to reconnect: the reason of its Close is `retry-after-ms=1234`. There is none
    /// unless set.
    pub fn retry_within(mut self, time: Duration) -> Self {
        self.farewell.retry_within = Some(time);
        self
    }

    /// Does not handle SIGTERM and SIGINT, which otherwise stop the server gracefully.
    pub fn disable_signals(mut self) -> Self {
        self.signals = false;
        self
    }
}
