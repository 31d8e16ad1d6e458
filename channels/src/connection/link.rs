//! The state that a consumer's context shares with the driver of its connection.
//!
//! The consumer's side answers the handshake, queues frames and requests the end; the driver's side
//! takes them out. Both live on one thread.

use std::any::Any;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use crate::answer::{Accept, Deny, ResponseHead};
use crate::error::{Closed, Error, SendError};
use crate::event::{CloseCode, Frame, fitting_reason};
use crate::observe;
use crate::scope::Protocol;

/// Added to the payload of each queued frame, so that empty frames are not free.
const FRAME_OVERHEAD_BYTES: usize = 64;

/// About what a socket accepts at once; more would only wait in memory.
const ENOUGH_TO_WRITE_BYTES: usize = 64 * 1024;

/// The limits of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Maximum of queued payload bytes before the connection is closed.
    pub(crate) outbox_bytes: usize,
    /// Time limit of middleware, and then of `connect`, before the handshake is denied.
    pub(crate) connect: Duration,
    /// How long a handler may continue after the connection has ended.
    pub(crate) grace: Duration,
}

/// The consumer's answer to the handshake.
pub(crate) enum Answer {
    Accept(Accept),
    Deny(Deny),
}

/// The frames that the driver has to write, in order.
#[derive(Debug)]
pub(crate) enum Outgoing {
    Frame(Frame),
    /// The last frame: nothing follows a Close.
    Close(CloseCode, String),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// `connect` has not answered yet.
    Handshake,
    Open,
    /// The consumer requested the end, or exceeded a limit.
    Closing,
    /// The driver reported that nothing can be sent any more.
    Ended,
}

/// The parts of a response besides its body.
#[derive(Default)]
struct Response {
    /// Held back until the body begins; then the driver takes it.
    head: RefCell<Option<ResponseHead>>,
    /// For a stream of events: how long it may be silent.
    heartbeat: Cell<Option<Duration>>,
}

pub(crate) struct Link {
    protocol: Protocol,
    phase: Cell<Phase>,
    answer: Cell<Option<Box<Answer>>>,
    /// Of an HTTP response.
    response: OnceCell<Box<Response>>,
    outbox: RefCell<VecDeque<Frame>>,
    queued_bytes: Cell<usize>,
    /// The code and reason of the server's Close, if the server closed first.
    closed_with: OnceCell<Box<(CloseCode, String)>>,
    /// Whether the driver still has to write that.
    close_is_due: Cell<bool>,
    overflowed: Cell<bool>,
    /// The driver's buffer is full: see `hold`.
    held: Cell<bool>,
    cancelled: Cell<bool>,
    /// A gate has accepted before the consumer existed; the consumer's own `accept` comes later.
    accepted_by_gate: Cell<bool>,
    /// The subprotocols that the client offered, until the handshake is answered.
    offered: RefCell<Vec<String>>,
    /// The actor's mailbox, once its address was requested.
    of_actor: OnceCell<Box<dyn Any>>,
    /// Shared by the connections of one application.
    limits: Rc<Limits>,
}

impl Link {
    pub(crate) fn new(protocol: Protocol, limits: Rc<Limits>) -> Self {
        Self {
            protocol,
            phase: Cell::new(Phase::Handshake),
            answer: Cell::default(),
            response: OnceCell::new(),
            outbox: RefCell::default(),
            queued_bytes: Cell::new(0),
            closed_with: OnceCell::new(),
            close_is_due: Cell::new(false),
            overflowed: Cell::new(false),
            held: Cell::new(false),
            cancelled: Cell::new(false),
            accepted_by_gate: Cell::new(false),
            offered: RefCell::default(),
            of_actor: OnceCell::new(),
            limits,
        }
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The actor's mailbox, if it exists.
    pub(super) fn of_actor<T: 'static>(&self) -> Option<&T> {
        self.of_actor.get()?.downcast_ref()
    }

