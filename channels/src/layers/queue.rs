//! The bounded queue behind one channel: a sending half for layers, a stream for the receiver.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use futures_util::Stream;

use super::router::{Inbox, Place, Port};
use super::{LayerError, LayerMessage};
use crate::names::{ChannelName, FewGroups};
use crate::observe;

/// Makes the two halves of a channel that holds `capacity` messages.
pub fn queue(name: ChannelName, capacity: usize) -> (ChannelSender, ChannelReceiver) {
    expiring_queue(name, capacity, None)
}

/// As [`queue`], with messages that are dropped when they have waited too long.
pub(super) fn expiring_queue(
    name: ChannelName,
    capacity: usize,
    expiry: Option<Arc<Expiry>>,
) -> (ChannelSender, ChannelReceiver) {
    let state = State {
        // More would not fit into memory.
        capacity: u32::try_from(capacity).unwrap_or(u32::MAX),
        ..State::default()
    };
    let queue = Arc::new(Queue {
        name,
        expiry,
        state: Mutex::new(state),
    });
    let receiver = ChannelReceiver {
        queue: Arc::clone(&queue),
        home: None,
        inbox: None,
    };
    (ChannelSender(queue), receiver)
}

/// When a message is too old, and by which clock.
#[derive(Clone)]
pub(super) struct Expiry {
    pub(super) age: Duration,
    pub(super) clock: Option<Arc<dyn Fn() -> Instant + Send + Sync>>,
}

impl Expiry {
    pub(super) fn new(age: Duration) -> Self {
        Self { age, clock: None }
    }

    pub(super) fn now(&self) -> Instant {
        self.clock
            .as_ref()
            .map_or_else(Instant::now, |clock| clock())
    }

    pub(super) fn is_over(&self, sent: Instant, now: Instant) -> bool {
        now.saturating_duration_since(sent) >= self.age
    }

    /// Notes how many messages were dropped for their age.
    pub(super) fn count(&self, messages: usize) {
        if messages > 0 {
            observe::expired(messages);
            log::info!(target: "channels::layers", "{messages} messages waited too long");
        }
    }
}

struct Queue {
    name: ChannelName,
    expiry: Option<Arc<Expiry>>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    messages: VecDeque<(Instant, LayerMessage)>,
    capacity: u32,
    waker: Option<Waker>,
    /// The receiver takes no message now and only wants to hear of an overflow.
    busy: bool,
    closed: bool,
    overflowed: bool,
    on_overflow: Option<Box<dyn FnOnce() + Send>>,
    standing: Standing,
}

/// What a layer of this process knows of a channel with an owner.
#[derive(Default)]
pub(super) struct Standing {
    /// Where its messages go instead, if a router gives them to its connection.
    pub(super) place: Option<Place>,
    pub(super) groups: FewGroups,
}

impl State {
    fn is_full(&self) -> bool {
        self.messages.len() >= self.capacity as usize
    }
}

impl Queue {
    /// A panic cannot leave the state half changed, so a poisoned lock is as good as any.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Instant {
        self.expiry
            .as_deref()
            .map_or_else(Instant::now, Expiry::now)
    }

    /// Drops what is too old. Whoever reads here has missed something then.
    fn drop_expired(&self, state: &mut State) {
        let (Some(expiry), false) = (&self.expiry, state.messages.is_empty()) else {
            return;
        };
        let now = expiry.now();
        let mut stale = 0;
        while state
            .messages
            .front()
            .is_some_and(|(sent, _)| expiry.is_over(*sent, now))
        {
            state.messages.pop_front();
            stale += 1;
        }
        if stale > 0 {
            state.overflowed = true;
            expiry.count(stale);
        }
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
        self.push(message, true)
    }

    /// As [`send`](Self::send), by who will have the receiver polled: a message that fits wakes
    /// nobody.
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
        let capacity = state.capacity as usize;
        if full {
            state.overflowed = true;
        } else {
            state.messages.push_back((self.0.now(), message));
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
    pub(super) fn is_full(&self) -> bool {
        let mut state = self.0.lock();
        self.0.drop_expired(&mut state);
        state.is_full()
    }

    /// What its layer knows of it. Nothing else is locked meanwhile.
    pub(super) fn standing<R>(&self, look: impl FnOnce(&mut Standing) -> R) -> R {
        look(&mut self.0.lock().standing)
    }

    /// How many messages wait.
    pub fn waiting(&self) -> usize {
        let mut state = self.0.lock();
        self.0.drop_expired(&mut state);
        state.messages.len()
    }

    /// Drops what waits.
    pub fn clear(&self) {
        self.0.lock().messages.clear();
    }
}

