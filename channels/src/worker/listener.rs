//! Takes messages off one channel and passes them to a consumer, for as long as the worker runs.
//!
//! Any failure, of the layer, a middleware or the consumer, is logged and retried: a worker that
//! looks alive and does nothing would be worse than one that ends. Source: channels/worker.py and
//! asgiref/server.py, `StatelessServer`.

use std::future::poll_fn;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::time::Duration;

use futures_util::{FutureExt as _, StreamExt as _};
use tokio::time::timeout;

use super::backoff::Backoff;
use super::handle::{Tally, WorkerHandle};
use crate::connection::{Connection, Due, Limits, Link, Outcome, Turn};
use crate::error::{HandlerError, WithSources};
use crate::event::Disconnect;
use crate::layers::{ChannelReceiver, Layer, LayerMessage};
use crate::names::ChannelName;
use crate::observe;
use crate::routing::{Endpoint, Parts};
use crate::scope::{Protocol, Scope};

/// The time limit of a consumer's `stop`.
const GOODBYE: Duration = Duration::from_secs(5);

pub(super) struct Listener {
    pub(super) app: Endpoint,
    pub(super) layer: Layer,
    pub(super) channel: ChannelName,
    pub(super) limits: Limits,
    pub(super) backoff: Backoff,
    pub(super) handle: WorkerHandle,
    pub(super) tally: Rc<Tally>,
}

/// A consumer that has started. Its connection is `None` while a handler runs.
struct Started {
    connection: Box<dyn Connection>,
    /// The consumer's own channel, for groups and answers.
    own: ChannelReceiver,
    link: Rc<Link>,
}

/// The source of a message; only messages of the layer's queue count as work.
enum Source {
    Channel(LayerMessage),
    Own(Due),
}

impl Listener {
    /// Listens until the worker stops.
    pub(super) async fn run(mut self) {
        let mut first = true;
        while !self.handle.is_stopping() {
            if !first {
                self.tally.note(|report| report.restarts += 1);
                observe::worker_restarted();
            }
            first = false;
            // Even a panic of a factory or of the layer does not end a worker.
            let life = AssertUnwindSafe(self.live()).catch_unwind().await;
            match life {
                Ok(Ok(())) => {}
                Ok(Err(failure)) => {
                    let (channel, cause) = (&self.channel, WithSources(failure.cause()));
                    log::error!(target: "channels::worker", "no consumer of {channel}: {cause}");
                    self.pause().await;
                }
                Err(_) => {
                    let channel = &self.channel;
                    log::error!(target: "channels::worker", "the listener of {channel} panicked");
                    self.pause().await;
                }
            }
        }
    }

    /// The lifecycle of one consumer.
    async fn live(&mut self) -> Result<(), HandlerError> {
        let giving_up = self.handle.giving_up.clone();
        let started = tokio::select! {
            started = self.start() => started?,
            () = giving_up.cancelled() => return Ok(()),
        };
        let Started {
            connection,
            own,
            link,
        } = self.serve(started).await;
        self.say_goodbye(connection).await;
        drop((own, link));
        Ok(())
    }

    /// Waits after a failure, longer each time, unless the worker stops.
    async fn pause(&mut self) {
        observe::worker_failed();
        let stopping = self.handle.stopping.clone();
        // Returns early if the worker stops.
        let _ = timeout(self.backoff.next(), stopping.cancelled()).await;
    }

    async fn start(&mut self) -> Result<Started, HandlerError> {
        let scope = Scope::builder("").channel(self.channel.clone()).build();
        let found = timeout(self.limits.connect, self.app.call(scope)).await?;
        let mut connecting = found.map_err(refusal)?;
        connecting.hold(observe::Open::new(connecting.scope().protocol()));
        let layer = connecting.layer().unwrap_or(&self.layer).clone();
        let own = layer.new_channel().await?;
        let link = Rc::new(Link::new(Protocol::Channel, Rc::new(self.limits)));
        let (connection, _) = connecting.start(Parts {
            layer,
            name: own.name().clone(),
            link: Rc::clone(&link),
        });
        let (connection, outcome) = self.finish(&link, connection.connect()).await;
        let failure = match outcome {
            Outcome::Done => {
                return Ok(Started {
                    connection,
                    own,
                    link,
                });
            }
            Outcome::Denied(deny) => refusal(deny),
            Outcome::Failed(failure) => failure,
            Outcome::Panicked(text) => HandlerError::msg(format!("`start` panicked: {text}")),
            Outcome::Cancelled => HandlerError::msg("`start` did not come to its end"),
        };
        self.say_goodbye(connection).await;
        Err(failure)
    }

