//! The driver for an actix-web App: one route that speaks WebSocket.
//!
//! Started by `mounted` in the App's factory; `connect` runs here, before the answer, and an
//! accepted connection continues as a [`Peer`].

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, Route, web};
use bytes::{Bytes, BytesMut};
use futures_util::Stream;

use super::handshake::{denied, refusal, scope_of, switching_protocols};
use super::incoming::Incoming;
use super::kill::KillHandle;
use super::options::SocketOptions;
use super::outlet::Way;
use super::peer::{Peer, Transport};
use super::registry::{Entry, Registry};
use super::wire::Source;
use crate::answer::Deny;
use crate::connection::{Answer, Limits};
use crate::front::{SocketVisit, Visit, VisitSlot};
use crate::launch::{Launched, launch};
use crate::layers::Layer;
use crate::routing::{Endpoint, IntoEndpoint};

/// Mounts an application in an actix-web App, under every path of its resource.
///
/// The App's own middleware handles the handshake, too; but sessions, cookies and `Origin` checks
/// of sockets belong into the application's stack. Give the server
/// [`on_connect`](super::on_connect), and a `client_disconnect_timeout` of a second: with values
/// from 1 to 500 ms, some connections are never closed.
///
/// ```
/// use actix_web::{App, web};
/// use channels::socket::mounted;
/// use channels::{Layer, Scope, SocketOptions, URLRouter, WebsocketConsumer};
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
        limits: Rc::new(options.limits()),
        options: Rc::new(options),
    });
    web::route().to(move |request: HttpRequest, payload: web::Payload| {
        let mount = Rc::clone(&mount);
        async move { mount.open(&request, payload).await }
    })
}

struct Mount {
    app: Endpoint,
    layer: Layer,
    options: Rc<SocketOptions>,
    limits: Rc<Limits>,
}

impl Mount {
    async fn open(&self, request: &HttpRequest, payload: web::Payload) -> HttpResponse {
        if let Some(refused) = refusal(request.head(), self.options.max_head_bytes) {
            return refused;
        }
        let entry = match Registry::enter_for(request) {
            Ok(entry) => entry,
            Err(deny) => return denied(deny),
        };
        let visit = visit(request);
        let kill = KillHandle::of(request);
        let mut launched = match self.launch(request, kill.clone()).await {
            Ok(launched) => launched,
            Err(deny) => return denied(deny),
        };
        launched
            .attached
            .keep(Rc::new((entry.clone(), visit.clone())));
        match launched.answer().await {
            Answer::Deny(deny) => denied(deny),
            Answer::Accept(accept) => {
                if let Some(visit) = visit {
                    visit.connect();
                }
                kill.bound_send_buffer(&self.options);
                let deflate = self.options.agree(request.head());
                let headers = &launched.headers;
                let mut head =
                    switching_protocols(request.head(), accept, headers, deflate.as_ref());
                let source = Source::Body(Box::new(payload.into_inner()));
                let inflater = deflate.map(|agreed| agreed.inflater());
                let transport = Transport {
                    incoming: Incoming::new(source, BytesMut::new(), &self.options, inflater),
                    deflater: deflate.map(|agreed| agreed.deflater()),
                    way: Way::Mounted(kill),
                    unsent: BytesMut::new(),
                    entry: entry.clone(),
                };
                head.streaming(Body::start(Peer::new(launched, transport), entry))
            }
        }
    }

    async fn launch(&self, request: &HttpRequest, kill: KillHandle) -> Result<Launched, Deny> {
        let cut = move || kill.cut();
        launch(
            &self.app,
            scope_of(request.head(), &self.options.front.arrival_of(request)),
            &self.layer,
            &self.limits,
            cut,
        )
        .await
    }
}

/// The access log's line, if our own server runs this App and keeps one.
fn visit(request: &HttpRequest) -> Option<Rc<SocketVisit>> {
    let extensions = request.extensions();
    let visit = extensions.get::<VisitSlot>().and_then(|slot| slot.take());
    visit.map(Visit::connecting).map(Rc::new)
}

/// The state shared by the task that runs a connection and the body that sends its bytes.
///
/// Spawned as a task, because actix polls a body only while its peer reads: a connection inside the
/// body would stop if the peer does not read, and never notice it.
struct Stage {
    peer: RefCell<Peer>,
    finished: Cell<bool>,
    /// The peer has disconnected, or the server dropped the answer.
    abandoned: Cell<bool>,
    runner: RefCell<Option<Waker>>,
    sender: RefCell<Option<Waker>>,
}

impl Stage {
    fn new(peer: Peer) -> Rc<Self> {
        Rc::new(Self {
            peer: RefCell::new(peer),
            finished: Cell::new(false),
            abandoned: Cell::new(false),
            runner: RefCell::default(),
            sender: RefCell::default(),
        })
    }

    fn poll_run(&self, cx: &mut Context<'_>) -> Poll<()> {
        if self.abandoned.get() {
            return Poll::Ready(());
        }
        self.runner.replace(Some(cx.waker().clone()));
        let mut peer = self.peer.borrow_mut();
        let poll = Pin::new(&mut *peer).poll(cx);
        self.finished.set(poll.is_ready());
        if poll.is_ready() || peer.outlet().waiting() > 0 {
            wake(&self.sender);
        }
        poll
    }

    fn poll_send(&self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let mut peer = self.peer.borrow_mut();
        let out = peer.outlet().take_out();
        if !out.is_empty() {
            if peer.was_held_back() {
                wake(&self.runner);
            }
            return Poll::Ready(Some(out.freeze()));
        }
        if self.finished.get() {
            return Poll::Ready(None);
        }
        self.sender.replace(Some(cx.waker().clone()));
        Poll::Pending
    }
}

fn wake(waker: &RefCell<Option<Waker>>) {
    if let Some(waker) = waker.take() {
        waker.wake();
    }
}

/// The body of the 101 answer: the frames for the peer.
struct Body(Rc<Stage>);

impl Body {
    /// Starts the task.
    fn start(peer: Peer, entry: Option<Rc<Entry>>) -> Self {
        let stage = Stage::new(peer);
        let staged = Rc::clone(&stage);
        actix_web::rt::spawn(async move {
            poll_fn(|cx| staged.poll_run(cx)).await;
            if let Some(entry) = entry {
                entry.is_closed();
            }
        });
        Self(stage)
    }
}

impl Stream for Body {
    type Item = Result<Bytes, actix_web::Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_send(cx).map(|chunk| chunk.map(Ok))
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        self.0.abandoned.set(true);
        wake(&self.0.runner);
    }
}
