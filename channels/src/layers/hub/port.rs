//! A connection as its router sees it.

use std::io::IoSlice;

use super::forward::{Forwarder, ReadyFrame};
use crate::event::Frame;
use crate::layers::bus::LayerMessage;
use crate::names::ChannelName;

/// Takes what a router has for one connection.
pub(crate) trait Port {
    /// The name of the connection's channel.
    fn name(&self) -> &ChannelName;

    /// How to make frames past the consumer; nothing while the consumer is not idle, or has
    /// something to send that comes first.
    fn forwarder(&self) -> Option<&'static Forwarder>;

    /// A frame as the connection's protocol writes it.
    fn encode(&self, frame: &Frame) -> ReadyFrame;

    /// Sends ready frames, of so many bytes of payload; never waits.
    fn write(&self, frames: &[IoSlice<'_>], payload_bytes: usize);

    /// Puts a message into the connection's channel. There is no forwarder from then on until
    /// the consumer has dealt with it. True where nobody was woken for it, so that
    /// [`work`](Self::work) has to come soon.
    fn deliver(&self, message: LayerMessage) -> bool;

    /// Lets the consumer deal with what lies in its channel, and sends what it says. That is the
    /// application's code, which may do anything.
    fn work(&self);
}
