//! When which message is due: an open loop at a fixed rate, over all rooms in turn.

/// Hands out the messages of a run, each when it is due.
#[derive(Debug)]
pub(crate) struct Schedule {
    rate: f64,
    rooms: usize,
    total: u64,
    next: u64,
}

/// One message to send now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Due {
    pub(crate) room: usize,
    /// The message's number in its room.
    pub(crate) number: u32,
    pub(crate) due_ns: u64,
}

impl Schedule {
    /// `rate` messages per second for `seconds`, over `rooms`.
    pub(crate) fn new(rate: f64, seconds: f64, rooms: usize) -> Self {
        Self {
            rate,
            rooms,
            total: (rate * seconds).round() as u64,
            next: 0,
        }
    }

    /// How many messages the whole run has.
    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    /// When the next message is due, in nanoseconds from the start; `None` after the last.
    pub(crate) fn next_ns(&self) -> Option<u64> {
        (self.next < self.total).then(|| (self.next as f64 / self.rate * 1e9) as u64)
    }

    /// The next message if it is due by now.
    pub(crate) fn take(&mut self, now_ns: u64) -> Option<Due> {
        let due_ns = self.next_ns().filter(|due| *due <= now_ns)?;
        let rooms = self.rooms as u64;
        let due = Due {
            room: (self.next % rooms) as usize,
            number: (self.next / rooms) as u32,
            due_ns,
        };
        self.next += 1;
        Some(due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_come_when_they_are_due_and_in_each_room_in_order() {
        let mut schedule = Schedule::new(10.0, 0.5, 2);
        assert_eq!(schedule.total(), 5);
        let mut taken = Vec::new();
        for now_ms in [0, 50, 250, 1000] {
            while let Some(due) = schedule.take(now_ms * 1_000_000) {
                taken.push((now_ms, due.room, due.number));
            }
        }
        let expected = [
            (0, 0, 0),
            (250, 1, 0),
            (250, 0, 1),
            (1000, 1, 1),
            (1000, 0, 2),
        ];
        assert_eq!(taken, expected);
        assert_eq!(schedule.next_ns(), None);
    }
}
