//! Changes that a person can make about another: request, accept, decline, cancel, remove, block,
//! unblock. Each is one function on the writer's connection, so that no other change can come
//! between its checks and its writes (a race).

use diesel::prelude::*;

use super::{
    Relation,
    models::{Block, FriendRequest, Friendship, SentRequest, UnknownRequest},
    relation::ASK_AGAIN_AFTER,
};
use crate::{
    accounts::{Person, User, UserId, username},
    db::{Connection, Timestamp},
    error::{Error, Result},
    schema::friend_requests,
    words,
};

/// The relation of two people before and after a change, as one of them sees it.
#[derive(Debug, Clone, Copy)]
pub(super) struct View {
    before: Relation,
    after: Relation,
}

impl View {
    /// Returns the new relation if this side sees a change.
    pub(super) fn news(self) -> Option<Relation> {
        (self.before != self.after).then_some(self.after)
    }

    /// Returns whether only this side's own request was sent or cancelled. The list of sent
    /// requests does not reveal whether it reached anybody.
    pub(super) fn is_own_request(self) -> bool {
        matches!(
            (self.before, self.after),
            (Relation::None, Relation::Outgoing) | (Relation::Outgoing, Relation::None)
        )
    }
}

/// A committed change between two people.
#[derive(Debug)]
pub(super) struct Changed {
    pub(super) me: Person,
    pub(super) other: Person,
    pub(super) my_view: View,
    pub(super) their_view: View,
}

impl Changed {
    pub(super) fn friendship_begun(&self) -> bool {
        self.my_view.news() == Some(Relation::Friend)
    }

    pub(super) fn friendship_ended(&self) -> bool {
        self.my_view.before == Relation::Friend && self.my_view.after != Relation::Friend
    }

    /// Returns whether a block was added or removed.
    pub(super) fn block_changed(&self) -> bool {
        let View { before, after } = self.my_view;
        (before == Relation::Blocked) != (after == Relation::Blocked)
    }
}

/// The maximum number of open requests of a person. New accounts have a lower one.
#[derive(Debug, Clone, Copy)]
pub(super) struct OpenRequests {
    pub(super) most: u32,
    pub(super) most_when_new: u32,
}

/// How long an account counts as new.
const NEW_ACCOUNT: std::time::Duration = std::time::Duration::from_secs(72 * 3600);

/// Sends a friend request to the person with the name `typed`, or accepts the one that they sent.
/// Returns `None` if nobody has the name. The request is then remembered, and looks like any other
/// to its sender.
///
/// # Errors
/// [`Error::Invalid`] for the field `username` if the reason may be revealed. Being blocked, having
/// been declined recently, an unknown name, and success look the same.
pub(super) fn add(
    conn: &mut Connection,
    me: &User,
    typed: &str,
    limit: OpenRequests,
) -> Result<Option<Changed>> {
    SentRequest::forget_old(conn, me.id)?;
    let (typed, key) = (typed.trim(), username::key(typed));
    let Some(other) = User::named(conn, &key)? else {
        refuse_too_many(conn, me, limit)?;
        UnknownRequest::ask(conn, me.id, (&key, typed))?;
        return Ok(None);
    };
    add_known(conn, me, &other, (typed, limit)).map(Some)
}

fn add_known(
    conn: &mut Connection,
    me: &User,
    other: &User,
    (typed, limit): (&str, OpenRequests),
) -> Result<Changed> {
    between(conn, me, other, |conn| {
        // The name may have been unknown when it was asked before.
        UnknownRequest::cancel(conn, me.id, &username::key(typed))?;
        match Relation::between(conn, me.id, other.id)? {
            Relation::Myself => Err(refused("friends-error-self", other)),
            Relation::Friend => Err(refused("friends-error-already-friend", other)),
            Relation::Blocked => Err(refused("friends-error-blocked", other)),
            Relation::Incoming => Ok(Friendship::begin(conn, me.id, other.id)?),
            Relation::Outgoing | Relation::None | Relation::BlockedByOther => {
                refuse_too_many(conn, me, limit)?;
                ask(conn, (me.id, other.id), typed)
            }
        }
    })
}

/// Accepts the request from `other`.
pub(super) fn accept(conn: &mut Connection, me: &User, other: &User) -> Result<Changed> {
    between(conn, me, other, |conn| {
        UnknownRequest::cancel(conn, me.id, &username::key(&other.username))?;
        match Relation::between(conn, me.id, other.id)? {
            Relation::Incoming => Ok(Friendship::begin(conn, me.id, other.id)?),
            Relation::Friend => Ok(()),
            _ => Err(Error::NotFound),
        }
    })
}

/// Declines the request from `other`. It still looks pending to `other`.
pub(super) fn decline(conn: &mut Connection, me: &User, other: &User) -> Result<Changed> {
    between(conn, me, other, |conn| {
        expect(conn, me, other, Relation::Incoming)?;
        Ok(mark_declined(conn, other.id, me.id)?)
    })
}

/// Cancels the request to the name `typed`, or dismisses the one that lapsed. Returns `None` if
/// nobody has the name.
///
/// # Errors
/// [`Error::NotFound`] if the sender's list has no such request.
pub(super) fn cancel(conn: &mut Connection, me: &User, typed: &str) -> Result<Option<Changed>> {
    let key = username::key(typed);
    if UnknownRequest::cancel(conn, me.id, &key)? {
        return Ok(None);
    }
    let other = User::named(conn, &key)?.ok_or(Error::NotFound)?;
    cancel_known(conn, me, &other).map(Some)
}

