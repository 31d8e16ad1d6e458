//! The traits that applications implement: what happens on one connection.
//!
//! Source: channels/generic/websocket.py, `AsyncWebsocketConsumer`, with layer events apart from
//! frames and typed.

use std::sync::Arc;

use crate::answer::{Accept, Deny};
use crate::connection::{Context, Handlers};
use crate::error::HandlerResult;
use crate::event::{Disconnect, Frame};
use crate::layers::LayerEvent;
use crate::names::GroupName;
use crate::scope::Scope;

/// The target of a route: every [`WebsocketConsumer`], and the consumers of other protocols.
///
/// Implemented by the framework alone.
pub trait Consumer: Handlers {}

impl<C: Handlers> Consumer for C {}

/// What to do with a message of the layer that cannot be decoded as the consumer's `Event`: its
/// type is unknown, or a field does not match. It is counted in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnUnknown {
    /// Log it and continue, because the error is the sender's.
    #[default]
    Ignore,
    /// Treat it as an error of the handler, as in Channels: a WebSocket is closed with 1011.
    Error,
}

/// The behaviour of one connection. A route's factory creates one for each connection.
///
/// Handlers run one at a time, frames before events. Whatever happens to a connection —
/// refusal, loss, an error or a panic in a handler — `disconnect` runs exactly once, after its
/// groups were left.
///
/// ```
/// use std::sync::Arc;
/// use channels::{Context, Frame, GroupName, HandlerResult, Scope, WebsocketConsumer};
///
/// struct Chat {
///     room: GroupName,
/// }
///
/// #[derive(serde::Serialize, serde::Deserialize)]
/// #[serde(tag = "type")]
/// enum ChatEvent {
///     #[serde(rename = "chat.message")]
///     Message { text: String },
/// }
///
/// impl WebsocketConsumer for Chat {
///     type Event = ChatEvent;
///
///     fn groups(&self, _: &Scope) -> Vec<GroupName> {
///         vec![self.room.clone()]
///     }
///
///     async fn receive(&mut self, frame: Frame, ctx: &mut Context<Self>) -> HandlerResult {
///         let text = frame.as_text().unwrap_or_default().to_owned();
///         ctx.group_send(&self.room, ChatEvent::Message { text }).await?;
///         Ok(())
///     }
///
///     async fn event(&mut self, event: Arc<ChatEvent>, ctx: &mut Context<Self>) -> HandlerResult {
///         ctx.send_json(&*event)
///     }
/// }
/// ```
#[expect(
    async_fn_in_trait,
    reason = "a connection stays on its thread, so no caller needs the futures to be Send"
)]
pub trait WebsocketConsumer: Sized + 'static {
    /// The type of the events of the layer and timers, for [`event`](Self::event);
    /// `()` if there are none.
    type Event: LayerEvent;

    /// The groups that the consumer is in from before `connect` until before `disconnect`.
    fn groups(&self, scope: &Scope) -> Vec<GroupName> {
        let _ = scope;
        Vec::new()
    }

    /// Decides on the handshake, which is answered when `accept` is called or an error returned.
    ///
    /// Returning without either denies with 403.
    async fn connect(&mut self, ctx: &mut Context<Self>) -> Result<(), Deny> {
        ctx.accept(Accept::new())?;
        Ok(())
    }

    /// Handles one complete message of the client.
    async fn receive(&mut self, frame: Frame, ctx: &mut Context<Self>) -> HandlerResult;

    /// Handles one event of the layer or a timer. The event is shared with all other receivers.
    async fn event(&mut self, event: Arc<Self::Event>, ctx: &mut Context<Self>) -> HandlerResult {
        let _ = (event, ctx);
        let consumer = std::any::type_name::<Self>();
        log::warn!(target: "channels::consumer", "{consumer} has no `event`; one was dropped");
        Ok(())
    }

    /// Returns the frame to send for an event that no consumer of this type has to handle:
    /// upstream's handler that only calls `self.send`. [`event`](Self::event) is not called then.
    ///
    /// Called once for all connections of a thread; the frame is written to each of them without
    /// waking its consumer, so it may depend only on the event. A connection gets these frames in
    /// order: after the frames that `event` sends for earlier events, and not while a handler runs.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use channels::{Context, Frame, HandlerResult, WebsocketConsumer};
    /// #[derive(serde::Serialize, serde::Deserialize)]
    /// enum ChatEvent {
    ///     Message(String),
    ///     Muted,
    /// }
    ///
    /// # struct Chat { muted: bool }
    /// impl WebsocketConsumer for Chat {
    ///     type Event = ChatEvent;
    ///
    ///     fn forward(event: &ChatEvent) -> Option<Frame> {
    ///         match event {
    ///             ChatEvent::Message(text) => Some(text.as_str().into()),
    ///             ChatEvent::Muted => None,
    ///         }
    ///     }
    ///
    ///     async fn event(&mut self, event: Arc<ChatEvent>, _: &mut Context<Self>) -> HandlerResult {
    ///         self.muted |= matches!(*event, ChatEvent::Muted);
    ///         Ok(())
    ///     }
    /// #   async fn receive(&mut self, _: Frame, _: &mut Context<Self>) -> HandlerResult { Ok(()) }
    /// }
    /// ```
    fn forward(event: &Self::Event) -> Option<Frame> {
        let _ = event;
        None
    }

    /// Decides what to do with an event that cannot be decoded as `Event`; ignored by default.
    fn on_unknown(&self) -> OnUnknown {
        OnUnknown::Ignore
    }

    /// Runs once after each `connect`, also after one that denied the handshake (code 1006).
    async fn disconnect(&mut self, why: Disconnect, ctx: &mut Context<Self>) {
        let _ = (why, ctx);
    }
}
