//! [`SseConsumer`]: a stream of server-sent events, which a browser reads with `EventSource` and
//! reconnects to by itself.

use std::sync::Arc;
use std::time::Duration;

use super::consumer::ResponseEnd;
use super::respond;
use super::sse_event::SseEvent;
use crate::answer::{Accept, Deny, ResponseHead};
use crate::connection::{Context, Handlers};
use crate::error::{Error, HandlerResult};
use crate::event::{Disconnect, Frame};
use crate::layers::LayerEvent;
use crate::names::GroupName;
use crate::scope::{Protocol, Scope};

/// The context of an [`SseConsumer`]'s handlers.
pub type SseContext<C> = Context<Sse<C>>;

/// As the standard advises, and less than proxies allow.
const DEFAULT_HEARTBEAT: Duration = Duration::from_secs(15);

/// The behaviour of one stream of server-sent events. Routed to as `Sse(MyConsumer { .. })`.
///
/// It has the lifecycle of a WebSocket's consumer: `connect` decides, `event` handles the events of
/// the groups, and `disconnect` runs exactly once, as soon as the client has disconnected.
///
/// ```
/// use std::sync::Arc;
/// use channels::http::{Sse, SseConsumer, SseContext, SseEvent};
/// use channels::{GroupName, HandlerResult, Scope, URLRouter};
///
/// #[derive(serde::Serialize, serde::Deserialize)]
/// #[serde(tag = "type")]
/// enum ChatEvent {
///     #[serde(rename = "chat.message")]
///     Message { id: u64, text: String },
/// }
///
/// struct Feed(GroupName);
///
/// impl SseConsumer for Feed {
///     type Event = ChatEvent;
///     fn groups(&self, _: &Scope) -> Vec<GroupName> {
///         vec![self.0.clone()]
///     }
///     async fn event(&mut self, event: Arc<ChatEvent>, ctx: &mut SseContext<Self>) -> HandlerResult {
///         let ChatEvent::Message { id, text } = &*event;
///         Ok(ctx.event(SseEvent::new(text).id(id.to_string()))?)
///     }
/// }
///
/// let app = URLRouter::new().path("feed/<str:room>/", |scope: &Scope| {
///     let room: String = scope.param("room").unwrap_or_default();
///     Sse(Feed(GroupName::encode(&room)))
/// });
/// # let _ = app;
/// ```
#[expect(
    async_fn_in_trait,
    reason = "a connection stays on its thread, so no caller needs the futures to be Send"
)]
pub trait SseConsumer: Sized + 'static {
    /// The type of the events of the layer and timers, for [`event`](Self::event);
    /// `()` if there are none.
    type Event: LayerEvent;

    /// The groups that the consumer is in from before `connect` until before `disconnect`.
    fn groups(&self, scope: &Scope) -> Vec<GroupName> {
        let _ = scope;
        Vec::new()
    }

    /// The longest silence before a keep-alive comment is sent; 15 s by default.
    fn heartbeat(&self) -> Duration {
        DEFAULT_HEARTBEAT
    }

    /// Decides on the request, which is answered when `accept` is called or an error returned.
    ///
    /// Returning without either denies with 403.
    async fn connect(&mut self, ctx: &mut SseContext<Self>) -> Result<(), Deny> {
        ctx.accept(Accept::new())?;
        Ok(())
    }

    /// Handles one event of the layer or a timer.
    async fn event(&mut self, event: Arc<Self::Event>, ctx: &mut SseContext<Self>)
    -> HandlerResult;

    /// Runs at the end: nothing can be sent any more, and the consumer has left its groups.
    async fn disconnect(&mut self, why: ResponseEnd, ctx: &mut SseContext<Self>) {
        let _ = (why, ctx);
    }
}

/// Makes an [`SseConsumer`] the target of a route.
#[derive(Debug)]
pub struct Sse<C>(pub C);

impl<C: SseConsumer> Handlers for Sse<C> {
    type Event = C::Event;

    const PROTOCOL: Protocol = Protocol::Http;

    fn groups(&self, scope: &Scope) -> Vec<GroupName> {
        self.0.groups(scope)
    }

    async fn connect(&mut self, ctx: &mut Context<Self>) -> Result<(), Deny> {
        ctx.link().set_heartbeat(self.0.heartbeat());
        self.0.connect(ctx).await?;
        if ctx.link().is_answered() {
            return Ok(());
        }
        log::warn!(target: "channels::consumer", "`connect` returned without `accept`; denied");
        Err(Deny::forbidden())
    }

    async fn receive(&mut self, _body: Frame, _: &mut Context<Self>) -> HandlerResult {
        Ok(())
    }

    async fn event(&mut self, event: Arc<C::Event>, ctx: &mut Context<Self>) -> HandlerResult {
        self.0.event(event, ctx).await
    }

    async fn disconnect(&mut self, why: Disconnect, ctx: &mut Context<Self>) {
        self.0.disconnect(why.into(), ctx).await;
    }
}

impl<C: SseConsumer> Context<Sse<C>> {
    /// Begins the stream, with the headers of the answer; a subprotocol is ignored.
    ///
    /// # Errors
    /// [`Error::ResponseStarted`] the second time, [`Error::Header`], [`Error::Closed`].
    pub fn accept(&mut self, accept: Accept) -> Result<(), Error> {
        let mut head = ResponseHead::status(200)
            .header("content-type", "text/event-stream")
            .header("cache-control", "no-cache")
            // Disables the buffering of nginx and of compressing middleware.
            .header("x-accel-buffering", "no")
            .header("content-encoding", "identity");
        head.headers.extend(accept.headers);
        respond::head(self.link(), head)?;
        respond::body(self.link(), "".into(), true)
    }

    /// Queues one event; never waits for the network. A plain text is an event, too.
    ///
    /// # Errors
    /// [`Error::NoHead`] before `accept`; [`Error::Closed`] after the client has disconnected, and
    /// if the queue is full, which also aborts the connection.
    pub fn event(&mut self, event: impl Into<SseEvent>) -> Result<(), Error> {
        respond::body(self.link(), event.into().into(), true)
    }

    /// The id of the last event that the browser received (`Last-Event-ID`), if this is a
    /// reconnect.
    pub fn last_event_id(&self) -> Option<&str> {
        self.scope().header("last-event-id")
    }

    /// Ends the stream after the queued events. A browser still reconnects; it stops when `connect`
    /// denies that.
    pub fn close(&mut self) {
        self.stop();
    }
}
