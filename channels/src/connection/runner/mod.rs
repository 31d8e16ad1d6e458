//! Runs a consumer's handlers one at a time, and ends every connection exactly once.
//!
//! The driver polls the [`Runner`] through an [`Attached`](super::Attached), so that it finishes
//! even without its driver.

mod ending;
mod settling;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use futures_util::Stream;

use self::ending::Ending;
use super::inbox::Inbox;
use super::link::Link;
use super::timers::Due;
use super::turn::{Connection, Turn, panic_text};
use crate::event::{CloseCode, Disconnect, Frame, Side};
use crate::layers::{ChannelReceiver, Forwarder, LayerMessage};
use crate::observe;
use crate::routing::Closer;

/// The number of handlers in one poll, before the other connections of the thread get their turn.
const TURNS_PER_POLL: usize = 32;

/// The next step of a runner.
enum Next {
    Turn(Turn),
    /// Handled without waking the consumer; there may be more.
    Forwarded(Box<dyn Connection>),
    Nothing(Box<dyn Connection>),
}

/// The frame for a message that the consumer need not handle, or the text of a panic.
fn forwarded(connection: &dyn Connection, message: &LayerMessage) -> Result<Option<Frame>, String> {
    let Some(forwarder) = connection.forwarder() else {
        return Ok(None);
    };
    let frame = catch_unwind(AssertUnwindSafe(|| (forwarder.frame)(message)));
    frame.map_err(|payload| panic_text(&*payload))
}

/// The life of one connection, from `connect` to `disconnect`.
pub(crate) struct Runner {
    link: Rc<Link>,
    stage: Stage,
    /// The consumer between two handlers; while one runs, it is inside `turn`.
    idle: Option<Box<dyn Connection>>,
    turn: Option<Turn>,
    inbox: Inbox,
    frame_was_last: bool,
    /// The number that waited when the last frame had been handled. Without it, a client that never
    /// stops sending could make its consumer miss events.
    events_first: usize,
    receiver: ChannelReceiver,
    #[expect(dead_code, reason = "counts for as long as it is kept")]
    open: Option<observe::Open>,
    ending: Ending,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Fresh,
    Connecting,
    Open,
    Leaving,
}

impl Runner {
    pub(crate) fn new(
        connection: Box<dyn Connection>,
        receiver: ChannelReceiver,
        link: Rc<Link>,
    ) -> Self {
        Self {
            link,
            stage: Stage::Fresh,
            idle: Some(connection),
            turn: None,
            inbox: Inbox::default(),
            frame_was_last: false,
            events_first: 0,
            receiver,
            open: None,
            ending: Ending::default(),
        }
    }

    /// Sets the futures that may end the connection.
    pub(crate) fn ended_by(self, closers: Vec<Closer>) -> Self {
        Self {
            ending: Ending::by(closers),
            ..self
        }
    }

    /// Counts the connection as open until its end.
    pub(crate) fn counted_by(self, open: observe::Open) -> Self {
        Self {
            open: Some(open),
            ..self
        }
    }

    /// Whether the driver may read more from the peer.
    pub(crate) fn has_room(&self) -> bool {
        self.inbox.has_room()
    }

    /// Whether a frame waits and its handler could start at once.
    pub(crate) fn is_due(&self) -> bool {
        self.turn.is_none() && !self.inbox.is_empty()
    }

    /// Whether the consumer is idle.
    pub(crate) fn is_waiting(&self) -> bool {
        self.stage == Stage::Open && self.turn.is_none() && self.inbox.is_empty()
    }

