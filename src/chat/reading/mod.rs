//! Reading: read cursors, unread counts, notification levels, and catching up.

mod commands;
mod models;
mod protocol;
pub(crate) mod views;

pub use commands::MoveReading;
pub use models::{
    catch_up::{CatchUp, Missed},
    level::Level,
    notified::MessageDetails,
    notifying::{Facts, Reason},
    reading::{AllRead, COUNTED, Reading},
    seen::Seen,
};
pub use protocol::{ClientEvent, ReadMoved, RoomState, SeenBy, ServerEvent};
