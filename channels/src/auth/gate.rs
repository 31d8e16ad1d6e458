//! A placeholder for the consumer until a valid token has arrived; then it creates the consumer.

use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Sleep, sleep, timeout};

use super::token::sign_in;
use super::{AuthError, TokenBackend};
use crate::answer::{Accept, Deny};
use crate::connection::{Connection, Due, Link, Outcome, Turn, guarded};
use crate::error::WithSources;
use crate::event::{CloseCode, Disconnect, Frame};
use crate::layers::{Forwarder, LayerMessage};
use crate::routing::{Make, Parts};
use crate::scope::Scope;

#[derive(Clone)]
pub(super) struct Terms {
    pub(super) timeout: Duration,
    pub(super) code: CloseCode,
    pub(super) subprotocol: Option<String>,
    pub(super) read: fn(&Frame) -> Option<String>,
}

/// A connection that has no consumer at first.
pub(super) struct Gate<B> {
    backend: Arc<B>,
    terms: Terms,
    link: Rc<Link>,
    waiting: Option<Waiting>,
    deadline: Option<Pin<Box<Sleep>>>,
    inner: Option<Box<dyn Connection>>,
}

type Waiting = (Make, Scope, Parts);

impl<B: TokenBackend> Gate<B> {
    pub(super) fn new(backend: Arc<B>, terms: Terms, waiting: Waiting) -> Self {
        Self {
            backend,
            terms,
            link: Rc::clone(&waiting.2.link),
            waiting: Some(waiting),
            deadline: None,
            inner: None,
        }
    }

    fn accept(&mut self) -> Outcome {
        let mut accept = Accept::new();
        let wanted = self.terms.subprotocol.as_ref();
        let offered = |(_, scope, _): &Waiting| {
            wanted
                .filter(|wanted| scope.subprotocols().contains(wanted))
                .cloned()
        };
        accept.subprotocol = self.waiting.as_ref().and_then(offered);
        self.deadline = Some(Box::pin(sleep(self.terms.timeout)));
        match self.link.accept(accept) {
            Ok(()) => Outcome::Done,
            Err(failure) => Outcome::Failed(failure.into()),
        }
    }

    fn refuse(&self, reason: &str) -> Outcome {
        log::info!(target: "channels::auth", "a connection was closed: {reason}");
        self.link.close(self.terms.code, reason);
        Outcome::Done
    }

    async fn check(&self, frame: &Frame, scope: &Scope) -> Result<Option<B::User>, AuthError> {
        let Some(token) = (self.terms.read)(frame) else {
            return Ok(None);
        };
        let found = self.backend.authenticate(&token, scope).await;
        found.map_err(AuthError::Users)
    }

    /// Creates the consumer if the frame has a valid token.
    async fn open(&mut self, frame: &Frame) -> Outcome {
        self.deadline = None;
        let Some((make, mut scope, parts)) = self.waiting.take() else {
            return Outcome::Done;
        };
        let link = Rc::clone(&self.link);
        let checking = timeout(self.terms.timeout, self.check(frame, &scope));
        let user = match guarded(&link, checking).await {
            Ok(Ok(Ok(Some(user)))) => user,
            Ok(Ok(Ok(None))) => return self.refuse("not signed in"),
            Ok(Ok(Err(failure))) => return Outcome::Failed(failure.into()),
            Ok(Err(_)) => return self.refuse("signing in took too long"),
            Err(interrupted) => return interrupted,
        };
        sign_in(&mut scope, user);
        link.expect_accept();
        let (inner, outcome) = make(scope, parts).connect().await;
        self.inner = Some(inner);
        self.settle(outcome)
    }

    /// If `connect` refuses, the socket is closed, because the handshake is already answered.
    fn settle(&self, outcome: Outcome) -> Outcome {
        let deny = match outcome {
            Outcome::Denied(deny) => deny,
            Outcome::Done if self.link.still_expects_accept() => Deny::forbidden(),
            other => return other,
        };
        if let Some(cause) = &deny.cause {
            let cause = WithSources(cause.cause());
            log::error!(target: "channels::consumer", "`connect` failed: {cause}");
        }
        self.link.deny(deny);
        Outcome::Done
    }
}

impl<B: TokenBackend> Connection for Gate<B> {
    fn connect(mut self: Box<Self>) -> Turn {
        Box::pin(async move {
            let outcome = self.accept();
            (self as Box<dyn Connection>, outcome)
        })
    }

    fn receive(mut self: Box<Self>, frame: Frame) -> Turn {
        Box::pin(async move {
            let outcome = match self.inner.take() {
                None => self.open(&frame).await,
                Some(inner) => {
                    let (inner, outcome) = inner.receive(frame).await;
                    self.inner = Some(inner);
                    outcome
                }
            };
            (self as Box<dyn Connection>, outcome)
        })
    }

    fn deliver(mut self: Box<Self>, message: LayerMessage) -> Turn {
        Box::pin(async move {
            let mut outcome = Outcome::Done;
            if let Some(inner) = self.inner.take() {
                let (inner, delivered) = inner.deliver(message).await;
                self.inner = Some(inner);
                outcome = delivered;
            }
            (self as Box<dyn Connection>, outcome)
        })
    }

    fn disconnect(mut self: Box<Self>, why: Disconnect) -> Turn {
        Box::pin(async move {
            let mut outcome = Outcome::Done;
            if let Some(inner) = self.inner.take() {
                let (inner, said) = inner.disconnect(why).await;
                self.inner = Some(inner);
                outcome = said;
            }
            (self as Box<dyn Connection>, outcome)
        })
    }

    fn time_out(mut self: Box<Self>) -> Turn {
        Box::pin(async move {
            let mut outcome = Outcome::Done;
            if let Some(inner) = self.inner.take() {
                let (inner, ended) = inner.time_out().await;
                self.inner = Some(inner);
                outcome = ended;
            }
            (self as Box<dyn Connection>, outcome)
        })
    }

    fn forwarder(&self) -> Option<&'static Forwarder> {
        self.inner.as_ref()?.forwarder()
    }

    fn poll_due(&mut self, cx: &mut Context<'_>) -> Poll<Due> {
        if let Some(inner) = &mut self.inner {
            return inner.poll_due(cx);
        }
        let deadline = self.deadline.as_mut();
        if deadline.is_some_and(|deadline| deadline.as_mut().poll(cx).is_ready()) {
            self.deadline = None;
            let _ = self.refuse("not signed in in time");
            // The runner checks for the end before the next handler.
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    }
}
