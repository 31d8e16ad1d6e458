//! What the actor does with what the peer says, and how a connection ends that the peer ends.

use std::task::{Context, Poll};

use super::{Phase, ROUNDS_PER_POLL, SocketActor};
use crate::event::{Disconnect, Side};
use crate::socket::context::SocketContext;
use crate::socket::frames::Opcode;
use crate::socket::incoming::Arrived;

/// Things read before the consumer, and other connections, get their turn.
const ARRIVALS_PER_ROUND: usize = 64;

/// What came of reading.
#[derive(PartialEq, Eq)]
pub(super) enum Read {
    /// All there is; the peer's next bytes wake the actor.
    Everything,
    /// There may be more, but the consumer has enough to do.
    NotAll,
}

impl SocketActor {
    /// Whether to read on: not while the consumer has enough to do, nor while the peer does not
    /// take what it was sent.
    pub(super) fn has_room(&mut self, ctx: &mut SocketContext) -> bool {
        if ctx.has_enough() || ctx.outlet().link().has_enough_to_write() {
            ctx.hold_back();
            return false;
        }
        let runner = ctx.outlet().runner();
        runner.is_none_or(|runner| runner.has_room())
    }

    pub(super) fn read(&mut self, ctx: &mut SocketContext, task: &mut Context<'_>) -> Read {
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
                    self.end(Disconnect::lost(), ctx);
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
        let open = matches!(self.phase, Phase::Open) && !ctx.outlet().link().is_closing();
        match arrived {
            Arrived::Frame(frame) if open => {
                if let Some(mut runner) = ctx.outlet().runner() {
                    runner.receive(frame);
                }
            }
            Arrived::Ping(payload) if open => ctx.frame(Opcode::Pong, &payload),
            Arrived::Frame(_) | Arrived::Ping(_) | Arrived::Pong => {}
            Arrived::Close(close) => self.answer_close(close, ctx, task),
            Arrived::Violation(violation) => {
                log::debug!(target: "channels::socket", "peer refused: {}", violation.reason);
                self.settle(ctx, task);
                ctx.outlet().link().close(violation.code, violation.reason);
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
        let why = Disconnect {
            code,
            reason: reason.unwrap_or_default(),
            initiated_by: Side::Client,
        };
        self.end(why, ctx);
    }

    /// Gives handlers of frames that came before the end the chance to answer, if they need not
    /// wait for anything.
    fn settle(&mut self, ctx: &mut SocketContext, task: &mut Context<'_>) {
        for _ in 0..ROUNDS_PER_POLL {
            ctx.outlet().poll_consumer(task);
            self.write_everything(ctx);
            let runner = ctx.outlet().runner();
            if runner.is_none_or(|runner| !runner.is_due()) {
                return;
            }
        }
    }
}
