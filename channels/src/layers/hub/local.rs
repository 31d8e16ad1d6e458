//! The channels of this process, and their memberships in groups.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockWriteGuard};

use super::members::Members;
use super::port::Port;
use super::router::{self, Broadcast, Inbox, Parcel, Place};
use crate::layers::bus::{ChannelSender, Inlet, LayerError, LayerMessage, SendReport};
use crate::names::{ChannelName, FewGroups, GroupName, add_once};

/// Locks are taken in the order channels, groups, members, queues and inboxes, and never across
/// an await.
pub(super) struct Local {
    /// A number that is unique in this process.
    number: u64,
    channels: Mutex<HashMap<ChannelName, Channel>>,
    /// The groups with members here; the backend is subscribed to exactly these.
    groups: RwLock<Groups>,
}

type Groups = HashMap<GroupName, Arc<Mutex<Members>>>;

struct Channel {
    sender: ChannelSender,
    /// The router that gets its messages instead, if one serves its connection.
    place: Option<Place>,
    groups: FewGroups,
}

impl Local {
    pub(super) fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self {
            number: NEXT.fetch_add(1, Ordering::Relaxed),
            channels: Mutex::default(),
            groups: RwLock::default(),
        }
    }

    fn lock_channels(&self) -> MutexGuard<'_, HashMap<ChannelName, Channel>> {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_groups(&self) -> RwLockWriteGuard<'_, Groups> {
        self.groups.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn open(&self, sender: ChannelSender) {
        let channel = Channel {
            sender,
            place: None,
            groups: FewGroups::new(),
        };
        let name = channel.sender.name().clone();
        self.lock_channels().insert(name, channel);
    }

    /// Makes a channel a member of a group that already has members; returns whether the group has.
    pub(super) fn join_others(
        &self,
        group: &GroupName,
        name: &ChannelName,
    ) -> Result<bool, LayerError> {
        let mut channels = self.lock_channels();
        let channel = known(&mut channels, name)?;
        let groups = self.lock_groups();
        let members = groups.get(group);
        if let Some(members) = members {
            channel.join(group, members);
        }
        Ok(members.is_some())
    }

    /// Makes a channel a member of a group to which the backend is subscribed.
    pub(super) fn join(&self, group: &GroupName, name: &ChannelName) -> Result<(), LayerError> {
        let mut channels = self.lock_channels();
        let channel = known(&mut channels, name)?;
        let mut groups = self.lock_groups();
        channel.join(group, groups.entry(group.clone()).or_default());
        Ok(())
    }

    /// Ends a membership; `deserted` is called, under lock, if it was the last of its group.
    pub(super) fn discard(
        &self,
        group: &GroupName,
        name: &ChannelName,
        deserted: impl FnOnce(&GroupName),
    ) {
        let mut channels = self.lock_channels();
        let place = channels.get_mut(name).and_then(|channel| {
            channel.groups.retain(|joined| joined != group);
            channel.place.clone()
        });
        self.remove_member(group, name, place.as_ref(), deserted);
    }

    fn remove_member(
        &self,
        group: &GroupName,
        name: &ChannelName,
        place: Option<&Place>,
        deserted: impl FnOnce(&GroupName),
    ) {
        let mut groups = self.lock_groups();
        let Some(members) = groups.get(group) else {
            return;
        };
        let mut members = lock(members);
        members.leave(group, name, place);
        let is_empty = members.is_empty();
        drop(members);
        if is_empty {
            groups.remove(group);
            deserted(group);
        }
    }

    fn members_of(&self, group: &GroupName) -> Option<Arc<Mutex<Members>>> {
        let groups = self.groups.read().unwrap_or_else(PoisonError::into_inner);
        groups.get(group).cloned()
    }

    /// Lets the router of this thread distribute the channel's messages; returns the router's
    /// inbox.
    pub(super) fn attach(&self, name: &ChannelName, port: Rc<dyn Port>) -> Option<Arc<Inbox>> {
        let mut channels = self.lock_channels();
        let channel = channels.get_mut(name)?;
        let place = channel.place.insert(router::take_in(self.number, port));
        for group in &channel.groups {
            if let Some(members) = self.members_of(group) {
                lock(&members).join_at(group, name, place);
            }
        }
        Some(Arc::clone(&place.inbox))
    }

    /// Removes a channel that has ended from all tables; `deserted` is called, under lock, for each
    /// group of which it was the last member.
    pub(super) fn forget(&self, name: &ChannelName, deserted: impl Fn(&GroupName)) {
        let mut channels = self.lock_channels();
        let Some(Channel { place, groups, .. }) = channels.remove(name) else {
            return;
        };
        for group in &groups {
            self.remove_member(group, name, place.as_ref(), &deserted);
        }
        if let Some(place) = place {
            place.push(Parcel::Gone);
        }
    }
}

impl Channel {
    fn join(&mut self, group: &GroupName, members: &Mutex<Members>) {
        add_once(&mut self.groups, group);
        let mut members = lock(members);
        match &self.place {
            Some(place) => members.join_at(group, self.sender.name(), place),
            None => members.join(&self.sender),
        }
    }
}

impl Inlet for Local {
    fn send(&self, name: &ChannelName, message: LayerMessage) -> Result<(), LayerError> {
        let mut channels = self.lock_channels();
        let Channel { sender, place, .. } = known(&mut channels, name)?;
        // A full channel drops the message, and reports it.
        if let Some(place) = place
            && !sender.is_full()
        {
            let message = Arc::new(Broadcast::new(message, &[]));
            place.push(|seat| Parcel::One(seat, message));
            return Ok(());
        }
        let sender = sender.clone();
        drop(channels);
        sender.send(message)
    }

    fn group_send(
        &self,
        group: &GroupName,
        message: LayerMessage,
        except: &[ChannelName],
    ) -> SendReport {
        let members = self.members_of(group);
        members.map_or_else(SendReport::default, |members| {
            lock(&members).send(group, message, except)
        })
    }

    fn groups(&self) -> Vec<GroupName> {
        let groups = self.groups.read().unwrap_or_else(PoisonError::into_inner);
        groups.keys().cloned().collect()
    }

    fn members(&self, group: &GroupName) -> Vec<ChannelName> {
        let members = self.members_of(group);
        members.map_or_else(Vec::new, |members| {
            lock(&members).names().cloned().collect()
        })
    }

    fn waiting(&self, name: &ChannelName) -> Option<usize> {
        let channels = self.lock_channels();
        channels.get(name).map(|channel| channel.sender.waiting())
    }

    fn flush(&self) {
        let mut channels = self.lock_channels();
        for channel in channels.values_mut() {
            channel.groups.clear();
            channel.sender.clear();
        }
        for (group, members) in self.lock_groups().drain() {
            lock(&members).disband(&group);
        }
    }
}

fn known<'a>(
    channels: &'a mut HashMap<ChannelName, Channel>,
    name: &ChannelName,
) -> Result<&'a mut Channel, LayerError> {
    let channel = channels.get_mut(name);
    channel.ok_or_else(|| LayerError::UnknownChannel(name.clone()))
}

fn lock(members: &Mutex<Members>) -> MutexGuard<'_, Members> {
    members.lock().unwrap_or_else(PoisonError::into_inner)
}
