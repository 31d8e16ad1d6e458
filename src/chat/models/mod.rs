//! Rows of the chat and their queries. Look-ups start from the person: a room that someone is
//! not in is not found.

mod audience;
mod changing;
mod details;
mod event;
mod member;
mod mention;
mod message;
mod reaction;
mod receipt;
mod reply;
mod room;
mod stretch;
mod text_enum;
mod version;

pub use audience::{TypingAudience, may_see, small_room_members};
pub use changing::{NotChanged, SeenMessage};
pub use details::Deletion;
pub use event::{EventKind, RoomEvent};
pub use member::{Role, RoomMember};
pub use message::{Message, NewMessage, Posted};
pub use reaction::Reaction;
pub use receipt::{FEW_PEOPLE, Receivers};
pub(super) use reply::QUOTE_CHARS;
pub use reply::Reply;
pub use room::{Room, RoomKind};
pub use stretch::{Place, Stretch};
pub use version::MessageVersion;

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
mod changing_tests;
#[cfg(test)]
mod audience_tests;
#[cfg(test)]
mod tests;
