//! The tests of groups and events, on the layer of one process.

use crate::backends::Backend;

pub(crate) const BACKEND: Backend = Backend::Memory;

#[path = "../events.rs"]
mod events;
#[path = "../layer.rs"]
mod layer;
