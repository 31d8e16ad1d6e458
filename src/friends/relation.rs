//! How one person stands to another, from the rows of three tables.

use std::time::Duration;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::models::{Block, FriendRequest, Friendship, share_a_room};
use crate::{
    accounts::UserId,
    db::{Connection, Timestamp},
};

/// A declined request looks pending to its sender this long.
pub(super) const DECLINED_LOOKS_PENDING: Duration = Duration::from_secs(30 * 86_400);
/// After this time a declined person may ask again.
pub(super) const ASK_AGAIN_AFTER: Duration = Duration::from_secs(7 * 86_400);

/// One of seven, seen from one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// Nothing between the two.
    None,
    /// The same person.
    #[serde(rename = "self")]
    Myself,
    /// Friends.
    Friend,
    /// I asked and wait.
    Outgoing,
    /// The other asked me.
    Incoming,
    /// I blocked the other.
    Blocked,
    /// The other blocked me. Never shown: see [`Relation::shown`].
    BlockedByOther,
}

impl Relation {
    /// The relation of `me` to `other`; a block overrides everything else.
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
        if FriendRequest::find(conn, other, me)?.is_some_and(|request| request.is_open()) {
            return Ok(Self::Incoming);
        }
        Self::outgoing(conn, me, other)
    }

    /// What `me` is shown: a block by the other looks like the request or the nothing beneath it.
    pub fn shown(conn: &mut Connection, me: UserId, other: UserId) -> QueryResult<Self> {
        match Self::between(conn, me, other)? {
            Self::BlockedByOther => Self::outgoing(conn, me, other),
            relation => Ok(relation),
        }
    }

    /// Whether `me` sees `other` anywhere: in the lists of friends, or in a conversation.
    pub fn is_known(conn: &mut Connection, me: UserId, other: UserId) -> QueryResult<bool> {
        match Self::shown(conn, me, other)? {
            Self::Myself => Ok(false),
            Self::None => share_a_room(conn, me, other),
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
