//! Authenticates clients that send a token in their first frame: [`FirstMessage`].
//!
//! For clients that can send neither headers nor cookies, and whose tokens are too long or too
//! secret for a subprotocol. The consumer is created once the token is valid.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::LocalBoxFuture;

use super::TokenBackend;
use super::gate::{Gate, Terms};
use crate::answer::Deny;
use crate::event::{CloseCode, Frame};
use crate::middleware::{Middleware, Next};
use crate::routing::Connecting;
use crate::scope::{Protocol, Scope};

/// The default time limit of a client.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

/// The application's code for "not signed in".
const DEFAULT_CODE: u16 = 4401;

/// Accepts every handshake, and closes with 4401 unless the first frame has a valid token and
/// arrives in time. Consumers need no change: they are created then, with the user in their scope,
/// and their `connect` is called. If it refuses, the socket is closed. Requests that are not
/// WebSocket handshakes are denied with 401.
///
/// The frame is `{"token": ".."}` by default. The handshake is already answered, so the subprotocol
/// and headers of the consumer's `accept` are ignored.
pub struct FirstMessage<B> {
    backend: Arc<B>,
    terms: Terms,
}

impl<B: TokenBackend> FirstMessage<B> {
    /// Accepts the tokens of this backend.
    pub fn new(backend: B) -> Self {
        Self {
            backend: Arc::new(backend),
            terms: Terms {
                timeout: DEFAULT_TIMEOUT,
                code: CloseCode::app(DEFAULT_CODE).unwrap_or(CloseCode::POLICY),
                subprotocol: None,
                read: token_of,
            },
        }
    }

    /// Sets the time limit of the client, and then of the backend; 10 s unless set.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.terms.timeout = limit;
        self
    }

    /// Sets the close code; 4401 unless set.
    pub fn code(mut self, code: CloseCode) -> Self {
        self.terms.code = code;
        self
    }

    /// Chooses this subprotocol when the client offers it.
    pub fn subprotocol(mut self, name: &str) -> Self {
        self.terms.subprotocol = Some(name.to_owned());
        self
    }

    /// Sets the function that reads the token from the frame.
    pub fn read(mut self, read: fn(&Frame) -> Option<String>) -> Self {
        self.terms.read = read;
        self
    }
}

fn token_of(frame: &Frame) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Shown {
        token: String,
    }
    let shown: Shown = serde_json::from_str(frame.as_text()?).ok()?;
    Some(shown.token)
}

impl<B: TokenBackend> Middleware for FirstMessage<B> {
    fn call<'a>(
        &'a self,
        scope: Scope,
        next: Next<'a>,
    ) -> LocalBoxFuture<'a, Result<Connecting, Deny>> {
        Box::pin(async move {
            if scope.protocol() != Protocol::Websocket {
                // Other connections have no frames.
                return Err(Deny::status(401));
            }
            let (backend, terms) = (Arc::clone(&self.backend), self.terms.clone());
            let connecting = next.run(scope).await?;
            Ok(connecting.make_with(move |make, scope, parts| {
                Box::new(Gate::new(backend, terms, (make, scope, parts)))
            }))
        })
    }
}

impl<B> fmt::Debug for FirstMessage<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FirstMessage")
            .field("timeout", &self.terms.timeout)
            .field("code", &self.terms.code)
            .finish_non_exhaustive()
    }
}
