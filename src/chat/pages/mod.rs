//! Whole pages of the chat, which combine the features.

mod asker;
pub(crate) mod calls;
pub(crate) mod card;
mod commands;
mod confirm;
pub(crate) mod digest;
mod fields;
pub(crate) mod invites;
pub(crate) mod join;
pub(crate) mod members_may;
pub(crate) mod message_details;
pub(crate) mod names;
pub(crate) mod new_room;
pub(crate) mod notifications;
pub(crate) mod open_rooms;
mod pane;
pub(crate) mod people;
pub(crate) mod pinned;
pub(crate) mod post;
pub(crate) mod room;
pub(crate) mod room_changes;
pub(crate) mod room_details;
mod shown_time;
mod unread_here;
mod visit;
