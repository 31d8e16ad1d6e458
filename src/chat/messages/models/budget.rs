//! The budget of one answer: how many messages it holds, and how many bytes they take.
//!
//! A count alone does not bound memory: a message of 10,000 characters that are escaped twice takes
//! a hundred times the bytes of a short one. Rows are read until the budget is spent, so what does
//! not fit is never loaded.

use diesel::QueryResult;

/// Bytes of markup that every message has beside its text: names, times, attributes, links, and the
/// day divider that may stand above it. A test compares it with the templates.
const FRAME_BYTES: usize = 1_536;
/// Bytes of the markup around a quote.
const QUOTE_BYTES: usize = 512;
/// Bytes of the markup around one reaction.
const CHIP_BYTES: usize = 512;
/// Bytes of a person's id and of the separators in a reaction.
const ID_BYTES: usize = 24;

/// How much one answer may hold. At least one message always fits, so that every page leads on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Messages or events.
    pub messages: u32,
    /// Bytes, of markup or of JSON.
    pub bytes: usize,
}

impl Budget {
    /// A budget of so many messages, whatever they take.
    #[cfg(test)]
    pub(crate) fn of_messages(messages: u32) -> Self {
        Self {
            messages,
            bytes: usize::MAX,
        }
    }

    /// A part of the budget: so many messages and bytes, as far as it has them.
    pub(crate) fn part(self, messages: u32, bytes: usize) -> Self {
        Self {
            messages: messages.min(self.messages),
            bytes: bytes.min(self.bytes),
        }
    }

    /// Takes items from `all` until their bytes exceed the budget; the first one is always taken.
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

    /// Drops what exceeds the budget from the end of `all`; the first item stays.
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

/// The markup of a text and of its source, without what stands around them. An upper bound.
pub(crate) fn text_weight(body: &str, html: &str) -> usize {
    // The source stands beside the text only where it differs.
    let source = if html == body { 0 } else { escaped_len(body) };
    FRAME_BYTES + html.len() + source
}

/// The markup of a quote. An upper bound.
pub(crate) fn quote_weight(author: &str, text: &str) -> usize {
    QUOTE_BYTES + escaped_len(author) + escaped_len(text)
}

/// The markup of one reaction of so many people, some of whom are named. An upper bound.
pub(crate) fn reaction_weight<'a>(people: usize, named: impl Iterator<Item = &'a str>) -> usize {
    CHIP_BYTES + people * ID_BYTES + named.map(escaped_len).sum::<usize>()
}

/// Bytes of `text` once templates have escaped it.
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
