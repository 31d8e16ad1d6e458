//! Who exists on the in-process layer, and who is in which group.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};

use super::normal::NormalChannels;
use super::queue::Expiry;
use super::{ChannelSender, LayerError, LayerMessage, SendReport};
use crate::names::{ChannelName, GroupName};

/// Locks are taken in the order channels, groups, members, queues, and never across an await.
pub(super) struct Registry {
    channels: Mutex<HashMap<ChannelName, Channel>>,
    groups: RwLock<HashMap<GroupName, Arc<Members>>>,
    pub(super) normal: NormalChannels,
    pub(super) expiry: Expiry,
    pub(super) group_expiry: Option<Duration>,
}

struct Channel {
    sender: ChannelSender,
    groups: HashSet<GroupName>,
}

/// The members of one group. Locked while a message is handed out, so that all of them see the
/// group's messages in one order.
type Members = Mutex<HashMap<ChannelName, Member>>;

struct Member {
    /// Where its messages go; none for a normal channel, which is looked up by name.
    sender: Option<ChannelSender>,
    joined: Instant,
}

impl Registry {
    pub(super) fn new(expiry: Expiry, group_expiry: Option<Duration>) -> Self {
        Self {
            channels: Mutex::default(),
            groups: RwLock::default(),
            normal: NormalChannels::default(),
            expiry,
            group_expiry,
        }
    }

    fn lock_channels(&self) -> MutexGuard<'_, HashMap<ChannelName, Channel>> {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn open(&self, sender: ChannelSender) {
        let name = sender.name().clone();
        let groups = HashSet::new();
        self.lock_channels()
            .insert(name, Channel { sender, groups });
    }

    pub(super) fn sender(&self, name: &ChannelName) -> Result<ChannelSender, LayerError> {
        let channels = self.lock_channels();
        let channel = channels.get(name).map(|channel| channel.sender.clone());
        channel.ok_or_else(|| LayerError::UnknownChannel(name.clone()))
    }

    pub(super) fn add(&self, group: &GroupName, name: &ChannelName) -> Result<(), LayerError> {
        let mut channels = self.lock_channels();
        let mut sender = None;
        if name.is_specific() {
            let Some(channel) = channels.get_mut(name) else {
                return Err(LayerError::UnknownChannel(name.clone()));
            };
            channel.groups.insert(group.clone());
            sender = Some(channel.sender.clone());
        }
        let joined = self.expiry.now();
        let mut groups = self.groups.write().unwrap_or_else(PoisonError::into_inner);
        let members = groups.entry(group.clone()).or_default();
        lock(members).insert(name.clone(), Member { sender, joined });
        Ok(())
    }

    pub(super) fn discard(&self, group: &GroupName, name: &ChannelName) {
        let mut channels = self.lock_channels();
        if let Some(channel) = channels.get_mut(name) {
            channel.groups.remove(group);
        }
        self.remove_member(group, name);
    }

    pub(super) fn forget(&self, name: &ChannelName) {
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

    fn members_of(&self, group: &GroupName) -> Option<Arc<Members>> {
        let groups = self.groups.read().unwrap_or_else(PoisonError::into_inner);
        groups.get(group).cloned()
    }

    fn drop_expired(&self, members: &mut HashMap<ChannelName, Member>) {
        if let Some(limit) = self.group_expiry {
            let now = self.expiry.now();
            members.retain(|_, member| {
                // A channel with an owner is in the group until the owner goes.
                let lives = member.sender.is_some();
                lives || now.saturating_duration_since(member.joined) < limit
            });
        }
    }

    pub(super) fn members(&self, group: &GroupName) -> Vec<ChannelName> {
        let Some(members) = self.members_of(group) else {
            return Vec::new();
        };
        let mut members = lock(&members);
        self.drop_expired(&mut members);
        members.keys().cloned().collect()
    }

    pub(super) fn group_send(
        &self,
        group: &GroupName,
        message: &LayerMessage,
        except: &[ChannelName],
        capacity_of: impl Fn(&ChannelName) -> usize,
    ) -> SendReport {
        let mut report = SendReport::default();
        let Some(members) = self.members_of(group) else {
            return report;
        };
        let mut members = lock(&members);
        self.drop_expired(&mut members);
        for (name, member) in members.iter() {
            if except.contains(name) {
                continue;
            }
            let message = message.clone();
            let sent = match &member.sender {
                Some(sender) => sender.send(message),
                None => self
                    .normal
                    .send(name, message, capacity_of(name), &self.expiry),
            };
            match sent {
                Ok(()) => report.delivered += 1,
                Err(_) => report.dropped += 1,
            }
        }
        report
    }

    pub(super) fn flush(&self) {
        let mut channels = self.lock_channels();
        for channel in channels.values_mut() {
            channel.groups.clear();
            channel.sender.clear();
        }
        let mut groups = self.groups.write().unwrap_or_else(PoisonError::into_inner);
        groups.clear();
        drop(groups);
        self.normal.clear();
    }
}

fn lock(members: &Members) -> MutexGuard<'_, HashMap<ChannelName, Member>> {
    members.lock().unwrap_or_else(PoisonError::into_inner)
}
