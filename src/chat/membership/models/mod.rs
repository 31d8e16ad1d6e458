//! Changes of rooms and their members. Each change writes rows, events and notices.

pub(super) mod create;
pub(super) mod invite;
mod join;
mod leave;
pub(super) mod lifecycle;
pub(super) mod members_may;
pub(super) mod open_room;
#[cfg(test)]
mod tests;
