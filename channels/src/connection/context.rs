//! The context of a consumer: answers the handshake, sends, joins groups, sets timers.

use std::fmt;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use futures_util::{FutureExt as _, Stream, StreamExt as _};
use serde::Serialize;
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::address::ConsumerAddress;
use super::link::Link;
use super::tasks::{TaskHandle, Tasks};
use super::timers::{Due, TimerId, Timers};
use super::turn::panic_text;
use crate::answer::Accept;
use crate::consumer::Consumer;
use crate::consumer::WebsocketConsumer;
use crate::error::{Error, HandlerResult, SendError};
use crate::event::{CloseCode, Frame};
use crate::layers::{Layer, LayerError, LayerEvent, LayerMessage, SendReport};
use crate::names::{ChannelName, FewGroups, GroupName, add_once};
use crate::scope::{Protocol, Scope};

/// Passed to every handler of a consumer; represents its connection, whatever the transport.
pub struct Context<C: Consumer> {
    scope: Scope,
    keeps_headers: bool,
    layer: Layer,
    channel_name: ChannelName,
    link: Rc<Link>,
    /// Each once.
    groups: FewGroups,
    timers: Timers<C::Event>,
    tasks: Tasks<C::Event>,
}

impl<C: Consumer> Context<C> {
    pub(super) fn new(
        scope: Scope,
        layer: Layer,
        channel_name: ChannelName,
        link: Rc<Link>,
    ) -> Self {
        link.offer(scope.subprotocols());
        Self {
            scope,
            keeps_headers: false,
            layer,
            channel_name,
            link,
            groups: FewGroups::new(),
            timers: Timers::default(),
            tasks: Tasks::default(),
        }
    }

    /// The scope: the data of the connection's handshake.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Keeps the headers and cookies of the scope for as long as the connection lives. Otherwise
    /// those of a socket are dropped when `connect` has returned, because they occupy 1 KiB or more
    /// and contain the client's session key.
    ///
    /// ```
    /// use channels::{Accept, Context, Deny, Frame, HandlerResult, WebsocketConsumer};
    /// struct Languages;
    /// impl WebsocketConsumer for Languages {
    ///     type Event = ();
    ///     async fn connect(&mut self, ctx: &mut Context<Self>) -> Result<(), Deny> {
    ///         ctx.keep_headers();
    ///         ctx.accept(Accept::new())?;
    ///         Ok(())
    ///     }
    ///     async fn receive(&mut self, _: Frame, ctx: &mut Context<Self>) -> HandlerResult {
    ///         let languages = ctx.scope().header("accept-language").unwrap_or("none");
    ///         Ok(ctx.send(languages.to_owned())?)
    ///     }
    /// }
    /// ```
    pub fn keep_headers(&mut self) {
        self.keeps_headers = true;
    }

    /// Drops what a socket needs only for its handshake. A request is handled after `connect`.
    pub(super) fn drop_headers(&mut self) {
        if self.scope.protocol() == Protocol::Websocket && !self.keeps_headers {
            self.scope.drop_headers();
        }
    }

    /// The name under which the layer reaches this one consumer.
    pub fn channel_name(&self) -> &ChannelName {
        &self.channel_name
    }

    /// The channel layer.
    pub fn layer(&self) -> &Layer {
        &self.layer
    }

    /// Subscribes to a group until the end of the connection or
    /// [`group_discard`](Self::group_discard).
    ///
    /// # Errors
    /// [`LayerError::Backend`].
    pub async fn group_add(&mut self, group: &GroupName) -> Result<(), LayerError> {
        // Recorded first, because leaving a group that was never joined is harmless, but staying in
        // one is not.
        add_once(&mut self.groups, group);
        self.layer.group_add(group, &self.channel_name).await
    }

    /// Leaves a group.
    ///
    /// # Errors
    /// [`LayerError::Backend`].
    pub async fn group_discard(&mut self, group: &GroupName) -> Result<(), LayerError> {
        self.layer.group_discard(group, &self.channel_name).await?;
        self.groups.retain(|joined| joined != group);
        Ok(())
    }

    /// The groups that this connection is in.
    pub fn groups(&self) -> impl Iterator<Item = &GroupName> {
        self.groups.iter()
    }

