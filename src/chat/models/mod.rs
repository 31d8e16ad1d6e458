//! Rows of the chat and their queries. Look-ups start from the person: a room that someone is
//! not in is not found.

mod audience;
mod budget;
mod catch_up;
mod changing;
mod details;
mod event;
mod fellow;
mod founding;
mod invite;
mod level;
mod member;
mod membership;
mod mention;
mod message;
mod naming;
mod notice;
mod notified;
mod notifying;
mod open_room;
mod outsider;
mod permits;
mod reaction;
mod reading;
mod receipt;
mod reply;
mod room;
mod seen;
mod stretch;
mod text_enum;
mod upkeep;
mod version;

pub use audience::{TypingAudience, may_see, small_room_members};
pub use budget::Budget;
pub use catch_up::{CatchUp, Missed};
pub use changing::{NotChanged, SeenMessage};
pub use details::Deletion;
pub use event::{EventKind, RoomEvent};
pub use fellow::Fellow;
pub use founding::NewRoom;
pub use invite::{Invitation, Invite, InviteState, InviteTerms, ValidInvitation, came_by};
pub use level::Level;
pub use member::{Role, RoomMember};
pub use mention::{CalledPeople, called_by};
pub use message::{Message, NewMessage, Posted};
pub use naming::{NAME_CHARS, RoomName, TOPIC_CHARS, Topic};
pub use notice::NoticeKind;
pub use notified::Told;
pub use notifying::{Facts, Reason};
pub use open_room::OpenRoom;
pub use permits::{Removal, RoomHost, RoomLeaver, RoomModerator, RoomOwner};
pub(super) use reaction::NAMES_AT_A_REACTION;
pub use reaction::Reaction;
pub use reading::{AllRead, COUNTED, Reading, blocked_by};
pub use receipt::{FEW_PEOPLE, Receivers};
pub(super) use reply::QUOTE_CHARS;
pub use reply::Reply;
pub use room::{Room, RoomKind};
pub use seen::Seen;
pub use stretch::{Place, Stretch};
pub use upkeep::DueRoom;
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

id_type! {
    /// A link into a room.
    InviteId
}

#[cfg(test)]
mod audience_tests;
#[cfg(test)]
mod changing_tests;
#[cfg(test)]
mod room_tests;
#[cfg(test)]
mod tests;
