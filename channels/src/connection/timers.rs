//! Events that a consumer asked to get later, and its deadline; they die with its connection.

use std::fmt;
use std::task::{Context, Poll};
use std::time::Duration;

use smallvec::SmallVec;

use crate::clock::{Alarm, Moment};
use crate::layers::{LayerEvent, LayerMessage};

/// Names a timer of one connection, to cancel it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TimerId(u64);

/// Nothing is allocated without timers.
pub(super) struct Timers<E>(Option<Box<Schedule<E>>>);

struct Schedule<E> {
    entries: SmallVec<[Entry<E>; 1]>,
    /// Set for the earliest entry.
    alarm: Alarm,
    next_id: u64,
}

struct Entry<E> {
    id: TimerId,
    due: Moment,
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

impl<E> Default for Schedule<E> {
    fn default() -> Self {
        Self {
            entries: SmallVec::new(),
            alarm: Alarm::after(Duration::MAX),
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
        if let Some(schedule) = &mut self.0 {
            schedule.entries.retain(|entry| entry.id != id);
        }
    }

    /// What the next timer that is due was set for.
    pub(super) fn poll_due(&mut self, cx: &mut Context<'_>) -> Poll<Due> {
        let schedule = self.0.as_mut();
        schedule.map_or(Poll::Pending, |schedule| schedule.poll_due(cx))
    }
}

impl<E: LayerEvent> Schedule<E> {
    fn add(&mut self, after: Duration, event: Pending<E>) -> TimerId {
        let id = TimerId(self.next_id);
        self.next_id += 1;
        let due = self.alarm.clock().now() + after;
        self.entries.push(Entry { id, due, event });
        id
    }

    fn poll_due(&mut self, cx: &mut Context<'_>) -> Poll<Due> {
        loop {
            let earliest = self.entries.iter().enumerate().min_by_key(|(_, e)| e.due);
            let (index, due) =
                earliest.map_or((0, Moment::NEVER), |(index, entry)| (index, entry.due));
            if self.alarm.due() != due {
                self.alarm.set(due);
            }
            match self.alarm.poll(cx) {
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
                entry.due = (entry.due + *every).max(self.alarm.clock().now());
                Some(Due::Message(LayerMessage::new(event())))
            }
        }
    }
}

impl<E> fmt::Debug for Timers<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let waiting = self.0.as_ref().map_or(0, |schedule| schedule.entries.len());
        f.debug_struct("Timers").field("waiting", &waiting).finish()
    }
}
