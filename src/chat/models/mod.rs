//! Rows of the chat and their queries. Look-ups start from the person: a room that someone is
//! not in is not found.

mod audience;
mod event;
mod member;
mod message;
mod receipt;
mod room;
mod stretch;
mod text_enum;

pub use audience::{TypingAudience, may_see, small_room_members};
pub use event::{EventKind, RoomEvent};
pub use member::{Role, RoomMember};
pub use message::{Message, NewMessage, Posted};
pub use receipt::{FEW_PEOPLE, Receivers};
pub use room::{Room, RoomKind};
pub use stretch::{Place, Stretch};

use crate::db::id_type;

id_type! {
    /// A place where people talk.
    RoomId
}

id_type! {
    /// A line of chat.
    MessageId
}

#[cfg(test)]
mod audience_tests;
#[cfg(test)]
mod tests;
