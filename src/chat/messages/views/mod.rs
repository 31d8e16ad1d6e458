//! The pages and forms of one message, and the history of a room.

pub(crate) mod change;
pub(crate) mod history;
pub(crate) mod message;
pub(crate) mod outsiders;

pub(crate) use history::{Log, PlaceQuery, ShownLog};
