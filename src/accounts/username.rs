//! What may be a user name, and the form in which two of them are the same.
//!
//! A name is shown as it was typed (after NFKC) and is unique on [`key`], so that `Ana`, `ANA` and
//! `ａｎａ` are one person. Source: Django, `UnicodeUsernameValidator`.

use unicase::UniCase;
use unicode_normalization::UnicodeNormalization;

/// Characters, as in Django.
const MAX_CHARS: usize = 150;
/// Longest text that is normalised, bytes, since NFKC can grow text 18-fold. A composed character is typed
/// as at most four of at most four bytes, so every name of 150 characters fits however it is typed.
const MAX_TYPED_BYTES: usize = 4 * 4 * MAX_CHARS;

/// A name that may be registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Username {
    /// As people see it.
    pub shown: String,
    /// As it is compared; unique in the table.
    pub key: String,
}

/// Why a name may not be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Nothing but spaces.
    Empty,
    /// More than 150 characters.
    TooLong,
    /// Something besides letters, digits and `@ . + - _`.
    Characters,
}

impl Refusal {
    /// The key of the sentence that tells the person.
    pub fn words_key(self) -> &'static str {
        match self {
            Self::Empty => "username-required",
            Self::TooLong => "username-too-long",
            Self::Characters => "username-characters",
        }
    }
}

/// Reads a name that somebody wants to have.
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

/// The form on which names are compared; any text has one, also what could never be a name. Of a text that
/// is too long for a name it is the key of its beginning with a space, which stands in no name.
pub fn key(typed: &str) -> String {
    let typed = typed.trim();
    if typed.len() <= MAX_TYPED_BYTES {
        return fold(typed);
    }
    let beginning = &typed[..typed.floor_char_boundary(MAX_TYPED_BYTES)];
    fold(beginning) + " "
}

/// NFKC and case folding, of whatever length.
fn fold(text: &str) -> String {
    let normal: String = text.nfkc().collect();
    // Folding may undo the normal form (as for U+0345), so it is made again.
    UniCase::unicode(normal).to_folded_case().nfkc().collect()
}

/// Whether a name may hold it: `[\w.@+-]` without what cannot be seen; controls and bidi marks
/// are no letters to begin with.
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
        // One character of 3 bytes becomes 18.
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
