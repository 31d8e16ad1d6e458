//! The actix actor of one connection: it exists from the handshake until the consumer's
//! `disconnect`, and handles the messages [`Accept`], [`Send`] and [`Close`].
//!
//! Unlike actix' own context, this one allocates the mailbox lazily, when the address is first
//! requested. There are very many connections, and hardly any of them needs a mailbox.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix::dev::{Envelope, Mailbox, ToEnvelope};
use actix::fut::ActorFuture;
use actix::{Actor, ActorContext, ActorState, Addr, AsyncContext, Handler, Message, SpawnHandle};
use tokio::sync::oneshot;
use tokio::time::{Sleep, sleep};

use super::link::Link;
use super::runner::Runner;
use crate::answer::Accept;
use crate::error::{Error, SendError};
use crate::event::{CloseCode, Frame};

/// One connection: its consumer's runner, and the link to its driver.
pub(crate) struct ConnectionActor {
    pub(super) runner: Runner,
    pub(super) link: Rc<Link>,
    /// Whether a message has changed something since the runner was polled.
    was_told: bool,
    /// The deadline of a delayed close, with the close code and the reason to send.
    closing: Option<(Pin<Box<Sleep>>, CloseCode, String)>,
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
            closing: None,
        }
    }

    /// Closes the connection after a delay, which starts with the next poll.
    pub(super) fn close_later(&mut self, after: Duration, code: CloseCode, reason: String) {
        self.closing = Some((Box::pin(sleep(after)), code, reason));
    }

    fn poll_closing(&mut self, cx: &mut Context<'_>) {
        let closing = self.closing.as_mut();
        if closing.is_some_and(|(time, ..)| time.as_mut().poll(cx).is_ready())
            && let Some((_, code, reason)) = self.closing.take()
        {
            self.link.close(code, &reason);
        }
    }

    /// Polls the consumer's runner and the mailbox. Ready once `disconnect` has returned.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.poll_closing(cx);
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
}

// ---- its messages

/// The result says why the connection could not be accepted.
impl Message for Accept {
    type Result = Result<(), Error>;
}

/// A frame for the peer. The result says whether the connection accepted it.
#[derive(Clone, Debug, Message)]
#[rtype(result = "Result<(), SendError>")]
pub struct Send(pub Frame);

/// Ends the connection after the frames that were sent so far; before it is accepted, denies it
/// with 403. Does nothing if it has already ended.
#[derive(Clone, Debug, Message)]
#[rtype(result = "()")]
pub struct Close {
    /// The code of the Close frame.
    pub code: CloseCode,
    /// The close reason, cut to 123 bytes.
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
        self.was_told = true;
        self.link.close(close.code, &close.reason);
    }
}

// ---- its context

/// The actor's mailbox.
pub(crate) struct Mail {
    address: Addr<ConnectionActor>,
    /// `None` while it is polled.
    mailbox: Cell<Option<Mailbox<ConnectionActor>>>,
    /// The driver has not polled it yet, so it cannot wake the driver.
    is_new: Cell<bool>,
}

impl Default for Mail {
    fn default() -> Self {
        let mailbox = Mailbox::default();
        Self {
            address: mailbox.address(),
            mailbox: Cell::new(Some(mailbox)),
            is_new: Cell::new(true),
        }
    }
}

impl Mail {
    pub(crate) fn address(&self) -> Addr<ConnectionActor> {
        self.address.clone()
    }

    /// Whether it exists, but the driver has not polled it yet.
    pub(crate) fn is_new(link: &Link) -> bool {
        Self::of(link).is_some_and(|mail| mail.is_new.get())
    }

    /// Stops reading: senders get an error, because the connection has ended.
    pub(super) fn close(&self) {
        drop(self.mailbox.take());
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

    /// Reads messages. While the peer does not read, messages stay in the mailbox. It is bounded,
    /// so senders wait when it is full.
    pub(super) fn poll(&mut self, actor: &mut ConnectionActor, task: &mut Context<'_>) {
        let link = Rc::clone(&self.0);
        let Some(mail) = Mail::of(&link) else { return };
        mail.is_new.set(false);
        if let Some(mut mailbox) = mail.mailbox.take() {
            mailbox.poll(actor, self, task);
            mail.mailbox.set(Some(mailbox));
        }
        if link.has_enough_to_write() && !link.is_held() {
            // The driver takes the queued frames out now, which makes room.
            task.waker().wake_by_ref();
        }
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

    fn spawn<F>(&mut self, _: F) -> SpawnHandle
    where
        F: ActorFuture<ConnectionActor, Output = ()> + 'static,
    {
        unreachable!("a mailbox asks for this trait, but no handler of the actor has futures")
    }

    fn wait<F>(&mut self, future: F)
    where
        F: ActorFuture<ConnectionActor, Output = ()> + 'static,
    {
        self.spawn(future);
    }

    /// Whether messages have to wait, for example because the peer does not read.
    fn waiting(&self) -> bool {
        self.0.has_enough_to_write()
    }

    fn cancel_future(&mut self, _: SpawnHandle) -> bool {
        false
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

    /// An accepted connection whose peer sends nothing.
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
