//! The task that runs one HTTP consumer, and passes on the parts of the body.
//!
//! actix polls a body only while its client reads; but the consumer, its timers and its limits must
//! continue. So the task fills the link's bounded queue, and the body empties it.

use std::cell::Cell;
use std::future::{pending, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::LocalBoxFuture;
use futures_util::task::AtomicWaker;
use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant, Sleep, sleep};

use super::options::HttpOptions;
use crate::answer::ResponseHead;
use crate::connection::{Answer, Attached, Link, Outgoing};
use crate::event::{CloseCode, Disconnect, Frame};
use crate::launch::Launched;
use crate::socket::{Entry, KillHandle};

/// A comment, the keep-alive of a stream of events.
pub(super) const COMMENT: Bytes = Bytes::from_static(b":\n\n");

/// The state that the task and the body share.
struct Outlet {
    link: Rc<Link>,
    /// Wakes the task that waits for the answer or for the next part.
    reader: AtomicWaker,
    /// Wakes the task.
    task: AtomicWaker,
    /// Whether a part was taken since the last poll of the task.
    taken: Cell<bool>,
    /// The client has disconnected.
    gone: Cell<bool>,
    /// The consumer has ended.
    finished: Cell<bool>,
}

/// The streamed response; dropped when the client has disconnected.
pub(crate) struct Parts(Rc<Outlet>);

/// The body was not completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the response was cut off")]
pub(crate) struct CutOff;

impl Parts {
    /// Waits for the consumer's answer to the request.
    pub(super) async fn answer(&mut self) -> Answer {
        poll_fn(|cx| {
            self.0.reader.register(cx.waker());
            match self.0.link.take_answer() {
                Some(answer) => Poll::Ready(answer),
                None => Poll::Pending,
            }
        })
        .await
    }

    pub(super) fn take_head(&self) -> ResponseHead {
        // Without a head there is no answer.
        let head = self.0.link.take_head();
        head.unwrap_or_else(|| ResponseHead::status(500))
    }

    /// The whole body, if the consumer has already ended it.
    pub(super) fn whole(&mut self) -> Option<Bytes> {
        let closed = self.0.link.closed_with();
        if closed.is_none_or(|(code, _)| code != CloseCode::NORMAL) {
            return None;
        }
        let mut whole: Vec<Bytes> = Vec::new();
        while let Some(Outgoing::Frame(frame)) = self.0.link.take_outgoing() {
            whole.push(bytes_of(frame));
        }
        self.0.task.wake();
        match &mut whole[..] {
            [only] => Some(std::mem::take(only)),
            several => Some(several.concat().into()),
        }
    }

    /// The next part; none after the last.
    pub(crate) fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, CutOff>>> {
        match ready!(self.poll_outgoing(cx)) {
            Some(Outgoing::Frame(frame)) => Poll::Ready(Some(Ok(bytes_of(frame)))),
            Some(Outgoing::Close(code, _)) => {
                // A stream of events does not end by itself: its client reconnects.
                let whole = code == CloseCode::NORMAL
                    || (code == CloseCode::RESTART && self.0.link.heartbeat().is_some());
                Poll::Ready((!whole).then_some(Err(CutOff)))
            }
            None => Poll::Ready(self.0.gone.get().then_some(Err(CutOff))),
        }
    }

    /// The consumer's next frame; none after it has ended.
    pub(super) fn poll_outgoing(&mut self, cx: &mut Context<'_>) -> Poll<Option<Outgoing>> {
        let Outlet { link, task, .. } = &*self.0;
        self.0.reader.register(cx.waker());
        match link.take_outgoing() {
            Some(outgoing) => {
                self.0.taken.set(true);
                if !link.has_enough_to_write() {
                    task.wake();
                }
                Poll::Ready(Some(outgoing))
            }
            None if self.0.finished.get() => Poll::Ready(None),
            None => Poll::Pending,
        }
    }

    /// Whether the consumer has ended: `disconnect` has run.
    pub(crate) fn poll_finished(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.0.reader.register(cx.waker());
        while self.0.link.take_outgoing().is_some() {
            self.0.task.wake();
        }
        if self.0.finished.get() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }

    /// Records that the client has disconnected.
    pub(crate) fn hang_up(&self) {
        self.0.gone.set(true);
        self.0.task.wake();
    }
}

impl Drop for Parts {
    fn drop(&mut self) {
        self.hang_up();
    }
}

fn bytes_of(frame: Frame) -> Bytes {
    match frame {
        Frame::Binary(bytes) => bytes,
        Frame::Text(text) => text.into_bytes(),
    }
}

pub(super) struct Pump {
    attached: Attached,
    /// The client's frames after its request.
    input: Option<Receiver<Frame>>,
    outlet: Rc<Outlet>,
    kill: KillHandle,
    write_timeout: Duration,
    /// The time since which data waits for a client that does not read.
    stalled: Option<Pin<Box<Sleep>>>,
    /// The time of the next keep-alive comment.
    silence: Option<Pin<Box<Sleep>>>,
    /// The deadline of the response.
    limit: Option<Pin<Box<Sleep>>>,
    /// The shutdown of the server: when to end, and when to end immediately.
    leave: LocalBoxFuture<'static, ()>,
    is_leaving: bool,
    cut: LocalBoxFuture<'static, ()>,
}

