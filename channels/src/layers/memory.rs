//! The channel layer of one process.
//!
//! Source: channels/layers.py, `InMemoryChannelLayer`, made fit for a server that is one process:
//! channels end with their receiver, memberships with their channel, nothing is copied per member.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::{BoxFuture, ready};

use super::globs;
use super::queue::{Expiry, expiring_queue};
use super::registry::Registry;
use super::{ChannelLayer, ChannelReceiver, Extension};
use super::{LayerError, LayerMessage, SendReport};
use crate::names::{ChannelName, GroupName, random_process};
use crate::observe;

/// Messages that wait on one channel before the next is refused.
///
/// With a consumer behind it, a full channel means a peer that does not keep up: it is cut, and
/// comes back asking for what it missed.
const DEFAULT_CAPACITY: usize = 256;

/// Upstream's default: an older message helps nobody.
const DEFAULT_EXPIRY: Duration = Duration::from_secs(60);

/// What the specification asks of every layer; more is better kept elsewhere and named in the
/// message, for it is held as long as the slowest member has not taken it.
const DEFAULT_MAX_MESSAGE_BYTES: usize = 1024 * 1024;

/// Channels and groups in this process' memory; cross-thread, and free of any runtime.
pub struct InMemoryLayer {
    registry: Arc<Registry>,
    capacities: Vec<(String, usize)>,
    default_capacity: usize,
    max_message_bytes: usize,
    process: String,
}

/// Sets up an [`InMemoryLayer`].
pub struct InMemoryLayerBuilder {
    capacities: Vec<(String, usize)>,
    default_capacity: usize,
    max_message_bytes: usize,
    expiry: Expiry,
    group_expiry: Option<Duration>,
}

impl InMemoryLayerBuilder {
    /// Messages that wait on a channel for which no pattern says otherwise; 256 unless set.
    pub fn capacity(mut self, messages: usize) -> Self {
        self.default_capacity = messages;
        self
    }

    /// The capacity of channels whose whole name matches a shell pattern: `*` (any text), `?`
    /// (any character), `[a-f]` and `[!a-f]`. The first match in the order of these calls counts.
    pub fn channel_capacity(mut self, pattern: impl Into<String>, messages: usize) -> Self {
        self.capacities.push((pattern.into(), messages));
        self
    }

    /// The largest message, in bytes as JSON; 1 MiB unless set. A larger one is refused with
    /// [`LayerError::TooLarge`]. With [`usize::MAX`] nothing is measured.
    pub fn max_message_bytes(mut self, bytes: usize) -> Self {
        self.max_message_bytes = bytes;
        self
    }

    /// The age from which a message that waits is dropped; 60 s unless set. A consumer that has
    /// lost one so is cut, as one whose channel is full.
    pub fn expiry(mut self, age: Duration) -> Self {
        self.expiry.age = age;
        self
    }

    /// How long a membership of a channel without an owner lasts after its last `group_add`; for
    /// ever unless set. That of a consumer lasts as long as its channel, which is known to live:
    /// upstream's day-long default, after which a socket falls silent, has no use here.
    pub fn group_expiry(mut self, age: Duration) -> Self {
        self.group_expiry = Some(age);
        self
    }

    /// What tells the time, for tests that let it pass at will.
    pub fn clock(mut self, now: impl Fn() -> Instant + Send + Sync + 'static) -> Self {
        self.expiry.clock = Some(Arc::new(now));
        self
    }

    /// The layer.
    pub fn build(self) -> InMemoryLayer {
        InMemoryLayer {
            registry: Arc::new(Registry::new(self.expiry, self.group_expiry)),
            capacities: self.capacities,
            default_capacity: self.default_capacity,
            max_message_bytes: self.max_message_bytes,
            process: random_process(),
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
            capacities: Vec::new(),
            default_capacity: DEFAULT_CAPACITY,
            max_message_bytes: DEFAULT_MAX_MESSAGE_BYTES,
            expiry: Expiry::new(DEFAULT_EXPIRY),
            group_expiry: None,
        }
    }

