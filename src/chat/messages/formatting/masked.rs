//! The copy of a text that the Markdown parser reads. It has the same length as the text, but text
//! that Markdown and people read differently is hidden in it: addresses, `>` without a blank behind
//! it, numbers such as `007.`, and punctuation beside strong text in scripts without spaces. All
//! visible text is taken from the original, by its position.

use std::ops::Range;

use unicode_normalization::char::is_combining_mark;

use super::{
    addresses::{self, Address},
    scripts,
};

/// Placeholders: an address becomes one `FIRST`, then a `REST` for each remaining byte, which the
/// Markdown parser takes for letters. No message contains `FIRST`, see [`super::visible`].
const FIRST: char = '\u{FDD0}';
const REST: u8 = b'x';

/// Letters and signs in place of others of the same length in UTF-8. The parser looks only at the
/// kind of a character beside `**`.
const LETTER: char = '字';
const SIGN: char = '、';
const LONG_SIGN: char = '\u{10100}';

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
        hide_line_starts(&mut bytes);
        let text = String::from_utf8(bytes).unwrap_or_else(|_| source.to_owned());
        Self {
            source,
            text: beside_marks(text),
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

    /// Returns the original text of a verbatim range: code or HTML. The parser leaves out
    /// characters of the range, such as the marks of an enclosing quote, and turns line breaks into
    /// spaces.
    pub(crate) fn verbatim(&self, read: &str, range: Range<usize>) -> String {
        let mut places = range;
        let mut bytes = Vec::with_capacity(read.len());
        for byte in read.bytes() {
            let is_same = |place: &usize| match self.text.as_bytes()[*place] {
                b'\n' => byte == b' ' || byte == b'\n',
                other => other == byte,
            };
            let Some(place) = places.find(is_same) else {
                return read.to_owned();
            };
            bytes.push(match byte {
                b' ' => b' ',
                _ => self.source.as_bytes()[place],
            });
        }
        String::from_utf8(bytes).unwrap_or_else(|_| read.to_owned())
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

/// Hides starts of quotes and lists that only Markdown, not a reader, would see: a `>` without a
/// blank after it, and numbers with leading zeros, which would be lost.
fn hide_line_starts(bytes: &mut [u8]) {
    for line in bytes.split_mut(|byte| *byte == b'\n') {
        let len = line
            .iter()
            .take_while(|byte| b" \t>-+*.)0123456789".contains(byte))
            .count();
        for at in 0..len {
            let follows_digit = at > 0 && line[at - 1].is_ascii_digit();
            let next = line.get(at + 1).copied();
            let is_hidden = match line[at] {
                b'>' => !is_blank_at(line, at + 1),
                b'0' => !follows_digit && next.is_some_and(|next| next.is_ascii_digit()),
                _ => false,
            };
            if is_hidden {
                line[at] = REST;
            }
        }
    }
}

/// Returns whether the line ends at `at`, or any Unicode white space is there.
fn is_blank_at(line: &[u8], at: usize) -> bool {
    let rest = line.get(at..).unwrap_or_default();
    let rest = rest.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    rest.chars().next().is_none_or(char::is_whitespace)
}

/// Replaces characters beside `*` and `~` for scripts without spaces, where `これは**大事。**次` is
/// strong text: full-width signs are letters to the parser, and a letter beside another sign is a
/// sign. Source: the amendment for Chinese, Japanese and Korean that Markdown libraries discuss.
fn beside_marks(text: String) -> String {
    if text.is_ascii() || !text.contains(['*', '~']) {
        return text;
    }
    let letters: Vec<char> = text.chars().collect();
    let mut hidden = letters.clone();
    let is_run = |at: usize| matches!(letters.get(at), Some('*' | '~'));
    for at in (0..letters.len()).filter(|at| !is_run(*at)) {
        let ends = [
            (at > 0 && is_run(at - 1)).then(|| beyond(&letters, at, false)),
            is_run(at + 1).then(|| beyond(&letters, at, true)),
        ];
        let letter = letters[at];
        if ends.iter().all(Option::is_none) {
            continue;
        }
        if is_wide_sign(letter) {
            hidden[at] = LETTER;
        } else if scripts::is_unspaced(letter) && ends.into_iter().flatten().flatten().any(is_sign)
        {
            hidden[at] = match letter.len_utf8() {
                3 => SIGN,
                4 => LONG_SIGN,
                _ => letter,
            };
        }
    }
    hidden.into_iter().collect()
}

/// Returns the character at the other end of the run of `*` or `~` beside `at`.
fn beyond(letters: &[char], at: usize, is_after: bool) -> Option<char> {
    let is_mark = |letter: &&char| matches!(letter, '*' | '~');
    let other = if is_after {
        letters[at + 1..].iter().find(|letter| !is_mark(letter))
    } else {
        letters[..at].iter().rev().find(|letter| !is_mark(letter))
    };
    other.copied()
}

fn is_sign(letter: char) -> bool {
    letter != FIRST
        && !letter.is_alphanumeric()
        && !letter.is_whitespace()
        && !is_wide_sign(letter)
        && !is_combining_mark(letter)
}

/// Returns whether the character is a sign of East Asian text, which is never markup. All of them
/// have three bytes, as [`LETTER`] has.
fn is_wide_sign(letter: char) -> bool {
    let is_wide = matches!(letter, '\u{3001}'..='\u{303F}' | '\u{FE30}'..='\u{FE4F}' | '\u{FF01}'..='\u{FF65}');
    is_wide && !letter.is_alphanumeric()
}
