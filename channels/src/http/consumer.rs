//! [`HttpConsumer`]: handles one request, whose response may stay open for events of the layer.
//!
//! Source: channels/generic/http.py, `AsyncHttpConsumer`.

use std::sync::Arc;

use bytes::Bytes;

use super::respond;
use crate::answer::{Deny, ResponseHead};
use crate::connection::{Context, Handlers};
use crate::error::{Error, HandlerResult};
use crate::event::{CloseCode, Disconnect, Frame, Side};
use crate::layers::LayerEvent;
use crate::names::GroupName;
use crate::scope::{Protocol, Scope};

/// The context of an [`HttpConsumer`]'s handlers.
pub type HttpContext<C> = Context<Http<C>>;

/// How a response ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseEnd {
    /// The consumer ended it.
    Complete,
    /// The client disconnected before that.
    ClientGone,
    /// A handler failed, a limit was exceeded, or the server stopped.
    Failed,
}

impl From<Disconnect> for ResponseEnd {
    fn from(why: Disconnect) -> Self {
        match (why.initiated_by, why.code) {
            (Side::Client | Side::Network, _) => Self::ClientGone,
            (Side::Server, Some(code)) if code == CloseCode::NORMAL.as_u16() => Self::Complete,
            (Side::Server, _) => Self::Failed,
        }
    }
}

/// The behaviour of one request. Routed to as `Http(MyConsumer { .. })`.
///
/// The consumer is created when the whole body has arrived. `handle` answers, or leaves the
/// response open with `send_body(.., true)`; then `event` handles the events of its groups until
/// one of them ends the body or the client disconnects. `disconnect` runs exactly once in every
/// case.
///
/// An error or panic before the response has begun answers with 500, later it aborts the
/// connection, so that no client mistakes half a body for a complete one.
///
/// ```
/// use channels::http::{Http, HttpConsumer, HttpContext, ResponseHead};
/// use channels::{HandlerResult, Scope, URLRouter};
/// use bytes::Bytes;
///
/// struct Upper;
///
/// impl HttpConsumer for Upper {
///     type Event = ();
///     async fn handle(&mut self, body: Bytes, ctx: &mut HttpContext<Self>) -> HandlerResult {
///         let head = ResponseHead::status(200).header("content-type", "text/plain");
///         ctx.send_response(head, body.to_ascii_uppercase())?;
///         Ok(())
///     }
/// }
///
/// let app = URLRouter::new().path("upper/", |_: &Scope| Http(Upper));
/// # actix_web::rt::System::new().block_on(async {
/// use channels::testing::HttpCommunicator;
/// let response = HttpCommunicator::new(app, "POST", "/upper/").body("tea").get_response().await?;
/// assert_eq!((response.status, &response.body[..]), (200, &b"TEA"[..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[expect(
    async_fn_in_trait,
    reason = "a connection stays on its thread, so no caller needs the futures to be Send"
)]
pub trait HttpConsumer: Sized + 'static {
    /// The type of the events of the layer and timers, for [`event`](Self::event);
    /// `()` if there are none.
    type Event: LayerEvent;

    /// The groups that the consumer is in from before `handle` until before `disconnect`.
    fn groups(&self, scope: &Scope) -> Vec<GroupName> {
        let _ = scope;
        Vec::new()
    }

    /// Handles the request with its whole body. Returning without a response answers with 500.
    async fn handle(&mut self, body: Bytes, ctx: &mut HttpContext<Self>) -> HandlerResult;

    /// Handles one event while the response is open.
    async fn event(
        &mut self,
        event: Arc<Self::Event>,
        ctx: &mut HttpContext<Self>,
    ) -> HandlerResult {
        let _ = (event, ctx);
        let consumer = std::any::type_name::<Self>();
        log::warn!(target: "channels::consumer", "{consumer} has no `event`; one was dropped");
        Ok(())
    }

    /// Runs at the end: nothing can be sent any more, and the consumer has left its groups.
    async fn disconnect(&mut self, why: ResponseEnd, ctx: &mut HttpContext<Self>) {
        let _ = (why, ctx);
    }
}

/// Makes an [`HttpConsumer`] the target of a route.
#[derive(Clone, Copy, Debug, Default)]
pub struct Http<C>(pub C);

impl<C: HttpConsumer> Handlers for Http<C> {
    type Event = C::Event;

    const PROTOCOL: Protocol = Protocol::Http;

    fn groups(&self, scope: &Scope) -> Vec<GroupName> {
        self.0.groups(scope)
    }

    async fn connect(&mut self, _: &mut Context<Self>) -> Result<(), Deny> {
        Ok(())
    }

    /// The one frame of a request is its body.
    async fn receive(&mut self, frame: Frame, ctx: &mut Context<Self>) -> HandlerResult {
        let body = match frame {
            Frame::Binary(body) => body,
            Frame::Text(text) => text.into_bytes(),
        };
        self.0.handle(body, ctx).await?;
        if ctx.link().is_answered() {
            return Ok(());
        }
        Err(Error::NoResponse.into())
    }

    async fn event(&mut self, event: Arc<C::Event>, ctx: &mut Context<Self>) -> HandlerResult {
        self.0.event(event, ctx).await
    }

    async fn disconnect(&mut self, why: Disconnect, ctx: &mut Context<Self>) {
        self.0.disconnect(why.into(), ctx).await;
    }
}

impl<C: HttpConsumer> Context<Http<C>> {
    /// Sets status and headers, as `200` or a [`ResponseHead`]. They go out with the first part
    /// of the body.
    ///
    /// # Errors
    /// [`Error::ResponseStarted`] the second time, [`Error::Status`], [`Error::Header`],
    /// [`Error::Closed`] when the client has gone.
    pub fn send_headers(&mut self, head: impl Into<ResponseHead>) -> Result<(), Error> {
        respond::head(self.link(), head.into())
    }

    /// Queues a part of the body, which may be empty; `more_body` keeps the response open.
    ///
    /// # Errors
    /// [`Error::NoHead`] before `send_headers`; [`Error::Closed`] after the end of the body, after
    /// the client has disconnected, and if the queue is full, which also aborts the connection.
    pub fn send_body(&mut self, body: impl Into<Bytes>, more_body: bool) -> Result<(), Error> {
        respond::body(self.link(), body.into(), more_body)
    }

    /// Sends a whole response.
    ///
    /// # Errors
    /// As [`send_headers`](Self::send_headers) and [`send_body`](Self::send_body).
    pub fn send_response(
        &mut self,
        head: impl Into<ResponseHead>,
        body: impl Into<Bytes>,
    ) -> Result<(), Error> {
        respond::response(self.link(), head.into(), body.into())
    }
}
