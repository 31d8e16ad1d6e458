//! Drives a consumer without a network: [`WebsocketCommunicator`].
//!
//! Source: channels/testing/websocket.py. It is a driver like those in `socket/`: middleware,
//! router, layer and consumer run exactly as they do behind a real socket.

use std::fmt;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::timeout;

use crate::answer::Deny;
use crate::connection::{Answer, Attached, Link, Outgoing};
use crate::event::{Disconnect, Frame, Side};
use crate::launch::{Launched, launch};
use crate::layers::Layer;
use crate::routing::{Endpoint, IntoEndpoint};
use crate::scope::{Scope, ScopeBuilder};
use crate::socket::SocketOptions;

/// How long to wait for anything, unless [`WebsocketCommunicator::timeout`] says otherwise.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(1);

/// How long nothing must come for it to count as nothing.
const QUIET: Duration = Duration::from_millis(100);

/// Talks to a consumer as a client would. Needs an actix runtime: `#[actix_web::test]`.
///
/// A time-out leaves the application running; dropping the communicator is a lost connection.
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
    scope: Option<ScopeBuilder>,
    extend: Vec<Box<dyn FnOnce(&mut Scope)>>,
    layer: Layer,
    options: SocketOptions,
    timeout: Duration,
    wire: Option<Wire>,
}

/// The two directions between a communicator and the task that drives its consumer.
struct Wire {
    input: UnboundedSender<Input>,
    output: UnboundedReceiver<Outgoing>,
    closed: Option<(u16, String)>,
}

enum Input {
    Frame(Frame),
    Close(Disconnect),
}

/// The handshake was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connected {
    /// The subprotocol that the consumer chose.
    pub subprotocol: Option<String>,
    /// Headers of the answer, from middleware and consumer, in that order.
    pub headers: Vec<(String, String)>,
}

/// The handshake was denied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the handshake was denied with status {status}")]
pub struct Denied {
    /// HTTP status.
    pub status: u16,
    /// Headers of the answer.
    pub headers: Vec<(String, String)>,
    /// Body of the answer.
    pub body: Bytes,
}

/// What a test waited for did not happen.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Missed {
    /// Nothing came in time; the application runs on.
    #[error("nothing came within {0:?}")]
    Timeout(Duration),
    /// The application closed the connection, or closed it earlier.
    #[error("the connection was closed with {code} {reason:?}")]
    Closed {
        /// The close code; 1006 if the application ended without one.
        code: u16,
        /// The reason beside it.
        reason: String,
    },
    /// Something else came.
    #[error("expected {expected}, got {got:?}")]
    Unexpected {
        /// What the test waited for.
        expected: &'static str,
        /// What came instead.
        got: Frame,
    },
    /// A text frame was not JSON.
    #[error("not JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// `connect` was not called, or did not succeed.
    #[error("not connected; call `connect` first")]
    NotConnected,
}

impl WebsocketCommunicator {
    /// A client of `app` that will ask for `path`, which may hold a query or be a whole URL.
    pub fn new(app: impl IntoEndpoint, path: &str) -> Self {
        Self {
            app: app.into_endpoint(),
            scope: Some(Scope::builder(path)),
            extend: Vec::new(),
            layer: Layer::in_memory(),
            options: SocketOptions::new(),
            timeout: DEFAULT_TIMEOUT,
            wire: None,
        }
    }

    /// Adds a header to the handshake.
    pub fn header(self, name: &str, value: &str) -> Self {
        self.scope_with(|scope| scope.header(name, value))
    }

    /// Offers a subprotocol.
    pub fn subprotocol(self, name: &str) -> Self {
        self.scope_with(|scope| scope.subprotocol(name))
    }

