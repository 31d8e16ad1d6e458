//! What each message carries: its number in its room, and the moment at which it was due.
//!
//! Both as hexadecimal digits behind one `@`, so that they survive every protocol that passes
//! text on unchanged, and are found without parsing it.

use memchr::memchr;

use crate::schedule::Due;

const NUMBER_DIGITS: usize = 8;
const NANOS_DIGITS: usize = 16;

/// A message's number in its room, and the nanoseconds from the start of the run to its due time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) number: u32,
    pub(crate) due_ns: u64,
}

impl Stamp {
    /// The stamp of a message that is due.
    pub(crate) fn of(due: Due) -> Self {
        Self {
            number: due.number,
            due_ns: due.due_ns,
        }
    }

    /// The stamp as text, filled up to `bytes`.
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

fn hexadecimal(digits: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(digits).ok()?;
    u64::from_str_radix(text, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_found_in_any_text_around_it() {
        let stamp = Stamp {
            number: 77,
            due_ns: 1_234_567_890_123,
        };
        let text = stamp.text(100);
        assert_eq!(text.len(), 100);
        let message = format!(r#"{{"message": "{text}"}}"#);
        assert_eq!(Stamp::find(message.as_bytes()), Some(stamp));
    }

    #[test]
    fn what_carries_no_stamp_is_none() {
        for message in ["", "hello", "@", "@0000004d", "@zzzzzzzz0000000000000000"] {
            assert_eq!(Stamp::find(message.as_bytes()), None, "{message}");
        }
    }
}
