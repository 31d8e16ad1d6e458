//! Rows of the chat and their queries. Look-ups start from the person: a room that someone is
//! not in is not found.

mod audience;
mod called;
mod catch_up;
mod event;
mod level;
mod member;
mod message;
mod notified;
mod notifying;
mod reading;
mod receipt;
mod room;
mod seen;
mod stretch;
mod text_enum;

pub use audience::{TypingAudience, may_see, small_room_members};
pub use called::{Called, called_by};
pub use catch_up::{CatchUp, Missed};
pub use event::{EventKind, RoomEvent};
pub use level::Level;
pub use member::{Role, RoomMember};
pub use message::{Message, NewMessage, Posted};
pub use notified::Told;
pub use notifying::{Facts, Reason};
pub use reading::{AllRead, COUNTED, Reading, blocked_by};
pub use receipt::{FEW_PEOPLE, Receivers};
pub use room::{Room, RoomKind};
pub use seen::Seen;
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
mod tests;
