//! The chat: one folder for each feature. Each feature depends only on those above it in this list.
//!
//! The path of a post: consumer or form → [`live::ChatServer`] → one write → one rendering → the
//! room's group → the sockets of all members (fan-out).

pub mod rooms;

pub mod layer;
pub mod log;
pub mod messages;
pub mod presence;
pub mod reading;

pub mod membership;
pub mod receipts;

pub mod live;

pub(crate) mod shell;

pub(crate) mod pages;

#[cfg(test)]
mod testing;
