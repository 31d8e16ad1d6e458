//! Finds possible mentions (`@name`) in a text. Whether such a member exists is checked later, in
//! the database.

use super::scripts;
use crate::accounts::username;

/// The maximum length of a name, in characters. The same as for user names.
const MAX_NAME_CHARS: usize = 150;

/// The maximum number of characters of a name that other letters may follow without a space. The
/// same as for new user names.
const MAX_GLUED_CHARS: usize = 40;

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

/// Returns possible readings of a name, the longest first. Punctuation may stand behind it: `ana.`
/// is a valid name, but usually `ana` at the end of a sentence. In scripts without spaces, other
/// words may follow it: `花子さん` is a valid name, but may be `花子` and `さん`.
pub(crate) fn readings(name: &str) -> impl Iterator<Item = &str> {
    let bare = without_signs(name);
    let shorter = (bare.len() < name.len() && !bare.is_empty()).then_some(bare);
    let ends = glued_ends(name).into_iter().rev();
    let glued = ends.map(|end| without_signs(&name[..end]));
    let glued = glued.filter(|glued| !glued.is_empty());
    std::iter::once(name).chain(shorter).chain(glued)
}

fn without_signs(name: &str) -> &str {
    name.trim_end_matches(['.', '-', '+', '@', '_'])
}

/// Returns where a name may end although letters follow: between two letters, one of them of a
/// script without spaces.
fn glued_ends(name: &str) -> Vec<usize> {
    if name.is_ascii() {
        return Vec::new();
    }
    let letters = name.char_indices().take(MAX_GLUED_CHARS + 1);
    let following = letters.clone().skip(1);
    letters
        .zip(following)
        .filter(|&((_, before), (_, after))| {
            after.is_alphanumeric() && (scripts::is_unspaced(before) || scripts::is_unspaced(after))
        })
        .map(|(_, (end, _))| end)
        .collect()
}

fn name_len(text: &str) -> usize {
    let mut before = None;
    let mut len = 0;
    for (count, (at, letter)) in text.char_indices().enumerate() {
        let is_part = username::is_allowed(letter) || username::is_joiner(letter);
        // The next name, in `花子さん@ana`.
        let is_next = letter == '@' && before.is_some_and(scripts::is_unspaced);
        if !is_part || is_next {
            break;
        }
        if count == MAX_NAME_CHARS {
            return if glued_ends(&text[..at]).is_empty() {
                0
            } else {
                at
            };
        }
        len = at + letter.len_utf8();
        before = Some(letter);
    }
    len
}

/// Returns whether an `@` behind this text is a part of a word, as in `ana@example`. In a script
/// without spaces, a word ends before the `@`.
fn is_inside_word(before: &str) -> bool {
    let is_word = |letter: char| {
        matches!(letter, '_' | '@' | '/')
            || letter.is_alphanumeric() && !scripts::is_unspaced(letter)
    };
    before.chars().next_back().is_some_and(is_word)
}
