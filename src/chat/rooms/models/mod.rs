//! Rows of rooms and members. Look-ups start from the person: a room that somebody is not in is not
//! found.

pub(crate) mod author;
pub(crate) mod listing;
pub(crate) mod member;
pub(crate) mod naming;
pub(crate) mod permits;
pub(crate) mod room;