    /// How to forward messages without the consumer; `None` while it has something to do or to
    /// send.
    pub(crate) fn forwarder(&self) -> Option<&'static Forwarder> {
        let idle = self.is_waiting() && self.ending.why().is_none() && self.receiver.waiting() == 0;
        let clear = idle && !self.link.has_outgoing() && !self.link.is_closing();
        self.idle.as_ref().filter(|_| clear)?.forwarder()
    }

    /// The channel of the consumer.
    pub(crate) fn receiver(&mut self) -> &mut ChannelReceiver {
        &mut self.receiver
    }

    /// Queues a frame from the peer; nothing is processed after a Close of either side.
    pub(crate) fn receive(&mut self, frame: Frame) {
        if self.ending.why().is_some() || self.link.is_closing() {
            return;
        }
        observe::frame_received(frame.len());
        self.inbox.push(frame);
    }

    /// Ends the connection; only the first call counts. Frames that came before are still handled,
    /// events no longer.
    pub(crate) fn end(&mut self, why: Disconnect) {
        let denied = self.link.is_closing() && self.link.closed_with().is_none();
        self.ending.note(|| match denied {
            true => Disconnect::denied(),
            false => why,
        });
        self.link.end();
    }

    /// Runs handlers; ready once `disconnect` has run.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.poll_closers(cx);
        for _ in 0..TURNS_PER_POLL {
            if self.turn.is_none() {
                // The consumer is dropped when `disconnect` has run.
                let Some(connection) = self.idle.take() else {
                    return Poll::Ready(());
                };
                match self.next_turn(connection, cx) {
                    Next::Turn(turn) => self.turn = Some(turn),
                    Next::Forwarded(connection) => self.idle = Some(connection),
                    Next::Nothing(connection) => {
                        self.idle = Some(connection);
                        return Poll::Pending;
                    }
                }
            }
            if self.turn.is_some() && self.poll_turn(cx).is_pending() {
                return Poll::Pending;
            }
            if self.link.has_enough_to_write() || self.has_news_to_come() {
                break;
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Whether a frame was handled whose effects may come back through the router: the consumer
    /// gets those before its next frame. Events do not stop this, because handling more of them at
    /// once takes fewer writes.
    fn has_news_to_come(&self) -> bool {
        self.frame_was_last && self.receiver.is_router_due()
    }

    /// First, because queued messages must not delay the end of the consumer.
    fn poll_closers(&mut self, cx: &mut Context<'_>) {
        if let Poll::Ready((code, reason)) = self.ending.poll_closers(cx) {
            self.inbox.clear();
            self.link.close(code, &reason);
        }
    }

    /// The handler to run now, if there is one.
    fn next_turn(&mut self, mut connection: Box<dyn Connection>, cx: &mut Context<'_>) -> Next {
        if self.stage == Stage::Fresh {
            self.stage = Stage::Connecting;
            return Next::Turn(connection.connect());
        }
        if let Some(why) = self.reason_to_leave() {
            self.stage = Stage::Leaving;
            self.ending.renew_grace();
            return Next::Turn(connection.disconnect(why));
        }
        // Frames first, but neither source starves the other.
        if std::mem::take(&mut self.frame_was_last) {
            self.events_first = self.receiver.waiting().max(1);
        }
        if self.events_first > 0 && !self.inbox.is_empty() {
            self.events_first -= 1;
            if let Some(due) = self.next_due(&mut *connection, cx) {
                return self.turn_for(due, connection, cx);
            }
        }
        self.events_first = 0;
        // Requests of a peer are not handled while the peer does not read earlier answers.
        let has_room = !self.link.has_enough_to_write();
        if let Some(frame) = has_room.then(|| self.inbox.pop()).flatten() {
            self.frame_was_last = true;
            return Next::Turn(connection.receive(frame));
        }
        match self.next_due(&mut *connection, cx) {
            Some(due) => self.turn_for(due, connection, cx),
            None => Next::Nothing(connection),
        }
    }

    /// The next message of the layer, a timer or a task; none after the end.
    fn next_due(&mut self, connection: &mut dyn Connection, cx: &mut Context<'_>) -> Option<Due> {
        if self.ending.why().is_some() || self.waits_for_peer(cx) {
            return None;
        }
        if let Poll::Ready(message) = Pin::new(&mut self.receiver).poll_next(cx) {
            return message.map(Due::Message);
        }
        match connection.poll_due(cx) {
            Poll::Ready(due) => Some(due),
            Poll::Pending => None,
        }
    }

    /// Whether the peer must first read more of its queued frames (back-pressure). A burst then
    /// waits in the channel, where its members share the messages, and not in the outbox of each.
    fn waits_for_peer(&mut self, cx: &mut Context<'_>) -> bool {
        if !self.link.has_enough_to_write() {
            return false;
        }
        if self.receiver.poll_overflowed(cx).is_ready() {
            self.cut_slow();
            cx.waker().wake_by_ref();
        }
        true
    }

    fn turn_for(
        &mut self,
        due: Due,
        connection: Box<dyn Connection>,
        cx: &mut Context<'_>,
    ) -> Next {
        let failure = match due {
            Due::Message(message) => match forwarded(&*connection, &message) {
                Ok(None) => return Next::Turn(connection.deliver(message)),
                Ok(Some(frame)) => {
                    // Frames that cannot be sent any more are dropped with their connection.
                    let _ = self.link.send(frame);
                    return Next::Forwarded(connection);
                }
                Err(text) => {
                    observe::handler_failed("event", "panic");
                    format!("`forward` panicked: {text}")
                }
            },
            Due::Deadline => return Next::Turn(connection.time_out()),
            Due::Panicked(text) => format!("a task panicked: {text}"),
        };
        log::error!(target: "channels::consumer", "{failure}");
        self.fail();
        self.next_turn(connection, cx)
    }

    /// Whether it is time for `disconnect`, and the reason to pass to it.
    fn reason_to_leave(&mut self) -> Option<Disconnect> {
        if self.receiver.overflowed() {
            self.cut_slow();
        }
        if let Some((code, reason)) = self.link.closed_with() {
            let code = Some(code.as_u16());
            let initiated_by = Side::Server;
            return Some(Disconnect {
                code,
                reason,
                initiated_by,
            });
        }
        if let Some(why) = self.ending.why() {
            return self.inbox.is_empty().then(|| why.clone());
        }
        // Closing without a close code: the handshake was denied.
        self.link.is_closing().then(Disconnect::denied)
    }

    /// A consumer whose channel was full has lost an event, so its connection is closed and the
    /// client can start again.
    fn cut_slow(&mut self) {
        if !self.link.is_closing() {
            let name = self.receiver.name();
            log::warn!(target: "channels::layers", "{name} does not keep up; it is cut");
            if self.link.has_enough_to_write() {
                // The peer does not read, so it would not read a Close either.
                self.link.overflow("too slow");
            } else {
                observe::slow_consumer();
                self.link.close(CloseCode::OVERLOAD, "too slow");
            }
        }
    }

    fn poll_turn(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(turn) = &mut self.turn else {
            return Poll::Ready(());
        };
        let mut poll = turn.as_mut().poll(cx);
        if poll.is_pending() && self.receiver.poll_overflowed(cx).is_ready() {
            self.cut_slow();
        }
        if poll.is_pending() && self.grace_is_over(cx) {
            self.link.cancel();
            if let Some(turn) = &mut self.turn {
                poll = turn.as_mut().poll(cx);
            }
        }
        let Poll::Ready((connection, outcome)) = poll else {
            return Poll::Pending;
        };
        self.turn = None;
        self.idle = Some(connection);
        self.settle(outcome);
        Poll::Ready(())
    }

    /// A handler may run for a limited time after the end of the connection.
    fn grace_is_over(&mut self, cx: &mut Context<'_>) -> bool {
        if !self.link.is_closing() && self.stage != Stage::Leaving {
            return false;
        }
        let limit = self.link.limits().grace;
        self.ending.poll_grace(limit, cx).is_ready()
    }
}
