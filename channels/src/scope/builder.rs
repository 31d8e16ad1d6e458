//! Makes a [`Scope`]: from a real request in a driver, from a few words in a test.

use std::net::SocketAddr;
use std::sync::Arc;

use percent_encoding::percent_decode_str;

use super::{Handshake, Protocol, Scope};
use crate::names::ChannelName;

/// Collects the parts of a [`Scope`]; whatever is not given has a plain default.
#[derive(Clone)]
pub struct ScopeBuilder(Handshake);

impl ScopeBuilder {
    /// Takes a path with an optional query, or a whole URL of which only these two are used.
    pub(super) fn new(target: &str) -> Self {
        let path = match target.split_once("://") {
            Some((_, rest)) => rest.find(['/', '?', '#']).map_or("", |at| &rest[at..]),
            None => target,
        };
        let path = path.split_once('#').map_or(path, |(before, _)| before);
        let (raw_path, query_string) = path.split_once('?').unwrap_or((path, ""));
        Self(Handshake {
            path: percent_decode_str(raw_path)
                .decode_utf8_lossy()
                .into_owned(),
            raw_path: raw_path.to_owned(),
            query_string: query_string.to_owned(),
            root_path: String::new(),
            headers: Vec::new(),
            client: None,
            server: None,
            protocol: Protocol::Websocket,
            secure: false,
            subprotocols: Vec::new(),
            http_version: "1.1".to_owned(),
            method: "GET".to_owned(),
            channel: None,
        })
    }

    /// Adds a header. A name with `_` is dropped. A second value of a name stands for itself in a
    /// request, and joins the first in a socket's handshake, after a comma (cookies always, after a
    /// semicolon).
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        if name.contains('_') {
            return self;
        }
        let name = name.to_ascii_lowercase();
        let value = value.as_ref().trim_ascii();
        self.0.headers.push((name, value.to_vec()));
        self
    }

    /// Says what kind of connection it is; a WebSocket unless set.
    pub fn protocol(mut self, protocol: Protocol) -> Self {
        self.0.protocol = protocol;
        self
    }

    /// Makes it the scope of a worker's consumer, of this channel.
    pub fn channel(mut self, name: ChannelName) -> Self {
        self.0.channel = Some(name);
        self.protocol(Protocol::Channel)
    }

    /// Sets the peer's address.
    pub fn client(mut self, address: Option<SocketAddr>) -> Self {
        self.0.client = address;
        self
    }

    /// Sets the address that the peer connected to.
    pub fn server(mut self, address: Option<SocketAddr>) -> Self {
        self.0.server = address;
        self
    }

    /// Says that the connection came through TLS.
    pub fn secure(mut self, secure: bool) -> Self {
        self.0.secure = secure;
        self
    }

    /// Sets the method of the request; `GET` unless set.
    pub fn method(mut self, method: &str) -> Self {
        self.0.method = method.to_ascii_uppercase();
        self
    }

    /// Sets the version of HTTP, as `1.1`.
    pub fn http_version(mut self, version: &str) -> Self {
        version.clone_into(&mut self.0.http_version);
        self
    }

    /// Sets the prefix that the outermost router cuts off the path.
    pub fn root_path(mut self, prefix: &str) -> Self {
        self.0.root_path = prefix.to_owned();
        self
    }

    /// Adds a subprotocol to those offered.
    pub fn subprotocol(mut self, name: &str) -> Self {
        self.0.subprotocols.push(name.to_owned());
        self
    }

    /// The finished scope.
    pub fn build(mut self) -> Scope {
        let every_name = self.0.protocol == Protocol::Websocket;
        join_values(&mut self.0.headers, |name| every_name || name == "cookie");
        Scope {
            handshake: Arc::new(self.0),
            route: Arc::default(),
            cookies: Arc::default(),
            extensions: Arc::default(),
        }
    }
}

/// Makes one header of those that have the same name, where that is wanted.
fn join_values(headers: &mut Vec<(String, Vec<u8>)>, wanted: impl Fn(&str) -> bool) {
    for (name, value) in std::mem::take(headers) {
        let known = headers.iter_mut().find(|(known, _)| *known == name);
        match known.filter(|_| wanted(&name)) {
            Some((_, joined)) => {
                joined.extend_from_slice(if name == "cookie" { b"; " } else { b"," });
                joined.extend_from_slice(&value);
            }
            None => headers.push((name, value)),
        }
    }
}
