//! The kinds of connections: ASGI's scope types.

use std::fmt;

/// The kind of connection that a scope describes: ASGI's `scope["type"]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// A request and its answer.
    Http,
    /// A WebSocket.
    Websocket,
    /// A named channel of the layer, in a worker.
    Channel,
}

impl Protocol {
    /// ASGI's name of it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Websocket => "websocket",
            Self::Channel => "channel",
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
