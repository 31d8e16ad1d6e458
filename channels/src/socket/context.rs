//! The actor context of one connection: actix's own, with a buffer of bytes ready to be sent.
//!
//! actix-web-actors' context hides its queue and cannot tell how much waits in it.

use actix::dev::{AsyncContextParts, ContextFut, ContextParts, Envelope, Mailbox, ToEnvelope};
use actix::fut::ActorFuture;
use actix::{Actor, ActorContext, ActorState, Addr, AsyncContext, Handler, Message, SpawnHandle};
use bytes::BytesMut;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::actor::SocketActor;
use super::deflate::Deflater;
use super::frames::Opcode;
use super::writing::{write_close, write_frame};
use crate::event::Frame;

/// About what a socket takes at once; frames beyond stay where they are counted.
const ENOUGH_BYTES: usize = 64 * 1024;

/// The actor together with its context and mailbox: a future that its driver polls.
pub(super) type Running = ContextFut<SocketActor, SocketContext>;

pub(super) struct SocketContext {
    parts: ContextParts<SocketActor>,
    out: BytesMut,
    /// Since when the driver has sent nothing though something waits.
    unsent_since: Option<Instant>,
    /// Whether the socket keeps bytes that it took, as one with TLS does.
    unflushed: bool,
    /// Whether the actor waits for the driver to send.
    held_back: bool,
    cut: bool,
}

impl SocketContext {
    /// Nothing runs before the result is polled.
    pub(super) fn run(actor: SocketActor) -> Running {
        let mailbox = Mailbox::default();
        let context = Self {
            parts: ContextParts::new(mailbox.sender_producer()),
            out: BytesMut::new(),
            unsent_since: None,
            unflushed: false,
            held_back: false,
            cut: false,
        };
        ContextFut::new(context, actor, mailbox)
    }

    // ---- the actor's side

    pub(super) fn message(&mut self, message: &Frame, deflater: Option<&mut Deflater>) {
        let (opcode, payload) = match message {
            Frame::Text(text) => (Opcode::Text, &text.as_bytes()[..]),
            Frame::Binary(bytes) => (Opcode::Binary, &bytes[..]),
        };
        match deflater.and_then(|deflater| deflater.compress(payload)) {
            Some(compressed) => write_frame(&mut self.out, opcode, true, &compressed),
            None => write_frame(&mut self.out, opcode, false, payload),
        }
        self.note_unsent();
    }

    pub(super) fn frame(&mut self, opcode: Opcode, payload: &[u8]) {
        write_frame(&mut self.out, opcode, false, payload);
        self.note_unsent();
    }

    pub(super) fn close(&mut self, code: Option<u16>, reason: &str) {
        write_close(&mut self.out, code, reason);
        self.note_unsent();
    }

    fn note_unsent(&mut self) {
        self.unsent_since.get_or_insert_with(Instant::now);
    }

    pub(super) fn has_enough(&self) -> bool {
        self.out.len() >= ENOUGH_BYTES
    }

    /// Asks to be polled again as soon as something was sent.
    pub(super) fn hold_back(&mut self) {
        self.held_back = true;
    }

    pub(super) fn unsent_since(&self) -> Option<Instant> {
        self.unsent_since
    }

    /// Says that the peer is not worth waiting for.
    pub(super) fn cut(&mut self) {
        self.cut = true;
    }

    // ---- the driver's side

    /// Puts bytes before everything that the actor will send.
    pub(super) fn put_out(&mut self, bytes: BytesMut) {
        self.out = bytes;
        self.note_unsent();
    }

    pub(super) fn out(&mut self) -> &mut BytesMut {
        &mut self.out
    }

    /// Whether the driver has something to write or to flush.
    pub(super) fn is_unsent(&self) -> bool {
        self.unflushed || !self.out.is_empty()
    }

    /// So many bytes were taken by the socket, and `flushed` says that it keeps none of them. An
    /// idle connection keeps no buffer.
    pub(super) fn note_sent(&mut self, taken: usize, flushed: bool) {
        self.unflushed = !flushed && (self.unflushed || taken > 0);
        if self.out.is_empty() {
            self.out = BytesMut::new();
        }
        if flushed {
            self.unsent_since = None;
        } else if taken > 0 {
            self.unsent_since = Some(Instant::now());
        }
    }

    pub(super) fn take_out(&mut self) -> BytesMut {
        self.unsent_since = None;
        std::mem::take(&mut self.out)
    }

    /// Whether the actor waited; asking clears it.
    pub(super) fn was_held_back(&mut self) -> bool {
        std::mem::take(&mut self.held_back)
    }

    pub(super) fn is_cut(&self) -> bool {
        self.cut
    }
}

impl ActorContext for SocketContext {
    fn stop(&mut self) {
        self.parts.stop();
    }

    fn terminate(&mut self) {
        self.parts.terminate();
    }

    fn state(&self) -> ActorState {
        self.parts.state()
    }
}

impl AsyncContext<SocketActor> for SocketContext {
    fn address(&self) -> Addr<SocketActor> {
        self.parts.address()
    }

    fn spawn<F>(&mut self, future: F) -> SpawnHandle
    where
        F: ActorFuture<SocketActor, Output = ()> + 'static,
    {
        self.parts.spawn(future)
    }

    fn wait<F>(&mut self, future: F)
    where
        F: ActorFuture<SocketActor, Output = ()> + 'static,
    {
        self.parts.wait(future);
    }

    fn waiting(&self) -> bool {
        self.parts.waiting()
    }

    fn cancel_future(&mut self, handle: SpawnHandle) -> bool {
        self.parts.cancel_future(handle)
    }
}

impl AsyncContextParts<SocketActor> for SocketContext {
    fn parts(&mut self) -> &mut ContextParts<SocketActor> {
        &mut self.parts
    }
}

impl<M> ToEnvelope<SocketActor, M> for SocketContext
where
    SocketActor: Actor<Context = Self> + Handler<M>,
    M: Message + Send + 'static,
    M::Result: Send,
{
    fn pack(message: M, answer: Option<oneshot::Sender<M::Result>>) -> Envelope<SocketActor> {
        Envelope::new(message, answer)
    }
}
