//! The channel layer of one process.
//!
//! Source: channels/layers.py, `InMemoryChannelLayer`, made fit for a server that is one process:
//! channels end with their receiver, memberships do not expire, nothing is copied per member.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use futures_util::future::{BoxFuture, ready};
use uuid::Uuid;

use super::queue::queue;
use super::{ChannelLayer, ChannelReceiver, ChannelSender, Extension};
use super::{LayerError, LayerMessage, SendReport};
use crate::names::{ChannelName, GroupName};

/// Messages that wait on one channel before the next is refused.
///
/// With a consumer behind it, a full channel means a peer that does not keep up: it is cut, and
/// comes back asking for what it missed.
const DEFAULT_CAPACITY: usize = 256;

/// Channels and groups in this process' memory; cross-thread, and free of any runtime.
pub struct InMemoryLayer {
    registry: Arc<Registry>,
    capacities: Vec<(String, usize)>,
    default_capacity: usize,
    prefix: String,
}

/// Sets up an [`InMemoryLayer`].
pub struct InMemoryLayerBuilder {
    capacities: Vec<(String, usize)>,
    default_capacity: usize,
}

impl InMemoryLayerBuilder {
    /// Messages that wait on a channel for which no pattern says otherwise; 256 unless set.
    pub fn capacity(mut self, messages: usize) -> Self {
        self.default_capacity = messages;
        self
    }

    /// The capacity of channels whose whole name matches a pattern with `*` (any text) and `?`
    /// (any character). The first match in the order of these calls counts.
    pub fn channel_capacity(mut self, pattern: impl Into<String>, messages: usize) -> Self {
        self.capacities.push((pattern.into(), messages));
        self
    }

    /// The layer.
    pub fn build(self) -> InMemoryLayer {
        InMemoryLayer {
            registry: Arc::default(),
            capacities: self.capacities,
            default_capacity: self.default_capacity,
            prefix: format!("specific.{}", Uuid::new_v4().simple()),
        }
    }
}

impl InMemoryLayer {
    /// A layer with the default capacity.
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// A layer with capacities of its own.
    pub fn builder() -> InMemoryLayerBuilder {
        InMemoryLayerBuilder {
            capacities: Vec::new(),
            default_capacity: DEFAULT_CAPACITY,
        }
    }

    fn open(&self) -> ChannelReceiver {
        let local = Uuid::new_v4().simple();
        let name = ChannelName::new(&format!("{}!{local}", self.prefix))
            .expect("two UUIDs and a fixed word make a valid name");
        let (sender, receiver) = queue(name.clone(), self.capacity_of(name.as_str()));
        self.registry.lock_channels().insert(
            name.clone(),
            Channel {
                sender,
                groups: HashSet::new(),
            },
        );
        let registry = Arc::clone(&self.registry);
        receiver.on_drop(move || registry.forget(&name))
    }

    fn capacity_of(&self, name: &str) -> usize {
        let matching = self
            .capacities
            .iter()
            .find(|(pattern, _)| matches(pattern, name));
        matching.map_or(self.default_capacity, |(_, capacity)| *capacity)
    }
}

impl Default for InMemoryLayer {
    fn default() -> Self {
        Self::new()
    }
}

/// Who exists and who is in which group.
///
/// Locks are taken in the order channels, groups, members, and never across an await.
#[derive(Default)]
struct Registry {
    channels: Mutex<HashMap<ChannelName, Channel>>,
    groups: RwLock<HashMap<GroupName, Arc<Members>>>,
}

struct Channel {
    sender: ChannelSender,
    groups: HashSet<GroupName>,
}

/// The members of one group. Locked while a message is handed out, so that all of them see the
/// group's messages in one order.
type Members = Mutex<HashMap<ChannelName, ChannelSender>>;

