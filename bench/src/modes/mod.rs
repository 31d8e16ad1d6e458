//! The modes of the command line, one file for each.

pub(crate) mod attack;
pub(crate) mod browse;
pub(crate) mod connect;
pub(crate) mod idle;
pub(crate) mod post;
pub(crate) mod rate;
pub(crate) mod room;
pub(crate) mod saturate;
pub(crate) mod signed_in;
pub(crate) mod stall;
mod traffic;
mod tutorial;
