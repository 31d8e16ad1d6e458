//! Code that the integration and the browser tests share: the real program as a child process, and
//! waiting with a time limit. Both test binaries include this folder as a module.

pub(crate) mod database;
mod program;
mod waiting;

pub(crate) use database::{fill_room, number};
pub(crate) use program::Program;
pub(crate) use waiting::{until, within};
