//! [`Streams`]: consumers of WebSockets for clients whose network blocks WebSockets.
//!
//! The consumer's frames are sent as server-sent events, and each frame of the client is a request.
//! Middleware, router and consumer are those of a socket, without any change.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_web::error::Error as WebError;
use actix_web::{HttpRequest, HttpResponse, Route, web};
use bytes::Bytes;
use futures_util::Stream;
use serde_json::json;
use tokio::sync::mpsc::{Sender, channel};

use super::mounted::{build, refused, scope_of};
use super::options::HttpOptions;
use super::pump::{COMMENT, Parts, Pump};
use super::sse_event::SseEvent;
use crate::answer::Deny;
use crate::connection::{Answer, Outgoing};
use crate::event::Frame;
use crate::launch::{find, start};
use crate::layers::Layer;
use crate::routing::{Endpoint, IntoEndpoint};
use crate::scope::Protocol;
use crate::socket::{KillHandle, Registry};

/// The longest silence before a keep-alive comment is sent.
const HEARTBEAT: Duration = Duration::from_secs(20);
/// Frames of a client that may wait for its consumer.
const WAITING: usize = 64;
/// Some proxies buffer the beginning of a response until it is this long.
const PADDING: usize = 2048;
/// Random bytes in the name of a stream.
const NAME_BYTES: usize = 16;

/// The open streams of a server. `T` is a value that middleware puts into the scope, to identify
/// the owner of each stream.
///
/// The stream begins with an event `stream`, whose data names it, and ends with an event `close`,
/// whose data is the `code` and the `reason` of a Close frame. In between each text frame is an
/// event without a name; frames that are not text are left out.
///
/// ```
/// use actix_web::{App, HttpResponse, web};
/// use channels::http::{HttpOptions, Streams};
/// use channels::{Layer, Scope, URLRouter};
/// # use channels::{Context, Frame, HandlerResult, WebsocketConsumer, IntoEndpoint as _};
/// # struct Echo;
/// # impl WebsocketConsumer for Echo {
/// #     type Event = ();
/// #     async fn receive(&mut self, frame: Frame, ctx: &mut Context<Self>) -> HandlerResult {
/// #         Ok(ctx.send(frame)?)
/// #     }
/// # }
/// #[derive(Clone, PartialEq)]
/// struct User(u64);
///
/// async fn say(
///     streams: web::Data<Streams<User>>,
///     name: web::Path<String>,
///     text: String,
/// ) -> HttpResponse {
///     let me = User(7); // whoever the request is from
///     match streams.send(&name, |owner| *owner == me, [text.into()]) {
///         Ok(()) => HttpResponse::NoContent().finish(),
///         Err(_) => HttpResponse::NotFound().finish(),
///     }
/// }
///
/// let layer = Layer::in_memory();
/// // Wrapped by a middleware that puts a `User` into the scope.
/// let sockets = URLRouter::new().path("events/", |_: &Scope| Echo).into_endpoint();
/// let streams = Streams::<User>::new();
/// let app = move || {
///     App::new()
///         .app_data(web::Data::new(streams.clone()))
///         .route("/events/", streams.route(sockets.clone(), &layer, HttpOptions::new()))
///         .route("/events/{name}/", web::post().to(say))
/// };
/// # let _ = app;
/// ```
pub struct Streams<T>(Arc<Mutex<HashMap<String, Line<T>>>>);

/// The channel for frames to the consumer of one stream.
struct Line<T> {
    owner: T,
    input: Sender<Frame>,
}

/// A client's frame did not reach its consumer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotSent {
    /// There is no such stream, or it belongs to somebody else.
    #[error("there is no such stream")]
    Unknown,
    /// The queue of the consumer is full; none of the frames was accepted.
    #[error("too much waits for the consumer")]
    Full,
}

