//! The actor context of one connection: an outlet of bytes ready to be sent beside what every
//! actix context has.
//!
//! actix-web-actors' context hides its queue and cannot tell how much waits in it; actix' own
//! keeps room in each connection for futures and addresses that hardly any has.

mod extras;
mod spawned;

use std::cell::OnceCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix::dev::{Envelope, ToEnvelope};
use actix::fut::ActorFuture;
use actix::{Actor, ActorContext, ActorState, Addr, AsyncContext, Handler, Message, SpawnHandle};
use tokio::sync::oneshot;

use self::extras::Extras;
use self::spawned::{Boxed, Spawned};
use super::actor::SocketActor;
use super::deflate::Deflater;
use super::frames::Opcode;
use super::outlet::Outlet;
use super::writing::{parts, write_close, write_frame};
use crate::event::Frame;

/// About what a socket takes at once; frames beyond stay where they are counted.
const ENOUGH_BYTES: usize = 64 * 1024;

/// The actor together with its context and mailbox: a future that its driver polls.
pub(super) struct Running {
    actor: SocketActor,
    ctx: SocketContext,
}

impl Running {
    /// Nothing runs before the result is polled.
    pub(super) fn new(actor: SocketActor, outlet: Rc<Outlet>) -> Self {
        let ctx = SocketContext {
            outlet,
            extras: OnceCell::new(),
            state: ActorState::Started,
            unflushed: false,
            held_back: false,
            cut: false,
        };
        Self { actor, ctx }
    }

    pub(super) fn ctx(&mut self) -> &mut SocketContext {
        &mut self.ctx
    }

    pub(super) fn actor(&mut self) -> &mut SocketActor {
        &mut self.actor
    }
}

impl Future for Running {
    type Output = ();

    /// Messages first, then what the actor does by itself.
    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<()> {
        let Self { actor, ctx } = &mut *self;
        if ctx.state == ActorState::Started {
            ctx.state = ActorState::Running;
            actor.run_by(task);
            actor.started(ctx);
        }
        if let Some(mut mailbox) = ctx.extras.get().and_then(|extras| extras.mailbox.take()) {
            mailbox.poll(actor, ctx, task);
            if let Some(extras) = ctx.extras.get() {
                extras.mailbox.set(Some(mailbox));
            }
        }
        actor.take_order(ctx);
        ctx.poll_futures(actor, task);
        actor.turn(ctx, task);
        if ctx.state == ActorState::Running {
            return Poll::Pending;
        }
        ctx.state = ActorState::Stopped;
        actor.stopped(ctx);
        Poll::Ready(())
    }
}

pub(super) struct SocketContext {
    outlet: Rc<Outlet>,
    extras: OnceCell<Box<Extras>>,
    state: ActorState,
    /// Whether the socket keeps bytes that it took, as one with TLS does.
    unflushed: bool,
    /// Whether the actor waits for the driver to send.
    held_back: bool,
    cut: bool,
}

impl SocketContext {
    /// What is waited for stops the others.
    fn poll_futures(&mut self, actor: &mut SocketActor, task: &mut Context<'_>) {
        let mut index = 0;
        while let Some((handle, future)) =
            self.spawned(|spawned| spawned.take(&mut index)).flatten()
        {
            let Some(mut future) = future else {
                continue;
            };
            let finished = future.as_mut().poll(actor, self, task).is_ready();
            let unfinished = Some(future).filter(|_| !finished);
            self.spawned(|spawned| spawned.put_back(handle, unfinished, &mut index));
        }
    }

    /// What `of` makes of the futures; nothing where there never was one.
    fn spawned<R>(&self, of: impl FnOnce(&mut Spawned) -> R) -> Option<R> {
        let extras = self.extras.get()?;
        Some(of(&mut extras.spawned.borrow_mut()))
    }

    fn add(&self, future: Boxed, is_waited_for: bool) -> SpawnHandle {
        let extras = self.extras.get_or_init(Box::default);
        extras.spawned.borrow_mut().add(future, is_waited_for)
    }

    pub(super) fn outlet(&self) -> &Outlet {
        &self.outlet
    }

    // ---- the actor's side

    pub(super) fn message(&mut self, message: &Frame, deflater: Option<&mut Deflater>) {
        let (opcode, payload) = parts(message);
        let mut out = self.outlet.adding();
        match deflater.and_then(|deflater| deflater.compress(payload)) {
            Some(compressed) => write_frame(&mut out, opcode, true, &compressed),
            None => write_frame(&mut out, opcode, false, payload),
        }
    }

    pub(super) fn frame(&mut self, opcode: Opcode, payload: &[u8]) {
        write_frame(&mut self.outlet.adding(), opcode, false, payload);
    }

    pub(super) fn close(&mut self, code: Option<u16>, reason: &str) {
        write_close(&mut self.outlet.adding(), code, reason);
    }

    pub(super) fn has_enough(&self) -> bool {
        self.outlet.waiting() >= ENOUGH_BYTES
    }

    /// Asks to be polled again as soon as something was sent.
    pub(super) fn hold_back(&mut self) {
        self.held_back = true;
    }

    /// Says that the peer is not worth waiting for.
    pub(super) fn cut(&mut self) {
        self.cut = true;
    }

    // ---- the driver's side

    /// Whether the driver has something to write or to flush.
    pub(super) fn is_unsent(&self) -> bool {
        self.unflushed || self.outlet.waiting() > 0
    }

    /// So many bytes were taken by the socket, and `flushed` says that it keeps none of them.
    pub(super) fn note_sent(&mut self, taken: usize, flushed: bool) {
        self.unflushed = !flushed && (self.unflushed || taken > 0);
        self.outlet.note_sent(taken, flushed);
    }

