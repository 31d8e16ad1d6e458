//! Formatting: turns a small part of Markdown into HTML. `addresses.rs` finds the bare addresses,
//! which `masked.rs` hides from the Markdown parser. `subset.rs` parses the rest, `html.rs` writes
//! it for pages, and `plain.rs` for one line of text. A message is rendered when it is posted, and the
//! markup is stored with it (a cache).
//!
//! Two defences against cross-site scripting: the writer escapes everything, and an independent
//! sanitiser checks its output. A bug in the writer could lose a tag, but not let one in.

mod addresses;
mod html;
#[cfg(test)]
mod link_tests;
mod links;
#[cfg(test)]
mod list_tests;
mod masked;
#[cfg(test)]
mod mention_tests;
mod mentions;
mod plain;
mod sanitiser;
mod scripts;
mod spoken;
mod subset;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use html::Html;
use spoken::Spoken;
use subset::Piece;

use crate::visible;

pub use html::{Named, Rendered};
pub use plain::{EXCERPT_CHARS, plain};

/// The version of the renderer, stored with its markup to invalidate the cache. Increase it
/// whenever the same text gives other markup. Messages of other versions are rendered again when
/// they are read.
pub const RENDERING: i64 = 5;

/// Renders the markup of a message, with mentions still to be resolved.
pub fn render(source: &str) -> Rendered {
    match spoken::read(source.trim_end()) {
        Spoken::Words(words) => words_of(&words),
        Spoken::Action(words) => words_of(words).within("<div class=\"emote\">", "</div>"),
    }
}

/// Returns whether a message says what its author does (`/me waves`), to be read behind their name.
pub fn is_action(source: &str) -> bool {
    matches!(spoken::read(source), Spoken::Action(_))
}

fn words_of(source: &str) -> Rendered {
    if is_bare(source) {
        return Rendered::bare(source);
    }
    marked_up(source)
}

/// Returns whether a reader sees anything of the message. Quotes and emphasis of nothing are nothing.
pub(crate) fn shows_something(source: &str) -> bool {
    let is_invisible = |letter: char| visible::is_blank(letter) && !letter.is_whitespace();
    if !source.contains(is_invisible) {
        return !source.trim().is_empty();
    }
    match subset::read(&visible(source)) {
        Some(pieces) => pieces.iter().any(Piece::is_visible),
        None => visible::shows_something(source),
    }
}

/// [`words_of`] without the fast path for texts without markup.
fn marked_up(source: &str) -> Rendered {
    let source = visible(source);
    match subset::read(&source) {
        Some(pieces) => Html::write(&pieces),
        None => Html::as_typed(&source),
    }
}

/// Returns whether a text of one line has no markup, links or names and needs no escaping.
fn is_bare(source: &str) -> bool {
    let first = source.bytes().next();
    if matches!(first, Some(b' ' | b'-' | b'+')) || begins_as_list(source) {
        return false;
    }
    let bytes = source.as_bytes();
    let means_something = |(at, byte): (usize, &u8)| match byte {
        b'*' | b'~' | b'`' | b'[' | b']' | b'\\' | b'<' | b'>' | b'&' | b'@' => true,
        0..=0x1F | 0x7F => true,
        b':' => bytes.get(at + 1) == Some(&b'/'),
        // These bytes start the invisible characters and the no-break space.
        0xC2 | 0xE2 | 0xEF => source[at..]
            .chars()
            .next()
            .is_some_and(|letter| is_invisible(letter) || letter == '\u{A0}'),
        _ => false,
    };
    !bytes.iter().enumerate().any(means_something)
}

/// Returns whether the text starts with `1.` or `1)`, which starts a list if a space follows.
fn begins_as_list(source: &str) -> bool {
    let behind = source.trim_start_matches(|letter: char| letter.is_ascii_digit());
    behind.len() < source.len() && behind.starts_with(['.', ')'])
}

/// Removes control characters and bidirectional overrides. The latter are invisible, but could
/// reorder text after the message or inside code (spoofing).
fn visible(source: &str) -> Cow<'_, str> {
    if source.contains(is_invisible) {
        source.replace(is_invisible, "").into()
    } else {
        source.into()
    }
}

/// Embeddings, overrides and isolates, and the noncharacters of which [`masked`] uses one. The marks U+200E and U+200F are allowed, because they affect
/// only their own place.
fn is_invisible(letter: char) -> bool {
    match letter {
        '\n' | '\t' => false,
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FDD0}'..='\u{FDEF}' => true,
        other => other.is_control(),
    }
}
