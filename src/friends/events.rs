//! Messages of the friends app on the channel layer, sent after the commit.

use channels::{GroupName, Layer};
use serde::{Deserialize, Serialize};

use super::{Relation, changes::Changed};
use crate::{
    accounts::{UserId, UserRef, user_group},
    error::Result,
};

/// Messages to a person's own sockets about their relations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum RelationEvent {
    /// The person sent or cancelled a request. It does not name the recipient, who may not exist.
    #[serde(rename = "requests.changed")]
    RequestsChanged {},
    /// The relation to `user` changed to `state`, as this person sees it.
    #[serde(rename = "relation.changed")]
    Changed {
        /// The other person.
        user: UserRef,
        /// The relation that this person sees.
        state: Relation,
    },
}

/// Messages to other apps that keep something per friendship or block, for example conversations,
/// presence and receipts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum FriendshipEvent {
    /// The two became friends.
    #[serde(rename = "friendship.begun")]
    Begun {
        /// One of the two.
        a: UserId,
        /// The other one.
        b: UserId,
    },
    /// The two are no longer friends.
    #[serde(rename = "friendship.ended")]
    Ended {
        /// One of the two.
        a: UserId,
        /// The other one.
        b: UserId,
    },
    /// One of the two blocked or unblocked the other.
    #[serde(rename = "friendship.blocked")]
    Blocked {
        /// One of the two.
        a: UserId,
        /// The other one.
        b: UserId,
    },
}

impl FriendshipEvent {
    /// Returns the two people.
    pub fn pair(self) -> (UserId, UserId) {
        let (Self::Begun { a, b } | Self::Ended { a, b } | Self::Blocked { a, b }) = self;
        (a, b)
    }
}

/// The group that receives all [`FriendshipEvent`]s.
pub fn friendship_group() -> GroupName {
    GroupName::encode("friendships")
}

/// Tells the other pages of `me` that the list of sent requests changed. Sent after every request,
/// so that it does not depend on whether the recipient exists.
pub(super) async fn announce_requests(layer: &Layer, me: UserId) -> Result<()> {
    let event = RelationEvent::RequestsChanged {};
    layer.group_send(&user_group(me), event).await?;
    Ok(())
}

/// Notifies both sides. A side that sees no change gets no message, so that being blocked or
/// declined cannot be detected.
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
        // The sender gets `requests.changed`, see `announce_requests`.
        let news = view.news().filter(|_| !view.is_own_request());
        if let Some(state) = news {
            let event = RelationEvent::Changed {
                user: UserRef::from(other),
                state,
            };
            layer.group_send(&user_group(reader.id), event).await?;
        }
    }
    Ok(())
}
