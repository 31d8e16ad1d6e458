//! Read cursors and the values derived from them.

pub(crate) mod catch_up;
pub(crate) mod level;
pub(crate) mod notified;
pub(crate) mod notifying;
pub(crate) mod pins;
pub(crate) mod reading;
pub(crate) mod seen;
