//! The members of one group: those with a queue, and those that a router gives their messages.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::router::{Broadcast, Inbox, Parcel, Place};
use super::{ChannelSender, LayerError, LayerMessage, SendReport};
use crate::names::{ChannelName, GroupName};
use crate::sparing;

/// Locked while a message is handed out, so that all members see the group's messages in one
/// order.
#[derive(Default)]
pub(super) struct Members {
    loose: HashMap<ChannelName, Loose>,
    /// One for each thread.
    routed: Vec<Routed>,
}

/// A member that gets its messages one by one.
pub(super) enum Loose {
    /// A channel with an owner.
    Owned(ChannelSender),
    /// A channel that is looked up by its name; since when it is a member.
    Normal(Instant),
}

/// The members of one thread, which get a message together.
struct Routed {
    inbox: Arc<Inbox>,
    names: HashSet<ChannelName>,
}

impl Members {
    pub(super) fn join(&mut self, name: &ChannelName, member: Loose) {
        self.loose.insert(name.clone(), member);
    }

    /// Adds a member that a router gives its messages, or makes one of a loose member.
    pub(super) fn join_at(&mut self, group: &GroupName, name: &ChannelName, place: &Place) {
        self.loose.remove(name);
        self.routed(place).names.insert(name.clone());
        place.push(|seat| Parcel::Join(group.clone(), seat));
    }

    fn routed(&mut self, place: &Place) -> &mut Routed {
        let known = self.routed_at(place);
        let index = known.unwrap_or_else(|| {
            let routed = Routed {
                inbox: Arc::clone(&place.inbox),
                names: HashSet::new(),
            };
            sparing::push(&mut self.routed, routed);
            self.routed.len() - 1
        });
        &mut self.routed[index]
    }

    fn routed_at(&self, place: &Place) -> Option<usize> {
        let mut routed = self.routed.iter();
        routed.position(|routed| Arc::ptr_eq(&routed.inbox, &place.inbox))
    }

    pub(super) fn leave(&mut self, group: &GroupName, name: &ChannelName, place: Option<&Place>) {
        self.loose.remove(name);
        let Some(place) = place else { return };
        let Some(index) = self.routed_at(place) else {
            return;
        };
        let routed = &mut self.routed[index];
        if routed.names.remove(name) {
            place.push(|seat| Parcel::Leave(group.clone(), seat));
        }
        if routed.names.is_empty() {
            self.routed.swap_remove(index);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.loose.is_empty() && self.routed.is_empty()
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &ChannelName> {
        let routed = self.routed.iter().flat_map(|routed| &routed.names);
        self.loose.keys().chain(routed)
    }

    /// Drops normal channels that joined too long ago. One with an owner is in the group until
    /// its owner goes.
    pub(super) fn drop_expired(&mut self, now: Instant, limit: Duration) {
        self.loose.retain(|_, member| match member {
            Loose::Owned(_) => true,
            Loose::Normal(joined) => now.saturating_duration_since(*joined) < limit,
        });
    }

    pub(super) fn send(
        &self,
        group: &GroupName,
        message: LayerMessage,
        except: &[ChannelName],
        to_normal: impl Fn(&ChannelName, LayerMessage) -> Result<(), LayerError>,
    ) -> SendReport {
        let mut report = SendReport::default();
        let loose = self.loose.iter();
        for (name, member) in loose.filter(|(name, _)| !except.contains(name)) {
            let message = message.clone();
            let sent = match member {
                Loose::Owned(sender) => sender.send(message),
                Loose::Normal(_) => to_normal(name, message),
            };
            match sent {
                Ok(()) => report.delivered += 1,
                Err(_) => report.dropped += 1,
            }
        }
        if self.routed.is_empty() {
            return report;
        }
        let broadcast = Arc::new(Broadcast::new(message, except));
        for Routed { inbox, names } in &self.routed {
            let left_out = names.iter().filter(|name| except.contains(name));
            let left_out = if except.is_empty() {
                0
            } else {
                left_out.count()
            };
            report.delivered += names.len() - left_out;
            inbox.push(Parcel::Group(group.clone(), Arc::clone(&broadcast)));
        }
        report
    }

    pub(super) fn disband(&mut self, group: &GroupName) {
        self.loose.clear();
        for routed in self.routed.drain(..) {
            routed.inbox.push(Parcel::Disband(group.clone()));
        }
    }
}
