//! [`RawConsumer`]: one handler for everything that happens on a socket.
//!
//! Source: channels/consumer.py, `AsyncConsumer`, whose `dispatch` this is. Prefer the typed
//! consumers, unless events are passed on unchanged.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;

use crate::answer::{Accept, Deny};
use crate::connection::{Context, Handlers};
use crate::consumer::OnUnknown;
use crate::error::{Error, HandlerError, HandlerResult, WithSources};
use crate::event::{CloseCode, Disconnect, Frame};
use crate::layers::{DynEvent, Value, handler_name};
use crate::names::GroupName;
use crate::scope::{Protocol, Scope};

/// The context of a [`RawConsumer`]'s handler.
pub type RawContext<C> = Context<Raw<C>>;

/// An event of a [`RawConsumer`], in ASGI's shape.
#[derive(Clone, Debug)]
pub enum AsgiEvent {
    /// `websocket.connect`: to be answered with [`AsgiSend::Accept`] or [`AsgiSend::Close`].
    Connect,
    /// `websocket.receive`: a message from the client.
    Receive(Frame),
    /// An event of the layer or a timer: a map with a `type`.
    Layer(Arc<DynEvent>),
    /// `websocket.disconnect`: the last event.
    Disconnect(Disconnect),
}

impl AsgiEvent {
    /// ASGI's `type` of the event; for an event of the layer, the type as it was sent.
    pub fn kind(&self) -> &str {
        match self {
            Self::Connect => "websocket.connect",
            Self::Receive(_) => "websocket.receive",
            Self::Layer(event) => event.kind(),
            Self::Disconnect(_) => "websocket.disconnect",
        }
    }

    /// The name of the method that upstream would call: to `match` on.
    pub fn handler(&self) -> Cow<'_, str> {
        // The types above are not private, and the type of a DynEvent was checked.
        handler_name(self.kind()).unwrap_or_default()
    }

    /// The frame of a `websocket.receive`, from the client, or sent through the layer as a map with
    /// `text` or `bytes`: both are the same event in upstream.
    pub fn frame(&self) -> Option<Frame> {
        match self {
            Self::Receive(frame) => Some(frame.clone()),
            Self::Layer(event) if event.is("websocket.receive") => {
                let text = event.get("text").and_then(Value::as_str);
                let bytes = || event.get("bytes").and_then(Value::as_slice);
                text.map(Frame::from)
                    .or_else(|| bytes().map(|bytes| Frame::Binary(Bytes::copy_from_slice(bytes))))
            }
            _ => None,
        }
    }
}

/// The events that a [`RawConsumer`] may send, in ASGI's shapes.
#[derive(Clone, Debug)]
pub enum AsgiSend {
    /// `websocket.accept`.
    Accept(Accept),
    /// `websocket.send`.
    Send(Frame),
    /// `websocket.close`; before an accept it denies the handshake with 403.
    Close {
        /// The code; [`CloseCode::NORMAL`] for a normal end.
        code: CloseCode,
        /// The close reason, mostly empty.
        reason: String,
    },
}

/// Whether a consumer continues: upstream's `StopConsumer`, as a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// The consumer continues.
    Continue,
    /// The consumer has ended: an open socket is closed with 1000, a handshake denied.
    Stop,
}

