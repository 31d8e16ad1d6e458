//! Frames that go past the consumer: who makes them, and what they are when they are made.

use std::any::TypeId;

use bytes::Bytes;

use crate::event::Frame;
use crate::layers::bus::LayerMessage;

/// A frame as it goes over the wire, shared by all who get it.
pub(crate) struct ReadyFrame {
    pub(crate) bytes: Bytes,
    /// Those of its payload.
    pub(crate) payload_bytes: usize,
}

/// What all consumers of one type make of a message that they would only send on.
pub(crate) struct Forwarder {
    /// A function, because a `const` has a type's id only since Rust 1.91.
    pub(crate) consumer: fn() -> TypeId,
    /// Nothing for a message that a consumer must see. The application's code, which may panic.
    pub(crate) frame: fn(&LayerMessage) -> Option<Frame>,
}
