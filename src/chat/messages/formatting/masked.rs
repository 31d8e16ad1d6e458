//! The copy of a text that the Markdown parser reads. It has the same length as the text, but
//! addresses are hidden in it, so that their characters are no markup. Everything that a person
//! reads is taken from the text itself, by its position.

use std::ops::Range;

use super::addresses::{self, Address};

/// The first character in place of an address, and all further bytes. For the parser both are
/// letters. No message contains the first one, see [`super::visible`].
const FIRST: char = '\u{FDD0}';
const REST: u8 = b'x';

/// A text and its copy without addresses.
pub(crate) struct Masked<'s> {
    source: &'s str,
    text: String,
    addresses: Vec<Address>,
}

impl<'s> Masked<'s> {
    pub(crate) fn new(source: &'s str) -> Self {
        let addresses = addresses::find(source);
        let mut bytes = source.as_bytes().to_vec();
        for address in &addresses {
            let hidden = &mut bytes[address.start..address.end];
            hidden.fill(REST);
            if let Some(first) = hidden.get_mut(..FIRST.len_utf8()) {
                FIRST.encode_utf8(first);
            }
        }
        Self {
            source,
            text: String::from_utf8(bytes).unwrap_or_else(|_| source.to_owned()),
            addresses,
        }
    }

    /// Returns the copy for the parser.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Returns the addresses, in their order.
    pub(crate) fn addresses(&self) -> &[Address] {
        &self.addresses
    }

    /// Returns the real text of what the parser read verbatim at `range`: a line of code or HTML.
    pub(crate) fn verbatim(&self, read: &str, range: Range<usize>) -> String {
        if read.len() == range.len() {
            return self.source[range].to_owned();
        }
        self.restored(read, self.within(&range))
    }

    /// Returns the real text of code in a line.
    pub(crate) fn code(&self, read: &str, range: &Range<usize>) -> String {
        self.restored(read, self.within(range))
    }

    /// Returns the real target of a Markdown link at `range`. Its title follows it.
    pub(crate) fn target(&self, read: &str, title: &str, range: &Range<usize>) -> String {
        let within = self.within(range);
        let behind = hidden(title);
        let before = within.len().saturating_sub(behind + hidden(read));
        let target = self.restored(read, within.get(before..).unwrap_or_default());
        // An entity, which Markdown knows only outside addresses.
        target.replace("&amp;", "&")
    }

    fn within(&self, range: &Range<usize>) -> &[Address] {
        let start = self.addresses.partition_point(|it| it.start < range.start);
        let end = self.addresses.partition_point(|it| it.end <= range.end);
        self.addresses.get(start..end).unwrap_or_default()
    }

    /// Puts the addresses back into a text in which they are hidden, in their order.
    fn restored(&self, read: &str, addresses: &[Address]) -> String {
        let mut parts = read.split(FIRST);
        let mut text = parts.next().unwrap_or_default().to_owned();
        for (part, address) in parts.zip(addresses) {
            let hidden = &self.source[address.start..address.end];
            text.push_str(hidden);
            text.push_str(
                part.get(hidden.len() - FIRST.len_utf8()..)
                    .unwrap_or_default(),
            );
        }
        text
    }
}

fn hidden(read: &str) -> usize {
    read.matches(FIRST).count()
}
