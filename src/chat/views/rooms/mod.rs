//! Rooms: finding and making them, who is in them, links into them, and what becomes of them.

mod asker;
pub(crate) mod changes;
mod confirm;
pub(crate) mod details;
mod fields;
pub(crate) mod invites;
pub(crate) mod joining;
pub(crate) mod new;
pub(crate) mod open;
mod pane;
pub(crate) mod people;

pub(super) use pane::RoomHead;
