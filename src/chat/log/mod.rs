//! The log of a room: all its events and notices in one gap-free sequence.

mod event;
mod notice;

pub use event::EventKind;
pub(crate) use event::NewEvent;
pub use notice::{Gathers, NoticeKind};

use crate::db::id_type;

id_type! {
    /// The id of a message.
    MessageId
}
