//! The interface of every kind of consumer, for its session.
//!
//! Sealed: the framework implements it for each kind, and applications implement the kinds.

use std::any::TypeId;
use std::sync::Arc;

use super::context::Context;
use crate::answer::Deny;
use crate::consumer::{OnUnknown, WebsocketConsumer};
use crate::error::HandlerResult;
use crate::event::{Disconnect, Frame};
use crate::layers::{Forwarder, LayerEvent};
use crate::names::GroupName;
use crate::scope::{Protocol, Scope};

impl Forwarder {
    /// The forwarder of a type of consumer.
    pub(super) fn of<C: Handlers>() -> &'static Self {
        const {
            &Self {
                consumer: TypeId::of::<C>,
                frame: |message| C::forward(&*message.decode().ok()?),
            }
        }
    }
}

#[expect(
    async_fn_in_trait,
    reason = "a connection stays on its thread, so no caller needs the futures to be Send"
)]
pub trait Handlers: Sized + 'static {
    type Event: LayerEvent;

    /// The protocol that this kind of consumer handles.
    const PROTOCOL: Protocol;

    fn groups(&self, scope: &Scope) -> Vec<GroupName>;

    async fn connect(&mut self, ctx: &mut Context<Self>) -> Result<(), Deny>;

    async fn receive(&mut self, frame: Frame, ctx: &mut Context<Self>) -> HandlerResult;

    async fn event(&mut self, event: Arc<Self::Event>, ctx: &mut Context<Self>) -> HandlerResult;

    /// The frame to send for an event that the consumer need not handle.
    fn forward(event: &Self::Event) -> Option<Frame> {
        let _ = event;
        None
    }

    /// What to do with a message that is not an `Event`.
    fn on_unknown(&self) -> OnUnknown {
        OnUnknown::Ignore
    }

    /// Called when the deadline of this kind has passed.
    async fn timed_out(&mut self, ctx: &mut Context<Self>) -> HandlerResult {
        let _ = ctx;
        Ok(())
    }

    async fn disconnect(&mut self, why: Disconnect, ctx: &mut Context<Self>);
}

impl<C: WebsocketConsumer> Handlers for C {
    type Event = C::Event;

    const PROTOCOL: Protocol = Protocol::Websocket;

    fn groups(&self, scope: &Scope) -> Vec<GroupName> {
        WebsocketConsumer::groups(self, scope)
    }

    async fn connect(&mut self, ctx: &mut Context<Self>) -> Result<(), Deny> {
        WebsocketConsumer::connect(self, ctx).await
    }

    async fn receive(&mut self, frame: Frame, ctx: &mut Context<Self>) -> HandlerResult {
        WebsocketConsumer::receive(self, frame, ctx).await
    }

    async fn event(&mut self, event: Arc<C::Event>, ctx: &mut Context<Self>) -> HandlerResult {
        WebsocketConsumer::event(self, event, ctx).await
    }

    fn forward(event: &C::Event) -> Option<Frame> {
        <C as WebsocketConsumer>::forward(event)
    }

    fn on_unknown(&self) -> OnUnknown {
        WebsocketConsumer::on_unknown(self)
    }

    async fn disconnect(&mut self, why: Disconnect, ctx: &mut Context<Self>) {
        WebsocketConsumer::disconnect(self, why, ctx).await;
    }
}
