//! The interface of a connection for its router.

use std::io::IoSlice;

use super::forward::{Forwarder, ReadyFrame};
use crate::event::Frame;
use crate::layers::bus::LayerMessage;
use crate::names::ChannelName;

/// Receives the messages of one connection from a router.
pub(crate) trait Port {
    /// The name of the connection's channel.
    fn name(&self) -> &ChannelName;

    /// How to create frames without the consumer; `None` while the consumer is not idle, or has
    /// frames to send that come first.
    fn forwarder(&self) -> Option<&'static Forwarder>;

    /// A frame in the wire format of the connection's protocol.
    fn encode(&self, frame: &Frame) -> ReadyFrame;

    /// Sends encoded frames with this many bytes of payload; never waits.
    fn write(&self, frames: &[IoSlice<'_>], payload_bytes: usize);

    /// Puts a message into the connection's channel. From then on, [`forwarder`](Self::forwarder)
    /// is `None` until the consumer has handled it. Returns true if no task was woken for it, so
    /// that [`work`](Self::work) has to be called soon.
    fn deliver(&self, message: LayerMessage) -> bool;

    /// Lets the consumer handle the messages in its channel, and sends its frames. This calls the
    /// application's code, which may do anything.
    fn work(&self);
}