impl Registry {
    fn lock_channels(&self) -> MutexGuard<'_, HashMap<ChannelName, Channel>> {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn send(&self, name: &ChannelName, message: LayerMessage) -> Result<(), LayerError> {
        let sender = self
            .lock_channels()
            .get(name)
            .map(|channel| channel.sender.clone());
        match sender {
            Some(sender) => sender.send(message),
            None => Err(LayerError::UnknownChannel(name.clone())),
        }
    }

    fn add(&self, group: &GroupName, name: &ChannelName) -> Result<(), LayerError> {
        let mut channels = self.lock_channels();
        let Some(channel) = channels.get_mut(name) else {
            return Err(LayerError::UnknownChannel(name.clone()));
        };
        if channel.groups.insert(group.clone()) {
            let mut groups = self.groups.write().unwrap_or_else(PoisonError::into_inner);
            let members = groups.entry(group.clone()).or_default();
            lock(members).insert(name.clone(), channel.sender.clone());
        }
        Ok(())
    }

    fn discard(&self, group: &GroupName, name: &ChannelName) {
        let mut channels = self.lock_channels();
        if let Some(channel) = channels.get_mut(name)
            && channel.groups.remove(group)
        {
            self.remove_member(group, name);
        }
    }

    fn forget(&self, name: &ChannelName) {
        let mut channels = self.lock_channels();
        if let Some(channel) = channels.remove(name) {
            for group in &channel.groups {
                self.remove_member(group, name);
            }
        }
    }

    fn remove_member(&self, group: &GroupName, name: &ChannelName) {
        let mut groups = self.groups.write().unwrap_or_else(PoisonError::into_inner);
        let Some(members) = groups.get(group) else {
            return;
        };
        let mut members = lock(members);
        members.remove(name);
        let deserted = members.is_empty();
        drop(members);
        if deserted {
            groups.remove(group);
        }
    }

    fn group_send(&self, group: &GroupName, message: &LayerMessage) -> SendReport {
        let groups = self.groups.read().unwrap_or_else(PoisonError::into_inner);
        let members = groups.get(group).cloned();
        drop(groups);
        let mut report = SendReport::default();
        let Some(members) = members else {
            return report;
        };
        for member in lock(&members).values() {
            match member.send(message.clone()) {
                Ok(()) => report.delivered += 1,
                Err(_) => report.dropped += 1,
            }
        }
        report
    }

    fn flush(&self) {
        let mut channels = self.lock_channels();
        for channel in channels.values_mut() {
            channel.groups.clear();
            channel.sender.clear();
        }
        self.groups
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}

fn lock(members: &Members) -> MutexGuard<'_, HashMap<ChannelName, ChannelSender>> {
    members.lock().unwrap_or_else(PoisonError::into_inner)
}

impl ChannelLayer for InMemoryLayer {
    fn new_channel(&self) -> BoxFuture<'_, Result<ChannelReceiver, LayerError>> {
        Box::pin(ready(Ok(self.open())))
    }

    fn send<'a>(
        &'a self,
        channel: &'a ChannelName,
        message: LayerMessage,
    ) -> BoxFuture<'a, Result<(), LayerError>> {
        Box::pin(ready(self.registry.send(channel, message)))
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
    ) -> BoxFuture<'a, Result<SendReport, LayerError>> {
        let report = self.registry.group_send(group, &message);
        if report.dropped > 0 {
            let SendReport { delivered, dropped } = report;
            let of = delivered + dropped;
            log::info!(target: "channels::layers", "{dropped} of {of} channels full in {group}");
        }
        Box::pin(ready(Ok(report)))
    }

    fn flush(&self) -> BoxFuture<'_, Result<(), LayerError>> {
        self.registry.flush();
        Box::pin(ready(Ok(())))
    }

    fn extensions(&self) -> &'static [Extension] {
        &[Extension::Groups, Extension::Flush]
    }
}

/// Whole-name match of a shell pattern with `*` and `?`.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.chars().next() {
        None => name.is_empty(),
        Some('*') => (0..=name.len())
            .filter(|&at| name.is_char_boundary(at))
            .any(|at| matches(&pattern[1..], &name[at..])),
        Some(first) => name.chars().next().is_some_and(|found| {
            (first == '?' || first == found)
                && matches(&pattern[first.len_utf8()..], &name[found.len_utf8()..])
        }),
    }
}
