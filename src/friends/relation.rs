//! The relation of one person to another, derived from three tables.

use std::time::Duration;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::models::{Block, FriendRequest, Friendship, share_a_room};
use crate::{
    accounts::UserId,
    db::{Connection, Timestamp},
};

/// How long a request is open, counted from when it was sent. A declined one looks pending until
/// then, so that its sender cannot tell it from one that was not answered.
pub(super) const LAPSES_AFTER: Duration = Duration::from_secs(30 * 86_400);
/// How long its sender is told that a request lapsed.
pub(super) const LAPSE_IS_TOLD: Duration = Duration::from_secs(30 * 86_400);
/// How long a declined person must wait before a new request reaches the recipient.
pub(super) const ASK_AGAIN_AFTER: Duration = Duration::from_secs(7 * 86_400);

/// One of seven relations, as one side sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// No relation.
    None,
    /// The same person.
    #[serde(rename = "self")]
    Myself,
    /// Friends.
    Friend,
    /// I sent a request.
    Outgoing,
    /// The other sent me a request.
    Incoming,
    /// I block the other.
    Blocked,
    /// The other blocks me. Never shown, see [`Relation::shown`].
    BlockedByOther,
}

impl Relation {
    /// Returns the relation of `me` to `other`. A block overrides everything else.
    pub fn between(conn: &mut Connection, me: UserId, other: UserId) -> QueryResult<Self> {
        if me == other {
            return Ok(Self::Myself);
        }
        if Block::exists(conn, me, other)? {
            return Ok(Self::Blocked);
        }
        if Block::exists(conn, other, me)? {
            return Ok(Self::BlockedByOther);
        }
        if Friendship::exists(conn, me, other)? {
            return Ok(Self::Friend);
        }
        let now = Timestamp::now();
        if FriendRequest::find(conn, other, me)?.is_some_and(|request| request.is_open(now)) {
            return Ok(Self::Incoming);
        }
        Self::outgoing(conn, me, other)
    }

    /// Returns the relation that `me` may see. A block by the other is hidden: it looks like the
    /// request or like no relation.
    pub fn shown(conn: &mut Connection, me: UserId, other: UserId) -> QueryResult<Self> {
        match Self::between(conn, me, other)? {
            Self::BlockedByOther => Self::outgoing(conn, me, other),
            relation => Ok(relation),
        }
    }

    /// Returns whether `me` sees `other` anywhere: in the lists of friends, or in a conversation. A
    /// request of `me` shows nothing of `other`, because there may be no such person.
    pub fn is_known(conn: &mut Connection, me: UserId, other: UserId) -> QueryResult<bool> {
        match Self::shown(conn, me, other)? {
            Self::Myself => Ok(false),
            Self::None | Self::Outgoing => share_a_room(conn, me, other),
            _ => Ok(true),
        }
    }

    fn outgoing(conn: &mut Connection, me: UserId, other: UserId) -> QueryResult<Self> {
        let now = Timestamp::now();
        let request = FriendRequest::find(conn, me, other)?;
        let waits = request.is_some_and(|request| request.looks_pending(now));
        Ok(if waits { Self::Outgoing } else { Self::None })
    }
}