    fn open(&self, prefix: &str) -> Result<ChannelReceiver, LayerError> {
        let name = ChannelName::random(prefix, &self.process)?;
        let capacity = self.capacity_of(&name);
        let expiry = Arc::clone(&self.registry.expiry);
        let (sender, receiver) = expiring_queue(name, capacity, Some(expiry));
        self.registry.open(sender);
        Ok(receiver.at_home(Arc::clone(&self.registry) as _))
    }

    fn capacity_of(&self, name: &ChannelName) -> usize {
        let name = name.as_str();
        let mut capacities = self.capacities.iter();
        let matching = capacities.find(|(pattern, _)| globs::matches(pattern, name));
        matching.map_or(self.default_capacity, |(_, capacity)| *capacity)
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
            return self.registry.send(channel, message);
        }
        let Registry { normal, expiry, .. } = &*self.registry;
        normal.send(channel, message, self.capacity_of(channel), expiry)
    }
}

impl Default for InMemoryLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl ChannelLayer for InMemoryLayer {
    fn new_channel<'a>(
        &'a self,
        prefix: &'a str,
    ) -> BoxFuture<'a, Result<ChannelReceiver, LayerError>> {
        Box::pin(ready(self.open(prefix)))
    }

    fn send<'a>(
        &'a self,
        channel: &'a ChannelName,
        message: LayerMessage,
    ) -> BoxFuture<'a, Result<(), LayerError>> {
        let sent = self.put(channel, message);
        observe::sent(&sent);
        Box::pin(ready(sent))
    }

    fn receive<'a>(
        &'a self,
        channel: &'a ChannelName,
    ) -> BoxFuture<'a, Result<LayerMessage, LayerError>> {
        if channel.is_specific() {
            return Box::pin(ready(Err(LayerError::NotShared(channel.clone()))));
        }
        let Registry { normal, expiry, .. } = &*self.registry;
        Box::pin(async move { Ok(normal.receive(channel, expiry).await) })
    }

    fn group_add<'a>(
        &'a self,
        group: &'a GroupName,
        channel: &'a ChannelName,
    ) -> BoxFuture<'a, Result<(), LayerError>> {
        Box::pin(ready(self.registry.add(group, channel)))
    }

    fn group_discard<'a>(
        &'a self,
        group: &'a GroupName,
        channel: &'a ChannelName,
    ) -> BoxFuture<'a, Result<(), LayerError>> {
        self.registry.discard(group, channel);
        Box::pin(ready(Ok(())))
    }

    fn group_send<'a>(
        &'a self,
        group: &'a GroupName,
        message: LayerMessage,
        except: &'a [ChannelName],
    ) -> BoxFuture<'a, Result<SendReport, LayerError>> {
        if let Err(refused) = self.check_size(&message) {
            observe::too_large();
            return Box::pin(ready(Err(refused)));
        }
        let capacity_of = |name: &ChannelName| self.capacity_of(name);
        let report = self
            .registry
            .group_send(group, message, except, capacity_of);
        if report.dropped > 0 {
            let SendReport { delivered, dropped } = report;
            let of = delivered + dropped;
            log::info!(target: "channels::layers", "{dropped} of {of} channels full in {group}");
        }
        observe::group_sent(report);
        Box::pin(ready(Ok(report)))
    }

    fn members<'a>(
        &'a self,
        group: &'a GroupName,
    ) -> BoxFuture<'a, Result<Vec<ChannelName>, LayerError>> {
        Box::pin(ready(Ok(self.registry.members(group))))
    }

    fn waiting<'a>(&'a self, channel: &'a ChannelName) -> BoxFuture<'a, Result<usize, LayerError>> {
        let Registry { normal, expiry, .. } = &*self.registry;
        let owned = self.registry.waiting(channel);
        let waiting = owned.unwrap_or_else(|| normal.waiting(channel, expiry));
        Box::pin(ready(Ok(waiting)))
    }

    fn flush(&self) -> BoxFuture<'_, Result<(), LayerError>> {
        self.registry.flush();
        Box::pin(ready(Ok(())))
    }

    fn extensions(&self) -> &'static [Extension] {
        use Extension::{Depth, Flush, Groups, Presence};
        &[Groups, Flush, Presence, Depth]
    }
}
