//! Validation of a message's text, shared by socket and form.

use unicode_segmentation::UnicodeSegmentation;

use crate::chat::messages::emoji;

/// The maximum number of emoji in a message that shows them large.
const MOST_LARGE_EMOJI: usize = 6;

/// Reasons for rejecting a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyError {
    /// Only white space.
    Empty,
    /// Longer than the limit, by `excess` characters.
    TooLong {
        /// Characters to remove.
        excess: usize,
    },
    /// A control character other than a new line or a tab.
    Control,
}

/// Validates a text: 1 to `max_chars` Unicode characters. Normalises line ends to `\n`.
///
/// # Errors
/// [`BodyError`]. The text is never shortened to make it fit.
pub(crate) fn checked(text: &str, max_chars: usize) -> Result<String, BodyError> {
    let text = text.replace("\r\n", "\n");
    if text.trim().is_empty() {
        return Err(BodyError::Empty);
    }
    let is_control = |letter: char| letter.is_ascii_control() && letter != '\n' && letter != '\t';
    if text.contains(is_control) {
        return Err(BodyError::Control);
    }
    match text.chars().count().checked_sub(max_chars) {
        Some(excess @ 1..) => Err(BodyError::TooLong { excess }),
        _ => Ok(text),
    }
}

/// Returns whether the text is one to six emoji (counted as grapheme clusters) and nothing else.
pub(crate) fn is_big_emoji(text: &str) -> bool {
    let mut seen = 0;
    for grapheme in text
        .graphemes(true)
        .filter(|grapheme| !grapheme.trim().is_empty())
    {
        seen += 1;
        if seen > MOST_LARGE_EMOJI || emoji::find(grapheme).is_none() {
            return false;
        }
    }
    seen > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_counts_characters_and_names_the_excess() {
        assert_eq!(
            checked(&"é".repeat(10_000), 10_000).map(|text| text.len()),
            Ok(20_000)
        );
        assert_eq!(
            checked(&"x".repeat(10_001), 10_000),
            Err(BodyError::TooLong { excess: 1 })
        );
    }

    #[test]
    fn white_space_is_empty_and_controls_are_refused() {
        assert_eq!(checked(" \r\n\t ", 10), Err(BodyError::Empty));
        assert_eq!(checked("a\0b", 10), Err(BodyError::Control));
        assert_eq!(checked("a\u{1b}b", 10), Err(BodyError::Control));
        assert_eq!(checked("a\r\nb\tc", 10).as_deref(), Ok("a\nb\tc"));
    }

    #[test]
    fn a_family_is_one_emoji_and_text_is_none() {
        assert!(is_big_emoji("👩‍👩‍👧‍👦"));
        assert!(is_big_emoji("🌱 👏🏽 ❤️"));
        assert!(!is_big_emoji("🌱 hi"));
        assert!(!is_big_emoji("12"));
        assert!(!is_big_emoji("😀😀😀😀😀😀😀"));
    }
}
