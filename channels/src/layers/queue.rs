//! The bounded queue behind one channel: a sending half for layers, a stream for the receiver.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use futures_util::Stream;

use super::{LayerError, LayerMessage};
use crate::names::ChannelName;

/// Makes the two halves of a channel that holds `capacity` messages.
pub fn queue(name: ChannelName, capacity: usize) -> (ChannelSender, ChannelReceiver) {
    let queue = Arc::new(Queue {
        name,
        capacity,
        state: Mutex::default(),
    });
    let receiver = ChannelReceiver {
        queue: Arc::clone(&queue),
        on_drop: None,
    };
    (ChannelSender(queue), receiver)
}

struct Queue {
    name: ChannelName,
    capacity: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    messages: VecDeque<LayerMessage>,
    waker: Option<Waker>,
    /// The receiver takes no message now and only wants to hear of an overflow.
    busy: bool,
    closed: bool,
    overflowed: bool,
    on_overflow: Option<Box<dyn FnOnce() + Send>>,
}

impl Queue {
    /// A panic cannot leave the state half changed, so a poisoned lock is as good as any.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The layer's half of a channel; clones feed the same queue.
#[derive(Clone)]
pub struct ChannelSender(Arc<Queue>);

impl ChannelSender {
    /// The channel's name.
    pub fn name(&self) -> &ChannelName {
        &self.0.name
    }

    /// Appends a message, never waiting.
    ///
    /// # Errors
    /// [`LayerError::ChannelFull`]; [`LayerError::UnknownChannel`] if the receiver is gone.
    pub fn send(&self, message: LayerMessage) -> Result<(), LayerError> {
        let mut state = self.0.lock();
        if state.closed {
            return Err(LayerError::UnknownChannel(self.0.name.clone()));
        }
        let full = state.messages.len() >= self.0.capacity;
        if full {
            state.overflowed = true;
        } else {
            state.messages.push_back(message);
        }
        let waker = if state.busy && !full {
            None
        } else {
            state.waker.take()
        };
        let on_overflow = if full { state.on_overflow.take() } else { None };
        drop(state);
        if let Some(cut) = on_overflow {
            cut();
        }
        if let Some(waker) = waker {
            waker.wake();
        }
        if full {
            return Err(LayerError::ChannelFull(self.0.name.clone()));
        }
        Ok(())
    }

    /// Drops what waits.
    pub fn clear(&self) {
        self.0.lock().messages.clear();
    }
}

/// The receiving half of a channel: a stream of what is sent to its name.
///
/// Dropping it closes the channel and takes it out of all groups.
pub struct ChannelReceiver {
    queue: Arc<Queue>,
    on_drop: Option<Box<dyn FnOnce() + Send>>,
}

impl ChannelReceiver {
    /// The channel's name: what others send to.
    pub fn name(&self) -> &ChannelName {
        &self.queue.name
    }

    /// Lets a layer forget the channel when its receiver goes.
    pub fn on_drop(mut self, forget: impl FnOnce() + Send + 'static) -> Self {
        self.on_drop = Some(Box::new(forget));
        self
    }

    /// Runs once, on the sender's thread, when a message finds the channel full.
    pub(crate) fn on_overflow(&mut self, cut: impl FnOnce() + Send + 'static) {
        self.queue.lock().on_overflow = Some(Box::new(cut));
    }

    /// Whether a message was lost because nobody took the earlier ones.
    pub(crate) fn overflowed(&self) -> bool {
        self.queue.lock().overflowed
    }

    /// As [`overflowed`](Self::overflowed), and wakes the task when it happens; messages that
    /// come meanwhile do not.
    pub(crate) fn poll_overflowed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = self.queue.lock();
        if state.overflowed {
            return Poll::Ready(());
        }
        state.busy = true;
        state.wake_later(cx);
        Poll::Pending
    }
}

impl State {
    fn wake_later(&mut self, cx: &mut Context<'_>) {
        match &mut self.waker {
            Some(waker) => waker.clone_from(cx.waker()),
            none => *none = Some(cx.waker().clone()),
        }
    }
}

impl Stream for ChannelReceiver {
    type Item = LayerMessage;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<LayerMessage>> {
        let mut state = self.queue.lock();
        if let Some(message) = state.messages.pop_front() {
            return Poll::Ready(Some(message));
        }
        // An idle channel keeps no buffer.
        if state.messages.capacity() > 0 {
            state.messages = VecDeque::new();
        }
        state.busy = false;
        state.wake_later(cx);
        Poll::Pending
    }
}

impl Drop for ChannelReceiver {
    fn drop(&mut self) {
        let closed = State {
            closed: true,
            ..State::default()
        };
        // What waits is dropped after the lock is free again: it may own anything.
        drop(std::mem::replace(&mut *self.queue.lock(), closed));
        if let Some(forget) = self.on_drop.take() {
            forget();
        }
    }
}

impl fmt::Debug for ChannelReceiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ChannelReceiver").field(self.name()).finish()
    }
}
