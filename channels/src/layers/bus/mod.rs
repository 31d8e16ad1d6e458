//! The bus: the messages between channels, and the backends that carry them.
//!
//! It handles names, messages, queues, capacity and expiry, not frames, sockets or threads. The hub
//! stands above it.

mod backend;
mod bounds;
mod dynamic;
pub(crate) mod error;
mod event_type;
mod globs;
mod memory;
pub(crate) mod message;
mod msgpack;
mod none;
mod normal;
mod queue;
mod queue_members;
mod spelling;

pub use backend::{ChannelLayer, Inlet};
pub use bounds::Bounds;
pub use dynamic::DynEvent;
pub(crate) use error::LayerError;
pub use error::{Extension, SendReport};
pub use event_type::{EventTypeError, handler_name};
pub use memory::{InMemoryLayer, InMemoryLayerBuilder};
pub(crate) use message::LayerEvent;
pub use message::{DecodeError, LayerMessage, undecodable_messages};
pub use msgpack::EncodeError;
pub(super) use none::NoLayer;
pub(crate) use queue::ChannelSender;
pub(super) use queue::{QueueReceiver, queue};
