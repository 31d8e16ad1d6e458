//! What becomes of what the peer says, and how a connection ends that the peer ends.

use std::task::{Context, Poll};

use super::{Peer, Phase, ROUNDS_PER_POLL, Read};
use crate::event::{Disconnect, Side};
use crate::socket::frames::Opcode;
use crate::socket::incoming::Arrived;
use crate::socket::output::Output;

/// Things read before the consumer, and other connections, get their turn.
const ARRIVALS_PER_ROUND: usize = 64;

impl Peer {
    /// Whether to read on: not while the consumer has enough to do, nor while the peer does not
    /// take what it was sent.
    pub(super) fn has_room(&mut self, out: &mut Output) -> bool {
        if out.has_enough() || out.outlet().link().has_enough_to_write() {
            out.hold_back();
            return false;
        }
        let runner = out.outlet().runner();
        runner.is_none_or(|runner| runner.has_room())
    }

    pub(super) fn read(&mut self, out: &mut Output, task: &mut Context<'_>) -> Read {
        for _ in 0..ARRIVALS_PER_ROUND {
            if !self.has_room(out) {
                // Its silence is ours: we do not listen.
                self.heartbeat.excuse();
                return Read::NotAll;
            }
            match self.incoming.poll_next(task) {
                Poll::Ready(Some(arrived)) => {
                    self.heartbeat.heard();
                    self.take(arrived, out, task);
                }
                Poll::Ready(None) => {
                    self.end(Disconnect::lost(), out);
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

    fn take(&mut self, arrived: Arrived, out: &mut Output, task: &mut Context<'_>) {
        let open = matches!(self.phase, Phase::Open) && !out.outlet().link().is_closing();
        match arrived {
            Arrived::Frame(frame) if open => {
                if let Some(mut runner) = out.outlet().runner() {
                    runner.receive(frame);
                }
            }
            Arrived::Ping(payload) if open => out.frame(Opcode::Pong, &payload),
            Arrived::Frame(_) | Arrived::Ping(_) | Arrived::Pong | Arrived::Part => {}
            Arrived::Close(close) => self.answer_close(close, out, task),
            Arrived::Violation(violation) => {
                log::debug!(target: "channels::socket", "peer refused: {}", violation.reason);
                self.settle(out, task);
                out.outlet().link().close(violation.code, violation.reason);
                self.write_everything(out);
                self.phase = Phase::Finished;
            }
        }
    }

    fn answer_close(
        &mut self,
        close: Option<(u16, String)>,
        out: &mut Output,
        task: &mut Context<'_>,
    ) {
        self.settle(out, task);
        self.write_everything(out);
        let (code, reason) = close.unzip();
        if matches!(self.phase, Phase::Open) {
            out.close(code, "");
        }
        let why = Disconnect {
            code,
            reason: reason.unwrap_or_default(),
            initiated_by: Side::Client,
        };
        self.end(why, out);
    }

    /// Gives handlers of frames that came before the end the chance to answer, if they need not
    /// wait for anything.
    fn settle(&mut self, out: &mut Output, task: &mut Context<'_>) {
        for _ in 0..ROUNDS_PER_POLL {
            out.outlet().poll_consumer(task);
            self.write_everything(out);
            let runner = out.outlet().runner();
            if runner.is_none_or(|runner| !runner.is_due()) {
                return;
            }
        }
    }
}
