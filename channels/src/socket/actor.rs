//! The actor of one connection: moves frames between the socket and the consumer's runner.
//!
//! One for each accepted handshake, started by `mounted.rs`; nobody sends to it. Its context is
//! actix-web-actors', whose body is the 101 answer. All its work is one future on that context,
//! so nothing waits for a slow handler but the handlers after it.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix::fut::ActorFuture;
use actix::{Actor, ActorContext as _, AsyncContext as _, StreamHandler};
use actix_web::dev::Payload;
use actix_web_actors::ws;
use bytes::Bytes;
use futures_util::{Stream, stream};
use tokio::time::{Sleep, sleep};

use super::heartbeat::{Beat, Heartbeat};
use super::incoming::{Arrived, Incoming};
use super::kill::KillHandle;
use super::options::SocketOptions;
use crate::connection::{Attached, Link, Outgoing};
use crate::event::{Disconnect, Frame, Side};
use crate::launch::Launched;

type SocketContext = ws::WebsocketContext<SocketActor>;

/// Things read, and rounds of reading and handling, before other connections get their turn.
const ARRIVALS_PER_ROUND: usize = 64;
const ROUNDS_PER_POLL: usize = 4;

pub(super) struct SocketActor {
    attached: Attached,
    link: Rc<Link>,
    incoming: Incoming<Payload>,
    heartbeat: Heartbeat,
    kill: KillHandle,
    close_timeout: Duration,
    phase: Phase,
}

enum Phase {
    Open,
    /// Our Close is sent; the peer has until then to answer it.
    Closing(Pin<Box<Sleep>>),
    /// Nothing is read or written any more.
    Finished,
}

/// What came of reading.
#[derive(PartialEq, Eq)]
enum Read {
    /// All there is; the peer's next bytes wake the actor.
    Everything,
    /// There may be more, but the consumer has enough to do.
    NotAll,
}

impl SocketActor {
    pub(super) fn new(
        launched: Launched,
        payload: Payload,
        kill: KillHandle,
        options: &SocketOptions,
    ) -> Self {
        Self {
            attached: launched.attached,
            link: launched.link,
            incoming: Incoming::new(payload, options),
            heartbeat: Heartbeat::new(options.ping_interval, options.idle_timeout),
            kill,
            close_timeout: options.close_timeout,
            phase: Phase::Open,
        }
    }

    /// Starts the actor as the body of the 101 answer.
    pub(super) fn into_body(self) -> impl Stream<Item = Result<Bytes, actix_web::Error>> {
        // The context's own decoder gets nothing to read: it would buffer what `Incoming` stops,
        // and repeat an error for ever.
        ws::WebsocketContext::create(self, stream::pending())
    }

    fn turn(&mut self, ctx: &mut SocketContext, task: &mut Context<'_>) -> Poll<()> {
        for _ in 0..ROUNDS_PER_POLL {
            let read = self.read(ctx, task);
            let _ = self.attached.poll(task);
            self.write(ctx);
            self.watch(ctx, task);
            if matches!(self.phase, Phase::Finished) {
                ctx.stop();
                return Poll::Ready(());
            }
            if read == Read::Everything || !self.has_room() {
                return Poll::Pending;
            }
        }
        task.waker().wake_by_ref();
        Poll::Pending
    }

    fn has_room(&mut self) -> bool {
        self.attached
            .runner()
            .is_none_or(|runner| runner.has_room())
    }

