//! Consumers that speak JSON: typed messages in, typed messages out.
//!
//! [`Json`] turns a [`JsonConsumer`] into a [`WebsocketConsumer`]; a client's frame that cannot be
//! decoded as the consumer's type never reaches a handler. Source: channels/generic/websocket.py,
//! `AsyncJsonWebsocketConsumer`.

mod codec;
mod failure;
mod strict;

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::answer::{Accept, Deny};
use crate::connection::Context;
use crate::consumer::{OnUnknown, WebsocketConsumer};
use crate::error::HandlerResult;
use crate::event::{CloseCode, Disconnect, Frame};
use crate::layers::LayerEvent;
use crate::names::GroupName;
use crate::scope::Scope;
pub use codec::{Codec, JsonCodec};
pub use failure::{DecodeFailure, EncodeFailure};

/// The context of a [`JsonConsumer`]'s handlers.
pub type JsonContext<C> = Context<Json<C>>;

/// What to do with a frame that cannot be decoded as the consumer's `Inbound`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnDecodeError<T> {
    /// Close the connection with this code and reason.
    Close(CloseCode, String),
    /// Send this message back, and continue.
    Reply(T),
    /// Ignore the frame.
    Ignore,
}

/// The behaviour of one connection that speaks JSON. Routed to as `Json(MyConsumer { .. })`.
///
/// It has the lifecycle of a [`WebsocketConsumer`]: one handler at a time, `disconnect` exactly
/// once.
///
/// ```
/// use std::sync::Arc;
/// use channels::json::{Json, JsonConsumer, JsonContext};
/// use channels::{GroupName, HandlerResult, Scope, URLRouter};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Deserialize)]
/// struct Said {
///     message: String,
/// }
///
/// #[derive(Serialize, Deserialize)]
/// #[serde(tag = "type")]
/// enum ChatEvent {
///     #[serde(rename = "chat.message")]
///     Message { message: String },
/// }
///
/// #[derive(Serialize)]
/// struct Heard<'a> {
///     message: &'a str,
/// }
///
/// struct Chat {
///     room: GroupName,
/// }
///
/// impl JsonConsumer for Chat {
///     type Inbound = Said;
///     type Outbound = serde_json::Value;
///     type Event = ChatEvent;
///
///     fn groups(&self, _: &Scope) -> Vec<GroupName> {
///         vec![self.room.clone()]
///     }
///
///     async fn receive(&mut self, said: Said, ctx: &mut JsonContext<Self>) -> HandlerResult {
///         let event = ChatEvent::Message { message: said.message };
///         ctx.group_send(&self.room, event).await?;
///         Ok(())
///     }
///
///     async fn event(&mut self, event: Arc<ChatEvent>, ctx: &mut JsonContext<Self>) -> HandlerResult {
///         let ChatEvent::Message { message } = &*event;
///         ctx.send_json(&Heard { message })
///     }
/// }
///
/// let app = URLRouter::new().path("ws/chat/<str:room>/", |scope: &Scope| {
///     let room: String = scope.param("room").unwrap_or_default();
///     Json(Chat { room: GroupName::encode(&room) })
/// });
/// # let _ = app;
/// ```
#[expect(
    async_fn_in_trait,
    reason = "a connection stays on its thread, so no caller needs the futures to be Send"
)]
pub trait JsonConsumer: Sized + 'static {
    /// The type of the messages that a client sends.
    type Inbound: DeserializeOwned;
    /// What [`emit`](Context::emit) sends.
    type Outbound: Serialize;
    /// The type of the events of the layer and timers, for [`event`](Self::event);
    /// `()` if there are none.
    type Event: LayerEvent;

    /// The groups that the consumer is in from before `connect` until before `disconnect`.
    fn groups(&self, scope: &Scope) -> Vec<GroupName> {
        let _ = scope;
        Vec::new()
    }

    /// Decides on the handshake, as [`WebsocketConsumer::connect`].
    async fn connect(&mut self, ctx: &mut JsonContext<Self>) -> Result<(), Deny> {
        ctx.accept(Accept::new())?;
        Ok(())
    }

    /// Handles one message of the client: upstream's `receive_json`.
    async fn receive(
        &mut self,
        message: Self::Inbound,
        ctx: &mut JsonContext<Self>,
    ) -> HandlerResult;

    /// Handles one event of the layer or a timer.
    async fn event(
        &mut self,
        event: Arc<Self::Event>,
        ctx: &mut JsonContext<Self>,
    ) -> HandlerResult {
        let _ = (event, ctx);
        let consumer = std::any::type_name::<Self>();
        log::warn!(target: "channels::consumer", "{consumer} has no `event`; one was dropped");
        Ok(())
    }

    /// Returns the message to send for an event that no consumer of this type has to handle, as
    /// [`WebsocketConsumer::forward`]. If it cannot be encoded, [`event`](Self::event) handles the
    /// event.
    fn forward(event: &Self::Event) -> Option<Self::Outbound> {
        let _ = event;
        None
    }

    /// Decides what to do with an event that cannot be decoded as `Event`.
    fn on_unknown(&self) -> OnUnknown {
        OnUnknown::Ignore
    }

    /// Runs at the end of the connection, as [`WebsocketConsumer::disconnect`].
    async fn disconnect(&mut self, why: Disconnect, ctx: &mut JsonContext<Self>) {
        let _ = (why, ctx);
    }

    /// Decides what to do with a frame that cannot be decoded; closes with 1007 by default.
    fn on_decode_error(&mut self, failure: &DecodeFailure) -> OnDecodeError<Self::Outbound> {
        OnDecodeError::Close(CloseCode::INVALID_DATA, failure.to_string())
    }

    /// Decodes a frame: upstream's `decode_json`. For another format, use another [`Codec`] here
    /// and in [`encode`](Self::encode).
    ///
    /// # Errors
    /// [`DecodeFailure`], which goes to [`on_decode_error`](Self::on_decode_error).
    fn decode(frame: &Frame) -> Result<Self::Inbound, DecodeFailure> {
        JsonCodec::decode(frame)
    }

    /// Encodes a frame: upstream's `encode_json`.
    ///
    /// # Errors
    /// [`EncodeFailure`] for what the format cannot hold, as NaN in JSON.
    fn encode(message: &Self::Outbound) -> Result<Frame, EncodeFailure> {
        JsonCodec::encode(message)
    }
}

