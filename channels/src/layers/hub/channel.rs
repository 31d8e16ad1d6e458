//! The channel of one consumer, from its owner's side: [`ChannelReceiver`].

use std::fmt;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::Stream;

use super::Hub;
use super::port::Port;
use super::router::Inbox;
use crate::layers::bus::{ChannelSender, LayerError, LayerMessage, QueueReceiver};
use crate::names::ChannelName;

/// The receiving half of a channel: a stream of the messages sent to its name.
///
/// Dropping it closes the channel and removes it from all groups.
pub struct ChannelReceiver {
    queue: QueueReceiver,
    hub: Arc<Hub>,
    /// The number of the router that distributes the messages.
    inbox: Option<Arc<Inbox>>,
}

impl ChannelReceiver {
    pub(in crate::layers) async fn open(hub: &Arc<Hub>, prefix: &str) -> Result<Self, LayerError> {
        Ok(Self {
            queue: hub.open(prefix).await?,
            hub: Arc::clone(hub),
            inbox: None,
        })
    }

    /// The channel's name, to which others send.
    pub fn name(&self) -> &ChannelName {
        self.queue.name()
    }

    /// The sending half, to queue messages without the layer.
    pub(crate) fn sender(&self) -> ChannelSender {
        self.queue.sender()
    }

    /// Receives messages through this thread's router.
    pub(crate) fn attach(&mut self, port: Rc<dyn Port>) {
        self.inbox = self.hub.local.attach(self.name(), port);
    }

    /// Whether the router has messages to distribute, perhaps to this channel.
    pub(crate) fn is_router_due(&self) -> bool {
        self.inbox.as_ref().is_some_and(|inbox| inbox.is_due())
    }

    /// How many messages wait, including expired ones.
    pub(crate) fn waiting(&self) -> usize {
        self.queue.waiting()
    }

    /// Runs once, on the sender's thread, when a message finds the channel full.
    pub(crate) fn on_overflow(&mut self, cut: impl FnOnce() + Send + 'static) {
        self.queue.on_overflow(cut);
    }

    /// Whether a message was lost because the channel was full.
    pub(crate) fn overflowed(&self) -> bool {
        self.queue.overflowed()
    }

    /// Like [`overflowed`](Self::overflowed), but wakes the task when it happens; messages do not
    /// wake it meanwhile.
    pub(crate) fn poll_overflowed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.queue.poll_overflowed(cx)
    }
}

impl Stream for ChannelReceiver {
    type Item = LayerMessage;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<LayerMessage>> {
        self.queue.poll_next(cx).map(Some)
    }
}

impl Drop for ChannelReceiver {
    fn drop(&mut self) {
        self.hub.forget(self.queue.name());
    }
}

impl fmt::Debug for ChannelReceiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ChannelReceiver").field(self.name()).finish()
    }
}