    fn read(&mut self, ctx: &mut SocketContext, task: &mut Context<'_>) -> Read {
        for _ in 0..ARRIVALS_PER_ROUND {
            if !self.has_room() {
                // Its silence is ours: we do not listen.
                self.heartbeat.heard();
                return Read::NotAll;
            }
            match Pin::new(&mut self.incoming).poll_next(task) {
                Poll::Ready(Some(arrived)) => {
                    self.heartbeat.heard();
                    self.take(arrived, ctx);
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

    fn take(&mut self, arrived: Arrived, ctx: &mut SocketContext) {
        let open = matches!(self.phase, Phase::Open) && !self.link.is_closing();
        match arrived {
            Arrived::Frame(frame) if open => {
                if let Some(runner) = self.attached.runner() {
                    runner.receive(frame);
                }
            }
            Arrived::Ping(payload) if open => ctx.pong(&payload),
            Arrived::Frame(_) | Arrived::Ping(_) | Arrived::Pong => {}
            Arrived::Close(close) => {
                self.write(ctx);
                if matches!(self.phase, Phase::Open) {
                    ctx.close(
                        close
                            .as_ref()
                            .map(|(code, _)| ws::CloseCode::from(*code).into()),
                    );
                }
                let (code, reason) = close.unzip();
                self.end(Disconnect {
                    code,
                    reason: reason.unwrap_or_default(),
                    initiated_by: Side::Client,
                });
            }
            Arrived::Violation(violation) => {
                log::debug!(target: "channels::socket", "peer refused: {}", violation.reason);
                self.link.close(violation.code, violation.reason);
                self.write(ctx);
                self.phase = Phase::Finished;
            }
        }
    }

    /// Writes what the consumer sent, and its Close after it.
    fn write(&mut self, ctx: &mut SocketContext) {
        if self.link.overflowed() {
            log::warn!(target: "channels::socket", "a consumer sent more than may wait; it is cut");
            self.kill.cut();
            self.phase = Phase::Finished;
            return;
        }
        while let Some(outgoing) = self.link.take_outgoing() {
            match outgoing {
                Outgoing::Frame(Frame::Text(text)) => ctx.text(text),
                Outgoing::Frame(Frame::Binary(bytes)) => ctx.binary(bytes),
                Outgoing::Close(code, reason) => {
                    let code = ws::CloseCode::from(code.as_u16());
                    let description = (!reason.is_empty()).then_some(reason);
                    ctx.close(Some(ws::CloseReason { code, description }));
                    self.phase = Phase::Closing(Box::pin(sleep(self.close_timeout)));
                }
            }
        }
    }

    /// Pings a silent peer, and gives up one that stays silent or does not answer our Close.
    fn watch(&mut self, ctx: &mut SocketContext, task: &mut Context<'_>) {
        match &mut self.phase {
            Phase::Finished => {}
            Phase::Closing(deadline) => {
                if deadline.as_mut().poll(task).is_ready() {
                    self.end(Disconnect::lost());
                }
            }
            Phase::Open => match self.heartbeat.poll(task) {
                Poll::Pending => {}
                Poll::Ready(Beat::Ping) => ctx.ping(b""),
                Poll::Ready(Beat::Lost) => {
                    log::debug!(target: "channels::socket", "peer silent for too long");
                    self.kill.cut();
                    self.end(Disconnect::lost());
                }
            },
        }
    }

    fn end(&mut self, why: Disconnect) {
        self.phase = Phase::Finished;
        if let Some(runner) = self.attached.runner() {
            runner.end(why);
        }
    }
}

impl Actor for SocketActor {
    type Context = SocketContext;

    fn started(&mut self, ctx: &mut SocketContext) {
        ctx.spawn(Pump);
    }
}

/// The one future of the actor.
struct Pump;

impl ActorFuture<SocketActor> for Pump {
    type Output = ();

    fn poll(
        self: Pin<&mut Self>,
        actor: &mut SocketActor,
        ctx: &mut SocketContext,
        task: &mut Context<'_>,
    ) -> Poll<()> {
        actor.turn(ctx, task)
    }
}

/// Asked for by `WebsocketContext::create`; its stream never has anything.
impl StreamHandler<Result<ws::Message, ws::ProtocolError>> for SocketActor {
    fn handle(&mut self, _: Result<ws::Message, ws::ProtocolError>, _: &mut SocketContext) {}
}
