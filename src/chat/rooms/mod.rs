//! Rooms, their members and what members may do. All other features of the chat build on this.

mod models;

pub(crate) use models::listing::count_members;
pub use models::{
    author::RoomAuthor,
    listing::ListedMember,
    member::{Role, RoomMember},
    naming::{NAME_BYTES, RoomName, TOPIC_CHARS, Topic},
    permits::{Removal, RoomHost, RoomInviter, RoomLeaver, RoomModerator, RoomNamer, RoomOwner},
    room::{Room, RoomKind},
};

use crate::db::id_type;

id_type! {
    /// The id of a room.
    RoomId
}

id_type! {
    /// The id of an invite link.
    InviteId
}
