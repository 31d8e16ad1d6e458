//! The peer of one connection: moves frames between the socket and the consumer's actor.
//!
//! This file has its lifecycle and output; `reading.rs` handles its input. One for each accepted
//! handshake, started and polled by a driver, `mounted.rs` or `own.rs`; a server that stops sends
//! it a [`GoAway`]. All work is done in turns, so a slow handler delays only later handlers.

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

/// The number of rounds of reading and handling before other connections get their turn.
const ROUNDS_PER_POLL: usize = 4;

/// About what a socket accepts at once; further frames stay in the outbox, where they are counted.
const ENOUGH_BYTES: usize = 64 * 1024;

/// A future, which its driver polls and whose bytes the driver sends. Ready when both sides have
/// ended.
pub(super) struct Peer {
    outlet: Rc<Outlet>,
    incoming: Incoming,
    heartbeat: Heartbeat,
    deflater: Option<Box<Deflater>>,
    entry: Option<Rc<Entry>>,
    phase: Phase,
    has_begun: bool,
    /// Whether the socket buffers accepted bytes, as one with TLS does.
    unflushed: bool,
    /// Whether the connection waits for the driver to send.
    held_back: bool,
    /// There is no point in waiting for the peer.
    is_cut: bool,
}

/// The result of reading.
#[derive(PartialEq, Eq)]
enum Read {
    /// Everything was read; the peer's next bytes wake the task.
    Everything,
    /// There may be more, but the consumer is busy.
    NotAll,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Open,
    /// Our Close is sent; the peer has limited time to answer it.
    Closing,
    /// Nothing is read or written any more.
    Finished,
}

/// Input and output of one connection, for its driver.
pub(super) struct Transport {
    pub(super) incoming: Incoming,
    pub(super) deflater: Option<Deflater>,
    pub(super) way: Way,
    /// To be sent before anything else.
    pub(super) unsent: BytesMut,
    /// The connection's registration in our server.
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

    /// Records that the socket accepted this many bytes; `flushed` means that it buffers none of
    /// them.
    pub(super) fn note_sent(&mut self, taken: usize, flushed: bool) {
        self.unflushed = !flushed && (self.unflushed || taken > 0);
        self.outlet.note_sent(taken, flushed);
    }

    /// Returns whether the connection waited for the driver to send, and resets it.
    pub(super) fn was_held_back(&mut self) -> bool {
        std::mem::take(&mut self.held_back)
    }

    pub(super) fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// How to forward messages without the consumer until the next turn.
    fn forwarder(&self) -> Option<&'static Forwarder> {
        let open = matches!(self.phase, Phase::Open) && self.deflater.is_none();
        self.outlet.runner().filter(|_| open)?.forwarder()
    }

    /// The data that its driver needs for the end: its registration, and the time limit for
    /// closing.
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

    /// Writes the consumer's frames, as far as the peer keeps up, followed by its Close.
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

    /// Pings a silent peer, and ends the connection of one that stays silent, does not read or does
    /// not answer our Close.
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

    // ---- output

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

    /// The next turn does the rest.
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

    /// First the server's order, then the regular work.
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
    /// A driver may be dropped at any moment, and the router may keep the outlet longer.
    fn drop(&mut self) {
        self.outlet.let_go();
    }
}
