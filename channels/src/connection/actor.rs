//! The actix actor of one connection: it lives from the handshake to the consumer's `disconnect`,
//! and others reach it with [`Accept`], [`Send`] and [`Close`].
//!
//! Its context does what actix' own cannot: the mailbox, and room for futures, are made when somebody
//! asks for them. Hardly any connection has either, and there are very many of them.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::{Context, Poll};

use actix::dev::{Envelope, Mailbox, ToEnvelope};
use actix::fut::ActorFuture;
use actix::{Actor, ActorContext, ActorState, Addr, AsyncContext, Handler, Message, SpawnHandle};
use tokio::sync::oneshot;

use super::link::Link;
use super::runner::Runner;
use super::spawned::{Boxed, Spawned};
use crate::answer::Accept;
use crate::error::{Error, SendError};
use crate::event::{CloseCode, Frame};

/// One connection: its consumer's runner, and the link to its driver.
pub(crate) struct ConnectionActor {
    pub(super) runner: Runner,
    pub(super) link: Rc<Link>,
    /// Whether a message has changed something since the runner was polled.
    was_told: bool,
}

impl Actor for ConnectionActor {
    type Context = ConnectionContext;
}

impl ConnectionActor {
    pub(super) fn new(runner: Runner, link: Rc<Link>) -> Self {
        Self {
            runner,
            link,
            was_told: false,
        }
    }

    /// Polls the consumer's runner and the mailbox. Ready once `disconnect` has returned.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            if self.runner.poll(cx).is_ready() {
                return Poll::Ready(());
            }
            let mut context = ConnectionContext::new(&self.link);
            context.poll(self, cx);
            if !std::mem::take(&mut self.was_told) {
                return Poll::Pending;
            }
        }
    }

    pub(super) fn close(&mut self, code: CloseCode, reason: &str) {
        self.was_told = true;
        self.link.close(code, reason);
    }
}

// ---- what it takes

/// The answer says why the connection could not be accepted.
impl Message for Accept {
    type Result = Result<(), Error>;
}

/// A frame for the peer. The answer says whether the connection took it.
#[derive(Clone, Debug, Message)]
#[rtype(result = "Result<(), SendError>")]
pub struct Send(pub Frame);

/// Ends the connection after the frames that were sent so far; before it is accepted, denies it
/// with 403. Nothing happens if it has ended already.
#[derive(Clone, Debug, Message)]
#[rtype(result = "()")]
pub struct Close {
    /// The code of the Close frame.
    pub code: CloseCode,
    /// Its reason; what goes beyond 123 bytes is cut off.
    pub reason: String,
}

impl Handler<Accept> for ConnectionActor {
    type Result = Result<(), Error>;

    fn handle(&mut self, accept: Accept, _: &mut ConnectionContext) -> Self::Result {
        self.was_told = true;
        self.link.accept_offered(accept)
    }
}

impl Handler<Send> for ConnectionActor {
    type Result = Result<(), SendError>;

    fn handle(&mut self, Send(frame): Send, _: &mut ConnectionContext) -> Self::Result {
        self.was_told = true;
        self.link.send(frame)
    }
}

impl Handler<Close> for ConnectionActor {
    type Result = ();

    fn handle(&mut self, close: Close, _: &mut ConnectionContext) {
        self.close(close.code, &close.reason);
    }
}

// ---- its context

/// What others have sent to the actor and what it does later.
pub(crate) struct Mail {
    address: Addr<ConnectionActor>,
    /// Elsewhere while it is polled.
    mailbox: Cell<Option<Mailbox<ConnectionActor>>>,
    spawned: RefCell<Spawned<ConnectionActor>>,
    /// The driver has not looked at it yet, so nothing wakes the driver for it.
    is_new: Cell<bool>,
}

impl Default for Mail {
    fn default() -> Self {
        let mailbox = Mailbox::default();
        Self {
            address: mailbox.address(),
            mailbox: Cell::new(Some(mailbox)),
            spawned: RefCell::default(),
            is_new: Cell::new(true),
        }
    }
}

