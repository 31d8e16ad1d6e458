//! Validation of display names: what a person wants to be called, beside the user name.
//!
//! Several people may have the same display name, because families and classes have two Anas. A
//! name that looks like somebody else's is shown with the user name (`models/display_names.rs`).

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::username;
use crate::{
    error::{Error, Result},
    visible, words,
};

/// The maximum length, in letters as people count them (grapheme clusters), and in columns. It is
/// that of user names, so that it fits where a user name does.
pub(crate) const MAX_LETTERS: usize = 40;
/// The maximum length in code points, because a letter may have several marks.
const MAX_CHARS: usize = 150;

/// A valid display name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisplayName {
    /// The name as people see it.
    pub shown: String,
    /// What the name looks like. Names that look alike have the same, also a user name and a
    /// display name.
    pub skeleton: String,
}

impl DisplayName {
    /// Validates a typed name. Returns `None` for an empty one: the user name is shown.
    ///
    /// # Errors
    /// [`Error::Invalid`] for the field `name`.
    pub fn parse(typed: &str, is_owner: bool) -> Result<Option<Self>> {
        if typed.trim().is_empty() {
            return Ok(None);
        }
        check(typed, is_owner)
            .map(Some)
            .map_err(|key| Error::invalid("name", words::text_with(key, &most())))
    }
}

/// The maximum length of the line about a person, in characters.
const ABOUT_CHARS: usize = 200;

/// Validates the line about a person. One that shows nothing is empty.
///
/// # Errors
/// [`Error::Invalid`] for the field `about`.
pub(super) fn about(typed: &str) -> Result<String> {
    let line = visible::one_line(typed);
    if line.chars().count() > ABOUT_CHARS {
        let most = [("most", ABOUT_CHARS.into())];
        let text = words::text_with("profile-about-long", &most);
        return Err(Error::invalid("about", text));
    }
    if !visible::shows_something(&line) {
        return Ok(String::new());
    }
    if !username::are_marks_bounded(&line) {
        return Err(Error::invalid("about", words::text("profile-about-marks")));
    }
    Ok(line)
}

fn most() -> [(&'static str, words::FluentValue<'static>); 1] {
    [("most", MAX_LETTERS.into())]
}

/// Returns the name, or the key of the words of the refusal.
fn check(typed: &str, is_owner: bool) -> std::result::Result<DisplayName, &'static str> {
    // Normalise no more than a name may have: one character may become several.
    if typed.len() > 4 * 4 * MAX_CHARS {
        return Err("profile-name-long");
    }
    let shown: String = visible::one_line(typed).nfc().collect();
    if !visible::shows_something(&shown) {
        return Err("profile-name-empty");
    }
    let is_too_long = shown.chars().count() > MAX_CHARS
        || shown.graphemes(true).count() > MAX_LETTERS
        || shown.width() > MAX_LETTERS;
    if is_too_long {
        return Err("profile-name-long");
    }
    if shown.nfkc().any(|letter| letter == '@') {
        return Err("profile-name-at");
    }
    if !username::are_marks_bounded(&shown) {
        return Err("profile-name-marks");
    }
    let seen: String = shown
        .chars()
        .filter(|letter| !visible::is_blank(*letter))
        .collect();
    if username::is_reserved(&seen, is_owner) {
        return Err("profile-name-reserved");
    }
    Ok(DisplayName {
        skeleton: username::skeleton(&seen),
        shown,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(typed: &str) -> std::result::Result<String, &'static str> {
        check(typed, false).map(|name| name.shown)
    }

    fn skeleton(typed: &str) -> String {
        check(typed, false).unwrap().skeleton
    }

    #[test]
    fn a_name_is_one_line_of_visible_characters() {
        for (typed, shown) in [
            ("  Ana \n Maria ", "Ana Maria"),
            ("an\u{202E}a\u{200B}\u{2066}", "ana"),
            ("Ana 🐴 O'Neil-Šmídová (mum)", "Ana 🐴 O'Neil-Šmídová (mum)"),
            ("e\u{301}ve", "éve"),
            ("👨\u{200D}👩\u{200D}👧", "👨\u{200D}👩\u{200D}👧"),
            ("דנה כהן", "דנה כהן"),
            ("花子 Hanako", "花子 Hanako"),
        ] {
            assert_eq!(parse(typed).as_deref(), Ok(shown), "{typed:?}");
        }
    }

    #[test]
    fn a_name_that_shows_nothing_is_refused_and_an_empty_one_means_the_user_name() {
        let cases = include_str!("../../tests/cases/invisible-only.json");
        let invisible = serde_json::from_str::<Vec<String>>(cases).unwrap();
        for typed in invisible.iter().filter(|text| !text.contains(['>', '*'])) {
            let shown = DisplayName::parse(typed, false);
            assert!(!matches!(shown, Ok(Some(_))), "{typed:?}");
        }
        assert_eq!(parse("\u{200B}"), Err("profile-name-empty"));
        assert_eq!(parse("\u{3164}"), Err("profile-name-empty"));
        assert!(matches!(DisplayName::parse("  ", false), Ok(None)));
    }

    #[test]
    fn a_name_has_forty_letters_and_its_marks_can_be_read() {
        assert!(parse(&"e\u{301}".repeat(40)).is_ok());
        assert!(parse(&"क्षि".repeat(12)).is_ok());
        for long in ["W".repeat(41), "花".repeat(21), "\u{FDFA}".repeat(40_000)] {
            assert_eq!(parse(&long), Err("profile-name-long"));
        }
        for piled in [
            format!("A{}", "\u{30D}".repeat(3)),
            format!("A{}", "\u{336}".repeat(20)),
            "\u{301}Ana".to_owned(),
            "A \u{301}na".to_owned(),
        ] {
            assert_eq!(parse(&piled), Err("profile-name-marks"), "{piled:?}");
        }
        assert!(parse("❤\u{FE0F} 1\u{FE0F}\u{20E3}").is_ok());
    }

    #[test]
    fn a_name_cannot_imitate_the_form_with_a_user_name() {
        for typed in ["Ana (@ana)", "Ana (＠ana)", "Ana ﹫ana", "@ana"] {
            assert_eq!(parse(typed), Err("profile-name-at"), "{typed}");
        }
    }

    #[test]
    fn words_that_call_people_and_titles_are_reserved() {
        for typed in [
            "everyone",
            "He re",
            "★ Everyone ★",
            "Admin",
            "A d m i n",
            "аdmin",
            "Parlour",
        ] {
            assert_eq!(parse(typed), Err("profile-name-reserved"), "{typed}");
        }
        assert!(check("Admin", true).is_ok());
        assert!(parse("Admiral").is_ok());
    }

    #[test]
    fn names_that_look_alike_have_the_same_skeleton() {
        for (one, other) in [
            ("Ana Maria", "ana maria"),
            ("Ana Maria", "Аnа Маriа"),
            ("Ana Maria", "AnaMaria"),
            ("Ana", "A\u{200D}na"),
            ("Ana", "A\u{FE0F}na"),
            ("❤\u{FE0F}Ana", "❤Ana"),
            ("Ana\u{2003}M", "Ana M"),
        ] {
            assert_eq!(skeleton(one), skeleton(other), "{one:?} {other:?}");
        }
        assert_eq!(skeleton("Ana"), username::skeleton("ana"));
        assert_ne!(skeleton("Ana"), skeleton("Anna"));
    }
}
