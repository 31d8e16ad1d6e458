//! Rows of the chat and their queries. Look-ups start from the person: a room that someone is
//! not in is not found.

mod audience;
mod event;
mod fellow;
mod founding;
mod invite;
mod member;
mod membership;
mod message;
mod naming;
mod notice;
mod open_room;
mod permits;
mod receipt;
mod room;
mod stretch;
mod text_enum;
mod upkeep;

pub use audience::{TypingAudience, may_see, small_room_members};
pub use event::{EventKind, RoomEvent};
pub use fellow::Fellow;
pub use founding::NewRoom;
pub use invite::{Invitation, Invite, InviteState, InviteTerms, ValidInvitation, came_by};
pub use member::{Role, RoomMember};
pub use message::{Message, NewMessage, Posted};
pub use naming::{NAME_CHARS, RoomName, TOPIC_CHARS, Topic};
pub use notice::NoticeKind;
pub use open_room::OpenRoom;
pub use permits::{Removal, RoomHost, RoomLeaver, RoomModerator, RoomOwner};
pub use receipt::{FEW_PEOPLE, Receivers};
pub use room::{Room, RoomKind};
pub use stretch::{Place, Stretch};
pub use upkeep::DueRoom;

use crate::db::id_type;

id_type! {
    /// A place where people talk.
    RoomId
}

id_type! {
    /// A line of chat.
    MessageId
}

id_type! {
    /// A link into a room.
    InviteId
}

#[cfg(test)]
mod room_tests;
#[cfg(test)]
mod tests;
