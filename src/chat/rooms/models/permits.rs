//! Permits: proofs of authorization as types. Each change of a room takes the permit that it needs,
//! so that a change without a check does not compile. A permit is valid within the transaction that
//! created it.

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

/// Defines permits: newtypes of a member who passed one check.
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
    /// A member who may add people: any member of a group; in a named room, those who may invite.
    RoomHost
    /// A member of a named room who may create invite links: moderators, and all members of a room
    /// that allows it.
    RoomInviter
    /// A moderator or the owner of a named room that is not archived.
    RoomModerator
    /// A member who may change name and topic: moderators of a named room, and any member of a
    /// group.
    RoomNamer
    /// The owner of a named room, archived or not.
    RoomOwner
    /// A member who may leave. Nobody can leave a direct conversation or their own notes.
    RoomLeaver
}

impl RoomKind {
    /// Returns whether rooms of this kind have a name, a topic, moderators and invite links.
    pub fn is_named(self) -> bool {
        match self {
            Self::Open | Self::Closed => true,
            Self::Direct | Self::Group | Self::Notes => false,
        }
    }

    /// Returns whether messages of people whom the reader blocks are folded in such a room. A
    /// direct conversation folds nothing, because it is opened on purpose and is closed for
    /// writing.
    pub fn folds_blocked(self) -> bool {
        match self {
            Self::Group | Self::Open | Self::Closed => true,
            Self::Direct | Self::Notes => false,
        }
    }

    /// Returns whether `@everyone` and `@here` can call the members of such a room. In a
    /// conversation of two, every message calls the other one anyway.
    pub fn has_calls(self) -> bool {
        match self {
            Self::Open | Self::Closed | Self::Group => true,
            Self::Direct | Self::Notes => false,
        }
    }

    /// Returns whether the members of such a room can change.
    pub fn is_changing(self) -> bool {
        match self {
            Self::Open | Self::Closed | Self::Group => true,
            Self::Direct | Self::Notes => false,
        }
    }
}

impl RoomMember {
    /// Returns whether the room is archived: no posts and no new members.
    pub fn is_archived(&self) -> bool {
        self.room.archived_at.is_some() || self.room.delete_at.is_some()
    }

    /// Returns the permit to add people.
    ///
    /// # Errors
    /// [`Error::Forbidden`] if this member may not add people.
    pub fn host(self) -> Result<RoomHost> {
        let may = self.room.kind == RoomKind::Group && !self.is_archived() || self.may_invite();
        self.allowed(may).map(RoomHost)
    }

    /// Returns whether this member may create invite links.
    pub fn may_invite(&self) -> bool {
        let may = self.role.moderates() || self.room.members_invite;
        may && self.room.kind.is_named() && !self.is_archived()
    }

    /// Returns the permit to create invite links.
    ///
    /// # Errors
    /// [`Error::Forbidden`] where only moderators may, in archived rooms and in rooms without a name.
    pub fn inviter(self) -> Result<RoomInviter> {
        let may = self.may_invite();
        self.allowed(may).map(RoomInviter)
    }

    /// Returns whether `@everyone` and `@here` of this member call the others.
    pub fn may_call_all(&self) -> bool {
        self.room.kind.has_calls() && self.room.calls_all
    }

    /// Returns whether this member may pin messages, where members may write.
    pub fn may_pin(&self) -> bool {
        self.room.members_pin || self.role.moderates()
    }

    /// Returns the permit of a moderator.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for plain members, in archived rooms and in rooms without a name.
    pub fn moderator(self) -> Result<RoomModerator> {
        let may = self.room.kind.is_named() && self.role.moderates() && !self.is_archived();
        self.allowed(may).map(RoomModerator)
    }

    /// Returns the permit to change name and topic.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for plain members of a named room, in archived rooms, and where a room
    /// is called after one person.
    pub fn namer(self) -> Result<RoomNamer> {
        let may = match self.room.kind {
            RoomKind::Group => true,
            RoomKind::Open | RoomKind::Closed => self.role.moderates(),
            RoomKind::Direct | RoomKind::Notes => false,
        };
        let may = may && !self.is_archived();
        self.allowed(may).map(RoomNamer)
    }

    /// Returns the permit of the owner.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for all other members, and in rooms without a name.
    pub fn owner(self) -> Result<RoomOwner> {
        let may = self.room.kind.is_named() && self.role == Role::Owner;
        self.allowed(may).map(RoomOwner)
    }

    /// Returns the permit to leave.
    ///
    /// # Errors
    /// [`Error::Forbidden`] in rooms that nobody can leave.
    pub fn leaver(self) -> Result<RoomLeaver> {
        let may = self.room.kind.is_changing();
        self.allowed(may).map(RoomLeaver)
    }

    /// Returns whether this member may remove the listed one. The owner may remove everybody else.
    /// Moderators of a named room may remove plain members. Nobody may remove the owner.
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
    /// Returns whether the role has the rights of a moderator.
    pub fn moderates(self) -> bool {
        match self {
            Self::Moderator | Self::Owner => true,
            Self::Member => false,
        }
    }
}

/// The permit to remove one member.
#[derive(Debug, Clone)]
pub struct Removal {
    pub(crate) by: RoomMember,
    /// The member to remove.
    pub listed: ListedMember,
}

impl RoomMember {
    /// Returns the permit to remove `other`.
    ///
    /// # Errors
    /// [`Error::NotFound`] if that person is not in the room, [`Error::Forbidden`] if this member
    /// may not remove them.
    pub fn removal(self, conn: &mut Connection, other: UserId) -> Result<Removal> {
        let listed = self.find_listed(conn, other)?;
        if !self.may_remove(&listed) {
            return Err(Error::Forbidden);
        }
        Ok(Removal { by: self, listed })
    }
}