    /// Whether the actor waited; asking clears it.
    pub(super) fn was_held_back(&mut self) -> bool {
        std::mem::take(&mut self.held_back)
    }

    pub(super) fn is_cut(&self) -> bool {
        self.cut
    }
}

impl Drop for SocketContext {
    /// Drivers vanish at any moment, and the router may keep the outlet for another one.
    fn drop(&mut self) {
        self.outlet.let_go();
    }
}

impl ActorContext for SocketContext {
    fn stop(&mut self) {
        if self.state == ActorState::Running {
            self.state = ActorState::Stopping;
        }
    }

    fn terminate(&mut self) {
        self.state = ActorState::Stopped;
    }

    fn state(&self) -> ActorState {
        self.state
    }
}

impl AsyncContext<SocketActor> for SocketContext {
    fn address(&self) -> Addr<SocketActor> {
        let address = self.extras.get_or_init(Box::default).address.upgrade();
        address.expect("the mailbox is open as long as its context")
    }

    fn spawn<F>(&mut self, future: F) -> SpawnHandle
    where
        F: ActorFuture<SocketActor, Output = ()> + 'static,
    {
        self.add(Box::pin(future), false)
    }

    fn wait<F>(&mut self, future: F)
    where
        F: ActorFuture<SocketActor, Output = ()> + 'static,
    {
        self.add(Box::pin(future), true);
    }

    fn waiting(&self) -> bool {
        self.spawned(|spawned| spawned.is_waited_for())
            .unwrap_or(false)
    }

    fn cancel_future(&mut self, handle: SpawnHandle) -> bool {
        self.spawned(|spawned| spawned.cancel(handle))
            .unwrap_or(false)
    }
}

impl<M> ToEnvelope<SocketActor, M> for SocketContext
where
    SocketActor: Actor<Context = Self> + Handler<M>,
    M: Message + Send + 'static,
    M::Result: Send,
{
    fn pack(message: M, answer: Option<oneshot::Sender<M::Result>>) -> Envelope<SocketActor> {
        Envelope::new(message, answer)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use actix::ActorFutureExt as _;
    use actix::fut::{ready, wrap_future};
    use actix_web::dev::Payload;
    use bytes::BytesMut;
    use futures_util::{poll, stream};

    use super::*;
    use crate::connection::Answer;
    use crate::error::HandlerResult;
    use crate::launch::launch;
    use crate::layers::Layer;
    use crate::routing::IntoEndpoint as _;
    use crate::scope::Scope;
    use crate::socket::SocketOptions;
    use crate::socket::actor::Transport;
    use crate::socket::incoming::Incoming;
    use crate::socket::kill::KillHandle;
    use crate::socket::outlet::Way;
    use crate::socket::registry::GoAway;
    use crate::socket::wire::Source;

    struct Quiet;

    impl crate::WebsocketConsumer for Quiet {
        type Event = ();
        async fn receive(&mut self, _: Frame, _: &mut crate::Context<Self>) -> HandlerResult {
            Ok(())
        }
    }

    /// An open connection whose peer says nothing.
    async fn running() -> Running {
        let app = crate::URLRouter::new().path("", |_: &Scope| Quiet);
        let (app, scope) = (app.into_endpoint(), Scope::builder("/").build());
        let options = Rc::new(SocketOptions::new());
        let (layer, limits) = (Layer::in_memory(), Rc::new(options.limits()));
        let launched = launch(&app, scope, &layer, &limits, || {}).await;
        let mut launched = launched.unwrap_or_else(|_| panic!("a route"));
        assert!(matches!(launched.answer().await, Answer::Accept(_)));
        let payload = Box::pin(stream::pending());
        let source = Source::Body(Box::new(Payload::Stream { payload }));
        let transport = Transport {
            incoming: Incoming::new(source, BytesMut::new(), &options, None),
            deflater: None,
            way: Way::Mounted(KillHandle::default()),
            unsent: BytesMut::new(),
            entry: None,
        };
        SocketActor::run(launched, transport)
    }

    #[actix_web::test]
    async fn the_actors_address_reaches_it() {
        let mut running = running().await;
        assert!(poll!(&mut running).is_pending());
        let address = running.ctx().address();
        address.try_send(GoAway::Now).unwrap();
        assert!(poll!(&mut running).is_ready());
        drop(running);
        assert!(!address.connected());
    }

    #[actix_web::test]
    async fn futures_run_in_order_and_what_is_waited_for_stops_them() {
        let mut running = running().await;
        let done = Rc::new(RefCell::new(Vec::new()));
        let note = |name: &'static str| {
            let done = Rc::clone(&done);
            ready(()).map(move |(), _: &mut SocketActor, _: &mut SocketContext| {
                done.borrow_mut().push(name);
            })
        };
        let (release, released) = oneshot::channel::<()>();
        let ctx = running.ctx();
        let cancelled = ctx.spawn(note("cancelled"));
        ctx.spawn(note("spawned"));
        ctx.wait(wrap_future(async { drop(released.await) }));
        let ctx = running.ctx();
        assert!(ctx.waiting() && ctx.cancel_future(cancelled));
        assert!(!ctx.cancel_future(cancelled));
        assert!(poll!(&mut running).is_pending());
        assert!(done.borrow().is_empty());
        release.send(()).unwrap();
        assert!(poll!(&mut running).is_pending());
        assert!(poll!(&mut running).is_pending());
        assert_eq!(*done.borrow(), ["spawned"]);
        assert!(!running.ctx().waiting());
    }
}
