//! A client of a WebSocket, without a network: [`WebsocketCommunicator`].

use std::fmt;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use tokio::time::timeout;

use super::answers::{Connected, Denied, Missed};
use super::client::{DEFAULT_TIMEOUT, Insert, QUIET};
use super::wire::{Input, Wire};
use crate::connection::Answer;
use crate::event::{Disconnect, Frame, Side};
use crate::launch::launch;
use crate::layers::Layer;
use crate::routing::{Endpoint, IntoEndpoint};
use crate::scope::{Scope, ScopeBuilder};
use crate::socket::SocketOptions;

/// A client of a consumer. Needs an actix runtime: `#[actix_web::test]`.
///
/// The application continues after a time-out; dropping the communicator loses the connection.
///
/// ```
/// use channels::testing::WebsocketCommunicator;
/// use channels::{Context, Frame, HandlerResult, Scope, URLRouter, WebsocketConsumer};
///
/// struct Echo;
///
/// impl WebsocketConsumer for Echo {
///     type Event = ();
///     async fn receive(&mut self, frame: Frame, ctx: &mut Context<Self>) -> HandlerResult {
///         Ok(ctx.send(frame)?)
///     }
/// }
///
/// # actix_web::rt::System::new().block_on(async {
/// let app = URLRouter::new().path("ws/echo/", |_: &Scope| Echo);
/// let mut client = WebsocketCommunicator::new(app, "/ws/echo/");
/// client.connect().await?;
/// client.send_to("hello")?;
/// assert_eq!(client.receive_from().await?, Frame::from("hello"));
/// client.disconnect(1000).await?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
pub struct WebsocketCommunicator {
    app: Endpoint,
    scope: ScopeBuilder,
    inserts: Vec<Insert>,
    layer: Layer,
    options: SocketOptions,
    timeout: Duration,
    wire: Option<Wire>,
}

impl WebsocketCommunicator {
    /// A client of `app` for `path`, which may have a query or be a whole URL.
    pub fn new(app: impl IntoEndpoint, path: &str) -> Self {
        Self {
            app: app.into_endpoint(),
            scope: Scope::builder(path),
            inserts: Vec::new(),
            layer: Layer::in_memory(),
            options: SocketOptions::new(),
            timeout: DEFAULT_TIMEOUT,
            wire: None,
        }
    }

    /// Adds a header to the handshake.
    pub fn header(self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.scope(|scope| scope.header(name, value))
    }

    /// Offers a subprotocol.
    pub fn subprotocol(self, name: &str) -> Self {
        self.scope(|scope| scope.subprotocol(name))
    }

