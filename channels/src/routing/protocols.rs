//! [`ProtocolTypeRouter`]: one application for each kind of connection.
//!
//! Source: channels/routing.py, `ProtocolTypeRouter`.

use futures_util::future::{LocalBoxFuture, ready};

use super::endpoint::{Connecting, Endpoint, IntoEndpoint, Service};
use crate::answer::Deny;
use crate::scope::{Protocol, Scope};

/// Routes a connection by [`Scope::protocol`]; one without an application has no route.
///
/// It may be the target of a [`URLRouter`](crate::URLRouter), hold such routers, and stand inside
/// or outside of middleware.
///
/// ```
/// # use std::sync::Arc;
/// # use channels::{Context, Frame, HandlerResult, Scope, WebsocketConsumer};
/// use channels::routing::ChannelNameRouter;
/// use channels::{ProtocolTypeRouter, URLRouter};
/// # use channels::worker::{Work, WorkerConsumer, WorkerContext};
/// # struct Chat;
/// # impl WebsocketConsumer for Chat {
/// #     type Event = ();
/// #     async fn receive(&mut self, _: Frame, _: &mut Context<Self>) -> HandlerResult { Ok(()) }
/// # }
/// # struct Thumbnails;
/// # impl WorkerConsumer for Thumbnails {
/// #     type Event = ();
/// #     async fn event(&mut self, _: Arc<()>, _: &mut WorkerContext<Self>) -> HandlerResult { Ok(()) }
/// # }
/// let application = ProtocolTypeRouter::new()
///     .websocket(URLRouter::new().path("ws/chat/", |_: &Scope| Chat))
///     .channel(ChannelNameRouter::new().channel("thumbnails", |_: &Scope| Work(Thumbnails)));
/// # let _ = application;
/// ```
#[derive(Debug, Default)]
pub struct ProtocolTypeRouter {
    http: Option<Endpoint>,
    websocket: Option<Endpoint>,
    channel: Option<Endpoint>,
}

impl ProtocolTypeRouter {
    /// A router without applications.
    pub fn new() -> Self {
        Self::default()
    }

    /// The application for requests.
    pub fn http(mut self, target: impl IntoEndpoint) -> Self {
        self.http = Some(target.into_endpoint());
        self
    }

    /// The application for WebSockets.
    pub fn websocket(mut self, target: impl IntoEndpoint) -> Self {
        self.websocket = Some(target.into_endpoint());
        self
    }

    /// The application for the channels of workers: mostly a
    /// [`ChannelNameRouter`](super::ChannelNameRouter).
    pub fn channel(mut self, target: impl IntoEndpoint) -> Self {
        self.channel = Some(target.into_endpoint());
        self
    }

    fn target(&self, protocol: Protocol) -> Option<&Endpoint> {
        match protocol {
            Protocol::Http => self.http.as_ref(),
            Protocol::Websocket => self.websocket.as_ref(),
            Protocol::Channel => self.channel.as_ref(),
        }
    }

    fn nests(&self) -> bool {
        let targets = [&self.http, &self.websocket, &self.channel];
        targets.into_iter().flatten().any(Endpoint::nests)
    }
}

impl Service for ProtocolTypeRouter {
    fn call(&self, scope: Scope) -> LocalBoxFuture<'_, Result<Connecting, Deny>> {
        let Some(target) = self.target(scope.protocol()) else {
            return Box::pin(ready(Err(Deny::unrouted())));
        };
        // A route to a router is a prefix; beside that router, a consumer takes the whole path.
        let left_over = |left: &str| self.nests() && !target.nests() && !left.is_empty();
        if scope.left().is_some_and(left_over) {
            return Box::pin(ready(Err(Deny::unrouted())));
        }
        Box::pin(target.call(scope))
    }
}

impl IntoEndpoint for ProtocolTypeRouter {
    fn into_endpoint(self) -> Endpoint {
        let nests = self.nests();
        Endpoint::of(self, nests)
    }
}
