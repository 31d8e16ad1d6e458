//! The channel layer of one process.
//!
//! Source: channels/layers.py, `InMemoryChannelLayer`, made fit for a server that is one process:
//! channels end with their receiver, memberships with their channel, nothing is copied per member.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use futures_util::future::{BoxFuture, ready};

use super::backend::{ChannelLayer, Inlet};
use super::bounds::Bounds;
use super::error::{Extension, LayerError, SendReport};
use super::message::LayerMessage;
use super::normal::NormalChannels;
use super::queue_members::QueueMembers;
use crate::names::{ChannelName, GroupName};

/// The size that the specification requires of every layer. Store larger data elsewhere and refer
/// to it, because a message stays in memory until the slowest member has read it.
const DEFAULT_MAX_MESSAGE_BYTES: usize = 1024 * 1024;

/// Channels and groups in this process' memory; usable from any thread and with any runtime.
///
/// A message goes to the members of its group before `group_send` returns, as a typed value: it is
/// never encoded. All members see the messages of one group in one order, also with several
/// senders, and the report counts every member.
pub struct InMemoryLayer {
    inlet: OnceLock<Arc<dyn Inlet>>,
    normal: NormalChannels,
    queue_members: QueueMembers,
    bounds: Bounds,
    max_message_bytes: usize,
    process: String,
}

/// Sets up an [`InMemoryLayer`].
pub struct InMemoryLayerBuilder {
    bounds: Bounds,
    max_message_bytes: usize,
    group_expiry: Option<Duration>,
}

impl InMemoryLayerBuilder {
    /// The bounds of all channels at once, replacing earlier settings.
    pub fn bounds(mut self, bounds: Bounds) -> Self {
        self.bounds = bounds;
        self
    }

    /// As [`Bounds::capacity`].
    pub fn capacity(mut self, messages: usize) -> Self {
        self.bounds = self.bounds.capacity(messages);
        self
    }

    /// As [`Bounds::channel_capacity`].
    pub fn channel_capacity(mut self, pattern: impl Into<String>, messages: usize) -> Self {
        self.bounds = self.bounds.channel_capacity(pattern, messages);
        self
    }

    /// The largest message, in bytes as JSON; 1 MiB unless set. A larger one is refused with
    /// [`LayerError::TooLarge`]. With [`usize::MAX`] the size is not computed.
    pub fn max_message_bytes(mut self, bytes: usize) -> Self {
        self.max_message_bytes = bytes;
        self
    }

    /// As [`Bounds::expiry`].
    pub fn expiry(mut self, age: Duration) -> Self {
        self.bounds = self.bounds.expiry(age);
        self
    }

    /// How long a membership of a channel without an owner lasts after its last `group_add`; for
    /// ever unless set. The membership of a consumer lasts as long as its channel, so upstream's
    /// default of one day, after which a socket gets no more messages, is not needed.
    pub fn group_expiry(mut self, age: Duration) -> Self {
        self.group_expiry = Some(age);
        self
    }

    /// As [`Bounds::clock`].
    pub fn clock(mut self, now: impl Fn() -> Instant + Send + Sync + 'static) -> Self {
        self.bounds = self.bounds.clock(now);
        self
    }

    /// The layer.
    pub fn build(self) -> InMemoryLayer {
        InMemoryLayer {
            inlet: OnceLock::new(),
            normal: NormalChannels::default(),
            queue_members: QueueMembers::new(self.group_expiry),
            bounds: self.bounds,
            max_message_bytes: self.max_message_bytes,
            process: ChannelName::random_process(),
        }
    }
}

impl InMemoryLayer {
    /// A layer with the defaults.
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// A layer with capacities and times of its own.
    pub fn builder() -> InMemoryLayerBuilder {
        InMemoryLayerBuilder {
            bounds: Bounds::new(),
            max_message_bytes: DEFAULT_MAX_MESSAGE_BYTES,
            group_expiry: None,
        }
    }

    /// `None` only if the layer is used without its [`Layer`](crate::Layer).
    fn inlet(&self) -> Result<&dyn Inlet, LayerError> {
        self.inlet
            .get()
            .map(|inlet| &**inlet)
            .ok_or(LayerError::NoLayer)
    }

    fn check_size(&self, message: &LayerMessage) -> Result<(), LayerError> {
        let limit = self.max_message_bytes;
        if limit == usize::MAX {
            return Ok(());
        }
        match message.json_bytes() {
            Some(size) if size > limit => Err(LayerError::TooLarge { size, limit }),
            _ => Ok(()),
        }
    }

    fn put(&self, channel: &ChannelName, message: LayerMessage) -> Result<(), LayerError> {
        self.check_size(&message)?;
        if channel.is_specific() {
            return self.inlet()?.send(channel, message);
        }
        self.normal.send(channel, message, &self.bounds)
    }

