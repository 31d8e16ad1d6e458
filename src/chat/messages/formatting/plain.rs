//! Plain text of a message on one line, for example for quotes and notifications.

use unicode_segmentation::UnicodeSegmentation;

use super::{
    spoken::{self, Spoken},
    subset::{self, Number, Piece, Tag},
    visible,
};

/// The length of an excerpt in lists and on pages about a message, in characters.
pub const EXCERPT_CHARS: usize = 120;

/// Returns the text without markup, but with the numbers of lists, on one line, at most `max_chars` characters including the `…`
/// of a shortened text. Never cuts inside a grapheme cluster.
pub fn plain(source: &str, max_chars: usize) -> String {
    let spoken = match spoken::read(source) {
        Spoken::Words(words) => words,
        Spoken::Action(words) => words.into(),
    };
    let source = visible(&spoken);
    let text = match subset::read(&source) {
        Some(pieces) => words(&pieces),
        None => source.into_owned(),
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    cut(words.join(" "), max_chars)
}

fn words(pieces: &[Piece]) -> String {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(words) | Piece::Code(words) | Piece::Address(words, _) => {
                text.push_str(words);
            }
            Piece::Letter(letter) => text.push(*letter),
            Piece::CodeBlock(code) => {
                text.push(' ');
                text.push_str(code);
            }
            Piece::Break => text.push(' '),
            Piece::Open(Tag::Item(Some(Number { value, sign }))) => {
                text.push_str(&format!(" {value}{sign} "));
            }
            block if block.is_block() => text.push(' '),
            _ => {}
        }
    }
    text
}

fn cut(text: String, max_chars: usize) -> String {
    if text.chars().count() <= max_chars {
        return text;
    }
    let Some(mut left) = max_chars.checked_sub(1) else {
        return String::new();
    };
    let mut end = 0;
    for (start, grapheme) in text.grapheme_indices(true) {
        match left.checked_sub(grapheme.chars().count()) {
            Some(rest) => (left, end) = (rest, start + grapheme.len()),
            None => break,
        }
    }
    format!("{}…", text[..end].trim_end())
}