impl Mail {
    pub(crate) fn address(&self) -> Addr<ConnectionActor> {
        self.address.clone()
    }

    /// Whether it is there, but the driver has not polled it yet.
    pub(crate) fn is_new(link: &Link) -> bool {
        Self::of(link).is_some_and(|mail| mail.is_new.get())
    }

    /// Nothing is read any more: whoever sends is told that the connection has ended.
    pub(super) fn close(&self) {
        drop(self.mailbox.take());
    }

    /// The next future from an index on, as [`Spawned::take`] gives it.
    fn next_future(
        &self,
        index: &mut usize,
    ) -> Option<(SpawnHandle, Option<Boxed<ConnectionActor>>)> {
        self.spawned.borrow_mut().take(index)
    }

    pub(super) fn of(link: &Link) -> Option<&Self> {
        link.of_actor()
    }
}

/// A view of the link for as long as the actor is polled.
pub(crate) struct ConnectionContext(Rc<Link>);

impl ConnectionContext {
    pub(crate) fn new(link: &Rc<Link>) -> Self {
        Self(Rc::clone(link))
    }

    /// Reads messages and polls futures. While the peer does not take what it was sent, messages
    /// stay in the mailbox, which is bounded: whoever sends more of them waits.
    pub(super) fn poll(&mut self, actor: &mut ConnectionActor, task: &mut Context<'_>) {
        let link = Rc::clone(&self.0);
        let Some(mail) = Mail::of(&link) else { return };
        mail.is_new.set(false);
        if let Some(mut mailbox) = mail.mailbox.take() {
            mailbox.poll(actor, self, task);
            mail.mailbox.set(Some(mailbox));
        }
        if link.has_enough_to_write() && !link.is_held() {
            // The driver takes that out now; then there is room.
            task.waker().wake_by_ref();
        }
        self.poll_futures(mail, actor, task);
    }

    /// What is waited for stops the others.
    fn poll_futures(&mut self, mail: &Mail, actor: &mut ConnectionActor, task: &mut Context<'_>) {
        let mut index = 0;
        while let Some((handle, future)) = mail.next_future(&mut index) {
            let Some(mut future) = future else {
                continue;
            };
            let finished = future.as_mut().poll(actor, self, task).is_ready();
            let unfinished = Some(future).filter(|_| !finished);
            let mut spawned = mail.spawned.borrow_mut();
            spawned.put_back(handle, unfinished, &mut index);
        }
    }

    fn add(&self, future: Boxed<ConnectionActor>, is_waited_for: bool) -> SpawnHandle {
        let mail: &Mail = self.0.of_actor_or_new();
        mail.spawned.borrow_mut().add(future, is_waited_for)
    }
}

impl ActorContext for ConnectionContext {
    fn stop(&mut self) {
        self.0.close(CloseCode::NORMAL, "");
    }

    fn terminate(&mut self) {
        self.0.end();
    }

    fn state(&self) -> ActorState {
        if self.0.is_closing() {
            ActorState::Stopping
        } else {
            ActorState::Running
        }
    }
}

impl AsyncContext<ConnectionActor> for ConnectionContext {
    fn address(&self) -> Addr<ConnectionActor> {
        self.0.of_actor_or_new::<Mail>().address()
    }

    fn spawn<F>(&mut self, future: F) -> SpawnHandle
    where
        F: ActorFuture<ConnectionActor, Output = ()> + 'static,
    {
        self.add(Box::pin(future), false)
    }

    fn wait<F>(&mut self, future: F)
    where
        F: ActorFuture<ConnectionActor, Output = ()> + 'static,
    {
        self.add(Box::pin(future), true);
    }

    fn waiting(&self) -> bool {
        let mail = Mail::of(&self.0);
        let waits = mail.is_some_and(|mail| mail.spawned.borrow().is_waited_for());
        waits || self.0.has_enough_to_write()
    }