    fn distribute(
        &self,
        group: &GroupName,
        message: LayerMessage,
        except: &[ChannelName],
    ) -> Result<SendReport, LayerError> {
        self.check_size(&message)?;
        let inlet = self.inlet()?;
        let now = || self.bounds.now();
        // Queues that are members see the group's messages in the order of all others.
        Ok(self.queue_members.holding(group, now, |queues| {
            if queues.is_empty() {
                return inlet.group_send(group, message, except);
            }
            let mut report = inlet.group_send(group, message.clone(), except);
            for queue in queues.iter().filter(|queue| !except.contains(queue)) {
                match self.normal.send(queue, message.clone(), &self.bounds) {
                    Ok(()) => report.delivered += 1,
                    Err(_) => report.dropped += 1,
                }
            }
            report
        }))
    }

    fn members_now(&self, group: &GroupName) -> Result<Vec<ChannelName>, LayerError> {
        let mut members = self.inlet()?.members(group);
        let now = || self.bounds.now();
        self.queue_members
            .holding(group, now, |queues| members.extend_from_slice(queues));
        Ok(members)
    }

    fn waiting_now(&self, channel: &ChannelName) -> Result<usize, LayerError> {
        let owned = self.inlet()?.waiting(channel);
        Ok(owned.unwrap_or_else(|| self.normal.waiting(channel, &self.bounds)))
    }

    fn flush_now(&self) -> Result<(), LayerError> {
        self.inlet()?.flush();
        self.queue_members.clear();
        self.normal.clear();
        Ok(())
    }
}

impl Default for InMemoryLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl ChannelLayer for InMemoryLayer {
    fn attach(&self, inlet: Arc<dyn Inlet>) {
        let attached = self.inlet.set(inlet);
        debug_assert!(attached.is_ok(), "a backend has one hub");
    }

    fn bounds(&self) -> Bounds {
        self.bounds.clone()
    }

    fn new_channel<'a>(
        &'a self,
        prefix: &'a str,
    ) -> BoxFuture<'a, Result<ChannelName, LayerError>> {
        let name = ChannelName::random(prefix, &self.process);
        Box::pin(ready(name.map_err(LayerError::from)))
    }

    fn send<'a>(
        &'a self,
        channel: &'a ChannelName,
        message: LayerMessage,
    ) -> BoxFuture<'a, Result<(), LayerError>> {
        Box::pin(ready(self.put(channel, message)))
    }

    fn receive<'a>(
        &'a self,
        queue: &'a ChannelName,
    ) -> BoxFuture<'a, Result<LayerMessage, LayerError>> {
        Box::pin(async move { Ok(self.normal.receive(queue, &self.bounds).await) })
    }

    /// All members are in this process, so there is nothing to do.
    fn subscribe<'a>(&'a self, _: &'a GroupName) -> BoxFuture<'a, Result<(), LayerError>> {
        Box::pin(ready(Ok(())))
    }

    fn unsubscribe(&self, _: &GroupName) {}

    fn group_send<'a>(
        &'a self,
        group: &'a GroupName,
        message: LayerMessage,
        except: &'a [ChannelName],
    ) -> BoxFuture<'a, Result<SendReport, LayerError>> {
        Box::pin(ready(self.distribute(group, message, except)))
    }

    fn add_queue<'a>(
        &'a self,
        group: &'a GroupName,
        queue: &'a ChannelName,
    ) -> BoxFuture<'a, Result<(), LayerError>> {
        self.queue_members.add(group, queue, self.bounds.now());
        Box::pin(ready(Ok(())))
    }

    fn discard_queue<'a>(
        &'a self,
        group: &'a GroupName,
        queue: &'a ChannelName,
    ) -> BoxFuture<'a, Result<(), LayerError>> {
        self.queue_members.discard(group, queue);
        Box::pin(ready(Ok(())))
    }

    fn members<'a>(
        &'a self,
        group: &'a GroupName,
    ) -> BoxFuture<'a, Result<Vec<ChannelName>, LayerError>> {
        Box::pin(ready(self.members_now(group)))
    }

    fn waiting<'a>(&'a self, channel: &'a ChannelName) -> BoxFuture<'a, Result<usize, LayerError>> {
        Box::pin(ready(self.waiting_now(channel)))
    }

    fn flush(&self) -> BoxFuture<'_, Result<(), LayerError>> {
        Box::pin(ready(self.flush_now()))
    }

    fn extensions(&self) -> &'static [Extension] {
        use Extension::{Depth, Flush, Groups, Presence, QueueMembers};
        &[Groups, Flush, Presence, Depth, QueueMembers]
    }
}