impl Pump {
    /// Starts the task, which runs the consumer immediately.
    pub(super) fn start(
        launched: Launched,
        options: &HttpOptions,
        kill: KillHandle,
        entry: Option<Rc<Entry>>,
        input: Option<Receiver<Frame>>,
    ) -> Parts {
        let outlet = Rc::new(Outlet {
            link: launched.link,
            reader: AtomicWaker::new(),
            task: AtomicWaker::new(),
            taken: Cell::new(false),
            gone: Cell::new(false),
            finished: Cell::new(false),
        });
        let (leave, cut): (LocalBoxFuture<'static, ()>, LocalBoxFuture<'static, ()>) = match &entry
        {
            Some(entry) => (Box::pin(entry.leave()), Box::pin(entry.cut_off())),
            None => (Box::pin(pending()), Box::pin(pending())),
        };
        let mut pump = Self {
            attached: launched.attached,
            input,
            outlet: Rc::clone(&outlet),
            kill,
            write_timeout: options.write_timeout,
            stalled: None,
            silence: None,
            limit: options.http_timeout.map(|limit| Box::pin(sleep(limit))),
            leave,
            is_leaving: false,
            cut,
        };
        if let Some(entry) = entry {
            pump.attached.keep(entry);
        }
        actix_web::rt::spawn(poll_fn(move |cx| pump.poll(cx)));
        Parts(outlet)
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.outlet.task.register(cx.waker());
        if self.outlet.gone.get() {
            self.end();
        }
        self.watch_server(cx);
        self.watch_limit(cx);
        let all_read = self.take_input(cx);
        let done = self.attached.poll(cx).is_ready();
        if !all_read && self.attached.runner().is_some_and(|it| it.has_room()) {
            cx.waker().wake_by_ref();
        }
        let link = Rc::clone(&self.outlet.link);
        if link.overflowed() && !self.outlet.gone.get() {
            let peer = self.kill.peer();
            log::warn!(target: "channels::http", "{peer} reads too slowly: more than may wait \
                for it (HttpOptions::outbox_bytes) was sent; it is cut");
            self.cut();
        }
        self.beat(cx);
        self.watch_reader(cx);
        self.outlet.finished.set(done);
        if done || link.has_outgoing() || link.has_answer() {
            self.outlet.reader.wake();
        }
        if done && !link.has_outgoing() {
            return Poll::Ready(());
        }
        Poll::Pending
    }

    /// Passes the client's frames to the consumer; returns whether all were passed.
    fn take_input(&mut self, cx: &mut Context<'_>) -> bool {
        let (Some(input), Some(runner)) = (&mut self.input, self.attached.runner()) else {
            return true;
        };
        while runner.has_room() {
            match input.poll_recv(cx) {
                Poll::Ready(Some(frame)) => runner.receive(frame),
                Poll::Ready(None) => {
                    self.input = None;
                    return true;
                }
                Poll::Pending => return true,
            }
        }
        false
    }

    /// Notifies the consumer that its client has disconnected.
    fn end(&mut self) {
        if let Some(runner) = self.attached.runner() {
            runner.end(Disconnect::lost());
        }
        self.outlet.link.end();
    }

    /// Ends the connection, without waiting for its client.
    fn cut(&mut self) {
        self.kill.cut();
        self.outlet.gone.set(true);
        self.end();
        // The consumer is notified in the next round.
        self.outlet.task.wake();
    }

    /// On shutdown, running handlers finish, and idle consumers are closed.
    fn watch_server(&mut self, cx: &mut Context<'_>) {
        if !self.is_leaving && self.leave.as_mut().poll(cx).is_ready() {
            self.is_leaving = true;
        }
        let waits = self
            .attached
            .runner()
            .is_some_and(|runner| runner.is_waiting());
        if self.is_leaving && waits {
            self.outlet.link.close(CloseCode::RESTART, "");
        }
        if self.is_leaving && !self.outlet.gone.get() && self.cut.as_mut().poll(cx).is_ready() {
            self.cut();
        }
    }

    fn watch_limit(&mut self, cx: &mut Context<'_>) {
        let limit = self.limit.as_mut();
        if limit.is_none_or(|limit| limit.as_mut().poll(cx).is_pending()) {
            return;
        }
        self.limit = None;
        if !self.outlet.link.is_closing() {
            log::warn!(target: "channels::http", "a response timed out and was cancelled");
            self.outlet.link.close(CloseCode::OVERLOAD, "");
        }
    }

    /// Sends a keep-alive comment on a silent stream of events.
    fn beat(&mut self, cx: &mut Context<'_>) {
        let link = &self.outlet.link;
        let Some(heartbeat) = link.heartbeat().filter(|_| link.is_answered()) else {
            return;
        };
        if link.is_closing() {
            return;
        }
        let silence = self
            .silence
            .get_or_insert_with(|| Box::pin(sleep(heartbeat)));
        if link.has_outgoing() {
            silence.as_mut().reset(Instant::now() + heartbeat);
        }
        while silence.as_mut().poll(cx).is_ready() {
            if link.send(Frame::Binary(COMMENT)).is_err() {
                // The queue is full, which ends the stream in the next round.
                self.outlet.task.wake();
                return;
            }
            silence.as_mut().reset(Instant::now() + heartbeat);
        }
    }

    /// Aborts the connection of a client that does not read.
    fn watch_reader(&mut self, cx: &mut Context<'_>) {
        let taken = self.outlet.taken.take();
        if taken || !self.outlet.link.has_outgoing() {
            self.stalled = None;
        }
        if !self.outlet.link.has_outgoing() {
            return;
        }
        let limit = self.write_timeout;
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(limit)));
        if stalled.as_mut().poll(cx).is_ready() {
            let peer = self.kill.peer();
            log::debug!(target: "channels::http", "{peer} does not read; it is cut");
            self.cut();
        }
    }
}
