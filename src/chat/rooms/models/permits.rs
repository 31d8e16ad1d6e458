//! What a member may do to a room, as types: a change takes the permit that it needs, so that one
//! without a check does not compile. A permit holds within the transaction that made it.

use std::ops::Deref;

use super::{
    listing::ListedMember,
    member::{Role, RoomMember},
    room::RoomKind,
};
use crate::{
    accounts::UserId,
    db::Connection,
    error::{Error, Result},
};

/// Makes permits: members who passed one check.
macro_rules! permits {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $name(RoomMember);

        impl Deref for $name {
            type Target = RoomMember;

            fn deref(&self) -> &RoomMember {
                &self.0
            }
        }
    )*};
}

permits! {
    /// Somebody who may add people: anybody in a group, moderators where a room has a name.
    RoomHost
    /// A moderator, or the owner, of a room with a name that is not archived.
    RoomModerator
    /// The owner of a room with a name, archived or not.
    RoomOwner
    /// Somebody who may leave: not from a conversation of two, nor from the own notes.
    RoomLeaver
}

impl RoomKind {
    /// Whether rooms of this kind have a name, a topic, moderators and links.
    pub fn is_named(self) -> bool {
        match self {
            Self::Open | Self::Closed => true,
            Self::Direct | Self::Group | Self::Notes => false,
        }
    }

    /// Whether people come and go.
    pub fn is_changing(self) -> bool {
        match self {
            Self::Open | Self::Closed | Self::Group => true,
            Self::Direct | Self::Notes => false,
        }
    }
}

impl RoomMember {
    /// Whether nobody may write, join or be added any more.
    pub fn is_archived(&self) -> bool {
        self.room.archived_at.is_some() || self.room.delete_at.is_some()
    }

    /// # Errors
    /// [`Error::Forbidden`] where this member may not add people.
    pub fn host(self) -> Result<RoomHost> {
        let kind = self.room.kind;
        let may = kind == RoomKind::Group || kind.is_named() && self.role.moderates();
        let may = may && !self.is_archived();
        self.allowed(may).map(RoomHost)
    }

    /// # Errors
    /// [`Error::Forbidden`] for plain members, in archived rooms and in rooms without a name.
    pub fn moderator(self) -> Result<RoomModerator> {
        let may = self.room.kind.is_named() && self.role.moderates() && !self.is_archived();
        self.allowed(may).map(RoomModerator)
    }

    /// # Errors
    /// [`Error::Forbidden`] for everybody else, and in rooms without a name.
    pub fn owner(self) -> Result<RoomOwner> {
        let may = self.room.kind.is_named() && self.role == Role::Owner;
        self.allowed(may).map(RoomOwner)
    }

    /// # Errors
    /// [`Error::Forbidden`] where nobody can leave.
    pub fn leaver(self) -> Result<RoomLeaver> {
        let may = self.room.kind.is_changing();
        self.allowed(may).map(RoomLeaver)
    }

    /// Whether this member may remove that one: the owner everybody else; moderators, where a room
    /// has a name, plain members. Nobody removes the owner.
    pub fn may_remove(&self, listed: &ListedMember) -> bool {
        let is_other = listed.person.id != self.user && listed.role != Role::Owner;
        let may = match self.role {
            Role::Owner => self.room.kind.is_changing(),
            Role::Moderator => self.room.kind.is_named() && listed.role == Role::Member,
            Role::Member => false,
        };
        is_other && may
    }

    fn allowed(self, may: bool) -> Result<Self> {
        if may { Ok(self) } else { Err(Error::Forbidden) }
    }
}

impl Role {
    /// Whether it comes with the rights of a moderator.
    pub fn moderates(self) -> bool {
        match self {
            Self::Moderator | Self::Owner => true,
            Self::Member => false,
        }
    }
}

/// One member about to be removed by another.
#[derive(Debug, Clone)]
pub struct Removal {
    pub(crate) by: RoomMember,
    /// Who is to go.
    pub listed: ListedMember,
}

impl RoomMember {
    /// The permit to remove `other`.
    ///
    /// # Errors
    /// [`Error::NotFound`] if nobody of that id is in the room, [`Error::Forbidden`] if this member
    /// may not remove them.
    pub fn removal(self, conn: &mut Connection, other: UserId) -> Result<Removal> {
        let listed = self.find_listed(conn, other)?;
        if !self.may_remove(&listed) {
            return Err(Error::Forbidden);
        }
        Ok(Removal { by: self, listed })
    }
}
