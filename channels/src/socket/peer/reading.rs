//! Handles the peer's input, and the end of a connection by the peer.

use std::task::{Context, Poll};

use super::{Peer, Phase, ROUNDS_PER_POLL, Read};
use crate::event::{Disconnect, Side};
use crate::socket::frames::Opcode;
use crate::socket::incoming::Arrived;

/// The number of items read before the consumer, and other connections, get their turn.
const ARRIVALS_PER_ROUND: usize = 64;

impl Peer {
    /// Whether to continue reading: not while the consumer is busy, nor while the peer does not
    /// read (back-pressure).
    pub(super) fn has_room(&mut self) -> bool {
        if self.has_enough() || self.outlet.link().has_enough_to_write() {
            self.held_back = true;
            return false;
        }
        let runner = self.outlet.runner();
        runner.is_none_or(|runner| runner.has_room())
    }

    pub(super) fn read(&mut self, task: &mut Context<'_>) -> Read {
        for _ in 0..ARRIVALS_PER_ROUND {
            if !self.has_room() {
                // The silence is not the peer's fault, because we do not read.
                self.heartbeat.excuse();
                return Read::NotAll;
            }
            match self.incoming.poll_next(task) {
                Poll::Ready(Some(arrived)) => {
                    self.heartbeat.heard();
                    self.take(arrived, task);
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

    fn take(&mut self, arrived: Arrived, task: &mut Context<'_>) {
        let open = matches!(self.phase, Phase::Open) && !self.outlet.link().is_closing();
        match arrived {
            Arrived::Frame(frame) if open => {
                if let Some(mut runner) = self.outlet.runner() {
                    runner.receive(frame);
                }
            }
            Arrived::Ping(payload) if open => self.frame(Opcode::Pong, &payload),
            Arrived::Frame(_) | Arrived::Ping(_) | Arrived::Pong | Arrived::Part => {}
            Arrived::Close(close) => self.answer_close(close, task),
            Arrived::Violation(violation) => {
                log::debug!(target: "channels::socket", "peer refused: {}", violation.reason);
                self.settle(task);
                self.outlet.link().close(violation.code, violation.reason);
                self.write_everything();
                self.phase = Phase::Finished;
            }
        }
    }

    fn answer_close(&mut self, close: Option<(u16, String)>, task: &mut Context<'_>) {
        self.settle(task);
        self.write_everything();
        let (code, reason) = close.unzip();
        if matches!(self.phase, Phase::Open) {
            self.close(code, "");
        }
        let why = Disconnect {
            code,
            reason: reason.unwrap_or_default(),
            initiated_by: Side::Client,
        };
        self.end(why);
    }

    /// Lets handlers of frames from before the end send their answers, if they do not have to wait.
    fn settle(&mut self, task: &mut Context<'_>) {
        for _ in 0..ROUNDS_PER_POLL {
            self.outlet.poll_consumer(task);
            self.write_everything();
            let runner = self.outlet.runner();
            if runner.is_none_or(|runner| !runner.is_due()) {
                return;
            }
        }
    }
}
