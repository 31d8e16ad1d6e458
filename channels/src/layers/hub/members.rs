//! The members of one group: those with a queue, and those that are served by a router.

use std::collections::HashMap;
use std::sync::Arc;

use smallvec::SmallVec;

use super::few::FewChannels;
use super::router::{Broadcast, Inbox, Parcel, Place};
use crate::layers::bus::{ChannelSender, LayerMessage, SendReport};
use crate::names::{ChannelName, GroupName};

/// Locked while a message is distributed, so that all members see the group's messages in one
/// order.
#[derive(Default)]
pub(super) struct Members {
    /// Present while there are any: connections are loose only until their handshake is answered.
    #[expect(
        clippy::box_collection,
        reason = "nearly always there is none, and there are as many groups as people"
    )]
    loose: Option<Box<HashMap<ChannelName, ChannelSender>>>,
    /// One for each thread.
    routed: SmallVec<[Routed; 1]>,
}

/// The members on one thread, which get a message together.
struct Routed {
    inbox: Arc<Inbox>,
    channels: FewChannels,
}

impl Members {
    /// Adds a member that reads its messages from its queue.
    pub(super) fn join(&mut self, channel: &ChannelSender) {
        let loose = self.loose.get_or_insert_default();
        loose.insert(channel.name().clone(), channel.clone());
    }

    /// Adds a member that is served by a router, or converts a loose member into one.
    pub(super) fn join_at(&mut self, group: &GroupName, name: &ChannelName, place: &Place) {
        self.let_go(name);
        match self.routed_at(place) {
            Some(index) => self.routed[index].channels.insert(name.clone()),
            None => self.routed.push(Routed {
                inbox: Arc::clone(&place.inbox),
                channels: FewChannels::One(name.clone()),
            }),
        }
        place.push(|seat| Parcel::Join(group.clone(), seat));
    }

    /// Removes a member from the loose ones.
    fn let_go(&mut self, name: &ChannelName) {
        if let Some(loose) = &mut self.loose {
            loose.remove(name);
            self.tidy();
        }
    }

    fn tidy(&mut self) {
        self.loose.take_if(|loose| loose.is_empty());
    }

    fn routed_at(&self, place: &Place) -> Option<usize> {
        let mut routed = self.routed.iter();
        routed.position(|routed| Arc::ptr_eq(&routed.inbox, &place.inbox))
    }

    pub(super) fn leave(&mut self, group: &GroupName, name: &ChannelName, place: Option<&Place>) {
        self.let_go(name);
        let Some(place) = place else { return };
        let Some(index) = self.routed_at(place) else {
            return;
        };
        let channels = &mut self.routed[index].channels;
        if channels.is_only(name) {
            self.routed.swap_remove(index);
        } else if !channels.remove(name) {
            return;
        }
        place.push(|seat| Parcel::Leave(group.clone(), seat));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.loose.is_none() && self.routed.is_empty()
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &ChannelName> {
        let routed = self.routed.iter();
        let routed = routed.flat_map(|routed| routed.channels.names());
        self.loose
            .iter()
            .flat_map(|loose| loose.keys())
            .chain(routed)
    }

    pub(super) fn send(
        &self,
        group: &GroupName,
        message: LayerMessage,
        except: &[ChannelName],
    ) -> SendReport {
        let mut report = SendReport::default();
        let loose = self.loose.iter().flat_map(|loose| loose.iter());
        for (_, channel) in loose.filter(|(name, _)| !except.contains(name)) {
            match channel.send(message.clone()) {
                Ok(()) => report.delivered += 1,
                Err(_) => report.dropped += 1,
            }
        }
        if self.routed.is_empty() {
            return report;
        }
        let broadcast = Arc::new(Broadcast::new(message, except));
        for Routed { inbox, channels } in &self.routed {
            let left_out = channels.names().filter(|name| except.contains(name));
            let left_out = if except.is_empty() {
                0
            } else {
                left_out.count()
            };
            report.delivered += channels.len() - left_out;
            inbox.push(Parcel::Group(group.clone(), Arc::clone(&broadcast)));
        }
        report
    }

    pub(super) fn disband(&mut self, group: &GroupName) {
        self.loose = None;
        for routed in self.routed.drain(..) {
            routed.inbox.push(Parcel::Disband(group.clone()));
        }
    }
}
