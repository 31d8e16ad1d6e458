//! What people type, as markup: a small part of Markdown, read by `subset.rs`, written by
//! `html.rs` for pages and by `plain.rs` for one line of text. A message is rendered when it is
//! posted, and its markup is stored with it.
//!
//! Our own writer escapes everything. What it wrote then passes a sanitiser that knows nothing of
//! it: a mistake here would lose a tag there, and let none in.

mod html;
mod links;
mod mentions;
mod plain;
mod sanitiser;
mod subset;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use html::Html;

pub use html::Rendered;
pub use plain::{EXCERPT_CHARS, plain};

/// The version of this renderer, stored with what it made. One more whenever the same text gives
/// other markup: messages of another version are rendered anew when they are read.
pub const RENDERING: i64 = 1;

/// The markup of a message, but for those whom it mentions.
pub fn render(source: &str) -> Rendered {
    let source = source.trim_end();
    if is_bare(source) {
        return Rendered::bare(source);
    }
    marked_up(source)
}

/// [`render`] without the short way for texts that hold no markup.
fn marked_up(source: &str) -> Rendered {
    let source = visible(source);
    match subset::read(&source) {
        Some(pieces) => Html::write(&pieces),
        None => Html::as_typed(&source),
    }
}

/// Whether nothing in a text of one line can be markup, a link or a name, or must be escaped.
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
        // Where the letters begin that are never shown, and the space that does not break.
        0xC2 | 0xE2 => source[at..]
            .chars()
            .next()
            .is_some_and(|letter| is_invisible(letter) || letter == '\u{A0}'),
        _ => false,
    };
    !bytes.iter().enumerate().any(means_something)
}

/// `1.` or `1)`, which begins a list if a space follows.
fn begins_as_list(source: &str) -> bool {
    let behind = source.trim_start_matches(|letter: char| letter.is_ascii_digit());
    behind.len() < source.len() && behind.starts_with(['.', ')'])
}

/// The text without what cannot be seen and yet changes what is: control characters, and those
/// that turn the direction of everything behind them, beyond the message or within code.
fn visible(source: &str) -> Cow<'_, str> {
    if source.contains(is_invisible) {
        source.replace(is_invisible, "").into()
    } else {
        source.into()
    }
}

/// Embeddings, overrides and isolates; the marks U+200E and U+200F only stand for a letter.
fn is_invisible(letter: char) -> bool {
    match letter {
        '\n' | '\t' => false,
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => true,
        other => other.is_control(),
    }
}
