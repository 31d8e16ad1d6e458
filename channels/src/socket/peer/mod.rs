//! The peer of one connection: moves frames between the socket and the consumer's actor.
//!
//! Here is its life and what it is sent; `reading.rs` is what becomes of what it says. One for each
//! accepted handshake, started and polled by a driver, `mounted.rs` or `own.rs`; a server that stops
//! has a [`GoAway`] for it. All work is one turn after another, so nothing waits for a slow handler
//! but the handlers after it.

mod reading;

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::BytesMut;

use super::deflate::Deflater;
use super::frames::Opcode;
use super::heartbeat::{Beat, Heartbeat};
use super::incoming::Incoming;
use super::outlet::{Outlet, Way};
use super::registry::{Entry, GoAway};
use super::writing::{parts, write_close, write_frame};
use crate::connection::Outgoing;
use crate::event::{CloseCode, Disconnect, Frame};
use crate::launch::Launched;
use crate::layers::Forwarder;

/// Rounds of reading and handling, before other connections get their turn.
const ROUNDS_PER_POLL: usize = 4;

/// About what a socket takes at once; frames beyond stay where they are counted.
const ENOUGH_BYTES: usize = 64 * 1024;

/// A future that its driver polls, and whose bytes it sends. Ready when both sides have ended.
pub(super) struct Peer {
    outlet: Rc<Outlet>,
    incoming: Incoming,
    heartbeat: Heartbeat,
    deflater: Option<Box<Deflater>>,
    entry: Option<Rc<Entry>>,
    phase: Phase,
    has_begun: bool,
    /// Whether the socket keeps bytes that it took, as one with TLS does.
    unflushed: bool,
    /// Whether the connection waits for the driver to send.
    held_back: bool,
    /// The peer is not worth waiting for.
    is_cut: bool,
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
    /// Nothing runs before the result is polled.
    pub(super) fn new(launched: Launched, transport: Transport) -> Self {
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
        Self {
            outlet,
            heartbeat: Heartbeat::new(transport.incoming.options()),
            incoming: transport.incoming,
            deflater: transport.deflater.map(Box::new),
            entry: transport.entry,
            phase: Phase::Open,
            has_begun: false,
            unflushed: false,
            held_back: false,
            is_cut: false,
        }
    }

    // ---- the driver's side

    pub(super) fn outlet(&self) -> &Outlet {
        &self.outlet
    }

    /// Whether the driver has something to write or to flush.
    pub(super) fn is_unsent(&self) -> bool {
        self.unflushed || self.outlet.waiting() > 0
    }

    /// So many bytes were taken by the socket, and `flushed` says that it keeps none of them.
    pub(super) fn note_sent(&mut self, taken: usize, flushed: bool) {
        self.unflushed = !flushed && (self.unflushed || taken > 0);
        self.outlet.note_sent(taken, flushed);
    }

    /// Whether the connection waited for the driver to send something; asking clears it.
    pub(super) fn was_held_back(&mut self) -> bool {
        std::mem::take(&mut self.held_back)
    }