    /// Passes messages on until a handler fails or the worker stops.
    async fn serve(&mut self, mut started: Started) -> Started {
        let (layer, channel) = (self.layer.clone(), self.channel.clone());
        let stopping = self.handle.stopping.clone();
        let mut receiving = Box::pin(layer.receive(&channel));
        while !stopping.is_cancelled() {
            let source = tokio::select! {
                () = stopping.cancelled() => break,
                received = &mut receiving => {
                    receiving = Box::pin(layer.receive(&channel));
                    match received {
                        Ok(message) => Source::Channel(message),
                        Err(failure) => {
                            let failure = WithSources(&failure);
                            log::error!(target: "channels::worker", "{channel}: {failure}");
                            self.pause().await;
                            continue;
                        }
                    }
                }
                Some(message) = started.own.next() => Source::Own(Due::Message(message)),
                due = poll_fn(|cx| started.connection.poll_due(cx)) => Source::Own(due),
            };
            let (connection, goes_on) = self
                .hand_over(&started.link, started.connection, source)
                .await;
            started.connection = connection;
            if !goes_on {
                break;
            }
        }
        started
    }

    /// Lets the consumer handle one message; returns whether it may have the next.
    async fn hand_over(
        &mut self,
        link: &Link,
        connection: Box<dyn Connection>,
        source: Source,
    ) -> (Box<dyn Connection>, bool) {
        let due = match source {
            Source::Channel(message) => {
                self.backoff.reset();
                observe::worker_took();
                Due::Message(message)
            }
            Source::Own(due) => due,
        };
        let (connection, outcome) = match due {
            Due::Message(message) => self.finish(link, connection.deliver(message)).await,
            Due::Deadline => self.finish(link, connection.time_out()).await,
            Due::Panicked(text) => (connection, Outcome::Panicked(text)),
        };
        let channel = &self.channel;
        match outcome {
            Outcome::Done => {
                self.tally.note(|report| report.handled += 1);
                return (connection, true);
            }
            Outcome::Cancelled => {
                log::warn!(target: "channels::worker", "a handler of {channel} was cancelled");
                self.tally.note(|report| report.dropped += 1);
                return (connection, false);
            }
            Outcome::Failed(wish) if wish.is_stop() => {
                self.tally.note(|report| report.handled += 1);
                return (connection, false);
            }
            Outcome::Denied(_) => {}
            Outcome::Failed(failure) => {
                let failure = WithSources(failure.cause());
                log::error!(target: "channels::worker", "a handler of {channel} failed: {failure}");
            }
            Outcome::Panicked(text) => {
                log::error!(target: "channels::worker", "a handler of {channel} panicked: {text}");
            }
        }
        observe::worker_failed();
        self.tally.note(|report| report.failed += 1);
        (connection, false)
    }

    /// Waits until a handler completes, or cancels it when the worker has to end.
    async fn finish(&self, link: &Link, mut turn: Turn) -> (Box<dyn Connection>, Outcome) {
        tokio::select! {
            biased;
            finished = &mut turn => return finished,
            () = self.handle.giving_up.cancelled() => {}
        }
        link.cancel();
        turn.await
    }

    async fn say_goodbye(&self, connection: Box<dyn Connection>) {
        let goodbye = connection.disconnect(Disconnect::lost());
        let channel = &self.channel;
        match timeout(GOODBYE, goodbye).await {
            Ok((_, Outcome::Panicked(text))) => {
                log::error!(target: "channels::worker", "`stop` of {channel} panicked: {text}");
            }
            Ok(_) => {}
            Err(_) => {
                log::warn!(target: "channels::worker", "`stop` of {channel} took too long");
            }
        }
    }
}

/// Why middleware or a consumer's `start` failed.
fn refusal(deny: crate::answer::Deny) -> HandlerError {
    let status = deny.status;
    let refused = || HandlerError::msg(format!("it was refused with {status}"));
    deny.cause.unwrap_or_else(refused)
}
