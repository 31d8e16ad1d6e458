//! Delayed events of a consumer, and its deadline; dropped with its connection.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};

use crate::layers::{LayerEvent, LayerMessage};

/// Names a timer of one connection, to cancel it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TimerId(u64);

pub(super) struct Timers<E> {
    entries: Vec<Entry<E>>,
    next_id: u64,
}

struct Entry<E> {
    id: TimerId,
    due: Pin<Box<Sleep>>,
    event: Pending<E>,
}

/// A message of a connection for its own consumer.
pub(crate) enum Due {
    Message(LayerMessage),
    /// The deadline of the consumer's kind.
    Deadline,
    /// A task panicked, with this text.
    Panicked(String),
}

enum Pending<E> {
    Once(E),
    Deadline,
    Every(Duration, Box<dyn Fn() -> E>),
}

impl<E> Default for Timers<E> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            next_id: 0,
        }
    }
}

impl<E: LayerEvent> Timers<E> {
    pub(super) fn once(&mut self, after: Duration, event: E) -> TimerId {
        self.add(after, Pending::Once(event))
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
        let id = TimerId(self.next_id);
        self.next_id += 1;
        let due = Box::pin(sleep(after));
        self.entries.push(Entry { id, due, event });
        id
    }

    pub(super) fn cancel(&mut self, id: TimerId) {
        self.entries.retain(|entry| entry.id != id);
    }

    /// The event of the timer that has been due for longest.
    pub(super) fn poll_due(&mut self, cx: &mut Context<'_>) -> Poll<Due> {
        let entries = self.entries.iter_mut().enumerate();
        let due = entries.filter_map(|(index, entry)| {
            let is_due = entry.due.as_mut().poll(cx).is_ready();
            is_due.then(|| (entry.due.deadline(), index))
        });
        due.min()
            .map_or(Poll::Pending, |(_, index)| Poll::Ready(self.fire(index)))
    }

    fn fire(&mut self, index: usize) -> Due {
        let entry = &mut self.entries[index];
        if let Pending::Every(every, event) = &entry.event {
            // Ticks missed while a handler ran are skipped.
            let next = (entry.due.deadline() + *every).max(Instant::now());
            entry.due.as_mut().reset(next);
            return Due::Message(LayerMessage::new(event()));
        }
        match self.entries.remove(index).event {
            Pending::Once(event) => Due::Message(LayerMessage::new(event)),
            Pending::Every(_, event) => Due::Message(LayerMessage::new(event())),
            Pending::Deadline => Due::Deadline,
        }
    }
}
