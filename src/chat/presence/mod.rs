//! Presence (online, away, offline), typing indicators, and who may see them.

mod commands;
mod models;
mod protocol;
mod server;
mod state;
#[cfg(test)]
mod tests;

pub use commands::{EndTyping, MembersChanged, SetPresence, Typing, WhoIsHere, WhoIsOnline};
pub use models::{SMALL_ROOM, TypingAudience, may_see, small_room_members};
pub use protocol::{ClientEvent, ServerEvent};
pub use server::PresenceServer;
pub use state::PresenceState;
