//! The budget of one answer: a limit on both its messages and its bytes.
//!
//! A count alone does not bound memory: a message of 10,000 characters that are escaped twice takes
//! a hundred times the bytes of a short one. Rows are read only until the budget is spent, so rows
//! that do not fit are never loaded.

use diesel::QueryResult;

/// Bytes of markup of every message beside its text: names, times, attributes, links, and the day
/// divider that may precede it. A test compares it with the templates.
const FRAME_BYTES: usize = 1_536;
/// Bytes of the markup around a quote.
const QUOTE_BYTES: usize = 512;
/// Bytes of the markup around one reaction.
const CHIP_BYTES: usize = 512;
/// Bytes of the mark of a pinned message.
const PIN_BYTES: usize = 768;
/// Bytes of a person's id and of the separators in a reaction.
const ID_BYTES: usize = 24;

/// The limits of one answer. At least one message always fits, so that pagination never gets stuck.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// The maximum number of messages or events.
    pub messages: u32,
    /// The maximum number of bytes, of markup or of JSON.
    pub bytes: usize,
}

impl Budget {
    /// Returns a budget that limits only the number of messages.
    #[cfg(test)]
    pub(crate) fn of_messages(messages: u32) -> Self {
        Self {
            messages,
            bytes: usize::MAX,
        }
    }

    /// Returns a smaller budget of at most `messages` and `bytes`.
    pub(crate) fn part(self, messages: u32, bytes: usize) -> Self {
        Self {
            messages: messages.min(self.messages),
            bytes: bytes.min(self.bytes),
        }
    }

    /// Takes items from `all` until their bytes exceed the budget. Always takes the first one.
    pub(crate) fn take<T>(
        self,
        all: impl Iterator<Item = QueryResult<T>>,
        weight: impl Fn(&T) -> usize,
    ) -> QueryResult<Vec<T>> {
        let mut taken = Vec::new();
        let mut bytes = 0_usize;
        for item in all {
            let item = item?;
            bytes = bytes.saturating_add(weight(&item));
            if bytes > self.bytes && !taken.is_empty() {
                break;
            }
            taken.push(item);
        }
        Ok(taken)
    }

    /// Removes items from the end of `all` that exceed the budget. Always keeps the first one.
    pub(crate) fn cut<T>(self, all: &mut Vec<T>, weight: impl Fn(&T) -> usize) {
        let mut bytes = 0_usize;
        let fits = all.iter().take_while(|item| {
            bytes = bytes.saturating_add(weight(item));
            bytes <= self.bytes
        });
        let fitting = fits.count();
        all.truncate(fitting.max(1));
    }
}

/// Returns an upper bound of the bytes of a text and its source in markup.
pub(crate) fn text_weight(body: &str, html: &str) -> usize {
    FRAME_BYTES + html.len() + escaped_len(body)
}

/// Returns an upper bound of the bytes of a quote in markup.
pub(crate) fn quote_weight(author: &str, text: &str) -> usize {
    QUOTE_BYTES + escaped_len(author) + escaped_len(text)
}

/// Returns an upper bound of the bytes of one reaction in markup, with the names of some of its
/// people.
pub(crate) fn reaction_weight<'a>(people: usize, named: impl Iterator<Item = &'a str>) -> usize {
    CHIP_BYTES + people * ID_BYTES + named.map(escaped_len).sum::<usize>()
}

/// Returns an upper bound of the bytes of the mark that a message is pinned.
pub(crate) fn pin_weight(name: &str) -> usize {
    PIN_BYTES + escaped_len(name)
}

/// Returns the number of bytes of `text` after templates have escaped it.
fn escaped_len(text: &str) -> usize {
    let bytes = text.bytes().map(|byte| match byte {
        b'<' | b'>' => "&lt;".len(),
        b'&' => "&amp;".len(),
        b'"' | b'\'' | b'`' | b'=' => "&quot;".len(),
        _ => 1,
    });
    bytes.sum()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_text_weighs_what_the_templates_make_of_it() {
        let text = "<>&\"'`= é🌱";
        let escaped = handlebars::html_escape(text);
        assert_eq!(super::escaped_len(text), escaped.len());
    }
}
