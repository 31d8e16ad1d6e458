//! Events that a consumer asked to get later, and its deadline; they die with its connection.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

use crate::layers::{LayerEvent, LayerMessage};
use crate::sparing;

/// Names a timer of one connection, to cancel it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TimerId(u64);

/// Nothing is allocated without timers.
pub(super) struct Timers<E>(Option<Box<Clock<E>>>);

struct Clock<E> {
    entries: Vec<Entry<E>>,
    /// Set for the earliest entry.
    sleep: Option<Pin<Box<Sleep>>>,
    next_id: u64,
}

struct Entry<E> {
    id: TimerId,
    due: Instant,
    event: Pending<E>,
}

/// What a connection has for its own consumer.
pub(crate) enum Due {
    Message(LayerMessage),
    /// The time that the consumer's kind had set for itself.
    Deadline,
    /// A task panicked, with this text.
    Panicked(String),
}

enum Pending<E> {
    Once(Option<E>),
    Deadline,
    Every(Duration, Box<dyn Fn() -> E>),
}

impl<E> Default for Timers<E> {
    fn default() -> Self {
        Self(None)
    }
}

impl<E> Default for Clock<E> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            sleep: None,
            next_id: 0,
        }
    }
}

impl<E: LayerEvent> Timers<E> {
    pub(super) fn once(&mut self, after: Duration, event: E) -> TimerId {
        self.add(after, Pending::Once(Some(event)))
    }

    pub(super) fn deadline(&mut self, after: Duration) {
        self.add(after, Pending::Deadline);
    }

    /// A period of zero would starve everything else, so it counts as a millisecond.
    pub(super) fn every(&mut self, every: Duration, event: Box<dyn Fn() -> E>) -> TimerId {
        let every = every.max(Duration::from_millis(1));
        self.add(every, Pending::Every(every, event))
    }

    fn add(&mut self, after: Duration, event: Pending<E>) -> TimerId {
        self.0.get_or_insert_default().add(after, event)
    }

    pub(super) fn cancel(&mut self, id: TimerId) {
        if let Some(clock) = &mut self.0 {
            clock.entries.retain(|entry| entry.id != id);
        }
    }

    /// What the next timer that is due was set for.
    pub(super) fn poll_due(&mut self, cx: &mut Context<'_>) -> Poll<Due> {
        let clock = self.0.as_mut();
        clock.map_or(Poll::Pending, |clock| clock.poll_due(cx))
    }
}

impl<E: LayerEvent> Clock<E> {
    fn add(&mut self, after: Duration, event: Pending<E>) -> TimerId {
        let id = TimerId(self.next_id);
        self.next_id += 1;
        let due = Instant::now() + after;
        sparing::push(&mut self.entries, Entry { id, due, event });
        id
    }

    fn poll_due(&mut self, cx: &mut Context<'_>) -> Poll<Due> {
        loop {
            let earliest = self.entries.iter().enumerate().min_by_key(|(_, e)| e.due);
            let Some((index, due)) = earliest.map(|(index, entry)| (index, entry.due)) else {
                self.sleep = None;
                return Poll::Pending;
            };
            let sleep = self.sleep.get_or_insert_with(|| Box::pin(sleep_until(due)));
            if sleep.deadline() != due {
                sleep.as_mut().reset(due);
            }
            match sleep.as_mut().poll(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(()) => {
                    if let Some(due) = self.fire(index) {
                        return Poll::Ready(due);
                    }
                }
            }
        }
    }

    fn fire(&mut self, index: usize) -> Option<Due> {
        let entry = &mut self.entries[index];
        match &mut entry.event {
            Pending::Once(event) => {
                let event = event.take();
                self.entries.swap_remove(index);
                event.map(|event| Due::Message(LayerMessage::new(event)))
            }
            Pending::Deadline => {
                self.entries.swap_remove(index);
                Some(Due::Deadline)
            }
            Pending::Every(every, event) => {
                // Times missed while a handler ran are not made up for.
                entry.due = (entry.due + *every).max(Instant::now());
                Some(Due::Message(LayerMessage::new(event())))
            }
        }
    }
}

impl<E> fmt::Debug for Timers<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let waiting = self.0.as_ref().map_or(0, |clock| clock.entries.len());
        f.debug_struct("Timers").field("waiting", &waiting).finish()
    }
}
