//! The actor of one connection: moves frames between the socket and the consumer's runner.
//!
//! One for each accepted handshake, started by `mounted.rs` or `own.rs`; the registry of a
//! server sends it [`GoAway`]. All its work is one future on its context, so nothing waits for a
//! slow handler but the handlers after it.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix::fut::ActorFuture;
use actix::{Actor, ActorContext as _, AsyncContext as _, Handler};
use rand::RngExt as _;
use tokio::time::{Sleep, sleep};

use super::context::{Running, SocketContext};
use super::deflate::Deflater;
use super::frames::Opcode;
use super::heartbeat::{Beat, Heartbeat};
use super::incoming::{Arrived, Incoming};
use super::kill::KillHandle;
use super::options::SocketOptions;
use super::registry::GoAway;
use crate::connection::{Attached, Link, Outgoing};
use crate::event::{CloseCode, Disconnect, Side};
use crate::launch::Launched;

/// Things read, and rounds of reading and handling, before other connections get their turn.
const ARRIVALS_PER_ROUND: usize = 64;
const ROUNDS_PER_POLL: usize = 4;

pub(super) struct SocketActor {
    attached: Attached,
    link: Rc<Link>,
    incoming: Incoming,
    heartbeat: Heartbeat,
    deflater: Option<Deflater>,
    kill: KillHandle,
    close_timeout: Duration,
    /// When to close because the server stops.
    leave_at: Option<Pin<Box<Sleep>>>,
    phase: Phase,
}

enum Phase {
    Open,
    /// Our Close is sent; the peer has until then to answer it.
    Closing(Pin<Box<Sleep>>),
    /// Nothing is read or written any more.
    Finished,
}

/// What came of reading.
#[derive(PartialEq, Eq)]
enum Read {
    /// All there is; the peer's next bytes wake the actor.
    Everything,
    /// There may be more, but the consumer has enough to do.
    NotAll,
}

impl SocketActor {
    pub(super) fn new(
        launched: Launched,
        incoming: Incoming,
        kill: KillHandle,
        options: &SocketOptions,
        deflater: Option<Deflater>,
    ) -> Self {
        Self {
            attached: launched.attached,
            link: launched.link,
            incoming,
            heartbeat: Heartbeat::new(options),
            deflater,
            kill,
            close_timeout: options.close_timeout,
            leave_at: None,
            phase: Phase::Open,
        }
    }

    /// The actor on its context, for a driver to poll and to write what it puts out.
    pub(super) fn run(self) -> Running {
        SocketContext::run(self)
    }

    fn turn(&mut self, ctx: &mut SocketContext, task: &mut Context<'_>) -> Poll<()> {
        for _ in 0..ROUNDS_PER_POLL {
            let read = self.read(ctx, task);
            let _ = self.attached.poll(task);
            self.write(ctx);
            self.watch(ctx, task);
            if matches!(self.phase, Phase::Finished) {
                ctx.stop();
                return Poll::Ready(());
            }
            if read == Read::Everything || !self.has_room(ctx) {
                return Poll::Pending;
            }
        }
        task.waker().wake_by_ref();
        Poll::Pending
    }

    /// Whether to read on: not while the consumer has enough to do, nor while the peer does not
    /// take what it was sent.
    fn has_room(&mut self, ctx: &mut SocketContext) -> bool {
        if ctx.has_enough() || self.link.has_enough_to_write() {
            ctx.hold_back();
            return false;
        }
        self.attached
            .runner()
            .is_none_or(|runner| runner.has_room())
    }

    fn read(&mut self, ctx: &mut SocketContext, task: &mut Context<'_>) -> Read {
        for _ in 0..ARRIVALS_PER_ROUND {
            if !self.has_room(ctx) {
                // Its silence is ours: we do not listen.
                self.heartbeat.excuse();
                return Read::NotAll;
            }
            match self.incoming.poll_next(task) {
                Poll::Ready(Some(arrived)) => {
                    self.heartbeat.heard();
                    self.take(arrived, ctx, task);
                }
                Poll::Ready(None) => {
                    self.end(Disconnect::lost());
                    return Read::Everything;
                }
                Poll::Pending => return Read::Everything,
            }
            if matches!(self.phase, Phase::Finished) {
                return Read::Everything;
            }
        }
        Read::NotAll
    }

    fn take(&mut self, arrived: Arrived, ctx: &mut SocketContext, task: &mut Context<'_>) {
        let open = matches!(self.phase, Phase::Open) && !self.link.is_closing();
        match arrived {
            Arrived::Frame(frame) if open => {
                if let Some(runner) = self.attached.runner() {
                    runner.receive(frame);
                }
            }
            Arrived::Ping(payload) if open => ctx.frame(Opcode::Pong, &payload),
            Arrived::Frame(_) | Arrived::Ping(_) | Arrived::Pong => {}
            Arrived::Close(close) => self.answer_close(close, ctx, task),
            Arrived::Violation(violation) => {
                log::debug!(target: "channels::socket", "peer refused: {}", violation.reason);
                self.settle(ctx, task);
                self.link.close(violation.code, violation.reason);
                self.write_everything(ctx);
                self.phase = Phase::Finished;
            }
        }
    }