fn cancel_known(conn: &mut Connection, me: &User, other: &User) -> Result<Changed> {
    between(conn, me, other, |conn| {
        let request = FriendRequest::find(conn, me.id, other.id)?.ok_or(Error::NotFound)?;
        if request.cancelled_at.is_some() {
            return Err(Error::NotFound);
        }
        if request.declined_at.is_none() {
            FriendRequest::delete(conn, me.id, other.id)?;
            return Ok(());
        }
        diesel::update(friend_requests::table.find((me.id, other.id)))
            .set(friend_requests::cancelled_at.eq(Timestamp::now()))
            .execute(conn)?;
        Ok(())
    })
}

/// Ends the friendship with `other`. Their conversation stays readable.
pub(super) fn remove(conn: &mut Connection, me: &User, other: &User) -> Result<Changed> {
    between(conn, me, other, |conn| {
        expect(conn, me, other, Relation::Friend)?;
        Ok(Friendship::end(conn, me.id, other.id).map(drop)?)
    })
}

/// Blocks `other`: ends the friendship, and hides later requests from `other`.
pub(super) fn block(conn: &mut Connection, me: &User, other: &User) -> Result<Changed> {
    between(conn, me, other, |conn| {
        if !Relation::is_known(conn, me.id, other.id)? {
            return Err(Error::NotFound);
        }
        Friendship::end(conn, me.id, other.id)?;
        FriendRequest::delete(conn, me.id, other.id)?;
        mark_declined(conn, other.id, me.id)?;
        Ok(Block::begin(conn, me.id, other.id)?)
    })
}

/// Unblocks `other`.
pub(super) fn unblock(conn: &mut Connection, me: &User, other: &User) -> Result<Changed> {
    between(conn, me, other, |conn| {
        expect(conn, me, other, Relation::Blocked)?;
        Ok(Block::end(conn, me.id, other.id)?)
    })
}

/// Checks the relation. The error is the same as for a person who does not exist, so that trying
/// all ids reveals nobody (enumeration).
fn expect(conn: &mut Connection, me: &User, other: &User, relation: Relation) -> Result<()> {
    match Relation::shown(conn, me.id, other.id)? {
        shown if shown == relation => Ok(()),
        _ => Err(Error::NotFound),
    }
}

fn between(
    conn: &mut Connection,
    me: &User,
    other: &User,
    change: impl FnOnce(&mut Connection) -> Result<()>,
) -> Result<Changed> {
    let views = |conn: &mut Connection| -> Result<(Relation, Relation)> {
        let mine = Relation::shown(conn, me.id, other.id)?;
        Ok((mine, Relation::shown(conn, other.id, me.id)?))
    };
    let (mine, theirs) = views(conn)?;
    change(conn)?;
    let (mine_after, theirs_after) = views(conn)?;
    Ok(Changed {
        me: Person::from(me),
        other: Person::from(other),
        my_view: View {
            before: mine,
            after: mine_after,
        },
        their_view: View {
            before: theirs,
            after: theirs_after,
        },
    })
}

/// Inserts a request, or a hidden one if the recipient blocks the sender or declined recently.
fn ask(conn: &mut Connection, (me, other): (UserId, UserId), typed: &str) -> Result<()> {
    let now = Timestamp::now();
    let asked_before = FriendRequest::find(conn, me, other)?;
    let recent = now.minus(ASK_AGAIN_AFTER);
    let declined_at = asked_before
        .and_then(|request| request.declined_at)
        .filter(|declined| *declined > recent)
        .or(Block::exists(conn, other, me)?.then_some(now));
    let request = FriendRequest {
        sender_id: me,
        recipient_id: other,
        created_at: now,
        declined_at,
        cancelled_at: None,
        typed: typed.to_owned(),
    };
    FriendRequest::delete(conn, me, other)?;
    diesel::insert_into(friend_requests::table)
        .values(request)
        .execute(conn)?;
    Ok(())
}

fn mark_declined(conn: &mut Connection, sender: UserId, recipient: UserId) -> QueryResult<()> {
    let open = friend_requests::table
        .find((sender, recipient))
        .filter(friend_requests::declined_at.is_null());
    diesel::update(open)
        .set(friend_requests::declined_at.eq(Timestamp::now()))
        .execute(conn)?;
    Ok(())
}

fn refuse_too_many(conn: &mut Connection, me: &User, limit: OpenRequests) -> Result<()> {
    let is_new = me.created_at > Timestamp::now().minus(NEW_ACCOUNT);
    let most = if is_new {
        limit.most_when_new
    } else {
        limit.most
    };
    let sent = SentRequest::by(conn, me.id)?;
    let open = sent.iter().filter(|request| !request.lapsed).count();
    if open < usize::try_from(most).unwrap_or(usize::MAX) {
        return Ok(());
    }
    let sentence = words::text_with("friends-error-too-many", &[("most", most.into())]);
    Err(Error::invalid("username", sentence))
}

fn refused(key: &str, other: &User) -> Error {
    Error::invalid(
        "username",
        words::text_with(key, &[("name", other.name.as_str().into())]),
    )
}
