//! Rows and queries of messages and their parts.

pub(super) mod budget;
mod callable;
pub(super) mod change;
#[cfg(test)]
mod change_tests;
pub(super) mod details;
pub(super) mod history_page;
pub(super) mod latest;
mod mention;
pub(super) mod message;
pub(super) mod new_message;
pub(super) mod not_changed;
pub(super) mod notice;
mod outsider;
pub(super) mod pin;
pub(super) mod reaction;
pub(super) mod reply;
pub(super) mod room_event;
mod row;
#[cfg(test)]
mod tests;
pub(super) mod version;
