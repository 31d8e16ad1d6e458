//! Rooms, messages and presence: one folder for each feature, lowest layer first. Each uses only
//! those above it in this list (`scripts/check` refuses a circle).
//!
//! A post goes: consumer or form → [`live::ChatServer`] → one write → one rendering → the room's group →
//! every member's sockets.

pub mod rooms;

pub mod layer;

pub mod log;

pub mod messages;

pub mod presence;

pub mod reading;

pub mod later;

pub mod receipts;

pub mod membership;

pub mod live;

pub(crate) mod shell;

pub(crate) mod pages;

#[cfg(test)]
mod testing;
