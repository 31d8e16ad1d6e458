//! The output of one connection: bytes that are ready to be sent, and their writers.
//!
//! [`Peer`](super::peer::Peer) adds the consumer's frames. The thread's router writes forwarded
//! frames while the consumer is idle, or runs the consumer and writes its frames. Both append to
//! one stream of bytes, which the driver sends.

use std::cell::{Cell, RefCell, RefMut};
use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::{BufMut as _, BytesMut};
use tokio::time::Instant;

use super::kill::KillHandle;
use super::wire::{Wire, poll_write_all};
use super::writing::{parts, ready_frame, write_frame};
use crate::connection::{Attached, Link, Mail, Runner};
use crate::event::{CloseCode, Frame};
use crate::layers::{ChannelSender, Forwarder, LayerMessage, Port, ReadyFrame};
use crate::names::ChannelName;
use crate::observe;

/// The size that most frames fit into.
const SPARE_BYTES: usize = 4 * 1024;

thread_local! {
    /// A buffer for the next connection of the thread that sends.
    static SPARE: Cell<BytesMut> = Cell::default();
}

/// Where bytes go.
pub(super) enum Way {
    /// To a socket of our own, to which not only the driver writes.
    Own(Wire),
    /// To the driver of a mounted connection.
    Mounted(KillHandle),
}

pub(super) struct Outlet {
    link: Rc<Link>,
    /// Kept here, because both the peer and the router use it.
    consumer: RefCell<Attached>,
    channel: ChannelSender,
    way: Way,
    out: RefCell<BytesMut>,
    /// The time since which the driver has sent nothing although bytes wait.
    unsent_since: Cell<Option<Instant>>,
    forwarder: Cell<Option<&'static Forwarder>>,
    /// The router will run the consumer.
    is_due: Cell<bool>,
    /// `None` while it is in use.
    driver: Cell<Option<Waker>>,
}

impl Outlet {
    /// `unsent` is sent before everything else.
    pub(super) fn new(
        (link, consumer): (Rc<Link>, Attached),
        channel: ChannelSender,
        way: Way,
        unsent: BytesMut,
    ) -> Rc<Self> {
        Rc::new(Self {
            link,
            consumer: RefCell::new(consumer),
            channel,
            way,
            unsent_since: Cell::new((!unsent.is_empty()).then(Instant::now)),
            out: RefCell::new(unsent),
            forwarder: Cell::new(None),
            is_due: Cell::new(false),
            driver: Cell::default(),
        })
    }

    /// Bytes that wait.
    pub(super) fn waiting(&self) -> usize {
        self.out.borrow().len()
    }