    /// Puts a value into the scope, as an outer middleware would.
    pub fn insert<T: Send + Sync + 'static>(mut self, value: T) -> Self {
        let value = Arc::new(value);
        self.inserts.push(Box::new(move |scope| {
            scope.insert_shared(Arc::clone(&value))
        }));
        self
    }

    /// Shares a layer with other clients, or with the test itself.
    pub fn layer(mut self, layer: &Layer) -> Self {
        self.layer = layer.clone();
        self
    }

    /// Sets limits; those of frames and pings have no effect without a network.
    pub fn options(mut self, options: SocketOptions) -> Self {
        self.options = options;
        self
    }

    /// Sets the time limit of the following waits; 1 s by default.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    /// Sets other parts of the scope, for example the client's address or the prefix of the site.
    pub fn scope(mut self, change: impl FnOnce(ScopeBuilder) -> ScopeBuilder) -> Self {
        self.scope = change(self.scope);
        self
    }

    /// Sends the handshake and waits for its answer. Called again, it reconnects as a client that
    /// had lost its connection.
    ///
    /// # Errors
    /// [`Denied`] as the client would see it; 503 if `connect` took longer than it may.
    pub async fn connect(&mut self) -> Result<Connected, Denied> {
        let mut scope = self.scope.clone().build();
        for insert in &self.inserts {
            insert(&mut scope);
        }
        let limits = Rc::new(self.options.limits());
        let launched = launch(&self.app, scope, &self.layer, &limits, || {}).await;
        let mut launched = launched?;
        match launched.answer().await {
            Answer::Deny(deny) => Err(deny.into()),
            Answer::Accept(accept) => {
                let mut headers = std::mem::take(&mut launched.headers);
                headers.extend(accept.headers);
                self.wire = Some(Wire::start(launched));
                Ok(Connected {
                    subprotocol: accept.subprotocol,
                    headers,
                })
            }
        }
    }

    /// Sends a text or binary frame.
    ///
    /// # Errors
    /// [`Missed::Closed`] if the application has ended, [`Missed::NotConnected`].
    pub fn send_to(&mut self, frame: impl Into<Frame>) -> Result<(), Missed> {
        let wire = self.wire.as_mut().ok_or(Missed::NotConnected)?;
        wire.send(Input::Frame(frame.into()))
    }

    /// Sends a value as a text frame of JSON.
    ///
    /// # Errors
    /// As [`send_to`](Self::send_to), and [`Missed::Json`].
    pub fn send_json_to<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Missed> {
        self.send_to(serde_json::to_string(value)?)
    }

    /// Waits for the next frame.
    ///
    /// # Errors
    /// [`Missed::Timeout`], [`Missed::Closed`], [`Missed::NotConnected`].
    pub async fn receive_from(&mut self) -> Result<Frame, Missed> {
        let wire = self.wire.as_mut().ok_or(Missed::NotConnected)?;
        let received = timeout(self.timeout, wire.receive()).await;
        received.unwrap_or(Err(Missed::Timeout(self.timeout)))
    }

    /// Waits for the next frame, which must be text, and parses it as JSON.
    ///
    /// # Errors
    /// As [`receive_from`](Self::receive_from), [`Missed::Unexpected`] and [`Missed::Json`].
    pub async fn receive_json_from(&mut self) -> Result<Value, Missed> {
        match self.receive_from().await? {
            Frame::Text(text) => Ok(serde_json::from_str(&text)?),
            got @ Frame::Binary(_) => Err(Missed::Unexpected {
                expected: "a text frame",
                got,
            }),
        }
    }

    /// Whether nothing arrives for a tenth of a second.
    pub async fn receive_nothing(&mut self) -> bool {
        match self.wire.as_mut() {
            Some(wire) => timeout(QUIET, wire.receive()).await.is_err(),
            None => true,
        }
    }

    /// Waits for the application to close the connection; returns code and reason.
    ///
    /// # Errors
    /// [`Missed::Unexpected`] if a frame comes first, [`Missed::Timeout`],
    /// [`Missed::NotConnected`].
    pub async fn expect_close(&mut self) -> Result<(u16, String), Missed> {
        match self.receive_from().await {
            Ok(got) => Err(Missed::Unexpected {
                expected: "a close",
                got,
            }),
            Err(Missed::Closed { code, reason }) => Ok((code, reason)),
            Err(other) => Err(other),
        }
    }

    /// Closes from the client's side and waits until `disconnect` has run.
    ///
    /// # Errors
    /// As [`wait`](Self::wait).
    pub async fn disconnect(&mut self, code: u16) -> Result<(), Missed> {
        let wire = self.wire.as_mut().ok_or(Missed::NotConnected)?;
        // An application that has already ended is fine.
        let _ = wire.send(Input::Close(Disconnect {
            code: Some(code),
            reason: String::new(),
            initiated_by: Side::Client,
        }));
        self.wait().await
    }

    /// Waits until the application has ended: `disconnect` has run. Unread frames are dropped.
    ///
    /// # Errors
    /// [`Missed::Timeout`], [`Missed::NotConnected`].
    pub async fn wait(&mut self) -> Result<(), Missed> {
        let wire = self.wire.as_mut().ok_or(Missed::NotConnected)?;
        let waited = timeout(self.timeout, wire.ended()).await;
        waited.or(Err(Missed::Timeout(self.timeout)))
    }
}

impl fmt::Debug for WebsocketCommunicator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebsocketCommunicator")
            .field("connected", &self.wire.is_some())
            .finish_non_exhaustive()
    }
}
