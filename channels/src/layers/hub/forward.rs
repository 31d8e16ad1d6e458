//! Forwarding: frames that are sent without the consumer, and the functions that create them.

use std::any::TypeId;

use bytes::Bytes;

use crate::event::Frame;
use crate::layers::bus::LayerMessage;

/// A frame in its wire format, shared by all receivers.
pub(crate) struct ReadyFrame {
    pub(crate) bytes: Bytes,
    /// The bytes of its payload.
    pub(crate) payload_bytes: usize,
}

/// The function by which all consumers of one type turn a message into a frame without handling it.
pub(crate) struct Forwarder {
    /// A function, because a `const` has a type's id only since Rust 1.91.
    pub(crate) consumer: fn() -> TypeId,
    /// Returns `None` for a message that a consumer must handle. It calls the application's code,
    /// which may panic.
    pub(crate) frame: fn(&LayerMessage) -> Option<Frame>,
}
