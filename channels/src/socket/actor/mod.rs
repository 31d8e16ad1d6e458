//! The actor of one connection: moves frames between the socket and the consumer's runner.
//!
//! Here is its life and what it writes; `reading.rs` is what it does with what the peer says.
//! One for each accepted handshake, started by `mounted.rs` or `own.rs`; a server that
//! stops has a [`GoAway`] for it. All its work is one turn after another, so nothing waits for a slow
//! handler but the handlers after it.

mod reading;

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix::{Actor, ActorContext as _, Handler};
use bytes::BytesMut;
use tokio::time::{Sleep, sleep};

use self::reading::Read;
use super::context::{Running, SocketContext};
use super::deflate::Deflater;
use super::frames::Opcode;
use super::heartbeat::{Beat, Heartbeat};
use super::incoming::Incoming;
use super::outlet::{Outlet, Way};
use super::registry::{Entry, GoAway};
use crate::connection::{Attached, Outgoing};
use crate::event::{CloseCode, Disconnect};
use crate::launch::Launched;
use crate::layers::Forwarder;

/// Rounds of reading and handling, before other connections get their turn.
const ROUNDS_PER_POLL: usize = 4;

pub(super) struct SocketActor {
    attached: Attached,
    incoming: Incoming,
    heartbeat: Heartbeat,
    deflater: Option<Box<Deflater>>,
    entry: Option<Rc<Entry>>,
    /// When to close because the server stops, and what to say then.
    leave: Option<Box<(Pin<Box<Sleep>>, String)>>,
    phase: Phase,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Open,
    /// Our Close is sent; the peer has a while to answer it.
    Closing,
    /// Nothing is read or written any more.
    Finished,
}

/// The two ways of one connection, as its driver has them.
pub(super) struct Transport {
    pub(super) incoming: Incoming,
    pub(super) deflater: Option<Deflater>,
    pub(super) way: Way,
    /// To be sent before anything else.
    pub(super) unsent: BytesMut,
    /// The connection's place at a server of ours.
    pub(super) entry: Option<Rc<Entry>>,
}

impl SocketActor {
    /// The actor on its context, for a driver to poll and to write what it puts out.
    pub(super) fn run(launched: Launched, transport: Transport) -> Running {
        let Launched {
            mut attached,
            link,
            channel,
            ..
        } = launched;
        let outlet = Outlet::new(link, channel, transport.way, transport.unsent);
        if let Some(runner) = attached.runner() {
            runner.receiver().attach(Rc::clone(&outlet) as _);
        }
        let actor = Self {
            attached,
            heartbeat: Heartbeat::new(transport.incoming.options()),
            incoming: transport.incoming,
            deflater: transport.deflater.map(Box::new),
            entry: transport.entry,
            leave: None,
            phase: Phase::Open,
        };
        Running::new(actor, outlet)
    }

