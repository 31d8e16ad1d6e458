//! Channels in a set, each found by its name.

use std::borrow::Borrow;
use std::collections::HashSet;
use std::collections::hash_set;
use std::hash::{Hash, Hasher};

use super::ChannelSender;
use crate::names::ChannelName;

/// A channel that is the same as any other of its name. Its name need not lie beside it, which
/// half of a table would be.
pub(super) struct ByName(pub(super) ChannelSender);

impl Borrow<ChannelName> for ByName {
    fn borrow(&self) -> &ChannelName {
        self.0.name()
    }
}

impl Hash for ByName {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.name().hash(state);
    }
}

impl PartialEq for ByName {
    fn eq(&self, other: &Self) -> bool {
        self.0.name() == other.0.name()
    }
}

impl Eq for ByName {}

/// A set that mostly holds one channel, as the group of all sockets of a person does.
pub(super) enum FewChannels {
    One(ByName),
    #[expect(
        clippy::box_collection,
        reason = "the groups of one are many, and a set without its box is six times as large"
    )]
    Many(Box<HashSet<ByName>>),
}

impl FewChannels {
    pub(super) fn insert(&mut self, channel: ChannelSender) {
        match self {
            Self::One(known) if known.0.name() == channel.name() => {}
            Self::One(known) => {
                let known = ByName(known.0.clone());
                *self = Self::Many(Box::new([known, ByName(channel)].into()));
            }
            Self::Many(known) => {
                known.insert(ByName(channel));
            }
        }
    }

    /// Whether the channel was there, and is not the only one, which stays.
    pub(super) fn remove(&mut self, name: &ChannelName) -> bool {
        let Self::Many(known) = self else {
            return false;
        };
        let removed = known.remove(name);
        if let (1, Some(last)) = (known.len(), known.iter().next()) {
            *self = Self::One(ByName(last.0.clone()));
        }
        removed
    }

    /// Whether it is this channel and no other.
    pub(super) fn is_only(&self, name: &ChannelName) -> bool {
        matches!(self, Self::One(known) if known.0.name() == name)
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::One(_) => 1,
            Self::Many(known) => known.len(),
        }
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &ChannelName> {
        let (one, many) = match self {
            Self::One(known) => (Some(known), None),
            Self::Many(known) => (None, Some(known.iter())),
        };
        let many: Option<hash_set::Iter<'_, _>> = many;
        let channels = one.into_iter().chain(many.into_iter().flatten());
        channels.map(|channel| channel.0.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::queue;

    fn channel(name: &str) -> ChannelSender {
        let (sender, _) = queue(ChannelName::new(name).unwrap(), 1);
        sender
    }

    fn names(channels: &FewChannels) -> Vec<&str> {
        let mut names: Vec<_> = channels.names().map(ChannelName::as_str).collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn a_set_grows_beyond_one_channel_and_shrinks_to_it() {
        let [a, b, c] = ["a", "b", "c"].map(channel);
        let mut channels = FewChannels::One(ByName(a.clone()));
        channels.insert(channel("a"));
        assert_eq!(names(&channels), ["a"]);
        assert!(!channels.remove(b.name()) && channels.is_only(a.name()));
        for added in [&b, &c, &b] {
            channels.insert(added.clone());
        }
        assert_eq!((names(&channels), channels.len()), (vec!["a", "b", "c"], 3));
        assert!(channels.remove(a.name()) && !channels.remove(a.name()));
        assert!(channels.remove(c.name()));
        assert!(matches!(channels, FewChannels::One(_)));
        assert!(channels.is_only(b.name()) && !channels.is_only(a.name()));
    }
}
