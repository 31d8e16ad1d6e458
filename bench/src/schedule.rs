//! The schedule of messages: an open loop at a fixed rate over all rooms in turn; and the stamp in
//! each message, which identifies it at its receivers.
//!
//! A stamp is hexadecimal digits after one `@`: every protocol that forwards text keeps it, and it
//! is found without parsing the protocol.

use memchr::memchr;

const NUMBER_DIGITS: usize = 8;
const NANOS_DIGITS: usize = 16;

/// A message's number in its room, and its due time in nanoseconds from the start of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) number: u32,
    pub(crate) due_ns: u64,
}

impl Stamp {
    /// The stamp as text, padded to `bytes`.
    pub(crate) fn text(self, bytes: usize) -> String {
        let Self { number, due_ns } = self;
        let text = format!("@{number:08x}{due_ns:016x}");
        format!("{text:x<bytes$}")
    }

    /// The stamp in a message, if there is one.
    pub(crate) fn find(message: &[u8]) -> Option<Self> {
        let rest = &message[memchr(b'@', message)? + 1..];
        let (number, rest) = rest.split_at_checked(NUMBER_DIGITS)?;
        let (nanos, _) = rest.split_at_checked(NANOS_DIGITS)?;
        Some(Self {
            number: u32::try_from(hexadecimal(number)?).ok()?,
            due_ns: hexadecimal(nanos)?,
        })
    }
}

pub(crate) fn hexadecimal(digits: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(digits).ok()?;
    u64::from_str_radix(text, 16).ok()
}

/// Returns the messages of a run, each when it is due.
#[derive(Debug)]
pub(crate) struct Schedule {
    rate: f64,
    rooms: usize,
    pub(crate) total: u64,
    next: u64,
}

impl Schedule {
    /// `rate` messages per second for `seconds`, over `rooms`.
    pub(crate) fn new(rate: f64, seconds: f64, rooms: usize) -> Self {
        let total = (rate * seconds).round() as u64;
        let next = 0;
        Self {
            rate,
            rooms,
            total,
            next,
        }
    }

    /// When the next message is due, in nanoseconds from the start; `None` after the last.
    pub(crate) fn next_ns(&self) -> Option<u64> {
        (self.next < self.total).then(|| (self.next as f64 / self.rate * 1e9) as u64)
    }

    /// Room and stamp of the next message, if it is due.
    pub(crate) fn take(&mut self, now_ns: u64) -> Option<(usize, Stamp)> {
        let due_ns = self.next_ns().filter(|due| *due <= now_ns)?;
        let rooms = self.rooms as u64;
        let (room, number) = ((self.next % rooms) as usize, (self.next / rooms) as u32);
        self.next += 1;
        Some((room, Stamp { number, due_ns }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_come_when_they_are_due_and_in_each_room_in_order() {
        let mut schedule = Schedule::new(10.0, 0.5, 2);
        assert_eq!(schedule.total, 5);
        let mut taken = Vec::new();
        for now_ms in [0, 50, 250, 1000] {
            while let Some((room, stamp)) = schedule.take(now_ms * 1_000_000) {
                taken.push((now_ms, room, stamp.number));
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

    #[test]
    fn a_stamp_is_found_in_any_text_around_it() {
        let (number, due_ns) = (77, 1_234_567_890_123);
        let stamp = Stamp { number, due_ns };
        let text = stamp.text(100);
        assert_eq!(text.len(), 100);
        let message = format!(r#"{{"message": "{text}"}}"#);
        assert_eq!(Stamp::find(message.as_bytes()), Some(stamp));
        for message in ["", "hello", "@", "@0000004d", "@zzzzzzzz0000000000000000"] {
            assert_eq!(Stamp::find(message.as_bytes()), None, "{message}");
        }
    }
}
