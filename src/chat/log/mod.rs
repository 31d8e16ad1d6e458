//! The log of a room: everything that happens in it, as one gap-free sequence of numbered events.

mod event;
mod notice;

pub use event::EventKind;
pub(crate) use event::NewEvent;
pub use notice::NoticeKind;

use crate::db::id_type;

id_type! {
    /// A line of chat.
    MessageId
}
