//! Workers: consumers of named channels, without a client.
//!
//! The counterpart of `manage.py runworker`. Source: channels/worker.py,
//! channels/management/commands/runworker.py.

mod args;
mod backoff;
mod consumer;
mod handle;
mod listener;

use std::collections::BTreeSet;
use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::{sleep, timeout};

pub use args::RunWorker;
pub use consumer::{Work, WorkerConsumer, WorkerContext};
pub use handle::{WorkerHandle, WorkerReport};

use crate::connection::Limits;
use crate::layers::Layer;
use crate::names::{ChannelName, NameError};
use crate::routing::{Endpoint, IntoEndpoint};
use crate::scope::Scope;
use crate::signals::stop_signal;
use backoff::Backoff;
use handle::Tally;
use listener::Listener;

/// The default time for handlers to finish when the worker stops.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(30);

/// The default time limit of middleware before a consumer starts.
const START_TIMEOUT: Duration = Duration::from_secs(10);

/// The first and the longest wait after the layer, or the start of a consumer, failed.
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Consumers of one worker, whatever its settings: upstream's bound.
const MAX_CONSUMERS: usize = 1000;

/// Why a worker did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkerError {
    /// There are no channels to listen to.
    #[error("a worker needs at least one channel; name it with `channels`")]
    NoChannels,
    /// A channel's name is invalid.
    #[error(transparent)]
    Name(#[from] NameError),
    /// A name with `!` belongs to one consumer; a worker cannot read it.
    #[error("channel {0} belongs to one consumer; a worker's channel has no '!' in its name")]
    NotShared(ChannelName),
    /// The application has no consumer for the channel.
    #[error("no consumer for channel {0}; add it with ChannelNameRouter::channel")]
    NoRoute(ChannelName),
    /// Channels times concurrency exceeds the limit of one worker.
    #[error("{wanted} consumers are over the limit of {limit}; run several workers")]
    TooMany {
        /// Channels times concurrency.
        wanted: usize,
        /// The limit of one worker.
        limit: usize,
    },
    /// [`RunWorker`] named a layer that does not exist.
    #[error("no channel layer is named {0:?}; add it with Layers::with")]
    NoLayer(String),
    /// The arguments of [`RunWorker`] are invalid.
    #[error("{0}; usage: runworker [--layer ALIAS] CHANNEL...")]
    Usage(String),
}

/// Runs the consumers of some channels. Needs an actix runtime: `#[actix_web::main]`.
///
/// A consumer handles one message after another. For more consumers of the same channel, use more
/// workers or [`concurrency`](Self::concurrency). Messages that a worker has not taken stay on the
/// layer. All of it runs on the thread of [`run`](Self::run).
///
/// ```
/// # use std::sync::Arc;
/// # use channels::worker::{Work, WorkerConsumer, WorkerContext};
/// # use channels::{HandlerResult, Scope};
/// use channels::layers::DynEvent;
/// use channels::routing::ChannelNameRouter;
/// use channels::worker::Worker;
/// use channels::{ChannelName, Layer};
///
/// # struct Mails;
/// # impl WorkerConsumer for Mails {
/// #     type Event = DynEvent;
/// #     async fn event(&mut self, event: Arc<DynEvent>, ctx: &mut WorkerContext<Self>) -> HandlerResult {
/// #         assert!(event.is("mail.send"));
/// #         Ok(())
/// #     }
/// # }
/// # actix_web::rt::System::new().block_on(async {
/// let layer = Layer::in_memory();
/// let router = ChannelNameRouter::new().channel("mails", |_: &Scope| Work(Mails));
/// let worker = Worker::new(router, &layer).channels(["mails"]).concurrency(4);
/// let handle = worker.handle();
/// let running = actix_web::rt::spawn(worker.run());
///
/// let mails = ChannelName::new("mails")?;
/// layer.send(&mails, DynEvent::new("mail.send")?.with("to", "ana")).await?;
/// while layer.waiting(&mails).await? > 0 {
///     tokio::task::yield_now().await;
/// }
/// handle.stop(true);
/// assert_eq!(running.await??.handled, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[must_use = "a worker does nothing before `run`"]
pub struct Worker {
    app: Endpoint,
    layer: Layer,
    channels: Vec<String>,
    concurrency: usize,
    shutdown_timeout: Duration,
    start_timeout: Duration,
    backoff: Backoff,
    signals: bool,
    handle: WorkerHandle,
}

impl Worker {
    /// A worker for the channels that `app` has consumers for, on this layer.
    pub fn new(app: impl IntoEndpoint, layer: &Layer) -> Self {
        Self {
            app: app.into_endpoint(),
            layer: layer.clone(),
            channels: Vec::new(),
            concurrency: 1,
            shutdown_timeout: SHUTDOWN_TIMEOUT,
            start_timeout: START_TIMEOUT,
            backoff: Backoff::new(FIRST_WAIT, LONGEST_WAIT),
            signals: false,
            handle: WorkerHandle::new(),
        }
    }