/// A layer of this process, as its channels see it.
pub(super) trait Home: Send + Sync {
    /// Lets a router of this thread, if there is one, hand out the channel's messages; gives what
    /// it takes them from.
    fn attach(&self, name: &ChannelName, port: Rc<dyn Port>) -> Option<Arc<Inbox>>;

    /// Takes the channel out of all groups.
    fn forget(&self, name: &ChannelName);
}

/// A layer that has no routers here, and only wants to know when the channel ends.
struct Elsewhere(Mutex<Option<Box<dyn FnOnce() + Send>>>);

impl Home for Elsewhere {
    fn attach(&self, _: &ChannelName, _: Rc<dyn Port>) -> Option<Arc<Inbox>> {
        None
    }

    fn forget(&self, _: &ChannelName) {
        let forget = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(forget) = forget {
            forget();
        }
    }
}

/// The receiving half of a channel: a stream of what is sent to its name.
///
/// Dropping it closes the channel and takes it out of all groups.
pub struct ChannelReceiver {
    queue: Arc<Queue>,
    home: Option<Arc<dyn Home>>,
    /// That of the router which hands the messages out.
    inbox: Option<Arc<Inbox>>,
}

impl ChannelReceiver {
    /// The channel's name: what others send to.
    pub fn name(&self) -> &ChannelName {
        &self.queue.name
    }

    /// Lets a layer forget the channel when its receiver goes.
    pub fn on_drop(self, forget: impl FnOnce() + Send + 'static) -> Self {
        self.at_home(Arc::new(Elsewhere(Mutex::new(Some(Box::new(forget))))))
    }

    pub(super) fn at_home(mut self, home: Arc<dyn Home>) -> Self {
        self.home = Some(home);
        self
    }

    /// The sending half, for who puts messages in without the layer.
    pub(crate) fn sender(&self) -> ChannelSender {
        ChannelSender(Arc::clone(&self.queue))
    }

    /// Lets messages come by way of this thread's router, if the layer has routers.
    pub(crate) fn attach(&mut self, port: Rc<dyn Port>) {
        if let Some(home) = &self.home {
            self.inbox = home.attach(self.name(), port);
        }
    }

    /// Whether the router has something to hand out, perhaps to this channel.
    pub(crate) fn is_router_due(&self) -> bool {
        self.inbox.as_ref().is_some_and(|inbox| inbox.is_due())
    }

    /// How many messages wait, be they too old or not.
    pub(crate) fn waiting(&self) -> usize {
        self.queue.lock().messages.len()
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
        self.queue.drop_expired(&mut state);
        let waiting = state.messages.len();
        if let Some((_, message)) = state.messages.pop_front() {
            // A recorder may do what it likes, so the lock is free by then.
            drop(state);
            observe::delivered(waiting);
            return Poll::Ready(Some(message));
        }
        state.busy = false;
        state.wake_later(cx);
        Poll::Pending
    }
}

impl Drop for ChannelReceiver {
    fn drop(&mut self) {
        let mut state = self.queue.lock();
        let closed = State {
            closed: true,
            standing: std::mem::take(&mut state.standing),
            ..State::default()
        };
        let closed = std::mem::replace(&mut *state, closed);
        // What waits is dropped after the lock is free again: it may own anything.
        drop(state);
        drop(closed);
        if let Some(home) = &self.home {
            home.forget(self.name());
        }
    }
}

impl fmt::Debug for ChannelReceiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ChannelReceiver").field(self.name()).finish()
    }
}
