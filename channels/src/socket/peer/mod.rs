//! The peer of one connection: moves frames between the socket and the consumer's actor.
//!
//! Here is its life and what it is sent; `reading.rs` is what becomes of what it says. One for each
//! accepted handshake, started by `mounted.rs` or `own.rs`; a server that stops has a [`GoAway`]
//! for it. All work is one turn after another, so nothing waits for a slow handler but the handlers
//! after it.

mod reading;

use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::BytesMut;

use super::deflate::Deflater;
use super::frames::Opcode;
use super::heartbeat::{Beat, Heartbeat};
use super::incoming::Incoming;
use super::outlet::{Outlet, Way};
use super::output::Output;
use super::registry::{Entry, GoAway};
use crate::connection::Outgoing;
use crate::event::{CloseCode, Disconnect};
use crate::launch::Launched;
use crate::layers::Forwarder;

/// Rounds of reading and handling, before other connections get their turn.
const ROUNDS_PER_POLL: usize = 4;

pub(super) struct Peer {
    incoming: Incoming,
    heartbeat: Heartbeat,
    deflater: Option<Box<Deflater>>,
    entry: Option<Rc<Entry>>,
    phase: Phase,
}

/// What came of reading.
#[derive(PartialEq, Eq)]
enum Read {
    /// All there is; the peer's next bytes wake the task.
    Everything,
    /// There may be more, but the consumer has enough to do.
    NotAll,
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

impl Peer {
    /// The peer, and the way out that it shares with the consumer.
    pub(super) fn meet(launched: Launched, transport: Transport) -> (Self, Rc<Outlet>) {
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
        let peer = Self {
            heartbeat: Heartbeat::new(transport.incoming.options()),
            incoming: transport.incoming,
            deflater: transport.deflater.map(Box::new),
            entry: transport.entry,
            phase: Phase::Open,
        };
        (peer, outlet)
    }

    /// How messages get past the consumer until the next turn.
    fn forwarder(&self, outlet: &Outlet) -> Option<&'static Forwarder> {
        let open = matches!(self.phase, Phase::Open) && self.deflater.is_none();
        outlet.runner().filter(|_| open)?.forwarder()
    }

    /// Lets the server's orders reach the task that drives this connection.
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
    pub(super) fn take_order(&mut self, out: &mut Output) {
        let order = self.entry.as_ref().and_then(|entry| entry.next_order());
        if let Some(order) = order {
            self.obey(order, out);
        }
    }

    /// Reads, lets the consumer work, and puts out what it says; finishes at the end.
    pub(super) fn turn(&mut self, out: &mut Output, task: &mut Context<'_>) {
        self.work(out, task);
        let forwarder = self.forwarder(out.outlet());
        out.outlet().open_for(forwarder, task);
    }

    fn work(&mut self, out: &mut Output, task: &mut Context<'_>) {
        for _ in 0..ROUNDS_PER_POLL {
            let read = self.read(out, task);
            out.outlet().link().hold(out.has_enough());
            out.outlet().poll_consumer(task);
            self.write(out);
            self.watch(out, task);
            if matches!(self.phase, Phase::Finished) {
                out.finish();
                return;
            }
            if read == Read::Everything || !self.has_room(out) {
                return;
            }
        }
        task.waker().wake_by_ref();
    }

    /// Writes what the consumer sent, as far as the peer keeps up, and its Close after it.
    fn write(&mut self, out: &mut Output) {
        if out.outlet().link().overflowed() {
            let limit = out.outlet().link().limits().outbox_bytes;
            let peer = out.outlet().peer();
            let peer = peer.map_or_else(|| "a peer".to_owned(), |peer| peer.to_string());
            log::warn!(target: "channels::socket", "{peer} reads too slowly: more than \
                {limit} bytes (SocketOptions::outbox_bytes) or too many events wait for it; it is cut");
            self.cut(out);
            self.phase = Phase::Finished;
            return;
        }
        while !out.has_enough() {
            let Some(outgoing) = out.outlet().link().take_outgoing() else {
                return;
            };
            self.put_out(outgoing, out);
        }
        out.hold_back();
    }

    fn write_everything(&mut self, out: &mut Output) {
        while let Some(outgoing) = out.outlet().link().take_outgoing() {
            self.put_out(outgoing, out);
        }
    }

    fn put_out(&mut self, outgoing: Outgoing, out: &mut Output) {
        match outgoing {
            Outgoing::Frame(frame) => out.message(&frame, self.deflater.as_deref_mut()),
            Outgoing::Close(code, reason) => {
                out.close(Some(code.as_u16()), &reason);
                let limit = self.incoming.options().close_timeout;
                self.heartbeat.end_after(limit);
                self.phase = Phase::Closing;
            }
        }
    }

    /// Pings a silent peer, and gives up one that stays silent, does not take what it is sent or
    /// does not answer our Close.
    fn watch(&mut self, out: &mut Output, task: &mut Context<'_>) {
        match self.phase {
            Phase::Finished => {}
            Phase::Closing => {
                if self.heartbeat.poll_end(task).is_ready() {
                    self.end(Disconnect::lost(), out);
                }
            }
            Phase::Open => self.beat(out, task),
        }
    }

    fn beat(&mut self, out: &mut Output, task: &mut Context<'_>) {
        let unsent_since = out.outlet().unsent_since();
        let options = self.incoming.options();
        match self.heartbeat.poll(options, unsent_since, task) {
            Poll::Pending => {}
            Poll::Ready(Beat::Ping) => out.frame(Opcode::Ping, b""),
            Poll::Ready(Beat::Expired) => self.expire(out, task),
            Poll::Ready(Beat::Lost) => {
                log::debug!(target: "channels::socket", "peer silent for too long");
                self.cut(out);
                self.end(Disconnect::lost(), out);
            }
        }
    }

    fn expire(&mut self, out: &mut Output, task: &mut Context<'_>) {
        out.outlet().link().close(CloseCode::NORMAL, "");
        out.outlet().poll_consumer(task);
        self.write(out);
    }

    fn cut(&self, out: &mut Output) {
        out.cut();
        out.outlet().cut();
    }

    fn end(&mut self, why: Disconnect, out: &Output) {
        self.phase = Phase::Finished;
        if let Some(mut runner) = out.outlet().runner() {
            runner.end(why);
        }
    }

    /// The turn that comes next does the rest.
    fn obey(&mut self, order: GoAway, out: &mut Output) {
        match order {
            GoAway::Within(farewell) => {
                let (after, reason) = (farewell.delay(), farewell.reason());
                out.outlet().close_later(after, CloseCode::RESTART, reason);
            }
            GoAway::Now => {
                self.cut(out);
                self.end(Disconnect::lost(), out);
            }
        }
    }
}
