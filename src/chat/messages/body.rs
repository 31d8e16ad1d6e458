//! Validation of a message's text, shared by socket and form.

use unicode_segmentation::UnicodeSegmentation;

use crate::{
    chat::messages::{emoji, formatting},
    words,
};

/// The maximum number of emoji in a message that shows them large.
const MOST_LARGE_EMOJI: usize = 6;

/// Reasons for rejecting a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyError {
    /// Nothing that a reader sees.
    Empty,
    /// Longer than the limit, by `excess` characters.
    TooLong {
        /// Characters to remove.
        excess: usize,
    },
}

impl BodyError {
    /// Returns the sentence that tells the author what to change.
    pub(crate) fn text(self) -> String {
        match self {
            Self::Empty => words::text("room-refused-empty"),
            Self::TooLong { excess } => {
                words::text_with("room-refused-too-long", &[("excess", excess.into())])
            }
        }
    }
}

/// Validates a text: 1 to `max_chars` Unicode characters, at least one of them visible. Normalises
/// line ends to `\n`, and removes other control characters.
///
/// # Errors
/// [`BodyError`]. The text is never shortened to make it fit, and never refused because of
/// characters that nobody sees.
pub(crate) fn checked(text: &str, max_chars: usize) -> Result<String, BodyError> {
    let text = without_controls(text);
    if text.trim().is_empty() {
        return Err(BodyError::Empty);
    }
    if let Some(excess @ 1..) = text.chars().count().checked_sub(max_chars) {
        return Err(BodyError::TooLong { excess });
    }
    if formatting::shows_something(&text) {
        Ok(text)
    } else {
        Err(BodyError::Empty)
    }
}

/// Turns everything that ends a line into `\n`, for example the soft line breaks of word processors
/// (vertical tab) and the page breaks of PDF files. Removes other controls but tabs.
fn without_controls(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut before = None;
    for letter in text.chars() {
        match letter {
            '\n' if before == Some('\r') => {}
            '\n' | '\r' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}' => kept.push('\n'),
            '\t' => kept.push('\t'),
            control if control.is_control() => {}
            visible => kept.push(visible),
        }
        before = Some(letter);
    }
    kept
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
    use std::collections::BTreeMap;

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
    fn controls_end_lines_or_are_left_out_and_the_rest_is_kept() {
        assert_eq!(checked("a\r\nb\tc", 10).as_deref(), Ok("a\nb\tc"));
        let cases = include_str!("../../../tests/cases/pasted-controls.json");
        let cases: BTreeMap<String, String> = serde_json::from_str(cases).unwrap();
        for (name, expected) in [
            ("soft line break of a word processor", "Agenda:\none\ntwo"),
            ("page break of a PDF", "page 1\npage 2"),
            ("coloured terminal line", "[31merror[0m: no disk"),
            ("NUL", "ab"),
            ("lone CR", "a\nb"),
        ] {
            assert_eq!(
                checked(&cases[name], 100).as_deref(),
                Ok(expected),
                "{name}"
            );
        }
        for (text, expected) in [
            ("a\u{85}b", "a\nb"),
            ("a\u{2028}b\u{2029}c", "a\nb\nc"),
            ("a\r\r\nb\n\rc", "a\n\nb\n\nc"),
            ("a\u{7F}\u{9B}b\u{8}", "ab"),
            ("\u{1}\u{2}\u{3}x", "x"),
            ("`a\0b`", "`ab`"),
        ] {
            assert_eq!(checked(text, 100).as_deref(), Ok(expected), "{text:?}");
        }
        // Removed characters do not count.
        assert_eq!(checked("a\0\0\0b", 2).as_deref(), Ok("ab"));
    }

    #[test]
    fn a_text_that_shows_nothing_is_empty() {
        let cases = include_str!("../../../tests/cases/invisible-only.json");
        let cases: Vec<String> = serde_json::from_str(cases).unwrap();
        let ours = [
            "",
            " \r\n\t ",
            "\0",
            "\u{1B}",
            "\u{85}",
            "\u{2028}",
            "\u{3164}",
            "\u{34F}",
            "\u{E0001}",
            "\u{1D159}",
            "\u{200D}\u{FE0E} \u{200C}",
            "- \u{200B}",
            "* \u{2060}\n* \u{FEFF}",
            "~~\u{AD}~~",
            "`\u{200B}`",
            "```\n\u{2800}\n```",
            "> > \u{200B}\n\n\u{200B}",
            "***\u{2062}***",
        ];
        for text in cases.iter().map(String::as_str).chain(ours) {
            assert_eq!(checked(text, 100), Err(BodyError::Empty), "{text:?}");
        }
        for text in [
            "\u{200B}a",
            ">",
            "**",
            "-",
            "\u{301}",
            "❤\u{FE0F}",
            "> \u{200B}a",
            "\u{FFFD}",
        ] {
            assert!(checked(text, 100).is_ok(), "{text:?}");
        }
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