/// Makes a [`WebsocketConsumer`] of a [`JsonConsumer`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Json<C>(pub C);

impl<C: JsonConsumer> WebsocketConsumer for Json<C> {
    type Event = C::Event;

    fn groups(&self, scope: &Scope) -> Vec<GroupName> {
        self.0.groups(scope)
    }

    async fn connect(&mut self, ctx: &mut Context<Self>) -> Result<(), Deny> {
        self.0.connect(ctx).await
    }

    async fn receive(&mut self, frame: Frame, ctx: &mut Context<Self>) -> HandlerResult {
        let failure = match C::decode(&frame) {
            Ok(message) => return self.0.receive(message, ctx).await,
            Err(failure) => failure,
        };
        log::debug!(target: "channels::consumer", "a frame could not be decoded: {failure}");
        match self.0.on_decode_error(&failure) {
            OnDecodeError::Close(code, reason) => {
                ctx.close(code, &reason);
                Ok(())
            }
            OnDecodeError::Reply(message) => ctx.emit(&message),
            OnDecodeError::Ignore => Ok(()),
        }
    }

    async fn event(&mut self, event: Arc<C::Event>, ctx: &mut Context<Self>) -> HandlerResult {
        self.0.event(event, ctx).await
    }

    fn forward(event: &C::Event) -> Option<Frame> {
        C::encode(&C::forward(event)?).ok()
    }

    fn on_unknown(&self) -> OnUnknown {
        self.0.on_unknown()
    }

    async fn disconnect(&mut self, why: Disconnect, ctx: &mut Context<Self>) {
        self.0.disconnect(why, ctx).await;
    }
}

impl<C: JsonConsumer> Context<Json<C>> {
    /// Queues one message for the client: upstream's `send_json`, typed.
    ///
    /// # Errors
    /// What the codec says of the value, or [`Closed`](crate::Closed).
    pub fn emit(&mut self, message: &C::Outbound) -> HandlerResult {
        self.send(C::encode(message)?)?;
        Ok(())
    }

    /// Queues one message and then closes: upstream's `send_json(.., close=code)`.
    ///
    /// # Errors
    /// As [`emit`](Self::emit); then the connection stays open.
    pub fn emit_and_close(&mut self, message: &C::Outbound, code: CloseCode) -> HandlerResult {
        self.emit(message)?;
        self.close(code, "");
        Ok(())
    }
}
