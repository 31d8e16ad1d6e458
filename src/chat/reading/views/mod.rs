//! What is unread and what is notified, by links and forms: each of them does what a script does.

pub(crate) mod catch_up;
pub(crate) mod levels;
pub(crate) mod marks;

pub(crate) use catch_up::{CatchUpLists, offered};