    /// For adding bytes to be sent.
    pub(super) fn adding(&self) -> RefMut<'_, BytesMut> {
        if self.wire().is_none() {
            // With a socket, the driver tries to send at once, and then records whether bytes are
            // left.
            self.note_unsent();
        }
        let mut out = self.out.borrow_mut();
        if out.capacity() == 0 {
            *out = SPARE.take();
        }
        out
    }

    pub(super) fn link(&self) -> &Link {
        &self.link
    }

    /// The address at the other end, where the socket is our own; a proxy's, if there is one.
    pub(super) fn peer(&self) -> Option<SocketAddr> {
        self.wire()?.borrow().tcp()?.peer_addr().ok()
    }

    /// The consumer's runner, until it has finished.
    pub(super) fn runner(&self) -> Option<RefMut<'_, Runner>> {
        RefMut::filter_map(self.consumer.borrow_mut(), Attached::runner).ok()
    }

    /// Lets handlers run.
    pub(super) fn poll_consumer(&self, task: &mut Context<'_>) {
        let _ = self.consumer.borrow_mut().poll(task);
    }

    /// Closes the connection after a time.
    pub(super) fn close_later(&self, after: Duration, code: CloseCode, reason: String) {
        self.consumer.borrow_mut().close_later(after, code, reason);
    }

    /// The consumer finishes without its driver.
    pub(super) fn let_go(&self) {
        drop(self.consumer.take());
    }

    pub(super) fn wire(&self) -> Option<&Wire> {
        match &self.way {
            Way::Own(wire) => Some(wire),
            Way::Mounted(_) => None,
        }
    }

    /// Aborts a mounted connection at once; the driver of a socket of our own polls its peer for
    /// that.
    pub(super) fn cut(&self) {
        if let Way::Mounted(kill) = &self.way {
            kill.cut();
        }
    }

    /// Writes the waiting bytes, as far as the socket accepts them; `note_sent` comes next.
    pub(super) fn poll_write(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.wire().map_or(Poll::Pending, |wire| {
            poll_write_all(wire, &mut self.out.borrow_mut(), cx)
        })
    }

    fn note_unsent(&self) {
        if self.unsent_since.get().is_none() {
            self.unsent_since.set(Some(Instant::now()));
        }
    }

    pub(super) fn unsent_since(&self) -> Option<Instant> {
        self.unsent_since.get()
    }

    /// Records that the socket accepted this many bytes; `flushed` means that it buffers none of
    /// them. An idle connection keeps no buffer.
    pub(super) fn note_sent(&self, taken: usize, flushed: bool) {
        let mut out = self.out.borrow_mut();
        if out.is_empty() {
            spare(std::mem::take(&mut *out));
        }
        if flushed {
            self.unsent_since.set(None);
        } else if taken > 0 || self.unsent_since.get().is_none() {
            self.unsent_since.set(Some(Instant::now()));
            // The peer's heartbeat limits how long that lasts.
            self.wake_driver();
        }
    }

    pub(super) fn take_out(&self) -> BytesMut {
        self.unsent_since.set(None);
        self.out.take()
    }

    /// Sets how a router forwards from now on, and which task it wakes if bytes are left for the
    /// driver.
    pub(super) fn open_for(&self, forwarder: Option<&'static Forwarder>, task: &Context<'_>) {
        self.forwarder.set(forwarder);
        let known = self.driver.take();
        let known = known.filter(|known| known.will_wake(task.waker()));
        let driver = known.unwrap_or_else(|| task.waker().clone());
        self.driver.set(Some(driver));
    }

    /// Runs handlers one after the other and sends their frames; stops where the driver has to
    /// continue.
    fn let_consumer_work(&self, task: &mut Context<'_>) -> ControlFlow<()> {
        let Some(mut runner) = self.runner() else {
            return ControlFlow::Continue(());
        };
        // A panic outside a handler ends this connection and not the router.
        let poll = catch_unwind(AssertUnwindSafe(|| runner.poll(task)));
        if !matches!(poll, Ok(Poll::Pending)) || self.link.is_closing() || Mail::is_new(&self.link)
        {
            return ControlFlow::Break(());
        }
        let mut frames = SPARE.take();
        while let Some(frame) = self.link.take_frame() {
            let (opcode, payload) = parts(&frame);
            write_frame(&mut frames, opcode, false, payload);
        }
        if !frames.is_empty() {
            self.send(&[IoSlice::new(&frames)]);
        }
        frames.clear();
        spare(frames);
        if self.waiting() > 0 {
            return ControlFlow::Break(());
        }
        self.forwarder.set(runner.forwarder());
        ControlFlow::Continue(())
    }

    fn wake_driver(&self) {
        if let Some(driver) = self.driver.take() {
            driver.wake_by_ref();
            self.driver.set(Some(driver));
        }
    }

    /// The number of bytes that the socket accepted at once; none if earlier bytes wait.
    fn write_now(&self, frames: &[IoSlice<'_>]) -> usize {
        let Some(wire) = self.wire().filter(|_| self.out.borrow().is_empty()) else {
            return 0;
        };
        // The driver will get the same error, and then ends the connection.
        wire.borrow().try_write(frames).unwrap_or(0)
    }

    /// Sends frames after all waiting bytes, without blocking.
    fn send(&self, frames: &[IoSlice<'_>]) {
        let written = self.write_now(frames);
        let bytes: usize = frames.iter().map(|frame| frame.len()).sum();
        if written < bytes {
            self.keep(frames, written);
        }
    }

    /// Drops a frame that alone exceeds the outbox bound. The socket stays open: closing it would
    /// let one oversized event end the connections of a whole group.
    fn write_if_it_fits(&self, frame: &IoSlice<'_>) {
        let payload_bytes = frame.len().saturating_sub(header_bytes(frame.len()));
        if payload_bytes > self.link.limits().outbox_bytes {
            observe::frame_too_large();
            log::debug!(target: "channels::socket", "a frame of {payload_bytes} bytes was dropped");
        } else {
            self.write(&[IoSlice::new(frame)], payload_bytes);
        }
    }

    /// Keeps the bytes of the frames after the first `written` bytes.
    fn keep(&self, frames: &[IoSlice<'_>], mut written: usize) {
        let mut out = self.out.borrow_mut();
        for frame in frames {
            let taken = written.min(frame.len());
            written -= taken;
            out.put_slice(&frame[taken..]);
        }
        drop(out);
        self.note_unsent();
        self.wake_driver();
    }
}

impl Port for Outlet {
    fn name(&self) -> &ChannelName {
        self.channel.name()
    }

    fn forwarder(&self) -> Option<&'static Forwarder> {
        self.forwarder.get()
    }

    fn encode(&self, frame: &Frame) -> ReadyFrame {
        ready_frame(frame)
    }

    /// Bytes that the socket does not accept at once wait here, up to the limit of the outbox.
    fn write(&self, frames: &[IoSlice<'_>], payload_bytes: usize) {
        if payload_bytes > self.link.limits().outbox_bytes {
            for frame in frames {
                self.write_if_it_fits(frame);
            }
            return;
        }
        let waiting = self.waiting();
        if waiting > 0 && waiting >= self.link.limits().outbox_bytes {
            self.forwarder.set(None);
            self.link.overflow("too much to send");
            self.wake_driver();
            return;
        }
        observe::forwarded(frames.len(), payload_bytes, waiting);
        self.send(frames);
    }

    /// The driver is not needed if the consumer is idle and everything was sent.
    fn deliver(&self, message: LayerMessage) -> bool {
        let was_idle = self.forwarder.take().is_some();
        let becomes_due = was_idle && self.wire().is_some() && self.waiting() == 0;
        if becomes_due {
            self.is_due.set(true);
        }
        // A full channel has already notified its consumer.
        let _ = if self.is_due.get() {
            self.channel.send_quietly(message)
        } else {
            self.channel.send(message)
        };
        becomes_due
    }

    fn work(&self) {
        self.is_due.set(false);
        if let Some(driver) = self.driver.take() {
            let task = &mut Context::from_waker(&driver);
            if self.let_consumer_work(task).is_break() {
                driver.wake_by_ref();
            }
            self.driver.set(Some(driver));
        }
    }
}

/// Bytes of the header of an unfragmented frame of a server (RFC 6455 §5.2).
fn header_bytes(frame_bytes: usize) -> usize {
    match frame_bytes {
        0..=127 => 2,
        128..=65_539 => 4,
        _ => 10,
    }
}

/// Keeps an emptied buffer for the next connection of the thread that sends, unless it has grown.
fn spare(mut emptied: BytesMut) {
    if emptied.try_reclaim(SPARE_BYTES) && emptied.capacity() <= 2 * SPARE_BYTES {
        SPARE.set(emptied);
    }
}
