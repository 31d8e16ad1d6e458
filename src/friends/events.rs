//! What the friends app says on the channel layer after a change is committed.

use channels::{GroupName, Layer};
use serde::{Deserialize, Serialize};

use super::{Relation, changes::Changed};
use crate::{
    accounts::{UserId, UserRef, user_group},
    error::Result,
};

/// To a person's own sockets: you now stand so to this person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum RelationEvent {
    /// `user` is the other person, `state` what the receiver is shown.
    #[serde(rename = "relation.changed")]
    Changed {
        /// The other person.
        user: UserRef,
        /// As the receiver is shown it.
        state: Relation,
    },
}

/// To whoever keeps something per friendship or block: conversations, presence, receipts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum FriendshipEvent {
    /// The two may talk from now on.
    #[serde(rename = "friendship.begun")]
    Begun {
        /// One of them.
        a: UserId,
        /// The other.
        b: UserId,
    },
    /// The two may not talk any more.
    #[serde(rename = "friendship.ended")]
    Ended {
        /// One of them.
        a: UserId,
        /// The other.
        b: UserId,
    },
    /// One of the two blocked the other, or lifted that.
    #[serde(rename = "friendship.blocked")]
    Blocked {
        /// One of them.
        a: UserId,
        /// The other.
        b: UserId,
    },
}

impl FriendshipEvent {
    /// The two whom it is about.
    pub fn pair(self) -> (UserId, UserId) {
        let (Self::Begun { a, b } | Self::Ended { a, b } | Self::Blocked { a, b }) = self;
        (a, b)
    }
}

/// The group that hears of every friendship and block.
pub fn friendship_group() -> GroupName {
    GroupName::encode("friendships")
}

/// Tells both sides; a side whose view did not change hears nothing, so that a block or a declined
/// request cannot be told from silence.
pub(super) async fn announce(layer: &Layer, changed: &Changed) -> Result<()> {
    let (a, b) = (changed.me.id, changed.other.id);
    if changed.friendship_begun() {
        layer
            .group_send(&friendship_group(), FriendshipEvent::Begun { a, b })
            .await?;
    }
    if changed.friendship_ended() {
        layer
            .group_send(&friendship_group(), FriendshipEvent::Ended { a, b })
            .await?;
    }
    if changed.block_changed() {
        layer
            .group_send(&friendship_group(), FriendshipEvent::Blocked { a, b })
            .await?;
    }
    for (reader, other, view) in [
        (&changed.me, &changed.other, changed.my_view),
        (&changed.other, &changed.me, changed.their_view),
    ] {
        if let Some(state) = view.news() {
            let event = RelationEvent::Changed {
                user: UserRef::from(other),
                state,
            };
            layer.group_send(&user_group(reader.id), event).await?;
        }
    }
    Ok(())
}
