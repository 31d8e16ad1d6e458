//! A queue that mostly holds one thing or nothing, of which each connection has several.

use std::collections::VecDeque;

/// First in, first out. One entry needs no allocation, and an empty queue keeps none.
pub(crate) struct Fifo<T> {
    first: Option<T>,
    /// Behind the first; never empty.
    #[expect(
        clippy::box_collection,
        reason = "nearly always there is none, and a connection has several of these"
    )]
    more: Option<Box<VecDeque<T>>>,
}

impl<T> Default for Fifo<T> {
    fn default() -> Self {
        Self {
            first: None,
            more: None,
        }
    }
}

impl<T> Fifo<T> {
    pub(crate) fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    pub(crate) fn len(&self) -> usize {
        let more = self.more.as_ref().map_or(0, |more| more.len());
        usize::from(self.first.is_some()) + more
    }

    pub(crate) fn push(&mut self, entry: T) {
        if self.first.is_none() {
            self.first = Some(entry);
        } else {
            self.more.get_or_insert_default().push_back(entry);
        }
    }

    pub(crate) fn first(&self) -> Option<&T> {
        self.first.as_ref()
    }

    pub(crate) fn pop(&mut self) -> Option<T> {
        let next = self.more.as_mut().and_then(|more| more.pop_front());
        if self.more.as_ref().is_some_and(|more| more.is_empty()) {
            self.more = None;
        }
        std::mem::replace(&mut self.first, next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_leave_in_the_order_in_which_they_came() {
        let mut queue = Fifo::default();
        assert_eq!((queue.pop(), queue.len()), (None, 0));
        for round in 1..5 {
            (0..round).for_each(|entry| queue.push(entry));
            assert_eq!((queue.len(), queue.first()), (round, Some(&0)));
            assert_eq!(queue.pop(), Some(0));
            queue.push(round);
            let rest: Vec<_> = std::iter::from_fn(|| queue.pop()).collect();
            assert_eq!(rest, (1..=round).collect::<Vec<_>>());
            assert!(queue.is_empty() && queue.more.is_none());
        }
    }
}
