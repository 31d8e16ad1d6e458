//! What is unread and what is notified, by links and forms: each of them does what a script does.

pub(crate) mod catch_up;
pub(crate) mod details;
mod here;
pub(crate) mod levels;
pub(crate) mod reading;

pub(super) use here::UnreadHere;
pub(super) use reading::Visit;
