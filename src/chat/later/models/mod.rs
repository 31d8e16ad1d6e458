//! Rows and queries of what waits for its time.

pub(super) mod scheduled;
