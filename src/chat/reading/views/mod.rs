//! The pages and forms for unread messages and notifications. Each form does the same as a script.

pub(crate) mod catch_up;
pub(crate) mod levels;
pub(crate) mod marks;
pub(crate) mod pins;

pub(crate) use catch_up::{CatchUpLists, offered};
