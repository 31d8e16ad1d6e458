//! Rooms, who is in them and what that permits: the ground of the chat.

mod models;

pub(crate) use models::listing::count_members;
pub use models::{
    author::RoomAuthor,
    listing::ListedMember,
    member::{Role, RoomMember},
    naming::{NAME_CHARS, RoomName, TOPIC_CHARS, Topic},
    permits::{Removal, RoomHost, RoomLeaver, RoomModerator, RoomOwner},
    room::{Room, RoomKind},
};

use crate::db::id_type;

id_type! {
    /// A place where people talk.
    RoomId
}

id_type! {
    /// A link into a room.
    InviteId
}
