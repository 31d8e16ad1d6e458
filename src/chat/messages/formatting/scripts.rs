//! Scripts (writing systems) of letters: where a name or an address ends if no space follows it.

use unicode_script::{Script, UnicodeScript};

/// Returns the script of a letter, or `None` for digits, signs and marks, which occur in all of
/// them. Scripts that are mixed within words, such as those of Japanese, count as one.
pub(crate) fn of(letter: char) -> Option<Script> {
    match letter.script() {
        Script::Common | Script::Inherited | Script::Unknown => None,
        Script::Hiragana | Script::Katakana | Script::Bopomofo => Some(Script::Han),
        script => Some(script),
    }
}

/// Returns whether the letter is of a script that writes words, or words and their particles,
/// without a space between them.
pub(crate) fn is_unspaced(letter: char) -> bool {
    matches!(
        of(letter),
        Some(
            Script::Han
                | Script::Hangul
                | Script::Thai
                | Script::Lao
                | Script::Khmer
                | Script::Myanmar
                | Script::Tibetan
                | Script::Javanese
                | Script::Balinese
                | Script::Yi
        )
    )
}
