//! Invite links: everybody who has the token may join, until the link expires, is used up or is
//! revoked.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use diesel::prelude::*;

use super::join::{NewMember, is_member, is_removed, join};
use crate::{
    accounts::{Person, UserId, UserRef},
    chat::{
        log::NoticeKind,
        messages::RoomEvent,
        rooms::{InviteId, ListedMember, Role, Room, RoomId, RoomInviter, count_members},
    },
    db::{Connection, Timestamp},
    error::{Error, Result},
    schema::{invites, members, rooms, users},
    words,
};

/// 160 random bits, too many to guess.
const TOKEN_BYTES: usize = 20;

/// An invite link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invite {
    /// The row id.
    pub id: InviteId,
    /// The room.
    pub room: RoomId,
    /// The secret token in the URL.
    pub token: String,
    /// The person who created it.
    pub by: Person,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it expires, if it does.
    pub expires_at: Option<Timestamp>,
    /// The maximum number of uses, if there is one.
    pub max_uses: Option<i64>,
    /// The number of uses so far.
    pub uses: i64,
    /// When it was revoked, if it was.
    pub revoked_at: Option<Timestamp>,
}

/// The state of an invite link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InviteState {
    /// People can join with it.
    Valid,
    /// It has expired.
    Expired,
    /// It reached its maximum number of uses.
    UsedUp,
    /// It was revoked.
    Revoked,
    /// The room is archived.
    Archived,
}

/// The terms of a new link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InviteTerms {
    /// `None`: it never expires.
    pub lifetime: Option<Duration>,
    /// `None`: there is no limit.
    pub max_uses: Option<i64>,
}

type Columns = (
    InviteId,
    RoomId,
    String,
    UserRef,
    Timestamp,
    Option<Timestamp>,
    Option<i64>,
    i64,
    Option<Timestamp>,
);

#[diesel::dsl::auto_type(no_type_alias)]
fn rows() -> _ {
    invites::table.inner_join(users::table).select((
        invites::id,
        invites::room_id,
        invites::token,
        (users::id, users::username, users::name),
        invites::created_at,
        invites::expires_at,
        invites::max_uses,
        invites::uses,
        invites::revoked_at,
    ))
}

impl Invite {
    fn from_columns(columns: Columns) -> Self {
        let (id, room, token, by, created_at, expires_at, max_uses, uses, revoked_at) = columns;
        Self {
            id,
            room,
            token,
            by: Person::from(by),
            created_at,
            expires_at,
            max_uses,
            uses,
            revoked_at,
        }
    }

    /// Returns the state of the link at `now`, without looking at its room.
    pub fn state(&self, now: Timestamp) -> InviteState {
        if self.revoked_at.is_some() {
            InviteState::Revoked
        } else if self.expires_at.is_some_and(|expires| expires <= now) {
            InviteState::Expired
        } else if self.max_uses.is_some_and(|most| self.uses >= most) {
            InviteState::UsedUp
        } else {
            InviteState::Valid
        }
    }

    /// Revokes the links that `user` created for a room.
    pub(crate) fn revoke_all_by(
        conn: &mut Connection,
        room: RoomId,
        user: UserId,
    ) -> QueryResult<usize> {
        let open = invites::table
            .filter(invites::room_id.eq(room))
            .filter(invites::created_by.eq(user))
            .filter(invites::revoked_at.is_null());
        diesel::update(open)
            .set(invites::revoked_at.eq(Timestamp::now()))
            .execute(conn)
    }
}

/// Returns at most `limit` links of a room, newest first.
fn invites_of(conn: &mut Connection, room: RoomId, limit: i64) -> QueryResult<Vec<Invite>> {
    let rows = rows()
        .filter(invites::room_id.eq(room))
        .order(invites::id.desc())
        .limit(limit)
        .load::<Columns>(conn)?;
    Ok(rows.into_iter().map(Invite::from_columns).collect())
}

/// Revokes the links that members of a room created who do not moderate.
pub(super) fn revoke_of_plain_members(conn: &mut Connection, room: RoomId) -> QueryResult<usize> {
    let plain = members::table
        .filter(members::room_id.eq(room))
        .filter(members::role.eq(Role::Member))
        .select(members::user_id);
    let open = invites::table
        .filter(invites::room_id.eq(room))
        .filter(invites::created_by.eq_any(plain))
        .filter(invites::revoked_at.is_null());
    diesel::update(open)
        .set(invites::revoked_at.eq(Timestamp::now()))
        .execute(conn)
}

/// Moderators see and revoke all links of the room, other members their own.
impl RoomInviter {
    /// Returns at most `limit` links, newest first.
    pub fn invites(&self, conn: &mut Connection, limit: i64) -> QueryResult<Vec<Invite>> {
        let mut invites = invites_of(conn, self.room.id, limit)?;
        invites.retain(|invite| self.sees(invite));
        Ok(invites)
    }

    fn sees(&self, invite: &Invite) -> bool {
        self.role.moderates() || invite.by.id == self.user
    }

    /// Returns one link.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the link belongs to another room, or to somebody else.
    pub fn invite(&self, conn: &mut Connection, invite: InviteId) -> Result<Invite> {
        let row = rows()
            .filter(invites::id.eq(invite))
            .filter(invites::room_id.eq(self.room.id))
            .first::<Columns>(conn)?;
        let invite = Invite::from_columns(row);
        if !self.sees(&invite) {
            return Err(Error::NotFound);
        }
        Ok(invite)
    }

