//! Builds a [`Scope`]: from a request in a driver, from a few values in a test.

use std::net::SocketAddr;
use std::sync::Arc;

use percent_encoding::percent_decode_str;

use super::extensions::Extensions;
use super::handshake::{Handshake, Headers, joined};
use super::{Cookies, Params, Protocol, Scope, WorkedOff};
use crate::names::ChannelName;

/// Collects the parts of a [`Scope`]; all of them have defaults.
#[derive(Clone)]
pub struct ScopeBuilder {
    handshake: Handshake,
    headers: Headers,
    protocol: Protocol,
    secure: bool,
    subprotocols: Vec<String>,
    channel: Option<ChannelName>,
}

impl ScopeBuilder {
    /// Accepts a path with an optional query, or a whole URL, of which only path and query are
    /// used.
    pub(super) fn new(target: &str) -> Self {
        let path = match target.split_once("://") {
            Some((_, rest)) => rest.find(['/', '?', '#']).map_or("", |at| &rest[at..]),
            None => target,
        };
        let path = path.split_once('#').map_or(path, |(before, _)| before);
        let (raw_path, query_string) = path.split_once('?').unwrap_or((path, ""));
        Self {
            handshake: Handshake {
                path: percent_decode_str(raw_path)
                    .decode_utf8_lossy()
                    .into_owned(),
                raw_path: raw_path.to_owned(),
                query_string: query_string.to_owned(),
                root_path: String::new(),
                method: "GET".into(),
                http_version: "1.1".into(),
                client: None,
                server: None,
            },
            headers: Headers::new(),
            protocol: Protocol::Websocket,
            secure: false,
            subprotocols: Vec::new(),
            channel: None,
        }
    }

    /// Adds a header. A name with `_` is dropped. A second value of a name stays separate in a
    /// request, and is joined to the first with a comma in a socket's handshake (cookies always,
    /// with a semicolon).
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        if name.contains('_') {
            return self;
        }
        let value = value.as_ref().trim_ascii();
        self.headers
            .push((name.to_ascii_lowercase(), value.to_vec()));
        self
    }

    /// Sets the kind of connection; a WebSocket by default.
    pub fn protocol(mut self, protocol: Protocol) -> Self {
        self.protocol = protocol;
        self
    }

    /// Makes it the scope of a worker's consumer, of this channel.
    pub fn channel(mut self, name: ChannelName) -> Self {
        self.channel = Some(name);
        self.protocol(Protocol::Channel)
    }

    /// Sets the peer's address.
    pub fn client(mut self, address: Option<SocketAddr>) -> Self {
        self.handshake.client = address;
        self
    }

    /// Sets the address that the peer connected to.
    pub fn server(mut self, address: Option<SocketAddr>) -> Self {
        self.handshake.server = address;
        self
    }

    /// Marks the connection as encrypted with TLS.
    pub fn secure(mut self, secure: bool) -> Self {
        self.secure = secure;
        self
    }

    /// Sets the method of the request; `GET` unless set.
    pub fn method(mut self, method: &str) -> Self {
        self.handshake.method = method.to_ascii_uppercase().into();
        self
    }

    /// Sets the version of HTTP, for example `1.1`.
    pub fn http_version(mut self, version: &str) -> Self {
        self.handshake.http_version = version.to_owned().into();
        self
    }

    /// Sets the prefix that the outermost router cuts off the path.
    pub fn root_path(mut self, prefix: &str) -> Self {
        self.handshake.root_path = prefix.to_owned();
        self
    }

    /// Adds a subprotocol to those offered.
    pub fn subprotocol(mut self, name: &str) -> Self {
        self.subprotocols.push(name.to_owned());
        self
    }

    /// The finished scope.
    pub fn build(self) -> Scope {
        let every_name = self.protocol == Protocol::Websocket;
        let mut scope = Scope {
            handshake: Arc::new(self.handshake),
            headers: joined(self.headers, |name| every_name || name == "cookie").into(),
            protocol: self.protocol,
            secure: self.secure,
            left: None,
            params: Params::default(),
            cookies: Cookies::default(),
            extensions: Extensions::default(),
        };
        if !self.subprotocols.is_empty() {
            scope.set_subprotocols(self.subprotocols);
        }
        if let Some(name) = self.channel {
            scope.insert(WorkedOff(name));
        }
        scope
    }
}
