//! The bounded queue behind one channel of this process: a sending and a receiving half.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use super::bounds::Bounds;
use super::error::LayerError;
use super::message::LayerMessage;
use crate::names::ChannelName;
use crate::observe;

/// The capacity that an emptied queue keeps.
const ROOM_KEPT: usize = 16;

/// Creates the two halves of a channel.
pub(in crate::layers) fn queue(
    name: ChannelName,
    bounds: &Arc<Bounds>,
) -> (ChannelSender, QueueReceiver) {
    let state = State {
        capacity: bounds.capacity_of(&name),
        ..State::default()
    };
    let queue = Arc::new(Queue {
        name,
        bounds: Arc::clone(bounds),
        state: Mutex::new(state),
    });
    (ChannelSender(Arc::clone(&queue)), QueueReceiver(queue))
}

struct Queue {
    name: ChannelName,
    bounds: Arc<Bounds>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    messages: VecDeque<(Instant, LayerMessage)>,
    capacity: usize,
    waker: Option<Waker>,
    /// The receiver reads no messages now, and is woken only on an overflow.
    busy: bool,
    closed: bool,
    overflowed: bool,
    on_overflow: Option<Box<dyn FnOnce() + Send>>,
}

impl State {
    fn is_full(&self) -> bool {
        self.messages.len() >= self.capacity
    }
}

impl Queue {
    /// A panic cannot leave the state inconsistent, so a poisoned lock is safe to use.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Drops expired messages. Their reader has then lost a message.
    fn drop_expired(&self, state: &mut State) {
        if state.messages.is_empty() {
            return;
        }
        let now = self.bounds.now();
        let is_stale = |(sent, _): &(Instant, _)| self.bounds.is_too_old(*sent, now);
        let mut stale = 0;
        while state.messages.front().is_some_and(is_stale) {
            state.messages.pop_front();
            stale += 1;
        }
        if stale > 0 {
            state.overflowed = true;
            Bounds::count_expired(stale);
        }
    }
}

/// The sending half; clones feed the same queue.
#[derive(Clone)]
pub(crate) struct ChannelSender(Arc<Queue>);

impl ChannelSender {
    /// The channel's name.
    pub(crate) fn name(&self) -> &ChannelName {
        &self.0.name
    }

    /// Appends a message, never waiting.
    ///
    /// # Errors
    /// [`LayerError::ChannelFull`]; [`LayerError::UnknownChannel`] if the receiver is gone.
    pub(crate) fn send(&self, message: LayerMessage) -> Result<(), LayerError> {
        self.push(message, true)
    }

    /// Like [`send`](Self::send), for callers that poll the receiver themselves: a message that
    /// fits wakes no task.
    pub(crate) fn send_quietly(&self, message: LayerMessage) -> Result<(), LayerError> {
        self.push(message, false)
    }

    fn push(&self, message: LayerMessage, wakes: bool) -> Result<(), LayerError> {
        let mut state = self.0.lock();
        if state.closed {
            return Err(LayerError::UnknownChannel(self.0.name.clone()));
        }
        if state.is_full() {
            self.0.drop_expired(&mut state);
        }
        let full = state.is_full();
        let capacity = state.capacity;
        if full {
            state.overflowed = true;
        } else {
            state.messages.push_back((self.0.bounds.now(), message));
        }
        let waker = if full || (wakes && !state.busy) {
            state.waker.take()
        } else {
            None
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
            return Err(LayerError::ChannelFull {
                channel: self.0.name.clone(),
                capacity,
            });
        }
        Ok(())
    }

    /// Whether the next message would be refused.
    pub(in crate::layers) fn is_full(&self) -> bool {
        let mut state = self.0.lock();
        self.0.drop_expired(&mut state);
        state.is_full()
    }

    /// How many messages wait.
    pub(crate) fn waiting(&self) -> usize {
        let mut state = self.0.lock();
        self.0.drop_expired(&mut state);
        state.messages.len()
    }

    /// Drops what waits.
    pub(crate) fn clear(&self) {
        let dropped = std::mem::take(&mut self.0.lock().messages);
        // Dropped after the lock is released, because the drop of a message may run any code.
        drop(dropped);
    }
}

/// The receiving half. Dropping it closes the queue.
pub(in crate::layers) struct QueueReceiver(Arc<Queue>);

impl QueueReceiver {
    /// The channel's name.
    pub(in crate::layers) fn name(&self) -> &ChannelName {
        &self.0.name
    }

    /// The sending half.
    pub(in crate::layers) fn sender(&self) -> ChannelSender {
        ChannelSender(Arc::clone(&self.0))
    }

    /// Polls for the next message; registers the task to be woken by later ones.
    pub(in crate::layers) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<LayerMessage> {
        let mut state = self.0.lock();
        self.0.drop_expired(&mut state);
        let waiting = state.messages.len();
        if let Some((_, message)) = state.messages.pop_front() {
            if waiting == 1 {
                state.messages.shrink_to(ROOM_KEPT);
            }
            // A metrics recorder may run any code, so the lock is released before.
            drop(state);
            observe::delivered(waiting);
            return Poll::Ready(message);
        }
        state.busy = false;
        state.wake_later(cx);
        Poll::Pending
    }

    /// How many messages wait, including expired ones.
    pub(in crate::layers) fn waiting(&self) -> usize {
        self.0.lock().messages.len()
    }

    /// Runs once, on the sender's thread, when a message finds the channel full.
    pub(in crate::layers) fn on_overflow(&mut self, cut: impl FnOnce() + Send + 'static) {
        self.0.lock().on_overflow = Some(Box::new(cut));
    }

    /// Whether a message was lost because the channel was full.
    pub(in crate::layers) fn overflowed(&self) -> bool {
        self.0.lock().overflowed
    }

    /// Like [`overflowed`](Self::overflowed), but wakes the task when it happens; messages do not
    /// wake it meanwhile.
    pub(in crate::layers) fn poll_overflowed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = self.0.lock();
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

impl Drop for QueueReceiver {
    fn drop(&mut self) {
        let closed = State {
            closed: true,
            ..State::default()
        };
        let closed = std::mem::replace(&mut *self.0.lock(), closed);
        // The messages are dropped after the lock is released, because their drop may run any code.
        drop(closed);
    }
}
