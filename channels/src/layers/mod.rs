//! The channel layer: consumers' addresses, groups of them, and messages to either.
//!
//! Source: channels/layers.py. [`Layer`] is what applications use: the hub of this process above a
//! backend. [`InMemoryLayer`] is the backend of one process; another one implements
//! [`ChannelLayer`], and is checked by [`testing::conformance`](crate::testing::conformance).

mod blocking;
pub(crate) mod bus;
pub(crate) mod group;
mod hub;
pub(crate) mod layer;
mod named;

pub use blocking::BlockingLayer;
pub use bus::{
    Bounds, ChannelLayer, DecodeError, DynEvent, EncodeError, EventTypeError, Extension,
    InMemoryLayer, InMemoryLayerBuilder, Inlet, LayerMessage, SendReport, handler_name,
    undecodable_messages,
};
pub(crate) use bus::{ChannelSender, LayerError, LayerEvent};
pub use hub::ChannelReceiver;
pub(crate) use hub::{Forwarder, Port, ReadyFrame};
pub(crate) use layer::Layer;
pub use named::{Layers, UseLayer};
/// Any value of MessagePack, in which text, bytes and integers stay distinct: a message, or a part
/// of one, of unknown type.
pub use rmpv::Value;