    pub(super) fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// How messages get past the consumer until the next turn.
    fn forwarder(&self) -> Option<&'static Forwarder> {
        let open = matches!(self.phase, Phase::Open) && self.deflater.is_none();
        self.outlet.runner().filter(|_| open)?.forwarder()
    }

    /// What its driver needs for the end: the place to give up, and the time for goodbyes.
    pub(super) fn left_behind(&mut self) -> (Option<Rc<Entry>>, Duration) {
        let limit = self.incoming.options().close_timeout;
        (self.entry.take(), limit)
    }

    // ---- its turns

    fn work(&mut self, task: &mut Context<'_>) {
        for _ in 0..ROUNDS_PER_POLL {
            let read = self.read(task);
            self.outlet.link().hold(self.has_enough());
            self.outlet.poll_consumer(task);
            self.write();
            self.watch(task);
            if self.phase == Phase::Finished || read == Read::Everything || !self.has_room() {
                return;
            }
        }
        task.waker().wake_by_ref();
    }

    /// Writes what the consumer sent, as far as the peer keeps up, and its Close after it.
    fn write(&mut self) {
        if self.outlet.link().overflowed() {
            let limit = self.outlet.link().limits().outbox_bytes;
            let peer = self.outlet.peer();
            let peer = peer.map_or_else(|| "a peer".to_owned(), |peer| peer.to_string());
            log::warn!(target: "channels::socket", "{peer} reads too slowly: more than \
                {limit} bytes (SocketOptions::outbox_bytes) or too many events wait for it; it is cut");
            self.cut();
            self.phase = Phase::Finished;
            return;
        }
        while !self.has_enough() {
            let Some(outgoing) = self.outlet.link().take_outgoing() else {
                return;
            };
            self.put_out(outgoing);
        }
        self.held_back = true;
    }

    fn write_everything(&mut self) {
        while let Some(outgoing) = self.outlet.link().take_outgoing() {
            self.put_out(outgoing);
        }
    }

    fn put_out(&mut self, outgoing: Outgoing) {
        match outgoing {
            Outgoing::Frame(frame) => self.message(&frame),
            Outgoing::Close(code, reason) => {
                self.close(Some(code.as_u16()), &reason);
                let limit = self.incoming.options().close_timeout;
                self.heartbeat.end_after(limit);
                self.phase = Phase::Closing;
            }
        }
    }

    /// Pings a silent peer, and gives up one that stays silent, does not take what it is sent or
    /// does not answer our Close.
    fn watch(&mut self, task: &mut Context<'_>) {
        match self.phase {
            Phase::Finished => {}
            Phase::Closing => {
                if self.heartbeat.poll_end(task).is_ready() {
                    self.end(Disconnect::lost());
                }
            }
            Phase::Open => self.beat(task),
        }
    }

    fn beat(&mut self, task: &mut Context<'_>) {
        let unsent_since = self.outlet.unsent_since();
        let options = self.incoming.options();
        match self.heartbeat.poll(options, unsent_since, task) {
            Poll::Pending => {}
            Poll::Ready(Beat::Ping) => self.frame(Opcode::Ping, b""),
            Poll::Ready(Beat::Expired) => self.expire(task),
            Poll::Ready(Beat::Lost) => {
                log::debug!(target: "channels::socket", "peer silent for too long");
                self.cut();
                self.end(Disconnect::lost());
            }
        }
    }

    fn expire(&mut self, task: &mut Context<'_>) {
        self.outlet.link().close(CloseCode::NORMAL, "");
        self.outlet.poll_consumer(task);
        self.write();
    }

    fn cut(&mut self) {
        self.is_cut = true;
        self.outlet.cut();
    }

    // ---- what the peer is sent

    fn message(&mut self, message: &Frame) {
        let (opcode, payload) = parts(message);
        let mut out = self.outlet.adding();
        let deflater = self.deflater.as_deref_mut();
        match deflater.and_then(|deflater| deflater.compress(payload)) {
            Some(compressed) => write_frame(&mut out, opcode, true, &compressed),
            None => write_frame(&mut out, opcode, false, payload),
        }
    }

    fn frame(&self, opcode: Opcode, payload: &[u8]) {
        write_frame(&mut self.outlet.adding(), opcode, false, payload);
    }

    fn close(&self, code: Option<u16>, reason: &str) {
        write_close(&mut self.outlet.adding(), code, reason);
    }

    fn has_enough(&self) -> bool {
        self.outlet.waiting() >= ENOUGH_BYTES
    }

    fn end(&mut self, why: Disconnect) {
        self.phase = Phase::Finished;
        if let Some(mut runner) = self.outlet.runner() {
            runner.end(why);
        }
    }

    /// The turn that comes next does the rest.
    fn obey(&mut self, order: GoAway) {
        match order {
            GoAway::Within(farewell) => {
                let (after, reason) = (farewell.delay(), farewell.reason());
                self.outlet.close_later(after, CloseCode::RESTART, reason);
            }
            GoAway::Now => {
                self.cut();
                self.end(Disconnect::lost());
            }
        }
    }
}

impl Future for Peer {
    type Output = ();

    /// The server's order first, then what there is to do anyway.
    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<()> {
        let peer = &mut *self;
        let is_first = !std::mem::replace(&mut peer.has_begun, true);
        if let Some(entry) = peer.entry.as_ref().filter(|_| is_first) {
            entry.reach_by(task.waker());
        }
        let order = peer.entry.as_ref().and_then(|entry| entry.next_order());
        if let Some(order) = order {
            peer.obey(order);
        }
        peer.work(task);
        peer.outlet.open_for(peer.forwarder(), task);
        match peer.phase {
            Phase::Finished => Poll::Ready(()),
            Phase::Open | Phase::Closing => Poll::Pending,
        }
    }
}

impl Drop for Peer {
    /// Drivers vanish at any moment, and the router may keep the outlet for another one.
    fn drop(&mut self) {
        self.outlet.let_go();
    }
}