    fn answer_close(
        &mut self,
        close: Option<(u16, String)>,
        ctx: &mut SocketContext,
        task: &mut Context<'_>,
    ) {
        self.settle(ctx, task);
        self.write_everything(ctx);
        let (code, reason) = close.unzip();
        if matches!(self.phase, Phase::Open) {
            ctx.close(code, "");
        }
        self.end(Disconnect {
            code,
            reason: reason.unwrap_or_default(),
            initiated_by: Side::Client,
        });
    }

    /// Gives handlers of frames that came before the end the chance to answer, if they need not
    /// wait for anything.
    fn settle(&mut self, ctx: &mut SocketContext, task: &mut Context<'_>) {
        for _ in 0..ROUNDS_PER_POLL {
            let _ = self.attached.poll(task);
            self.write_everything(ctx);
            if self.attached.runner().is_none_or(|runner| !runner.is_due()) {
                return;
            }
        }
    }

    /// Writes what the consumer sent, as far as the peer keeps up, and its Close after it.
    fn write(&mut self, ctx: &mut SocketContext) {
        if self.link.overflowed() {
            log::warn!(target: "channels::socket", "more waits for a peer than may; it is cut");
            self.cut(ctx);
            self.phase = Phase::Finished;
            return;
        }
        while !ctx.has_enough() {
            let Some(outgoing) = self.link.take_outgoing() else {
                return;
            };
            self.put_out(outgoing, ctx);
        }
        ctx.hold_back();
    }

    fn write_everything(&mut self, ctx: &mut SocketContext) {
        while let Some(outgoing) = self.link.take_outgoing() {
            self.put_out(outgoing, ctx);
        }
    }

    fn put_out(&mut self, outgoing: Outgoing, ctx: &mut SocketContext) {
        match outgoing {
            Outgoing::Frame(frame) => ctx.message(&frame, self.deflater.as_mut()),
            Outgoing::Close(code, reason) => {
                ctx.close(Some(code.as_u16()), &reason);
                self.phase = Phase::Closing(Box::pin(sleep(self.close_timeout)));
            }
        }
    }

    /// Pings a silent peer, and gives up one that stays silent, does not take what it is sent or
    /// does not answer our Close.
    fn watch(&mut self, ctx: &mut SocketContext, task: &mut Context<'_>) {
        let leave = self.leave_at.as_mut();
        if leave.is_some_and(|at| at.as_mut().poll(task).is_ready()) {
            self.leave_at = None;
            self.leave(CloseCode::RESTART, ctx, task);
        }
        match &mut self.phase {
            Phase::Finished => {}
            Phase::Closing(deadline) => {
                if deadline.as_mut().poll(task).is_ready() {
                    self.end(Disconnect::lost());
                }
            }
            Phase::Open => match self.heartbeat.poll(ctx.unsent_since(), task) {
                Poll::Pending => {}
                Poll::Ready(Beat::Ping) => ctx.frame(Opcode::Ping, b""),
                Poll::Ready(Beat::Expired) => self.leave(CloseCode::NORMAL, ctx, task),
                Poll::Ready(Beat::Lost) => {
                    log::debug!(target: "channels::socket", "peer silent for too long");
                    self.cut(ctx);
                    self.end(Disconnect::lost());
                }
            },
        }
    }

    fn leave(&mut self, code: CloseCode, ctx: &mut SocketContext, task: &mut Context<'_>) {
        self.link.close(code, "");
        let _ = self.attached.poll(task);
        self.write(ctx);
    }

    fn cut(&mut self, ctx: &mut SocketContext) {
        ctx.cut();
        self.kill.cut();
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

    fn started(&mut self, ctx: &mut SocketContext) {
        ctx.spawn(Pump);
    }
}

impl Handler<GoAway> for SocketActor {
    type Result = ();

    /// The actor's future, which is polled after its mailbox, does the rest.
    fn handle(&mut self, order: GoAway, ctx: &mut SocketContext) {
        match order {
            GoAway::Within(time) => {
                let delay = time.mul_f64(rand::rng().random_range(0.0..=1.0));
                self.leave_at = Some(Box::pin(sleep(delay)));
            }
            GoAway::Now => {
                self.cut(ctx);
                self.end(Disconnect::lost());
            }
        }
    }
}

/// The one future of the actor.
struct Pump;

impl ActorFuture<SocketActor> for Pump {
    type Output = ();

    fn poll(
        self: Pin<&mut Self>,
        actor: &mut SocketActor,
        ctx: &mut SocketContext,
        task: &mut Context<'_>,
    ) -> Poll<()> {
        actor.turn(ctx, task)
    }
}
