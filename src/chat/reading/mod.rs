//! Reading: read cursors, unread counts, notification levels, pins, and catching up.

mod commands;
mod models;
mod protocol;
pub(crate) mod views;

pub use commands::{Arrange, Arranged, MoveReading};
pub use models::{
    catch_up::{CatchUp, Missed},
    level::Level,
    notified::MessageDetails,
    notifying::{Facts, Reason},
    pins::{PinMove, Pins},
    reading::{AllRead, COUNTED, Reading},
    seen::Seen,
};
pub use protocol::{ClientEvent, ReadMoved, RoomState, SeenBy, ServerEvent};
