//! The channel layer: consumers' addresses, groups of them, and messages to either.
//!
//! Source: channels/layers.py. [`InMemoryLayer`] is the layer of one process; another backend
//! implements [`ChannelLayer`], hands out the receivers of [`queue`], and proves itself with
//! [`testing::conformance`](crate::testing::conformance).

pub(crate) mod backend;
mod blocking;
mod by_name;
mod dynamic;
mod globs;
pub(crate) mod group;
pub(crate) mod layer;
mod members;
mod memory;
pub(crate) mod message;
mod named;
mod none;
mod normal;
mod queue;
mod registry;
mod router;
mod spelling;

pub(crate) use backend::LayerError;
pub use backend::{ChannelLayer, Extension, SendReport};
pub use blocking::BlockingLayer;
pub use dynamic::{DynEvent, EventTypeError, handler_name};
pub(crate) use group::Group;
pub(crate) use layer::Layer;
pub use memory::{InMemoryLayer, InMemoryLayerBuilder};
pub(crate) use message::LayerEvent;
pub use message::{DecodeError, LayerMessage, undecodable_messages};
pub use named::{Layers, UseLayer};
pub use queue::{ChannelReceiver, ChannelSender, queue};
pub(crate) use router::{Forwarder, Port, ReadyFrame};
