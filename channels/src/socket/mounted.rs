//! The driver that lives inside an actix-web App: one route that speaks WebSocket.
//!
//! Started by `mounted` in the App's factory; `connect` runs here, before the answer, and an
//! accepted connection goes on as a [`SocketActor`].

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::{HttpRequest, HttpResponse, Route, web};
use bytes::{Bytes, BytesMut};
use futures_util::Stream;

use super::actor::SocketActor;
use super::context::Running;
use super::handshake::{denied, refusal, scope_of, switching_protocols};
use super::incoming::Incoming;
use super::kill::{KillHandle, KillSwitch};
use super::options::SocketOptions;
use super::wire::Source;
use crate::connection::Answer;
use crate::launch::{Launched, launch};
use crate::layers::Layer;
use crate::routing::{Endpoint, IntoEndpoint};

/// Mounts an application in an actix-web App, under every path of the resource it is given to.
///
/// The App's own middleware sees the handshake; sessions, cookies and `Origin` of sockets belong
/// into the application's stack. Give the server [`on_connect`](super::on_connect), and a
/// `client_disconnect_timeout` of a second: values from 1 to 500 ms let some connections linger.
///
/// ```
/// use actix_web::{App, web};
/// use channels::socket::{SocketOptions, mounted};
/// use channels::{Layer, Scope, URLRouter, WebsocketConsumer};
/// # use channels::{Context, Frame, HandlerResult, IntoEndpoint as _};
/// # struct Echo;
/// # impl WebsocketConsumer for Echo {
/// #     type Event = ();
/// #     async fn receive(&mut self, frame: Frame, ctx: &mut Context<Self>) -> HandlerResult {
/// #         Ok(ctx.send(frame)?)
/// #     }
/// # }
/// let layer = Layer::in_memory();
/// let sockets = URLRouter::new().path("ws/echo/", |_: &Scope| Echo).into_endpoint();
/// let app = move || {
///     let route = mounted(sockets.clone(), &layer, SocketOptions::new());
///     App::new().service(web::resource("/ws/{tail:.*}").route(route))
/// };
/// # let _ = app;
/// ```
pub fn mounted(app: impl IntoEndpoint, layer: &Layer, options: SocketOptions) -> Route {
    let mount = Rc::new(Mount {
        app: app.into_endpoint(),
        layer: layer.clone(),
        options,
    });
    web::route().to(move |request: HttpRequest, payload: web::Payload| {
        let mount = Rc::clone(&mount);
        async move { mount.open(&request, payload).await }
    })
}

struct Mount {
    app: Endpoint,
    layer: Layer,
    options: SocketOptions,
}

impl Mount {
    async fn open(&self, request: &HttpRequest, payload: web::Payload) -> HttpResponse {
        if let Some(refused) = refusal(request.head()) {
            return refused;
        }
        let switch = request.conn_data::<KillSwitch>();
        let kill = switch.map(KillSwitch::handle).unwrap_or_default();
        let mut launched = match self.launch(request, kill.clone()).await {
            Ok(launched) => launched,
            Err(deny) => return denied(deny),
        };
        match launched.answer().await {
            Answer::Deny(deny) => denied(deny),
            Answer::Accept(accept) => {
                let deflate = self.options.agree(request.head());
                let headers = &launched.headers;
                let mut head =
                    switching_protocols(request.head(), accept, headers, deflate.as_ref());
                let source = Source::Body(payload.into_inner());
                let inflater = deflate.map(|agreed| agreed.inflater());
                let incoming = Incoming::new(source, BytesMut::new(), &self.options, inflater);
                let deflater = deflate.map(|agreed| agreed.deflater());
                let actor = SocketActor::new(launched, incoming, kill, &self.options, deflater);
                head.streaming(Body {
                    running: actor.run(),
                    finished: false,
                })
            }
        }
    }

    async fn launch(
        &self,
        request: &HttpRequest,
        kill: KillHandle,
    ) -> Result<Launched, crate::Deny> {
        let cut = move || kill.cut();
        launch(
            &self.app,
            scope_of(request.head(), request.app_config().secure()),
            &self.layer,
            self.options.limits(),
            cut,
        )
        .await
    }
}

/// The body of the 101 answer: whatever the actor puts out.
struct Body {
    running: Running,
    finished: bool,
}

impl Stream for Body {
    type Item = Result<Bytes, actix_web::Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if !self.finished {
            self.finished = Pin::new(&mut self.running).poll(cx).is_ready();
        }
        let out = self.running.ctx().take_out();
        if !out.is_empty() {
            return Poll::Ready(Some(Ok(out.freeze())));
        }
        if self.finished {
            return Poll::Ready(None);
        }
        Poll::Pending
    }
}