impl<T> Clone for Streams<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Default for Streams<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T: Clone + Send + Sync + 'static> Streams<T> {
    /// An empty set of streams; a server needs one, shared by its workers.
    pub fn new() -> Self {
        Self::default()
    }

    /// A route of an actix-web App that opens a stream for each GET. Scopes without a `T` are denied.
    pub fn route(&self, app: impl IntoEndpoint, layer: &Layer, options: HttpOptions) -> Route {
        let mount = Rc::new(Mount {
            app: app.into_endpoint(),
            layer: layer.clone(),
            options,
            streams: self.clone(),
        });
        web::get().to(move |request: HttpRequest| {
            let mount = Rc::clone(&mount);
            async move { mount.respond(&request).await }
        })
    }

    /// Passes frames to the consumer of the stream `name`, all of them or none, if `is_allowed`
    /// returns true for its owner.
    ///
    /// # Errors
    /// [`NotSent::Unknown`] also for a stream that has ended, [`NotSent::Full`].
    pub fn send(
        &self,
        name: &str,
        is_allowed: impl FnOnce(&T) -> bool,
        frames: impl IntoIterator<Item = Frame>,
    ) -> Result<(), NotSent> {
        let frames: Vec<Frame> = frames.into_iter().collect();
        let input = {
            let lines = self.lock();
            let line = lines.get(name).filter(|line| is_allowed(&line.owner));
            line.ok_or(NotSent::Unknown)?.input.clone()
        };
        let places = input.try_reserve_many(frames.len());
        let places = places.map_err(|failure| match failure {
            tokio::sync::mpsc::error::TrySendError::Full(()) => NotSent::Full,
            tokio::sync::mpsc::error::TrySendError::Closed(()) => NotSent::Unknown,
        })?;
        for (place, frame) in places.zip(frames) {
            place.send(frame);
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Line<T>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Mount<T> {
    app: Endpoint,
    layer: Layer,
    options: HttpOptions,
    streams: Streams<T>,
}

impl<T: Clone + Send + Sync + 'static> Mount<T> {
    async fn respond(&self, request: &HttpRequest) -> HttpResponse {
        self.open(request).await.unwrap_or_else(refused)
    }

    async fn open(&self, request: &HttpRequest) -> Result<HttpResponse, Deny> {
        let entry = Registry::enter_for(request)?;
        let limits = Rc::new(self.options.limits());
        let connecting = find(&self.app, scope_of(request, Protocol::Websocket), &limits).await?;
        let owner = connecting.scope().get::<T>().cloned();
        let owner = owner.ok_or_else(Deny::forbidden)?;
        let mut launched = start(connecting, &self.layer, &limits, || {}).await?;
        let accept = match launched.answer().await {
            Answer::Deny(deny) => return Err(deny),
            Answer::Accept(accept) => accept,
        };
        launched.link.set_heartbeat(HEARTBEAT);
        let headers = std::mem::take(&mut launched.headers);
        let (input, from_client) = channel(WAITING);
        let name = new_name();
        self.streams
            .lock()
            .insert(name.clone(), Line { owner, input });
        let kill = KillHandle::of(request);
        let parts = Pump::start(launched, &self.options, kill, entry, Some(from_client));
        let body = Body {
            parts,
            first: Some(first_of(&name)),
            is_closed: false,
            name,
            streams: self.streams.clone(),
        };
        let own = [
            ("content-type", "text/event-stream"),
            ("cache-control", "no-cache, no-transform"),
            ("x-accel-buffering", "no"),
            ("content-encoding", "identity"),
        ];
        let own = own.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let headers: Vec<_> = own
            .into_iter()
            .chain(headers)
            .chain(accept.headers)
            .collect();
        Ok(build(200, &headers).streaming(body))
    }
}

fn new_name() -> String {
    let bytes: [u8; NAME_BYTES] = rand::random();
    bytes.iter().fold(String::new(), |mut name, byte| {
        // Writing to a string cannot fail.
        let _ = write!(name, "{byte:02x}");
        name
    })
}

fn first_of(name: &str) -> Bytes {
    let padding = " ".repeat(PADDING);
    format!(":{padding}\n\n{}", SseEvent::new(name).event("stream")).into()
}

/// The events, at the speed of the client; dropped when the client has disconnected.
struct Body<T> {
    parts: Parts,
    first: Option<Bytes>,
    is_closed: bool,
    name: String,
    streams: Streams<T>,
}

impl<T: Clone + Send + Sync + 'static> Stream for Body<T> {
    type Item = Result<Bytes, WebError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if let Some(first) = this.first.take() {
            return Poll::Ready(Some(Ok(first)));
        }
        while !this.is_closed {
            match ready!(this.parts.poll_outgoing(cx)) {
                Some(Outgoing::Frame(Frame::Text(text))) => {
                    let event = SseEvent::new(String::from(text));
                    return Poll::Ready(Some(Ok(event.into())));
                }
                Some(Outgoing::Frame(Frame::Binary(bytes))) if bytes == COMMENT => {
                    return Poll::Ready(Some(Ok(bytes)));
                }
                Some(Outgoing::Frame(Frame::Binary(_))) => {
                    log::warn!(target: "channels::http", "a stream has no binary frames; one is lost");
                }
                Some(Outgoing::Close(code, reason)) => {
                    this.is_closed = true;
                    let close = json!({ "code": code.as_u16(), "reason": reason });
                    let event = SseEvent::new(close.to_string()).event("close");
                    return Poll::Ready(Some(Ok(event.into())));
                }
                None => this.is_closed = true,
            }
        }
        Poll::Ready(None)
    }
}

impl<T> Drop for Body<T> {
    fn drop(&mut self) {
        let mut lines = self
            .streams
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        lines.remove(&self.name);
    }
}