    /// Sends an event to all members of a group, this consumer too if it is one.
    ///
    /// # Errors
    /// [`LayerError::Backend`].
    pub async fn group_send(
        &self,
        group: &GroupName,
        event: impl LayerEvent,
    ) -> Result<SendReport, LayerError> {
        self.layer.group_send(group, event).await
    }

    /// Delivers an event to this consumer's `event` after a delay.
    pub fn notify_later(&mut self, after: Duration, event: C::Event) -> TimerId {
        self.timers.once(after, event)
    }

    /// Delivers an event to this consumer's `event` repeatedly; missed ticks are skipped.
    pub fn notify_interval(
        &mut self,
        every: Duration,
        event: impl Fn() -> C::Event + 'static,
    ) -> TimerId {
        self.timers.every(every, Box::new(event))
    }

    /// Stops a timer; does nothing if it has fired or was cancelled.
    pub fn cancel(&mut self, timer: TimerId) {
        self.timers.cancel(timer);
    }

    /// Accepts the handshake, if the answer is valid.
    pub(crate) fn answer(&mut self, accept: Accept) -> Result<(), Error> {
        accept.check(self.scope.subprotocols())?;
        self.link.accept(accept)
    }

    /// Spawns a future on this thread, concurrent to the handlers, until the connection ends.
    ///
    /// It does not wait for handlers, nor do they wait for it. Spawn a future that must not be
    /// dropped halfway on the runtime instead. If it panics, the connection is closed with 1011.
    ///
    /// ```
    /// # use channels::{Accept, Context, Deny, Frame, HandlerResult, WebsocketConsumer};
    /// # use std::time::Duration;
    /// # #[derive(serde::Serialize, serde::Deserialize)]
    /// # enum Found { Nothing }
    /// # async fn search() -> Found { Found::Nothing }
    /// # async fn refresh_cache() {}
    /// # struct Search;
    /// impl WebsocketConsumer for Search {
    ///     type Event = Found;
    ///     async fn receive(&mut self, frame: Frame, ctx: &mut Context<Self>) -> HandlerResult {
    ///         ctx.notify_when(search());
    ///         ctx.run_interval(Duration::from_secs(60), refresh_cache);
    ///         Ok(())
    ///     }
    /// }
    /// ```
    pub fn spawn(&mut self, task: impl Future<Output = ()> + 'static) -> TaskHandle {
        self.tasks.spawn(task.map(|()| None))
    }

    /// Like [`spawn`](Self::spawn); the result of the future is delivered to this consumer's
    /// `event`.
    pub fn notify_when(&mut self, task: impl Future<Output = C::Event> + 'static) -> TaskHandle {
        self.tasks.spawn(task.map(Some))
    }

    /// Like [`spawn`](Self::spawn), after a delay.
    pub fn run_later(
        &mut self,
        after: Duration,
        task: impl Future<Output = ()> + 'static,
    ) -> TaskHandle {
        self.spawn(async move {
            sleep(after).await;
            task.await;
        })
    }

    /// Creates and runs a future repeatedly, one at a time; the pause between the end of one and
    /// the start of the next is at most `every`.
    pub fn run_interval<F: Future<Output = ()>>(
        &mut self,
        every: Duration,
        mut task: impl FnMut() -> F + 'static,
    ) -> TaskHandle {
        self.spawn(async move {
            let mut ticks = interval(every.max(Duration::from_millis(1)));
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            // The first tick is immediate.
            ticks.tick().await;
            loop {
                ticks.tick().await;
                task().await;
            }
        })
    }

    /// Ends the connection cleanly after the frames sent so far: a WebSocket with 1000, a response
    /// as complete. A handshake that is not answered yet is refused. See also
    /// [`StopConsumer`](crate::StopConsumer).
    pub fn stop(&mut self) {
        self.link.close(CloseCode::NORMAL, "");
    }

    /// Calls `timed_out` after a delay.
    pub(crate) fn set_deadline(&mut self, after: Duration) {
        self.timers.deadline(after);
    }

    pub(crate) fn link(&self) -> &Rc<Link> {
        &self.link
    }

    pub(super) fn poll_due(&mut self, cx: &mut std::task::Context<'_>) -> Poll<Due> {
        match self.tasks.poll_finished(cx) {
            Poll::Ready(Ok(event)) => Poll::Ready(Due::Message(LayerMessage::new(event))),
            Poll::Ready(Err(payload)) => Poll::Ready(Due::Panicked(panic_text(&*payload))),
            Poll::Pending => self.timers.poll_due(cx),
        }
    }

