//! Finds possible mentions (`@name`) in a text. Whether such a member exists is checked later, in
//! the database.

use unicode_normalization::char::is_combining_mark;

use crate::accounts::username;

/// The maximum length of a name, in characters. The same as for user names.
const MAX_NAME_CHARS: usize = 150;

/// A possible name or the text between names.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Span<'t> {
    Text(&'t str),
    /// A name without its `@`.
    Name(&'t str),
}

/// Splits a text into possible names and the text between them.
pub(crate) fn spans(text: &str) -> Vec<Span<'_>> {
    let mut spans = Vec::new();
    let (mut at, mut from) = (0, 0);
    while let Some(found) = text[from..].find('@') {
        let sign = from + found;
        let rest = &text[sign + 1..];
        let name = &rest[..name_len(rest)];
        from = sign + 1 + name.len();
        if name.is_empty() || is_inside_word(&text[..sign]) {
            continue;
        }
        if at < sign {
            spans.push(Span::Text(&text[at..sign]));
        }
        spans.push(Span::Name(name));
        at = from;
    }
    if at < text.len() {
        spans.push(Span::Text(&text[at..]));
    }
    spans
}

/// Returns possible readings of a name with punctuation behind it. For example, `ana.` is a valid
/// name, but usually `ana` at the end of a sentence.
pub(crate) fn readings(name: &str) -> impl Iterator<Item = &str> {
    let bare = name.trim_end_matches(['.', '-', '+', '@', '_']);
    let shorter = (bare.len() < name.len() && !bare.is_empty()).then_some(bare);
    std::iter::once(name).chain(shorter)
}

fn name_len(text: &str) -> usize {
    let is_part = |letter: char| username::is_allowed(letter) || is_combining_mark(letter);
    let mut letters = text.char_indices();
    let end = letters
        .by_ref()
        .take(MAX_NAME_CHARS + 1)
        .find(|(_, letter)| !is_part(*letter));
    match end {
        Some((end, _)) => end,
        None if text.chars().nth(MAX_NAME_CHARS).is_some() => 0,
        None => text.len(),
    }
}

fn is_inside_word(before: &str) -> bool {
    let is_word = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '@' | '/');
    before.chars().next_back().is_some_and(is_word)
}