    /// Creates a link. A room has at most `most` valid links.
    ///
    /// # Errors
    /// [`Error::Invalid`] for the field `invite` if there are too many.
    pub fn new_invite(
        &self,
        conn: &mut Connection,
        (terms, now): (InviteTerms, Timestamp),
        most: u32,
    ) -> Result<InviteId> {
        let known = invites_of(conn, self.room.id, i64::MAX)?;
        let open = known
            .iter()
            .filter(|invite| invite.state(now) == InviteState::Valid);
        if open.count() >= usize::try_from(most).unwrap_or(usize::MAX) {
            let text = words::text_with("invites-error-many", &[("most", most.into())]);
            return Err(Error::invalid("invite", text));
        }
        let token = URL_SAFE_NO_PAD.encode(rand::random::<[u8; TOKEN_BYTES]>());
        let id = diesel::insert_into(invites::table)
            .values((
                invites::room_id.eq(self.room.id),
                invites::token.eq(token),
                invites::created_by.eq(self.user),
                invites::created_at.eq(now),
                invites::expires_at.eq(terms.lifetime.map(|lifetime| now.plus(lifetime))),
                invites::max_uses.eq(terms.max_uses),
            ))
            .returning(invites::id)
            .get_result(conn)?;
        Ok(id)
    }

    /// Revokes a link. Idempotent.
    ///
    /// # Errors
    /// [`Error::NotFound`] as for [`Self::invite`].
    pub fn revoke_invite(&self, conn: &mut Connection, invite: InviteId) -> Result<()> {
        let invite = self.invite(conn, invite)?;
        diesel::update(
            invites::table
                .find(invite.id)
                .filter(invites::revoked_at.is_null()),
        )
        .set(invites::revoked_at.eq(Timestamp::now()))
        .execute(conn)?;
        Ok(())
    }
}

/// The result of opening an invite link, for the person who opens it.
#[derive(Debug, Clone)]
pub enum Invitation {
    /// The person can join.
    Valid(Box<ValidInvitation>),
    /// The link is no longer valid.
    Over(InviteState),
    /// The person is a member already.
    Inside(RoomId),
    /// The person was removed from the room, so links do not work for them.
    Removed,
}

/// The number of members whose faces an invitation shows.
const FACES: i64 = 3;

/// The offer of a valid link, for everybody who has it.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The link.
    pub invite: Invite,
    /// Its room.
    pub room: Room,
    /// The number of members.
    pub members: i64,
    /// The members with the oldest accounts.
    pub faces: Vec<Person>,
}

impl Offer {
    /// Returns what the link `token` offers to a visitor who is not signed in, or why it is no
    /// longer valid.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown token.
    pub fn find(
        conn: &mut Connection,
        token: &str,
        now: Timestamp,
    ) -> Result<std::result::Result<Self, InviteState>> {
        let (invite, room) = find(conn, token)?;
        match state(&invite, &room, now) {
            InviteState::Valid => Ok(Ok(Self::read(conn, invite, room)?)),
            over => Ok(Err(over)),
        }
    }

    fn read(conn: &mut Connection, invite: Invite, room: Room) -> QueryResult<Self> {
        let faces = members::table
            .inner_join(users::table)
            .filter(members::room_id.eq(room.id))
            .order(members::user_id)
            .limit(FACES)
            .select(UserRef::as_select())
            .load::<UserRef>(conn)?;
        Ok(Self {
            members: count_members(conn, room.id)?,
            faces: faces.into_iter().map(Person::from).collect(),
            invite,
            room,
        })
    }
}

/// An invite link that this person can use.
#[derive(Debug, Clone)]
pub struct ValidInvitation {
    /// What the link offers.
    pub offer: Offer,
    user: UserId,
}

impl Invitation {
    /// Returns the result of opening the link `token` for `user` at `now`.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown token.
    pub fn open(
        conn: &mut Connection,
        token: &str,
        (user, now): (UserId, Timestamp),
    ) -> Result<Self> {
        let (invite, room) = find(conn, token)?;
        if is_member(conn, room.id, user)? {
            return Ok(Self::Inside(room.id));
        }
        match state(&invite, &room, now) {
            InviteState::Valid => {}
            over => return Ok(Self::Over(over)),
        }
        if is_removed(conn, room.id, user)? {
            return Ok(Self::Removed);
        }
        Ok(Self::Valid(Box::new(ValidInvitation {
            offer: Offer::read(conn, invite, room)?,
            user,
        })))
    }
}

fn state(invite: &Invite, room: &Room, now: Timestamp) -> InviteState {
    match invite.state(now) {
        InviteState::Valid if room.archived_at.is_some() => InviteState::Archived,
        state => state,
    }
}

fn find(conn: &mut Connection, token: &str) -> Result<(Invite, Room)> {
    let invite = rows()
        .filter(invites::token.eq(token))
        .first::<Columns>(conn)?;
    let invite = Invite::from_columns(invite);
    let room = rooms::table
        .find(invite.room)
        .select(Room::as_select())
        .first(conn)?;
    Ok((invite, room))
}

impl ValidInvitation {
    /// Adds the person to the room and counts the use. Must run in the transaction that opened the
    /// invitation, so that the count cannot race.
    pub fn accept(&self, conn: &mut Connection) -> Result<Vec<RoomEvent>> {
        let Offer { invite, room, .. } = &self.offer;
        diesel::update(invites::table.find(invite.id))
            .set(invites::uses.eq(invites::uses + 1))
            .execute(conn)?;
        let new_member = NewMember {
            invite: Some(invite.id),
            ..NewMember::plain(self.user)
        };
        Ok(vec![join(conn, room.id, new_member, NoticeKind::Invited)?])
    }
}

/// Returns the members who joined by this link, in the order of the member list.
pub fn joined_by(listing: &[ListedMember], invite: InviteId) -> Vec<&Person> {
    let came = listing
        .iter()
        .filter(|listed| listed.invite == Some(invite));
    came.map(|listed| &listed.person).collect()
}