    pub(super) fn cancel_tasks(&mut self) {
        self.tasks.cancel_all();
    }

    /// Leaves every group. Failures are only logged, because the end of the channel ends its
    /// memberships, too.
    pub(super) async fn leave_all(&mut self) {
        for group in std::mem::take(&mut self.groups) {
            if let Err(failure) = self.layer.group_discard(&group, &self.channel_name).await {
                log::warn!(target: "channels::consumer", "could not leave {group}: {failure}");
            }
        }
    }
}

impl<C: WebsocketConsumer> Context<C> {
    /// Accepts the handshake; frames may be sent from here on.
    ///
    /// # Errors
    /// [`Error::AlreadyAnswered`] the second time, [`Error::UnofferedSubprotocol`],
    /// [`Error::Header`], [`Error::Closed`] after a `close`.
    pub fn accept(&mut self, accept: Accept) -> Result<(), Error> {
        self.answer(accept)
    }

    /// Ends the connection after the frames sent so far; before `accept`, denies it with 403.
    ///
    /// Returns immediately. Nothing more is received, and `disconnect` follows this handler. The
    /// reason is cut to 123 bytes.
    pub fn close(&mut self, code: CloseCode, reason: &str) {
        self.link.close(code, reason);
    }

    /// Queues a frame; never waits for the network.
    ///
    /// # Errors
    /// [`SendError::Closed`] before `accept`, after the end, and when more waits than the
    /// connection may hold, which also ends it; may be ignored. [`SendError::TooLarge`] for a frame
    /// that alone exceeds [`SocketOptions::outbox_bytes`](crate::SocketOptions::outbox_bytes).
    pub fn send(&mut self, frame: impl Into<Frame>) -> Result<(), SendError> {
        self.link.send(frame.into())
    }

    /// The address of this connection, for other actors, tasks and threads.
    pub fn address(&self) -> ConsumerAddress {
        ConsumerAddress::of(&self.link)
    }

    /// Sends all items of a stream, as fast as the peer reads them, concurrent to the handlers.
    /// Ends with the stream, with the connection, or when the handle is cancelled. A frame that
    /// alone exceeds the outbox is left out and logged.
    ///
    /// ```
    /// # use channels::{Context, Frame, HandlerResult, WebsocketConsumer};
    /// use futures_util::stream;
    /// struct Countdown;
    /// impl WebsocketConsumer for Countdown {
    ///     type Event = ();
    ///     async fn receive(&mut self, _: Frame, ctx: &mut Context<Self>) -> HandlerResult {
    ///         ctx.send_each(stream::iter((0..1_000_000).rev().map(|left| left.to_string())));
    ///         Ok(())
    ///     }
    /// }
    /// ```
    pub fn send_each<F: Into<Frame>>(
        &mut self,
        frames: impl Stream<Item = F> + 'static,
    ) -> TaskHandle {
        let address = self.address();
        self.spawn(async move {
            let mut frames = pin!(frames);
            while let Some(frame) = frames.next().await {
                match address.send(frame).await {
                    Err(SendError::Closed(_)) => return,
                    Err(failure) => log::warn!(target: "channels::consumer", "{failure}"),
                    Ok(()) => {}
                }
            }
        })
    }

    /// The number of bytes that are queued and not yet sent: payloads, and 64 for each frame.
    /// [`SocketOptions::outbox_bytes`](crate::SocketOptions::outbox_bytes) is its limit. A consumer
    /// that produces an endless stream should wait until it is low.
    pub fn buffered_amount(&self) -> usize {
        self.link.queued_bytes()
    }

    /// Queues a value as a text frame of JSON.
    ///
    /// # Errors
    /// What `serde_json` says of the value, or what [`send`](Self::send) says.
    pub fn send_json<T: Serialize + ?Sized>(&mut self, value: &T) -> HandlerResult {
        self.send(serde_json::to_string(value)?)?;
        Ok(())
    }
}

impl<C: Consumer> fmt::Debug for Context<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("scope", &self.scope)
            .field("channel_name", &self.channel_name)
            .field("groups", &self.groups)
            .finish_non_exhaustive()
    }
}