    pub(super) fn of_actor_or_new<T: Default + 'static>(&self) -> &T {
        let kept = self.of_actor.get_or_init(|| Box::new(T::default()));
        kept.downcast_ref()
            .expect("only the actor keeps something here")
    }

    // ---- the consumer's side

    /// Stores the subprotocols that the client offered.
    pub(super) fn offer(&self, subprotocols: &[String]) {
        self.offered.replace(subprotocols.to_vec());
    }

    /// Accepts the handshake, if the client offered the chosen subprotocol.
    pub(super) fn accept_offered(&self, accept: Accept) -> Result<(), Error> {
        accept.check(&self.offered.borrow())?;
        self.accept(accept)
    }

    pub(crate) fn accept(&self, accept: Accept) -> Result<(), Error> {
        match self.phase.get() {
            Phase::Handshake => {
                self.phase.set(Phase::Open);
                self.put_answer(Answer::Accept(accept));
                Ok(())
            }
            Phase::Open if self.accepted_by_gate.take() => {
                if accept.subprotocol.is_some() || !accept.headers.is_empty() {
                    log::warn!(
                        target: "channels::auth",
                        "the handshake was answered before `connect`; what it adds is lost",
                    );
                }
                Ok(())
            }
            Phase::Open => Err(Error::AlreadyAnswered),
            Phase::Closing | Phase::Ended => Err(Error::Closed(Closed)),
        }
    }

    fn put_answer(&self, answer: Answer) {
        self.offered.take();
        self.answer.set(Some(Box::new(answer)));
    }

    /// Lets the consumer accept again a handshake that a gate has already accepted.
    pub(crate) fn expect_accept(&self) {
        self.accepted_by_gate.set(true);
    }

    pub(crate) fn still_expects_accept(&self) -> bool {
        self.accepted_by_gate.get()
    }

    /// Refuses the handshake, or closes the connection if it was already accepted.
    pub(crate) fn deny(&self, mut deny: Deny) {
        // Only a WebSocket can be closed with a code.
        let close = deny.close.take();
        let close = close.filter(|_| self.protocol != Protocol::Http);
        match (self.phase.get(), close) {
            (Phase::Handshake, Some((code, reason))) => {
                self.put_answer(Answer::Accept(Accept::new()));
                self.phase.set(Phase::Open);
                self.close(code, &reason);
            }
            (Phase::Handshake, None) => {
                self.phase.set(Phase::Closing);
                self.put_answer(Answer::Deny(deny));
            }
            (_, Some((code, reason))) => self.close(code, &reason),
            (_, None) if deny.cause.is_some() => self.close(CloseCode::INTERNAL, ""),
            (_, None) => self.close(CloseCode::POLICY, ""),
        }
    }

    pub(crate) fn send(&self, frame: Frame) -> Result<(), SendError> {
        if self.phase.get() != Phase::Open {
            return Err(Closed.into());
        }
        let (bytes, limit) = (frame.len(), self.limits.outbox_bytes);
        // A response is a stream of bytes: the application may pass its body in one part.
        if bytes > limit && self.protocol != Protocol::Http {
            observe::frame_too_large();
            return Err(SendError::TooLarge { bytes, limit });
        }
        let queued = self.queued_bytes.get();
        // The frame that fills the queue may be larger than the rest, so the queue never holds more
        // than twice the bound.
        if queued >= limit {
            self.overflow("too much to send");
            return Err(Closed.into());
        }
        self.queued_bytes.set(queued + bytes + FRAME_OVERHEAD_BYTES);
        self.outbox.borrow_mut().push_back(frame);
        Ok(())
    }

    /// Ends the connection and drops its queued frames.
    pub(crate) fn overflow(&self, reason: &str) {
        self.overflowed.set(true);
        observe::slow_reader();
        self.close(CloseCode::OVERLOAD, reason);
    }

    pub(crate) fn queued_bytes(&self) -> usize {
        self.queued_bytes.get()
    }

    pub(crate) fn close(&self, code: CloseCode, reason: &str) {
        match self.phase.get() {
            Phase::Handshake => self.deny(self.denial(code)),
            Phase::Open => {
                self.phase.set(Phase::Closing);
                let close = || (code, fitting_reason(reason).to_owned());
                self.closed_with.get_or_init(|| Box::new(close()));
                self.close_is_due.set(true);
            }
            Phase::Closing | Phase::Ended => {}
        }
    }

    /// The response to a peer whose connection is closed before the handshake was answered.
    fn denial(&self, code: CloseCode) -> Deny {
        match (self.protocol, code) {
            (Protocol::Http, CloseCode::OVERLOAD | CloseCode::RESTART) => Deny::overloaded(),
            (Protocol::Http, _) => Deny::status(500).text("Internal server error"),
            _ => Deny::forbidden(),
        }
    }

    /// Sets the head of a response, which goes out with the first part of its body.
    pub(crate) fn hold_head(&self, head: ResponseHead) -> Result<(), Error> {
        match self.phase.get() {
            Phase::Handshake if !self.holds_head() => {
                self.response().head.replace(Some(head));
                Ok(())
            }
            Phase::Handshake | Phase::Open => Err(Error::ResponseStarted),
            Phase::Closing | Phase::Ended => Err(Error::Closed(Closed)),
        }
    }

    fn response(&self) -> &Response {
        self.response.get_or_init(Box::default)
    }

    pub(crate) fn holds_head(&self) -> bool {
        let response = self.response.get();
        response.is_some_and(|response| response.head.borrow().is_some())
    }

    pub(crate) fn set_heartbeat(&self, silence: Duration) {
        self.response().heartbeat.set(Some(silence));
    }

    pub(crate) fn heartbeat(&self) -> Option<Duration> {
        self.response.get()?.heartbeat.get()
    }

    /// Returns whether the consumer may respond after `connect` has returned, as HTTP consumers may.
    pub(crate) fn answers_later(&self) -> bool {
        self.protocol == Protocol::Http
    }

    pub(crate) fn is_answered(&self) -> bool {
        self.phase.get() != Phase::Handshake
    }

    /// Whether neither side may send data any more.
    pub(crate) fn is_closing(&self) -> bool {
        matches!(self.phase.get(), Phase::Closing | Phase::Ended)
    }

    /// The code and reason of the server's Close, if the server closed first.
    pub(crate) fn closed_with(&self) -> Option<(CloseCode, String)> {
        self.closed_with.get().map(|closed| (**closed).clone())
    }

    // ---- the driver's side

    pub(crate) fn take_answer(&self) -> Option<Answer> {
        self.answer.take().map(|answer| *answer)
    }

    pub(crate) fn has_answer(&self) -> bool {
        let answer = self.answer.take();
        let has_answer = answer.is_some();
        self.answer.set(answer);
        has_answer
    }

    pub(crate) fn take_head(&self) -> Option<ResponseHead> {
        self.response.get()?.head.take()
    }

    /// Whether something waits to be taken out.
    pub(crate) fn has_outgoing(&self) -> bool {
        !self.outbox.borrow().is_empty() || self.close_is_due.get()
    }

    /// The next frame; after the last one the Close, if there is one.
    pub(crate) fn take_frame(&self) -> Option<Frame> {
        let mut outbox = self.outbox.borrow_mut();
        let frame = outbox.pop_front()?;
        if outbox.is_empty() {
            // An idle connection keeps no buffer.
            *outbox = VecDeque::new();
        }
        // A metrics recorder may run any code, also code that uses this link.
        drop(outbox);
        let queued = self.queued_bytes.get();
        observe::frame_sent(frame.len(), queued);
        self.queued_bytes
            .set(queued - frame.len() - FRAME_OVERHEAD_BYTES);
        Some(frame)
    }

    pub(crate) fn take_outgoing(&self) -> Option<Outgoing> {
        if let Some(frame) = self.take_frame() {
            return Some(Outgoing::Frame(frame));
        }
        let due = self.close_is_due.take();
        let (code, reason) = self.closed_with().filter(|_| due)?;
        Some(Outgoing::Close(code, reason))
    }

    /// Whether so much is queued that the driver should write before another handler runs.
    pub(crate) fn has_enough_to_write(&self) -> bool {
        self.held.get()
            || self.queued_bytes.get() >= ENOUGH_TO_WRITE_BYTES.min(self.limits.outbox_bytes)
    }

    /// Applies back-pressure: the driver took frames out that the peer has not read, and they are
    /// enough for now. Nothing holds back a connection that has ended: its consumer still handles
    /// the frames that came before.
    pub(crate) fn hold(&self, held: bool) {
        self.held.set(held && self.phase.get() != Phase::Ended);
    }

    pub(crate) fn is_held(&self) -> bool {
        self.held.get()
    }

    /// Whether the queue is over its limit: the peer does not keep up, or the consumer sends too
    /// much.
    pub(crate) fn overflowed(&self) -> bool {
        self.overflowed.get()
    }

    /// Nothing can be sent any more.
    pub(crate) fn end(&self) {
        self.phase.set(Phase::Ended);
        self.outbox.take();
        self.queued_bytes.set(0);
        self.held.set(false);
        self.close_is_due.set(false);
    }

    /// Cancels a handler that does not finish.
    pub(crate) fn cancel(&self) {
        self.cancelled.set(true);
    }

    /// Returns whether the running handler should be cancelled, and clears the request.
    pub(crate) fn take_cancel(&self) -> bool {
        self.cancelled.take()
    }
}