/// The behaviour of one WebSocket as one handler. Routed to as `Raw(MyConsumer { .. })`.
///
/// ```
/// use channels::raw::{AsgiEvent, AsgiSend, Flow, Raw, RawConsumer, RawContext};
/// use channels::{Accept, HandlerError};
/// # use channels::{Scope, URLRouter};
///
/// struct Echo;
///
/// impl RawConsumer for Echo {
///     async fn handle(
///         &mut self,
///         event: AsgiEvent,
///         ctx: &mut RawContext<Self>,
///     ) -> Result<Flow, HandlerError> {
///         match event {
///             AsgiEvent::Connect => ctx.send_event(AsgiSend::Accept(Accept::new()))?,
///             AsgiEvent::Receive(frame) => ctx.send_event(AsgiSend::Send(frame))?,
///             AsgiEvent::Layer(event) => match &*event.handler() {
///                 "chat_message" => {
///                     let text = event.get("message").and_then(|text| text.as_str());
///                     ctx.send_event(AsgiSend::Send(text.unwrap_or_default().into()))?;
///                 }
///                 _ => return Ok(Flow::Stop),
///             },
///             AsgiEvent::Disconnect(_) => {}
///         }
///         Ok(Flow::Continue)
///     }
/// }
///
/// let app = URLRouter::new().path("ws/echo/", |_: &Scope| Raw(Echo));
/// # let _ = app;
/// ```
#[expect(
    async_fn_in_trait,
    reason = "a connection stays on its thread, so no caller needs the futures to be Send"
)]
pub trait RawConsumer: Sized + 'static {
    /// Handles the next event; called for one event at a time.
    ///
    /// `Connect` comes first and must be answered before this returns; `Disconnect` comes last,
    /// exactly once in every case, and its return value is ignored.
    async fn handle(
        &mut self,
        event: AsgiEvent,
        ctx: &mut RawContext<Self>,
    ) -> Result<Flow, HandlerError>;

    /// Decides what to do with a message of the layer without a `type`, or with a private one.
    fn on_unknown(&self) -> OnUnknown {
        OnUnknown::Ignore
    }
}

/// Makes a [`RawConsumer`] the target of a route.
#[derive(Clone, Copy, Debug, Default)]
pub struct Raw<C>(pub C);

impl<C: RawConsumer> Raw<C> {
    async fn dispatch(&mut self, event: AsgiEvent, ctx: &mut Context<Self>) -> HandlerResult {
        if self.0.handle(event, ctx).await? == Flow::Stop {
            ctx.link().close(CloseCode::NORMAL, "");
        }
        Ok(())
    }
}

impl<C: RawConsumer> Handlers for Raw<C> {
    type Event = DynEvent;

    const PROTOCOL: Protocol = Protocol::Websocket;

    fn groups(&self, _: &Scope) -> Vec<GroupName> {
        Vec::new()
    }

    async fn connect(&mut self, ctx: &mut Context<Self>) -> Result<(), Deny> {
        Ok(self.dispatch(AsgiEvent::Connect, ctx).await?)
    }

    async fn receive(&mut self, frame: Frame, ctx: &mut Context<Self>) -> HandlerResult {
        self.dispatch(AsgiEvent::Receive(frame), ctx).await
    }

    async fn event(&mut self, event: Arc<DynEvent>, ctx: &mut Context<Self>) -> HandlerResult {
        self.dispatch(AsgiEvent::Layer(event), ctx).await
    }

    fn on_unknown(&self) -> OnUnknown {
        self.0.on_unknown()
    }

    async fn disconnect(&mut self, why: Disconnect, ctx: &mut Context<Self>) {
        if let Err(failure) = self.0.handle(AsgiEvent::Disconnect(why), ctx).await
            && !failure.is_closed()
        {
            let failure = WithSources(failure.cause());
            log::error!(target: "channels::consumer", "`disconnect` failed: {failure}");
        }
    }
}

impl<C: RawConsumer> Context<Raw<C>> {
    /// Answers the handshake, queues a frame or ends the connection; never waits.
    ///
    /// # Errors
    /// For an accept what [`Context::accept`] says, for a send [`Error::Closed`].
    pub fn send_event(&mut self, event: AsgiSend) -> Result<(), Error> {
        match event {
            AsgiSend::Accept(accept) => self.answer(accept),
            AsgiSend::Send(frame) => Ok(self.link().send(frame)?),
            AsgiSend::Close { code, reason } => {
                self.link().close(code, &reason);
                Ok(())
            }
        }
    }
}
