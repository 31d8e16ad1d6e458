//! The actor of one connection: moves frames between the socket and the consumer's runner.
//!
//! Here is its life and what it writes; `reading.rs` is what it does with what the peer says.
//! One for each accepted handshake, started by `mounted.rs` or `own.rs`; a server that
//! stops has a [`GoAway`] for it. All its work is one turn after another, so nothing waits for a slow
//! handler but the handlers after it.

mod reading;

use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix::fut::wrap_future;
use actix::{Actor, ActorContext as _, ActorFutureExt as _, AsyncContext as _, Handler};
use bytes::BytesMut;
use tokio::time::sleep;

use self::reading::Read;
use super::context::{Running, SocketContext};
use super::deflate::Deflater;
use super::frames::Opcode;
use super::heartbeat::{Beat, Heartbeat};
use super::incoming::Incoming;
use super::outlet::{Outlet, Way};
use super::registry::{Entry, GoAway};
use crate::connection::Outgoing;
use crate::event::{CloseCode, Disconnect};
use crate::launch::Launched;
use crate::layers::Forwarder;

/// Rounds of reading and handling, before other connections get their turn.
const ROUNDS_PER_POLL: usize = 4;

pub(super) struct SocketActor {
    incoming: Incoming,
    heartbeat: Heartbeat,
    deflater: Option<Box<Deflater>>,
    entry: Option<Rc<Entry>>,
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
            attached,
            link,
            channel,
            ..
        } = launched;
        let outlet = Outlet::new((link, attached), channel, transport.way, transport.unsent);
        if let Some(mut runner) = outlet.runner() {
            runner.receiver().attach(Rc::clone(&outlet) as _);
        }
        let actor = Self {
            heartbeat: Heartbeat::new(transport.incoming.options()),
            incoming: transport.incoming,
            deflater: transport.deflater.map(Box::new),
            entry: transport.entry,
            phase: Phase::Open,
        };
        Running::new(actor, outlet)
    }

    /// How messages get past the consumer until the next turn.
    fn forwarder(&self, outlet: &Outlet) -> Option<&'static Forwarder> {
        let open = matches!(self.phase, Phase::Open) && self.deflater.is_none();
        outlet.runner().filter(|_| open)?.forwarder()
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

    /// Takes the server's order, if there is one.
    pub(super) fn take_order(&mut self, ctx: &mut SocketContext) {
        let order = self.entry.as_ref().and_then(|entry| entry.next_order());
        if let Some(order) = order {
            self.handle(order, ctx);
        }
    }

    /// Reads, lets the consumer work, and puts out what it says; stops the context at the end.
    pub(super) fn turn(&mut self, ctx: &mut SocketContext, task: &mut Context<'_>) {
        self.work(ctx, task);
        let forwarder = self.forwarder(ctx.outlet());
        ctx.outlet().open_for(forwarder, task);
    }

    fn work(&mut self, ctx: &mut SocketContext, task: &mut Context<'_>) {
        for _ in 0..ROUNDS_PER_POLL {
            let read = self.read(ctx, task);
            ctx.outlet().link().hold(ctx.has_enough());
            ctx.outlet().poll_consumer(task);
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
        match self.phase {
            Phase::Finished => {}
            Phase::Closing => {
                if self.heartbeat.poll_end(task).is_ready() {
                    self.end(Disconnect::lost(), ctx);
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
            Poll::Ready(Beat::Expired) => self.expire(ctx, task),
            Poll::Ready(Beat::Lost) => {
                log::debug!(target: "channels::socket", "peer silent for too long");
                self.cut(ctx);
                self.end(Disconnect::lost(), ctx);
            }
        }
    }

    fn expire(&mut self, ctx: &mut SocketContext, task: &mut Context<'_>) {
        ctx.outlet().link().close(CloseCode::NORMAL, "");
        ctx.outlet().poll_consumer(task);
        self.write(ctx);
    }

    fn cut(&self, ctx: &mut SocketContext) {
        ctx.cut();
        ctx.outlet().cut();
    }

    fn end(&mut self, why: Disconnect, ctx: &SocketContext) {
        self.phase = Phase::Finished;
        if let Some(mut runner) = ctx.outlet().runner() {
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
                let time = wrap_future(sleep(farewell.delay()));
                let close = move |(), _: &mut Self, ctx: &mut SocketContext| {
                    let reason = farewell.reason();
                    ctx.outlet().link().close(CloseCode::RESTART, &reason);
                };
                ctx.spawn(time.map(close));
            }
            GoAway::Now => {
                self.cut(ctx);
                self.end(Disconnect::lost(), ctx);
            }
        }
    }
}
