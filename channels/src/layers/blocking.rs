//! The layer without `await`, for threads that may block.
//!
//! Source: asgiref/sync.py, `async_to_sync(channel_layer.group_send)`.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;

use super::bus::{LayerError, LayerEvent, SendReport};
use super::layer::Layer;
use crate::names::{ChannelName, GroupName};

/// The layer's calls as blocking functions. Not for event loops.
///
/// ```
/// use channels::{GroupName, Layer};
/// let layer = Layer::in_memory();
/// let report = layer.blocking().group_send(&GroupName::encode("tea room"), ())?;
/// assert_eq!(report.delivered, 0);
/// # Ok::<(), channels::LayerError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct BlockingLayer<'a>(&'a Layer);

impl Layer {
    /// The layer for code that cannot await: threads of a pool, a cron job.
    pub fn blocking(&self) -> BlockingLayer<'_> {
        BlockingLayer(self)
    }
}

impl BlockingLayer<'_> {
    /// As [`Layer::send`].
    ///
    /// # Errors
    /// As there.
    pub fn send(self, channel: &ChannelName, event: impl LayerEvent) -> Result<(), LayerError> {
        block_on(self.0.send(channel, event))
    }

    /// As [`Layer::group_send`].
    ///
    /// # Errors
    /// As there.
    pub fn group_send(
        self,
        group: &GroupName,
        event: impl LayerEvent,
    ) -> Result<SendReport, LayerError> {
        block_on(self.0.group_send(group, event))
    }

    /// As [`Layer::group_add`].
    ///
    /// # Errors
    /// As there.
    pub fn group_add(self, group: &GroupName, channel: &ChannelName) -> Result<(), LayerError> {
        block_on(self.0.group_add(group, channel))
    }

    /// As [`Layer::group_discard`].
    ///
    /// # Errors
    /// As there.
    pub fn group_discard(self, group: &GroupName, channel: &ChannelName) -> Result<(), LayerError> {
        block_on(self.0.group_discard(group, channel))
    }
}

/// Wakes a parked thread.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Runs a future on this thread, which sleeps while it waits.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut cx = Context::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut cx) {
            Poll::Ready(value) => return value,
            Poll::Pending => std::thread::park(),
        }
    }
}
