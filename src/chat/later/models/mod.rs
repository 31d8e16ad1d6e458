//! Rows and queries of what waits for its time.

pub(super) mod reminded;
pub(super) mod reminder;
pub(super) mod scheduled;