    /// Adds channels to listen to, and to no others. Duplicates are ignored.
    pub fn channels<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.channels.extend(names.into_iter().map(Into::into));
        self
    }

    /// How many consumers each channel has, which is how many of its messages are handled at the
    /// same time; 1 by default, which keeps their order. Together no more than 1000.
    pub fn concurrency(mut self, consumers: usize) -> Self {
        self.concurrency = consumers.max(1);
        self
    }

    /// Sets how long handlers may continue after the worker was requested to stop; 30 s by default.
    /// Then they are cancelled and counted as dropped. `stop` of each consumer has 5 s after that.
    pub fn shutdown_timeout(mut self, limit: Duration) -> Self {
        self.shutdown_timeout = limit;
        self
    }

    /// Sets the time limit of middleware before a consumer starts; 10 s by default.
    pub fn start_timeout(mut self, limit: Duration) -> Self {
        self.start_timeout = limit;
        self
    }

    /// Sets the back-off after the layer failed, or a consumer could not start: the first and the
    /// longest wait, doubling in between; 100 ms and 30 s by default.
    pub fn backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.backoff = Backoff::new(first, longest);
        self
    }

    /// Stops on SIGINT and SIGTERM, as [`WorkerHandle::stop`] does; a second signal cancels running
    /// handlers.
    pub fn stop_on_signals(mut self) -> Self {
        self.signals = true;
        self
    }

    /// The handle that stops this worker.
    pub fn handle(&self) -> WorkerHandle {
        self.handle.clone()
    }

    /// Runs until it is stopped; dropping the future stops it gracefully, without a report.
    ///
    /// A failure of a handler, of the layer or of a middleware does not end it: it is logged and
    /// counted.
    ///
    /// # Errors
    /// [`WorkerError`] before the first message is taken.
    pub async fn run(self) -> Result<WorkerReport, WorkerError> {
        let channels = self.checked_channels().await?;
        let names: Vec<&str> = channels.iter().map(ChannelName::as_str).collect();
        log::info!(target: "channels::worker", "listening to {}", names.join(", "));
        let tally = Rc::new(Tally::default());
        let _stop_when_dropped = self.handle.stopping.clone().drop_guard();
        let listeners = channels
            .iter()
            .flat_map(|channel| std::iter::repeat_n(channel, self.concurrency))
            .map(|channel| actix_web::rt::spawn(self.listener(channel, &tally).run()));
        let mut all_ended = join_all(listeners.collect::<Vec<_>>());
        tokio::select! {
            _ = &mut all_ended => {}
            () = self.told_to_stop() => {
                tokio::select! {
                    _ = &mut all_ended => {}
                    () = self.told_to_give_up() => {
                        self.handle.stop(false);
                        all_ended.await;
                    }
                }
            }
        }
        let mut report = tally.report();
        self.count_unread(&channels, &mut report).await;
        let WorkerReport {
            handled,
            failed,
            dropped,
            ..
        } = report;
        log::info!(
            target: "channels::worker",
            "stopped: {handled} messages handled, {failed} failed, {dropped} dropped",
        );
        Ok(report)
    }

    async fn told_to_stop(&self) {
        tokio::select! {
            () = self.handle.stopping.cancelled() => {}
            () = stop_signal(), if self.signals => {
                log::info!(target: "channels::worker", "stopping; a second signal gives up");
                self.handle.stop(true);
            }
        }
    }

    async fn told_to_give_up(&self) {
        tokio::select! {
            () = sleep(self.shutdown_timeout) => {}
            () = stop_signal(), if self.signals => {}
        }
    }

    fn listener(&self, channel: &ChannelName, tally: &Rc<Tally>) -> Listener {
        Listener {
            app: self.app.clone(),
            layer: self.layer.clone(),
            channel: channel.clone(),
            limits: Limits {
                // There is no client, and only the worker's end limits a handler.
                outbox_bytes: 0,
                connect: self.start_timeout,
                grace: self.shutdown_timeout,
            },
            backoff: self.backoff.clone(),
            handle: self.handle.clone(),
            tally: Rc::clone(tally),
        }
    }

    /// The channels, each with a valid name and a consumer.
    async fn checked_channels(&self) -> Result<BTreeSet<ChannelName>, WorkerError> {
        let mut channels = BTreeSet::new();
        for name in &self.channels {
            let name = ChannelName::new(name)?;
            if name.is_specific() {
                return Err(WorkerError::NotShared(name));
            }
            let scope = Scope::builder("").channel(name.clone()).build();
            // Other refusals may be temporary: a listener retries.
            let found = timeout(self.start_timeout, self.app.call(scope)).await;
            if matches!(found, Ok(Err(deny)) if deny.unrouted) {
                return Err(WorkerError::NoRoute(name));
            }
            channels.insert(name);
        }
        let wanted = channels.len().saturating_mul(self.concurrency);
        match wanted {
            0 => Err(WorkerError::NoChannels),
            1..=MAX_CONSUMERS => Ok(channels),
            _ => Err(WorkerError::TooMany {
                wanted,
                limit: MAX_CONSUMERS,
            }),
        }
    }

    async fn count_unread(&self, channels: &BTreeSet<ChannelName>, report: &mut WorkerReport) {
        for channel in channels {
            // A layer without this extension, or one that is down, is omitted.
            let waiting = self.layer.waiting(channel).await.unwrap_or(0);
            if waiting > 0 {
                log::warn!(target: "channels::worker", "{waiting} messages are left on {channel}");
                report.unread.insert(channel.clone(), waiting);
            }
        }
    }
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker")
            .field("channels", &self.channels)
            .field("concurrency", &self.concurrency)
            .finish_non_exhaustive()
    }
}
