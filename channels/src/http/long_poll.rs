//! [`LongPollConsumer`]: a request that waits for an event (long polling).
//!
//! Channels' documentation has the example, but its consumer can never receive events of the layer.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::consumer::ResponseEnd;
use super::respond;
use crate::answer::{Deny, ResponseHead};
use crate::connection::{Context, Handlers};
use crate::error::{Error, HandlerResult};
use crate::event::{Disconnect, Frame};
use crate::layers::LayerEvent;
use crate::names::GroupName;
use crate::scope::{Protocol, Scope};

/// The context of a [`LongPollConsumer`]'s handlers.
pub type LongPollContext<C> = Context<LongPoll<C>>;

/// Less than the 30 s after which common proxies time out.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(25);

/// The behaviour of one request that waits for an event and is answered once. Routed to as
/// `LongPoll(MyConsumer { .. })`.
///
/// A client does not receive events between two of its requests: look them up in `connect`, which
/// may send a response at once.
///
/// ```
/// use std::sync::Arc;
/// use channels::http::{LongPollConsumer, LongPollContext};
/// use channels::{GroupName, HandlerResult, Scope};
///
/// #[derive(serde::Serialize, serde::Deserialize)]
/// struct Posted {
///     text: String,
/// }
///
/// struct Next(GroupName);
///
/// impl LongPollConsumer for Next {
///     type Event = Posted;
///     fn groups(&self, _: &Scope) -> Vec<GroupName> {
///         vec![self.0.clone()]
///     }
///     async fn event(&mut self, event: Arc<Posted>, ctx: &mut LongPollContext<Self>) -> HandlerResult {
///         Ok(ctx.respond(200, event.text.clone())?)
///     }
/// }
/// ```
#[expect(
    async_fn_in_trait,
    reason = "a connection stays on its thread, so no caller needs the futures to be Send"
)]
pub trait LongPollConsumer: Sized + 'static {
    /// The type of the events of the layer and timers, for [`event`](Self::event);
    /// `()` if there are none.
    type Event: LayerEvent;

    /// The groups that the consumer is in from before `connect` until before `disconnect`.
    fn groups(&self, scope: &Scope) -> Vec<GroupName> {
        let _ = scope;
        Vec::new()
    }

    /// How long to wait for an event to respond with; 25 s by default.
    fn timeout(&self) -> Duration {
        DEFAULT_TIMEOUT
    }

    /// Starts the wait; may refuse the request, or respond at once with earlier events.
    async fn connect(&mut self, ctx: &mut LongPollContext<Self>) -> Result<(), Deny> {
        let _ = ctx;
        Ok(())
    }

    /// Handles one event; without [`respond`](Context::respond) the wait continues.
    async fn event(
        &mut self,
        event: Arc<Self::Event>,
        ctx: &mut LongPollContext<Self>,
    ) -> HandlerResult;

    /// Responds when the time is over; with 204 by default.
    async fn timed_out(&mut self, ctx: &mut LongPollContext<Self>) -> HandlerResult {
        Ok(ctx.respond(204, Bytes::new())?)
    }

    /// Runs at the end: nothing can be sent any more, and the consumer has left its groups.
    async fn disconnect(&mut self, why: ResponseEnd, ctx: &mut LongPollContext<Self>) {
        let _ = (why, ctx);
    }
}

/// Makes a [`LongPollConsumer`] the target of a route.
#[derive(Clone, Copy, Debug, Default)]
pub struct LongPoll<C>(pub C);

impl<C: LongPollConsumer> Handlers for LongPoll<C> {
    type Event = C::Event;

    const PROTOCOL: Protocol = Protocol::Http;

    fn groups(&self, scope: &Scope) -> Vec<GroupName> {
        self.0.groups(scope)
    }

    async fn connect(&mut self, ctx: &mut Context<Self>) -> Result<(), Deny> {
        ctx.set_deadline(self.0.timeout());
        self.0.connect(ctx).await
    }

    async fn receive(&mut self, _body: Frame, _: &mut Context<Self>) -> HandlerResult {
        Ok(())
    }

    async fn event(&mut self, event: Arc<C::Event>, ctx: &mut Context<Self>) -> HandlerResult {
        self.0.event(event, ctx).await
    }

    async fn timed_out(&mut self, ctx: &mut Context<Self>) -> HandlerResult {
        self.0.timed_out(ctx).await?;
        if ctx.link().is_answered() {
            return Ok(());
        }
        Err(Error::NoResponse.into())
    }

    async fn disconnect(&mut self, why: Disconnect, ctx: &mut Context<Self>) {
        self.0.disconnect(why.into(), ctx).await;
    }
}

impl<C: LongPollConsumer> Context<LongPoll<C>> {
    /// Responds to the request, which ends the wait.
    ///
    /// # Errors
    /// [`Error::Status`], [`Error::Header`], [`Error::Closed`] when it is answered already or
    /// the client has gone.
    pub fn respond(
        &mut self,
        head: impl Into<ResponseHead>,
        body: impl Into<Bytes>,
    ) -> Result<(), Error> {
        respond::response(self.link(), head.into(), body.into())
    }
}
