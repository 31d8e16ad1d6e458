//! The channels, groups and memberships of an [`InMemoryLayer`](super::InMemoryLayer).

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use super::members::{Loose, Members};
use super::normal::NormalChannels;
use super::queue::{Expiry, Home};
use super::router::{self, Broadcast, Inbox, Parcel, Place, Port};
use super::{ChannelSender, LayerError, LayerMessage, SendReport};
use crate::names::{ChannelName, GroupName, add_once};

/// Locks are taken in the order channels, groups, members, queues and inboxes, and never across
/// an await.
pub(super) struct Registry {
    /// Unlike that of any other in this process.
    number: u64,
    channels: Mutex<HashMap<ChannelName, Channel>>,
    groups: RwLock<HashMap<GroupName, Arc<Mutex<Members>>>>,
    pub(super) normal: NormalChannels,
    pub(super) expiry: Arc<Expiry>,
    pub(super) group_expiry: Option<Duration>,
}

struct Channel {
    sender: ChannelSender,
    /// Where its messages go instead, if a router gives them to its connection.
    place: Option<Place>,
    groups: Vec<GroupName>,
}

impl Registry {
    pub(super) fn new(expiry: Expiry, group_expiry: Option<Duration>) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self {
            number: NEXT.fetch_add(1, Ordering::Relaxed),
            channels: Mutex::default(),
            groups: RwLock::default(),
            normal: NormalChannels::default(),
            expiry: Arc::new(expiry),
            group_expiry,
        }
    }

    fn lock_channels(&self) -> MutexGuard<'_, HashMap<ChannelName, Channel>> {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn open(&self, sender: ChannelSender) {
        let name = sender.name().clone();
        let channel = Channel {
            sender,
            place: None,
            groups: Vec::new(),
        };
        self.lock_channels().insert(name, channel);
    }

    /// Sends to a channel with an owner.
    pub(super) fn send(&self, name: &ChannelName, message: LayerMessage) -> Result<(), LayerError> {
        let channels = self.lock_channels();
        let Some(channel) = channels.get(name) else {
            return Err(LayerError::UnknownChannel(name.clone()));
        };
        match &channel.place {
            // One that is full loses the message, and says so.
            Some(place) if !channel.sender.is_full() => {
                let message = Arc::new(Broadcast::new(message, &[]));
                place.push(|seat| Parcel::One(seat, message));
                Ok(())
            }
            _ => {
                let sender = channel.sender.clone();
                drop(channels);
                sender.send(message)
            }
        }
    }

    /// How many messages wait on a channel with an owner.
    pub(super) fn waiting(&self, name: &ChannelName) -> Option<usize> {
        let channels = self.lock_channels();
        channels.get(name).map(|channel| channel.sender.waiting())
    }

    pub(super) fn add(&self, group: &GroupName, name: &ChannelName) -> Result<(), LayerError> {
        let mut channels = self.lock_channels();
        let mut member = Loose::Normal(self.expiry.now());
        let mut place = None;
        if name.is_specific() {
            let Some(channel) = channels.get_mut(name) else {
                return Err(LayerError::UnknownChannel(name.clone()));
            };
            add_once(&mut channel.groups, group);
            member = Loose::Owned(channel.sender.clone());
            place = channel.place.as_ref();
        }
        let mut groups = self.groups.write().unwrap_or_else(PoisonError::into_inner);
        let mut members = lock(groups.entry(group.clone()).or_default());
        match place {
            Some(place) => members.join_at(group, name, place),
            None => members.join(name, member),
        }
        Ok(())
    }

    pub(super) fn discard(&self, group: &GroupName, name: &ChannelName) {
        let mut channels = self.lock_channels();
        if let Some(channel) = channels.get_mut(name) {
            channel.groups.retain(|joined| joined != group);
        }
        let channel = channels.get(name);
        let place = channel.and_then(|channel| channel.place.as_ref());
        self.remove_member(group, name, place);
    }

    fn remove_member(&self, group: &GroupName, name: &ChannelName, place: Option<&Place>) {
        let mut groups = self.groups.write().unwrap_or_else(PoisonError::into_inner);
        let Some(members) = groups.get(group) else {
            return;
        };
        let mut members = lock(members);
        members.leave(group, name, place);
        let deserted = members.is_empty();
        drop(members);
        if deserted {
            groups.remove(group);
        }
    }

    fn members_of(&self, group: &GroupName) -> Option<Arc<Mutex<Members>>> {
        let groups = self.groups.read().unwrap_or_else(PoisonError::into_inner);
        groups.get(group).cloned()
    }

    fn drop_expired(&self, members: &mut Members) {
        if let Some(limit) = self.group_expiry {
            members.drop_expired(self.expiry.now(), limit);
        }
    }

    pub(super) fn members(&self, group: &GroupName) -> Vec<ChannelName> {
        let Some(members) = self.members_of(group) else {
            return Vec::new();
        };
        let mut members = lock(&members);
        self.drop_expired(&mut members);
        members.names().cloned().collect()
    }

    pub(super) fn group_send(
        &self,
        group: &GroupName,
        message: LayerMessage,
        except: &[ChannelName],
        capacity_of: impl Fn(&ChannelName) -> usize,
    ) -> SendReport {
        let Some(members) = self.members_of(group) else {
            return SendReport::default();
        };
        let mut members = lock(&members);
        self.drop_expired(&mut members);
        let to_normal = |name: &ChannelName, message| {
            let capacity = capacity_of(name);
            self.normal.send(name, message, capacity, &self.expiry)
        };
        members.send(group, message, except, to_normal)
    }

    pub(super) fn flush(&self) {
        let mut channels = self.lock_channels();
        for channel in channels.values_mut() {
            channel.groups.clear();
            channel.sender.clear();
        }
        let mut groups = self.groups.write().unwrap_or_else(PoisonError::into_inner);
        for (group, members) in groups.drain() {
            lock(&members).disband(&group);
        }
        drop(groups);
        self.normal.clear();
    }
}

impl Home for Registry {
    fn attach(&self, name: &ChannelName, port: Rc<dyn Port>) -> Option<Arc<Inbox>> {
        let mut channels = self.lock_channels();
        let channel = channels.get_mut(name)?;
        let place = router::take_in(self.number, port);
        channel.place = Some(place.clone());
        for group in &channel.groups {
            if let Some(members) = self.members_of(group) {
                lock(&members).join_at(group, name, &place);
            }
        }
        Some(place.inbox)
    }

    fn forget(&self, name: &ChannelName) {
        let mut channels = self.lock_channels();
        let Some(channel) = channels.remove(name) else {
            return;
        };
        let place = channel.place.as_ref();
        for group in &channel.groups {
            self.remove_member(group, name, place);
        }
        if let Some(place) = place {
            place.push(Parcel::Gone);
        }
    }
}

fn lock(members: &Mutex<Members>) -> MutexGuard<'_, Members> {
    members.lock().unwrap_or_else(PoisonError::into_inner)
}
