//! Rows of rooms and members. Queries start from the person, so that a room that the person is not
//! in is *not found*.

pub(crate) mod author;
pub(crate) mod listing;
pub(crate) mod member;
pub(crate) mod naming;
pub(crate) mod permits;
pub(crate) mod room;