    /// Puts a value into the scope, as a middleware outside of the application would.
    pub fn insert<T: Send + Sync + 'static>(mut self, value: T) -> Self {
        self.extend.push(Box::new(|scope| scope.insert(value)));
        self
    }

    /// Shares a layer with other clients, or with the test itself.
    pub fn layer(mut self, layer: &Layer) -> Self {
        self.layer = layer.clone();
        self
    }

    /// Sets limits; those of frames and pings mean nothing without a network.
    pub fn options(mut self, options: SocketOptions) -> Self {
        self.options = options;
        self
    }

    /// How long each of the following waits may take; 1 s unless set.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    fn scope_with(mut self, change: impl FnOnce(ScopeBuilder) -> ScopeBuilder) -> Self {
        self.scope = self.scope.map(change);
        self
    }

    /// Sends the handshake and waits for its answer.
    ///
    /// # Errors
    /// [`Denied`] as the client would see it; 503 if `connect` took longer than it may.
    pub async fn connect(&mut self) -> Result<Connected, Denied> {
        let builder = self.scope.take();
        let mut scope = builder.unwrap_or_else(|| Scope::builder("/")).build();
        for extend in std::mem::take(&mut self.extend) {
            extend(&mut scope);
        }
        let launched = launch(&self.app, scope, &self.layer, self.options.limits(), || {}).await;
        let mut launched = launched.map_err(denied)?;
        match launched.answer(self.options.connect_limit()).await {
            Answer::Deny(deny) => Err(denied(deny)),
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

    /// Waits for the next frame, which must be text, and reads it as JSON.
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

    /// Whether nothing comes for a tenth of a second.
    pub async fn receive_nothing(&mut self) -> bool {
        match self.wire.as_mut() {
            Some(wire) => timeout(QUIET, wire.receive()).await.is_err(),
            None => true,
        }
    }

    /// Waits for the application to close the connection; gives code and reason.
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
        // An application that has ended already is what is wanted.
        let _ = wire.send(Input::Close(Disconnect {
            code: Some(code),
            reason: String::new(),
            initiated_by: Side::Client,
        }));
        self.wait().await
    }

    /// Waits until the application has ended: `disconnect` has run. Frames on the way are lost.
    ///
    /// # Errors
    /// [`Missed::Timeout`], [`Missed::NotConnected`].
    pub async fn wait(&mut self) -> Result<(), Missed> {
        let wire = self.wire.as_mut().ok_or(Missed::NotConnected)?;
        let ended = async { while wire.output.recv().await.is_some() {} };
        let waited = timeout(self.timeout, ended).await;
        waited.map_err(|_: tokio::time::error::Elapsed| Missed::Timeout(self.timeout))
    }
}

impl fmt::Debug for WebsocketCommunicator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebsocketCommunicator")
            .field("connected", &self.wire.is_some())
            .finish_non_exhaustive()
    }
}

fn denied(deny: Deny) -> Denied {
    Denied {
        status: deny.status,
        headers: deny.headers,
        body: deny.body,
    }
}

impl Wire {
    fn start(launched: Launched) -> Self {
        let (input, from_client) = unbounded_channel();
        let (to_client, output) = unbounded_channel();
        let mut driver = Driver {
            attached: launched.attached,
            link: launched.link,
            from_client,
            to_client,
        };
        actix_web::rt::spawn(poll_fn(move |cx| driver.poll(cx)));
        Self {
            input,
            output,
            closed: None,
        }
    }

    fn send(&mut self, input: Input) -> Result<(), Missed> {
        let sent = self.input.send(input);
        sent.map_err(|_| self.closed_error())
    }

    async fn receive(&mut self) -> Result<Frame, Missed> {
        if self.closed.is_some() {
            return Err(self.closed_error());
        }
        match self.output.recv().await {
            Some(Outgoing::Frame(frame)) => Ok(frame),
            Some(Outgoing::Close(code, reason)) => {
                self.closed = Some((code.as_u16(), reason));
                Err(self.closed_error())
            }
            None => Err(self.closed_error()),
        }
    }

    fn closed_error(&self) -> Missed {
        let (code, reason) = self
            .closed
            .clone()
            .unwrap_or((Disconnect::ABNORMAL, String::new()));
        Missed::Closed { code, reason }
    }
}

/// The task between a communicator and its consumer.
struct Driver {
    attached: Attached,
    link: Rc<Link>,
    from_client: UnboundedReceiver<Input>,
    to_client: UnboundedSender<Outgoing>,
}

impl Driver {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            let all_read = self.read(cx);
            let done = self.attached.poll(cx).is_ready();
            while let Some(outgoing) = self.link.take_outgoing() {
                // A client that is gone misses nothing.
                let _ = self.to_client.send(outgoing);
            }
            if done {
                return Poll::Ready(());
            }
            let has_room = self
                .attached
                .runner()
                .is_some_and(|runner| runner.has_room());
            if all_read || !has_room {
                return Poll::Pending;
            }
        }
    }

    /// Whether there is nothing left to read.
    fn read(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(runner) = self.attached.runner() else {
            return true;
        };
        while runner.has_room() {
            match self.from_client.poll_recv(cx) {
                Poll::Ready(Some(Input::Frame(frame))) => runner.receive(frame),
                Poll::Ready(Some(Input::Close(why))) => runner.end(why),
                Poll::Ready(None) => {
                    runner.end(Disconnect::lost());
                    return true;
                }
                Poll::Pending => return true,
            }
        }
        false
    }
}
