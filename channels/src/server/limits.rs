//! What a [`Server`] allows, for how long, and what it tells and believes.

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
    /// Networks of IPv6 count by their first 64 bits, peers on Unix sockets not at all.
    ///
    /// One more is closed before a byte of it is read, counted
    /// (`channels_connections_refused_total`) and logged at most once a minute. A connection counts
    /// until its last response is written; a WebSocket until it is handed over to its consumer, for
    /// which middleware has limits. `exempt` names the peers that are not counted: a proxy brings
    /// the connections of everybody.
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

    /// Time that a client has for its request's head, beyond: 408. 5 s unless set, 0 is for ever.
    pub fn client_request_timeout(mut self, limit: Duration) -> Self {
        self.settings.client_request_timeout = limit;
        self
    }

    /// Time that the end of an HTTP connection may take. 1 s unless set; from 1 to 500 ms some
    /// connections linger for ever.
    pub fn client_disconnect_timeout(mut self, limit: Duration) -> Self {
        self.settings.client_disconnect_timeout = limit;
        self
    }

    /// Whether a client that has closed its sending side still gets its answer. Not unless set, as
    /// on Daphne: mostly it has gone, and a page that streams would not learn of it.
    pub fn h1_allow_half_closed(mut self, allow: bool) -> Self {
        self.settings.h1_allow_half_closed = allow;
        self
    }

    /// Time that a client has to agree on TLS. 3 s unless set.
    #[cfg(feature = "rustls")]
    pub fn tls_handshake_timeout(mut self, limit: Duration) -> Self {
        self.settings.tls_handshake_timeout = limit;
        self
    }

    /// Time that a page has until the head of its answer, beyond: 503. None unless set. Daphne's
    /// `--http-timeout`; a body that has begun may take longer, and WebSockets have their
    /// [`connect_timeout`](crate::SocketOptions::connect_timeout).
    pub fn http_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.settings.http_timeout = limit.into();
        self
    }

    /// What the `Server` header says; the application's own goes before it. Unless set, and if
    /// empty, there is none. Daphne's `--server-name`.
    ///
    /// # Panics
    /// If it cannot stand in a header.
    pub fn server_name(mut self, name: &str) -> Self {
        let name = Some(name).filter(|name| !name.is_empty());
        self.settings.server_name =
            name.map(|name| HeaderValue::from_str(name).expect("a legal value of a header"));
        self
    }

    /// A header of every answer that has none of its name: of pages, of handshakes, and of what is
    /// refused before either, such as a head that cannot be parsed. For the security headers of a
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
    /// trusted proxy goes before it.
    pub fn root_path(mut self, prefix: &str) -> Self {
        self.settings.front.set_root_path(prefix);
        self
    }

    /// The proxies that are believed when they tell where a request came from. None unless set.
    /// Daphne's `--proxy-headers`.
    ///
    /// What they say is the client's address for consumers, pages and the access log.
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

    /// Time that connections have to end when the server stops, in whole seconds: first those of
    /// consumers, then requests. 30 s unless set.
    pub fn shutdown_timeout(mut self, limit: Duration) -> Self {
        self.shutdown_timeout = limit;
        self
    }

    /// Closes consumers at moments spread over this time when the server stops, so that their
    /// clients do not all come back at once. 0 unless set.
    pub fn close_spread(mut self, time: Duration) -> Self {
        self.farewell.spread = time;
        self
    }

    /// Tells each client of a consumer, when the server stops, to come back at a moment of its own
    /// within this time: the reason of its Close then reads `retry-after-ms=1234`. There is none
    /// unless set.
    pub fn retry_within(mut self, time: Duration) -> Self {
        self.farewell.retry_within = Some(time);
        self
    }

    /// Leaves SIGTERM and SIGINT, which else stop the server gracefully, to the application.
    pub fn disable_signals(mut self) -> Self {
        self.signals = false;
        self
    }
}
