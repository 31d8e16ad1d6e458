//! [`LongPollConsumer`]: a request that waits until there is something to say.
//!
//! Channels' documentation has the example, but its consumer can never hear the layer.

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

/// Below the 30 s after which common proxies give up.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(25);

/// The behaviour of one request that waits for an event and is answered once. Routed to as
/// `LongPoll(MyConsumer { .. })`.
///
/// What happens between two requests of a client is not heard by it: look it up in `connect`,
/// where a response may be sent at once.
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
    /// What the layer and timers deliver to [`event`](Self::event).
    type Event: LayerEvent;

    /// Groups to be in from before `connect` to before `disconnect`.
    fn groups(&self, scope: &Scope) -> Vec<GroupName> {
        let _ = scope;
        Vec::new()
    }

    /// How long to wait for an event that is answered with; 25 s unless told otherwise.
    fn timeout(&self) -> Duration {
        DEFAULT_TIMEOUT
    }

    /// Begins; may refuse, or answer at once what is there already.
    async fn connect(&mut self, ctx: &mut LongPollContext<Self>) -> Result<(), Deny> {
        let _ = ctx;
        Ok(())
    }

    /// Takes one event; without [`respond`](Context::respond) the wait goes on.
    async fn event(
        &mut self,
        event: Arc<Self::Event>,
        ctx: &mut LongPollContext<Self>,
    ) -> HandlerResult;

    /// Answers when the time is over: with 204 unless told otherwise.
    async fn timed_out(&mut self, ctx: &mut LongPollContext<Self>) -> HandlerResult {
        Ok(ctx.respond(204, Bytes::new())?)
    }

    /// Says goodbye: nothing can be sent any more, and the groups were left.
    async fn disconnect(&mut self, why: ResponseEnd, ctx: &mut LongPollContext<Self>) {
        let _ = (why, ctx);
    }
}

/// Makes a route's target of a [`LongPollConsumer`].
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
    /// Answers the request and ends the wait.
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
