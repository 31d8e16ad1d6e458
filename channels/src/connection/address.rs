//! A handle to one connection, for code outside of its consumer.

use std::fmt;
use std::rc::Rc;

use actix::dev::SendError as NotSent;
use actix::{Addr, AsyncContext as _, MailboxError, Recipient};

use super::actor::{Close, ConnectionActor, ConnectionContext, Send};
use super::link::Link;
use crate::answer::Accept;
use crate::error::{Closed, Error, SendError};
use crate::event::{CloseCode, Frame};

/// A handle to one connection, with which other actors, tasks and threads send to it. The mailbox
/// behind it holds 16 messages, which gives back-pressure.
///
/// [`Context::address`](crate::Context::address) returns it. It can be cloned and sent to other
/// threads, and does not keep the connection open. It converts into a [`Recipient`] of [`Send`],
/// [`Close`] or [`Accept`].
///
/// ```
/// use channels::actor::ConsumerAddress;
/// use channels::{Accept, Context, Deny, Frame, HandlerResult, SendError, WebsocketConsumer};
///
/// async fn report(to: ConsumerAddress) -> Result<(), SendError> {
///     for percent in [10, 50, 100] {
///         // Waits while the peer does not read; fails once it is gone.
///         to.send(format!("{percent} %")).await?;
///     }
///     Ok(())
/// }
///
/// struct Import;
/// impl WebsocketConsumer for Import {
///     type Event = ();
///     async fn connect(&mut self, ctx: &mut Context<Self>) -> Result<(), Deny> {
///         ctx.accept(Accept::new())?;
///         actix_web::rt::spawn(report(ctx.address()));
///         Ok(())
///     }
///     async fn receive(&mut self, _: Frame, _: &mut Context<Self>) -> HandlerResult {
///         Ok(())
///     }
/// }
/// ```
#[derive(Clone)]
pub struct ConsumerAddress(Addr<ConnectionActor>);

impl ConsumerAddress {
    pub(super) fn of(link: &Rc<Link>) -> Self {
        Self(ConnectionContext::new(link).address())
    }

    /// Sends a frame, and waits until the connection has queued it. If the peer does not read, this
    /// waits until it does.
    ///
    /// # Errors
    /// [`SendError::Closed`] before `accept` and when the connection has ended,
    /// [`SendError::TooLarge`] for a frame that alone exceeds the outbox.
    pub async fn send(&self, frame: impl Into<Frame>) -> Result<(), SendError> {
        self.0.send(Send(frame.into())).await.map_err(closed)?
    }

    /// Puts a frame into the mailbox, for code that cannot wait. There is no feedback whether the
    /// connection accepts it after that.
    ///
    /// # Errors
    /// [`SendError::Full`] if 16 messages wait, [`SendError::Closed`] when the connection has ended.
    pub fn try_send(&self, frame: impl Into<Frame>) -> Result<(), SendError> {
        self.0
            .try_send(Send(frame.into()))
            .map_err(|failure| match failure {
                NotSent::Full(_) => SendError::Full,
                NotSent::Closed(_) => Closed.into(),
            })
    }

    /// Ends the connection after the frames that were sent so far; denies it before `accept`.
    ///
    /// # Errors
    /// [`Closed`] if it has ended already.
    pub async fn close(&self, code: CloseCode, reason: impl Into<String>) -> Result<(), Closed> {
        let reason = reason.into();
        self.0.send(Close { code, reason }).await.map_err(closed)
    }

    /// Accepts the handshake while the consumer's `connect` still waits for something.
    ///
    /// # Errors
    /// As [`Context::accept`](crate::Context::accept).
    pub async fn accept(&self, accept: Accept) -> Result<(), Error> {
        self.0.send(accept).await.map_err(closed)?
    }

    /// Whether the connection still reads its mailbox.
    pub fn connected(&self) -> bool {
        self.0.connected()
    }
}

/// The mailbox is closed, or was closed while a message waited in it.
fn closed(_: MailboxError) -> Closed {
    Closed
}

impl From<ConsumerAddress> for Recipient<Send> {
    fn from(address: ConsumerAddress) -> Self {
        address.0.recipient()
    }
}

impl From<ConsumerAddress> for Recipient<Close> {
    fn from(address: ConsumerAddress) -> Self {
        address.0.recipient()
    }
}

impl From<ConsumerAddress> for Recipient<Accept> {
    fn from(address: ConsumerAddress) -> Self {
        address.0.recipient()
    }
}

impl fmt::Debug for ConsumerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("ConsumerAddress");
        shown.field("connected", &self.connected());
        shown.finish_non_exhaustive()
    }
}
