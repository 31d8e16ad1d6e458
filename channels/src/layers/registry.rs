//! The channels, groups and memberships of an [`InMemoryLayer`](super::InMemoryLayer).

use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use super::by_name::ByName;
use super::members::{Loose, Members};
use super::normal::NormalChannels;
use super::queue::{Expiry, Home, Standing};
use super::router::{self, Broadcast, Inbox, Parcel, Place, Port};
use super::{ChannelSender, LayerError, LayerMessage, SendReport};
use crate::names::{ChannelName, GroupName, add_once};

/// Locks are taken in the order channels, groups, members, queues and inboxes, and never across
/// an await.
pub(super) struct Registry {
    /// Unlike that of any other in this process.
    number: u64,
    /// Those with an owner. What else is known of one, it has with it.
    channels: Mutex<HashSet<ByName>>,
    groups: RwLock<HashMap<GroupName, Arc<Mutex<Members>>>>,
    pub(super) normal: NormalChannels,
    pub(super) expiry: Arc<Expiry>,
    pub(super) group_expiry: Option<Duration>,
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

    fn lock_channels(&self) -> MutexGuard<'_, HashSet<ByName>> {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn open(&self, sender: ChannelSender) {
        self.lock_channels().insert(ByName(sender));
    }

    /// Sends to a channel with an owner.
    pub(super) fn send(&self, name: &ChannelName, message: LayerMessage) -> Result<(), LayerError> {
        let channels = self.lock_channels();
        let Some(ByName(sender)) = channels.get(name) else {
            return Err(LayerError::UnknownChannel(name.clone()));
        };
        // One that is full loses the message, and says so.
        if !sender.is_full()
            && let Some(place) = place_of(sender)
        {
            let message = Arc::new(Broadcast::new(message, &[]));
            place.push(|seat| Parcel::One(seat, message));
            return Ok(());
        }
        let sender = sender.clone();
        drop(channels);
        sender.send(message)
    }

    /// How many messages wait on a channel with an owner.
    pub(super) fn waiting(&self, name: &ChannelName) -> Option<usize> {
        let channels = self.lock_channels();
        channels.get(name).map(|ByName(sender)| sender.waiting())
    }

    pub(super) fn add(&self, group: &GroupName, name: &ChannelName) -> Result<(), LayerError> {
        let channels = self.lock_channels();
        let sender = channels.get(name).map(|ByName(sender)| sender);
        if sender.is_none() && name.is_specific() {
            return Err(LayerError::UnknownChannel(name.clone()));
        }
        let place = sender.and_then(|sender| {
            sender.standing(|standing| {
                add_once(&mut standing.groups, group);
                standing.place.clone()
            })
        });
        let mut groups = self.groups.write().unwrap_or_else(PoisonError::into_inner);
        let mut members = lock(groups.entry(group.clone()).or_default());
        match (sender, &place) {
            (Some(sender), Some(place)) => members.join_at(group, sender, place),
            (Some(sender), None) => members.join(name, Loose::Owned(sender.clone())),
            (None, _) => members.join(name, Loose::Normal(self.expiry.now())),
        }
        Ok(())
    }

    pub(super) fn discard(&self, group: &GroupName, name: &ChannelName) {
        let channels = self.lock_channels();
        let place = channels.get(name).and_then(|ByName(sender)| {
            sender.standing(|standing| {
                standing.groups.retain(|joined| joined != group);
                standing.place.clone()
            })
        });
        self.remove_member(group, name, place.as_ref());
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
        let channels = self.lock_channels();
        for ByName(sender) in channels.iter() {
            sender.standing(|standing| standing.groups.clear());
            sender.clear();
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
        let channels = self.lock_channels();
        let ByName(sender) = channels.get(name)?;
        let place = router::take_in(self.number, port);
        let groups = sender.standing(|standing| {
            standing.place = Some(place.clone());
            standing.groups.clone()
        });
        for group in &groups {
            if let Some(members) = self.members_of(group) {
                lock(&members).join_at(group, sender, &place);
            }
        }
        Some(place.inbox)
    }

    fn forget(&self, name: &ChannelName) {
        let mut channels = self.lock_channels();
        let Some(ByName(sender)) = channels.take(name) else {
            return;
        };
        let Standing { place, groups } = sender.standing(std::mem::take);
        for group in &groups {
            self.remove_member(group, name, place.as_ref());
        }
        if let Some(place) = place {
            place.push(Parcel::Gone);
        }
    }
}

fn place_of(sender: &ChannelSender) -> Option<Place> {
    sender.standing(|standing| standing.place.clone())
}

fn lock(members: &Mutex<Members>) -> MutexGuard<'_, Members> {
    members.lock().unwrap_or_else(PoisonError::into_inner)
}
