//! The channel layer: consumers' addresses, groups of them, and messages to either.
//!
//! Source: channels/layers.py. [`InMemoryLayer`] is the layer of one process; another backend
//! implements [`ChannelLayer`], hands out the receivers of [`queue`], and proves itself with
//! [`testing::conformance`](crate::testing::conformance).

mod backend;
mod blocking;
mod by_name;
mod dynamic;
mod globs;
mod group;
mod layer;
mod members;
mod memory;
mod message;
mod named;
mod none;
mod normal;
mod queue;
mod registry;
mod router;
mod spelling;

pub use backend::{ChannelLayer, Extension, LayerError, SendReport};
pub use blocking::BlockingLayer;
pub use dynamic::{DynEvent, EventTypeError, handler_name};
pub use group::Group;
pub use layer::Layer;
pub use memory::{InMemoryLayer, InMemoryLayerBuilder};
pub use message::{DecodeError, LayerEvent, LayerMessage, undecodable_messages};
pub use named::{Layers, UseLayer};
pub use queue::{ChannelReceiver, ChannelSender, queue};
pub(crate) use router::{Forwarder, Port, ReadyFrame};
