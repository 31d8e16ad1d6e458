//! A set of channels that needs little memory while it has one.

use std::collections::HashSet;

use crate::names::ChannelName;

/// A set that mostly has one channel, for example the group of all sockets of a person.
pub(super) enum FewChannels {
    One(ChannelName),
    #[expect(
        clippy::box_collection,
        reason = "the groups of one are many, and a set without its box is six times as large"
    )]
    Many(Box<HashSet<ChannelName>>),
}

impl FewChannels {
    pub(super) fn insert(&mut self, channel: ChannelName) {
        match self {
            Self::One(known) if *known == channel => {}
            Self::One(known) => {
                *self = Self::Many(Box::new([known.clone(), channel].into()));
            }
            Self::Many(known) => {
                known.insert(channel);
            }
        }
    }

    /// Removes a channel unless it is the only one; returns whether it was removed.
    pub(super) fn remove(&mut self, name: &ChannelName) -> bool {
        let Self::Many(known) = self else {
            return false;
        };
        let removed = known.remove(name);
        if let (1, Some(last)) = (known.len(), known.iter().next()) {
            *self = Self::One(last.clone());
        }
        removed
    }

    /// Whether it is this channel and no other.
    pub(super) fn is_only(&self, name: &ChannelName) -> bool {
        matches!(self, Self::One(known) if known == name)
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
        one.into_iter().chain(many.into_iter().flatten())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channel(name: &str) -> ChannelName {
        ChannelName::new(name).unwrap()
    }

    fn names(channels: &FewChannels) -> Vec<&str> {
        let mut names: Vec<_> = channels.names().map(ChannelName::as_str).collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn a_set_grows_beyond_one_channel_and_shrinks_to_it() {
        let [a, b, c] = ["a", "b", "c"].map(channel);
        let mut channels = FewChannels::One(a.clone());
        channels.insert(channel("a"));
        assert_eq!(names(&channels), ["a"]);
        assert!(!channels.remove(&b) && channels.is_only(&a));
        for added in [&b, &c, &b] {
            channels.insert(added.clone());
        }
        assert_eq!((names(&channels), channels.len()), (vec!["a", "b", "c"], 3));
        assert!(channels.remove(&a) && !channels.remove(&a));
        assert!(channels.remove(&c));
        assert!(matches!(channels, FewChannels::One(_)));
        assert!(channels.is_only(&b) && !channels.is_only(&a));
    }
}
