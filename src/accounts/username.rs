//! Validation and normalisation of user names.
//!
//! A name is shown as it was typed (after NFKC), and is unique by [`key`], so that `Ana`, `ANA` and
//! `ａｎａ` are one person. Source: Django, `UnicodeUsernameValidator`.

use unicase::UniCase;
use unicode_normalization::UnicodeNormalization;

/// The maximum length in characters, as in Django.
const MAX_CHARS: usize = 150;
/// The maximum length of a text that is normalised, in bytes, because NFKC can grow text 18-fold. A
/// composed character is typed as at most four characters of at most four bytes, so every name of
/// 150 characters fits.
const MAX_TYPED_BYTES: usize = 4 * 4 * MAX_CHARS;

/// A valid user name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Username {
    /// The name as people see it.
    pub shown: String,
    /// The normalised name for comparison, unique in the table.
    pub key: String,
}

/// Reasons for rejecting a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Only spaces.
    Empty,
    /// More than 150 characters.
    TooLong,
    /// Other characters than letters, digits and `@ . + - _`.
    Characters,
}

impl Refusal {
    /// Returns the key of its text in the locale files.
    pub fn words_key(self) -> &'static str {
        match self {
            Self::Empty => "username-required",
            Self::TooLong => "username-too-long",
            Self::Characters => "username-characters",
        }
    }
}

/// Validates the name of a new account.
pub fn parse(typed: &str) -> Result<Username, Refusal> {
    let typed = typed.trim();
    if typed.len() > MAX_TYPED_BYTES {
        return Err(Refusal::TooLong);
    }
    let shown: String = typed.nfkc().take(MAX_CHARS + 1).collect();
    if shown.is_empty() {
        return Err(Refusal::Empty);
    }
    if shown.chars().count() > MAX_CHARS {
        return Err(Refusal::TooLong);
    }
    if !shown.chars().all(is_allowed) {
        return Err(Refusal::Characters);
    }
    let key = key(&shown);
    Ok(Username { shown, key })
}

/// Returns the normalised form for comparison. Any text has one, even if it is not a valid name. A
/// text that is too long gets the key of its beginning plus a space, which equals no name's key.
pub fn key(typed: &str) -> String {
    let typed = typed.trim();
    if typed.len() <= MAX_TYPED_BYTES {
        return fold(typed);
    }
    let beginning = &typed[..typed.floor_char_boundary(MAX_TYPED_BYTES)];
    fold(beginning) + " "
}

/// Applies NFKC and case folding, without a limit of the length.
fn fold(text: &str) -> String {
    let normal: String = text.nfkc().collect();
    // Normalise again, because folding may undo the normal form (for example of U+0345).
    UniCase::unicode(normal).to_folded_case().nfkc().collect()
}

/// Returns whether a name may contain the character: `[\w.@+-]` without invisible ones. Controls
/// and bidi marks do not match in the first place.
pub fn is_allowed(letter: char) -> bool {
    let visible = !matches!(
        letter,
        '\u{34F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{3164}' | '\u{FFA0}'
    );
    visible && (letter.is_alphanumeric() || "_.@+-".contains(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_any_script_digits_and_five_signs_are_allowed() {
        for name in ["ana", "Łukasz_7", "ana.b+c@d-e", "Мария", "花子", "७"] {
            assert_eq!(parse(name).unwrap().shown, name);
        }
    }

    #[test]
    fn invisible_and_turning_characters_are_refused() {
        for name in [
            "an\u{200B}a",
            "an\u{202E}a",
            "ana\u{2066}",
            "a\nb",
            "a b",
            "a\u{0}",
            "\u{3164}",
            "\u{1160}x",
            "a\u{00AD}b",
            "\u{FEFF}ana",
            "a/b",
            "<b>",
            "ana🐴",
            "\u{2800}",
        ] {
            assert_eq!(parse(name), Err(Refusal::Characters), "{name:?}");
        }
        assert_eq!(parse("  "), Err(Refusal::Empty));
    }

    #[test]
    fn a_name_ends_at_150_characters() {
        assert!(parse(&"é".repeat(150)).is_ok());
        assert_eq!(parse(&"é".repeat(151)), Err(Refusal::TooLong));
    }

    #[test]
    fn a_name_of_150_characters_may_be_typed_in_the_longest_way() {
        let composed = "\u{1F82}".repeat(150);
        let decomposed: String = "\u{3B1}\u{313}\u{300}\u{345}".repeat(150);

        assert_eq!(parse(&decomposed).unwrap().shown, composed);
        assert_eq!(key(&decomposed), key(&composed));
        assert!(!key(&decomposed).ends_with(' '));
    }

    #[test]
    fn what_is_too_long_for_a_name_is_not_normalised_as_a_whole() {
        // One character of 3 bytes grows to 18 characters.
        let long = "\u{FDFA}".repeat(40_000);

        assert_eq!(parse(&long), Err(Refusal::TooLong));
        assert!(key(&long).len() < 20 * MAX_TYPED_BYTES);
        assert!(key(&long).ends_with(' '), "no name has this key");
        assert_eq!(parse(&"\u{FDFA}".repeat(100)), Err(Refusal::TooLong));
    }

    #[test]
    fn spellings_of_one_name_share_a_key() {
        for (one, other) in [
            ("Ana", "ANA"),
            ("Straße", "STRASSE"),
            ("ａｎａ", "ana"),
            ("Σίσυφος", "ΣΊΣΥΦΟΣ"),
            ("é", "e\u{301}"),
            (" ana ", "ana"),
        ] {
            assert_eq!(key(one), key(other));
        }
        assert_ne!(key("ana"), key("anna"));
    }
}
