//! The actor context of one connection: actix's own, with an outlet of bytes ready to be sent.
//!
//! actix-web-actors' context hides its queue and cannot tell how much waits in it.

use std::rc::Rc;

use actix::dev::{AsyncContextParts, ContextFut, ContextParts, Envelope, Mailbox, ToEnvelope};
use actix::fut::ActorFuture;
use actix::{Actor, ActorContext, ActorState, Addr, AsyncContext, Handler, Message, SpawnHandle};
use tokio::sync::oneshot;

use super::actor::SocketActor;
use super::deflate::Deflater;
use super::frames::Opcode;
use super::outlet::Outlet;
use super::writing::{parts, write_close, write_frame};
use crate::event::Frame;

/// About what a socket takes at once; frames beyond stay where they are counted.
const ENOUGH_BYTES: usize = 64 * 1024;

/// The actor together with its context and mailbox: a future that its driver polls.
pub(super) type Running = ContextFut<SocketActor, SocketContext>;

pub(super) struct SocketContext {
    parts: ContextParts<SocketActor>,
    outlet: Rc<Outlet>,
    /// Whether the socket keeps bytes that it took, as one with TLS does.
    unflushed: bool,
    /// Whether the actor waits for the driver to send.
    held_back: bool,
    cut: bool,
}

impl SocketContext {
    /// Nothing runs before the result is polled.
    pub(super) fn run(actor: SocketActor, outlet: Rc<Outlet>) -> Running {
        let mailbox = Mailbox::default();
        let context = Self {
            parts: ContextParts::new(mailbox.sender_producer()),
            outlet,
            unflushed: false,
            held_back: false,
            cut: false,
        };
        ContextFut::new(context, actor, mailbox)
    }

    pub(super) fn outlet(&self) -> &Outlet {
        &self.outlet
    }

    // ---- the actor's side

    pub(super) fn message(&mut self, message: &Frame, deflater: Option<&mut Deflater>) {
        let (opcode, payload) = parts(message);
        let mut out = self.outlet.out_mut();
        match deflater.and_then(|deflater| deflater.compress(payload)) {
            Some(compressed) => write_frame(&mut out, opcode, true, &compressed),
            None => write_frame(&mut out, opcode, false, payload),
        }
        drop(out);
        self.outlet.note_unsent();
    }

    pub(super) fn frame(&mut self, opcode: Opcode, payload: &[u8]) {
        write_frame(&mut self.outlet.out_mut(), opcode, false, payload);
        self.outlet.note_unsent();
    }

    pub(super) fn close(&mut self, code: Option<u16>, reason: &str) {
        write_close(&mut self.outlet.out_mut(), code, reason);
        self.outlet.note_unsent();
    }

    pub(super) fn has_enough(&self) -> bool {
        self.outlet.waiting() >= ENOUGH_BYTES
    }

    /// Asks to be polled again as soon as something was sent.
    pub(super) fn hold_back(&mut self) {
        self.held_back = true;
    }

    /// Says that the peer is not worth waiting for.
    pub(super) fn cut(&mut self) {
        self.cut = true;
    }

    // ---- the driver's side

    /// Whether the driver has something to write or to flush.
    pub(super) fn is_unsent(&self) -> bool {
        self.unflushed || self.outlet.waiting() > 0
    }

    /// So many bytes were taken by the socket, and `flushed` says that it keeps none of them.
    pub(super) fn note_sent(&mut self, taken: usize, flushed: bool) {
        self.unflushed = !flushed && (self.unflushed || taken > 0);
        self.outlet.note_sent(taken, flushed);
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