    fn cancel_future(&mut self, handle: SpawnHandle) -> bool {
        let mail = Mail::of(&self.0);
        mail.is_some_and(|mail| mail.spawned.borrow_mut().cancel(handle))
    }
}

impl<M> ToEnvelope<ConnectionActor, M> for ConnectionContext
where
    ConnectionActor: Actor<Context = Self> + Handler<M>,
    M: Message + std::marker::Send + 'static,
    M::Result: std::marker::Send,
{
    fn pack(message: M, answer: Option<oneshot::Sender<M::Result>>) -> Envelope<ConnectionActor> {
        Envelope::new(message, answer)
    }
}

#[cfg(test)]
mod tests {
    use actix::ActorFutureExt as _;
    use actix::fut::{ready, wrap_future};
    use futures_util::poll;
    use std::future::poll_fn;

    use super::*;
    use crate::connection::{Answer, Attached};
    use crate::error::HandlerResult;
    use crate::event::Frame;
    use crate::launch::launch;
    use crate::layers::Layer;
    use crate::routing::IntoEndpoint as _;
    use crate::scope::Scope;
    use crate::socket::SocketOptions;

    struct Quiet;

    impl crate::WebsocketConsumer for Quiet {
        type Event = ();
        async fn receive(&mut self, _: Frame, _: &mut crate::Context<Self>) -> HandlerResult {
            Ok(())
        }
    }

    /// An accepted connection whose peer says nothing.
    async fn attached() -> (Attached, Rc<Link>) {
        let app = crate::URLRouter::new().path("", |_: &Scope| Quiet);
        let (app, scope) = (app.into_endpoint(), Scope::builder("/").build());
        let limits = Rc::new(SocketOptions::new().limits());
        let launched = launch(&app, scope, &Layer::in_memory(), &limits, || {}).await;
        let mut launched = launched.unwrap_or_else(|_| panic!("a route"));
        assert!(matches!(launched.answer().await, Answer::Accept(_)));
        (launched.attached, launched.link)
    }

    #[actix_web::test]
    async fn futures_run_in_order_and_what_is_waited_for_stops_them() {
        let (mut attached, link) = attached().await;
        let done = Rc::new(RefCell::new(Vec::new()));
        let note = |name: &'static str| {
            let done = Rc::clone(&done);
            ready(()).map(
                move |(), _: &mut ConnectionActor, _: &mut ConnectionContext| {
                    done.borrow_mut().push(name);
                },
            )
        };
        let (release, released) = oneshot::channel::<()>();
        let mut ctx = ConnectionContext::new(&link);
        let cancelled = ctx.spawn(note("cancelled"));
        ctx.spawn(note("spawned"));
        ctx.wait(wrap_future(async { drop(released.await) }));
        assert!(ctx.waiting() && ctx.cancel_future(cancelled));
        assert!(!ctx.cancel_future(cancelled));
        assert!(poll!(poll_fn(|cx| attached.poll(cx))).is_pending());
        assert!(done.borrow().is_empty());
        release.send(()).unwrap();
        assert!(poll!(poll_fn(|cx| attached.poll(cx))).is_pending());
        assert!(poll!(poll_fn(|cx| attached.poll(cx))).is_pending());
        assert_eq!(*done.borrow(), ["spawned"]);
        assert!(!ctx.waiting());
    }

    #[actix_web::test]
    async fn the_context_stops_its_actor_and_closes_its_mailbox() {
        let (mut attached, link) = attached().await;
        let mut ctx = ConnectionContext::new(&link);
        let address = ctx.address();
        assert_eq!(ctx.state(), ActorState::Running);
        ctx.stop();
        assert_eq!(ctx.state(), ActorState::Stopping);
        poll_fn(|cx| attached.poll(cx)).await;
        assert!(!address.connected());
    }
}
