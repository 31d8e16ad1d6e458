//! What can be measured; one file for each mode of the command line.

pub(crate) mod connect;
pub(crate) mod idle;
pub(crate) mod rate;
pub(crate) mod saturate;
pub(crate) mod stall;
mod traffic;