    /// How messages get past the consumer until the next turn.
    fn forwarder(&mut self) -> Option<&'static Forwarder> {
        let open = matches!(self.phase, Phase::Open) && self.deflater.is_none();
        self.attached.runner().filter(|_| open)?.forwarder()
    }

    /// Lets the server's orders reach the task that runs this actor.
    pub(super) fn run_by(&self, task: &Context<'_>) {
        if let Some(entry) = &self.entry {
            entry.reach_by(task.waker());
        }
    }

    /// What its driver needs for the end: the place to give up, and the time for goodbyes.
    pub(super) fn left_behind(&mut self) -> (Option<Rc<Entry>>, Duration) {
        let limit = self.incoming.options().close_timeout;
        (self.entry.take(), limit)
    }

    /// Reads, lets the consumer work, and puts out what it says; stops the context at the end.
    pub(super) fn turn(&mut self, ctx: &mut SocketContext, task: &mut Context<'_>) {
        let order = self.entry.as_ref().and_then(|entry| entry.next_order());
        if let Some(order) = order {
            self.handle(order, ctx);
        }
        self.work(ctx, task);
        ctx.outlet().open_for(self.forwarder(), task);
    }

    fn work(&mut self, ctx: &mut SocketContext, task: &mut Context<'_>) {
        for _ in 0..ROUNDS_PER_POLL {
            let read = self.read(ctx, task);
            let _ = self.attached.poll(task);
            self.write(ctx);
            self.watch(ctx, task);
            if matches!(self.phase, Phase::Finished) {
                ctx.stop();
                return;
            }
            if read == Read::Everything || !self.has_room(ctx) {
                return;
            }
        }
        task.waker().wake_by_ref();
    }

    /// Writes what the consumer sent, as far as the peer keeps up, and its Close after it.
    fn write(&mut self, ctx: &mut SocketContext) {
        if ctx.outlet().link().overflowed() {
            log::warn!(target: "channels::socket", "more waits for a peer than may; it is cut");
            self.cut(ctx);
            self.phase = Phase::Finished;
            return;
        }
        while !ctx.has_enough() {
            let Some(outgoing) = ctx.outlet().link().take_outgoing() else {
                return;
            };
            self.put_out(outgoing, ctx);
        }
        ctx.hold_back();
    }

    fn write_everything(&mut self, ctx: &mut SocketContext) {
        while let Some(outgoing) = ctx.outlet().link().take_outgoing() {
            self.put_out(outgoing, ctx);
        }
    }

    fn put_out(&mut self, outgoing: Outgoing, ctx: &mut SocketContext) {
        match outgoing {
            Outgoing::Frame(frame) => ctx.message(&frame, self.deflater.as_deref_mut()),
            Outgoing::Close(code, reason) => {
                ctx.close(Some(code.as_u16()), &reason);
                let limit = self.incoming.options().close_timeout;
                self.heartbeat.end_after(limit);
                self.phase = Phase::Closing;
            }
        }
    }

    /// Pings a silent peer, and gives up one that stays silent, does not take what it is sent or
    /// does not answer our Close.
    fn watch(&mut self, ctx: &mut SocketContext, task: &mut Context<'_>) {
        let due = |leave: &mut Box<(Pin<Box<Sleep>>, _)>| leave.0.as_mut().poll(task).is_ready();
        if let Some(leave) = self.leave.take_if(due) {
            self.leave(CloseCode::RESTART, &leave.1, ctx, task);
        }
        match self.phase {
            Phase::Finished => {}
            Phase::Closing => {
                if self.heartbeat.poll_end(task).is_ready() {
                    self.end(Disconnect::lost());
                }
            }
            Phase::Open => self.beat(ctx, task),
        }
    }

    fn beat(&mut self, ctx: &mut SocketContext, task: &mut Context<'_>) {
        let unsent_since = ctx.outlet().unsent_since();
        let options = self.incoming.options();
        match self.heartbeat.poll(options, unsent_since, task) {
            Poll::Pending => {}
            Poll::Ready(Beat::Ping) => ctx.frame(Opcode::Ping, b""),
            Poll::Ready(Beat::Expired) => self.leave(CloseCode::NORMAL, "", ctx, task),
            Poll::Ready(Beat::Lost) => {
                log::debug!(target: "channels::socket", "peer silent for too long");
                self.cut(ctx);
                self.end(Disconnect::lost());
            }
        }
    }

    fn leave(
        &mut self,
        code: CloseCode,
        reason: &str,
        ctx: &mut SocketContext,
        task: &mut Context<'_>,
    ) {
        ctx.outlet().link().close(code, reason);
        let _ = self.attached.poll(task);
        self.write(ctx);
    }

    fn cut(&self, ctx: &mut SocketContext) {
        ctx.cut();
        ctx.outlet().cut();
    }

    fn end(&mut self, why: Disconnect) {
        self.phase = Phase::Finished;
        if let Some(runner) = self.attached.runner() {
            runner.end(why);
        }
    }
}

impl Actor for SocketActor {
    type Context = SocketContext;
}

impl Handler<GoAway> for SocketActor {
    type Result = ();

    /// The turn that comes next does the rest.
    fn handle(&mut self, order: GoAway, ctx: &mut SocketContext) {
        match order {
            GoAway::Within(farewell) => {
                let at = Box::pin(sleep(farewell.delay()));
                self.leave = Some(Box::new((at, farewell.reason())));
            }
            GoAway::Now => {
                self.cut(ctx);
                self.end(Disconnect::lost());
            }
        }
    }
}
