//! Validation and normalisation of user names. One rule for everybody who chooses a name; names
//! that exist already stay.
//!
//! A name is shown as it was typed (after NFKC), and is unique by [`key`], so that `Ana`, `ANA` and
//! `ａｎａ` are one person. It is also unique by its skeleton, so that nobody can look like another
//! person. Source: Django, `UnicodeUsernameValidator`; Unicode Technical Standard #39.

mod letters;
mod look_alike;

use unicase::UniCase;
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

pub(super) use letters::are_marks_bounded;
pub use letters::is_allowed;
pub(crate) use letters::is_joiner;
pub use look_alike::of as skeleton;

/// The maximum length in characters, as in Django.
const MAX_CHARS: usize = 150;
/// The maximum length in letters as people count them (grapheme clusters).
const MAX_LETTERS: usize = 40;
/// The maximum width in columns. A Latin letter has one column, a Chinese one has two.
const MAX_COLUMNS: usize = 40;
/// The maximum length of a text that is normalised, in bytes, because NFKC can grow text 18-fold. A
/// composed character is typed as at most four characters of at most four bytes, so every name of
/// 150 characters fits.
const MAX_TYPED_BYTES: usize = 4 * 4 * MAX_CHARS;

/// Vowels of Thai and Lao that NFKC takes apart. Text renderers draw the parts in another order.
const COMPOSED_VOWELS: [char; 2] = ['\u{E33}', '\u{EB3}'];

/// A valid user name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Username {
    /// The name as people see it.
    pub shown: String,
    /// The normalised name for comparison, unique in the table.
    pub key: String,
    /// The skeleton of the name, unique in the table.
    pub skeleton: String,
}

/// Reasons for rejecting a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Only spaces.
    Empty,
    /// More than 40 letters, or wider than 40 columns.
    TooLong,
    /// Other characters than letters, digits and `@ . + - _`.
    Characters,
    /// Starts with `@`, or has no letter and no digit.
    Signs,
    /// More marks on a letter than can be read.
    Marks,
    /// Letters of several scripts, for example Latin and Cyrillic.
    Mixed,
    /// A word such as `everyone`, or one that seems to speak for the server.
    Reserved,
}

impl Refusal {
    /// Returns the key of its text in the locale files.
    pub fn words_key(self) -> &'static str {
        match self {
            Self::Empty => "username-required",
            Self::TooLong => "username-too-long",
            Self::Characters => "username-characters",
            Self::Signs => "username-signs",
            Self::Marks => "username-marks",
            Self::Mixed => "username-mixed",
            Self::Reserved => "username-reserved",
        }
    }
}

/// Validates the name of a new account.
pub fn parse(typed: &str) -> Result<Username, Refusal> {
    let name = parse_owner(typed)?;
    if look_alike::is_staff(&name.shown) {
        return Err(Refusal::Reserved);
    }
    Ok(name)
}

/// Validates the name of a new account of an owner, who may be called `admin`.
pub fn parse_owner(typed: &str) -> Result<Username, Refusal> {
    let typed = typed.trim();
    if typed.len() > MAX_TYPED_BYTES {
        return Err(Refusal::TooLong);
    }
    let shown = composed(typed);
    check(&shown)?;
    Ok(Username {
        key: key(&shown),
        skeleton: skeleton(&shown),
        shown,
    })
}

fn check(shown: &str) -> Result<(), Refusal> {
    if shown.is_empty() {
        return Err(Refusal::Empty);
    }
    let is_too_long = shown.chars().nth(MAX_CHARS).is_some()
        || shown.graphemes(true).count() > MAX_LETTERS
        || shown.width() > MAX_COLUMNS;
    if is_too_long {
        return Err(Refusal::TooLong);
    }
    if !letters::are_allowed(shown) {
        return Err(Refusal::Characters);
    }
    if shown.starts_with('@') || !shown.contains(letters::is_word_letter) {
        return Err(Refusal::Signs);
    }
    if !letters::are_marks_readable(shown) {
        return Err(Refusal::Marks);
    }
    if !look_alike::is_of_one_script(shown) {
        return Err(Refusal::Mixed);
    }
    if look_alike::is_call(shown) {
        return Err(Refusal::Reserved);
    }
    Ok(())
}

/// Returns whether a name is a word that calls many people, or one that only an owner of the server
/// may have.
pub(super) fn is_reserved(name: &str, is_owner: bool) -> bool {
    look_alike::is_call(name) || !is_owner && look_alike::is_staff(name)
}

/// Applies NFKC, up to one character more than a name may have. Keeps what looks different when it
/// is taken apart.
fn composed(typed: &str) -> String {
    let parts = typed.split_inclusive(COMPOSED_VOWELS);
    let letters = parts.flat_map(|part| {
        let vowel = part
            .chars()
            .next_back()
            .filter(|last| COMPOSED_VOWELS.contains(last));
        let rest = &part[..part.len() - vowel.map_or(0, char::len_utf8)];
        rest.nfkc().chain(vowel)
    });
    letters.take(MAX_CHARS + 1).collect()
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

/// Applies NFKC and case folding, and removes joiners, without a limit of the length.
fn fold(text: &str) -> String {
    let normal: String = text.nfkc().filter(|letter| !is_joiner(*letter)).collect();
    // Normalise again, because folding may undo the normal form (for example of U+0345).
    UniCase::unicode(normal).to_folded_case().nfkc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_digits_and_five_signs_are_allowed() {
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
    fn names_of_every_script_are_shown_as_they_were_typed() {
        let cases = include_str!("../../../tests/cases/names-of-any-script.txt").lines();
        let ours = [
            "తెలుగు",
            "ಕನ್ನಡ",
            "മലയാളം",
            "සිංහල",
            "ශ්\u{200D}රී",
            "ગુજરાતી",
            "ਪੰਜਾਬੀ",
            "ଓଡ଼ିଆ",
            "नेपाली",
            "ລາວ",
            "ນ້ຳ",
            "བོད་".trim_end_matches('་'),
            "မောင်မောင်",
            "កញ្ញា",
            "ᮞᮥᮔ᮪ᮓ",
            "ꦗꦮ",
            "מֹשֶׁה",
            "مُحَمَّد",
            "علی\u{200C}رضا",
            "ދިވެހި",
            "ܣܘܪܝܝܐ",
            "አማርኛ",
            "ⵜⴰⵎⴰⵣⵉⵖⵜ",
            "ᏣᎳᎩ",
            "ߒߞߏ",
            "Ọlá",
            "Ẹ̀bùn",
            "Nguyễn",
            "g̃uarani",
            "Ілля",
            "Ѝван",
            "Ελένη",
            "Հայկ",
            "გიორგი",
            "花子",
            "ひなこ",
            "カナ",
            "김철수",
            "ㄅㄆㄇ",
            "Ana花子",
            "Anaさん",
            "김Ana",
            "花子_7",
            "Kaʻiulani",
        ];
        for name in cases.chain(ours) {
            let parsed = parse(name).unwrap_or_else(|why| panic!("{name:?}: {why:?}"));
            assert_eq!(parsed.shown, name);
            assert_eq!(key(name), parsed.key);
        }
    }

    #[test]
    fn a_joiner_is_allowed_only_where_it_is_seen_and_never_makes_another_name() {
        for name in [
            "an\u{200C}a",
            "\u{200D}ana",
            "ana\u{200D}",
            "क\u{200D}",
            "علی\u{200D}رضا",
        ] {
            assert_eq!(parse(name), Err(Refusal::Characters), "{name:?}");
        }
        assert_eq!(key("ශ්\u{200D}රී"), key("ශ්රී"));
        assert_eq!(key("علی\u{200C}رضا"), key("علیرضا"));
    }

    #[test]
    fn marks_need_a_letter_and_do_not_pile_up() {
        for name in [
            "\u{301}ana",
            "_\u{301}ana",
            "a\u{335}na",
            "a\u{20DD}na",
            "ana\u{FE0F}",
            "a\u{488}na",
            "ana\u{E0101}",
        ] {
            assert!(parse(name).is_err(), "{name:?}");
        }
        let piled = |mark: &str, count| format!("x{}", mark.repeat(count));
        assert!(parse(&piled("\u{31B}\u{323}", 1)).is_ok());
        assert_eq!(parse(&piled("\u{30D}\u{316}", 2)), Err(Refusal::Marks));
        assert_eq!(parse("कीी"), Err(Refusal::Marks));
    }

    #[test]
    fn a_name_has_letters_of_one_script() {
        for name in [
            "аna",
            "anа",
            "αna",
            "Вob",
            "ana中и",
            "дנה",
            "דana",
            "ab一カ가",
        ] {
            assert_eq!(parse(name), Err(Refusal::Mixed), "{name:?}");
        }
    }

    #[test]
    fn names_that_look_alike_share_a_skeleton() {
        for (one, other) in [
            ("ana", "аnа"),
            ("аdmin", "admin"),
            ("соса", "coca"),
            ("ΑΝΑ", "ana"),
            ("Ilse", "llse"),
            ("ILSE", "lLSE"),
            ("bo0", "boO"),
            ("ana1", "anal"),
            ("arnold", "amold"),
        ] {
            assert_eq!(skeleton(one), skeleton(other), "{one} {other}");
        }
        for (one, other) in [
            ("ana", "anna"),
            ("ana", "aná"),
            ("花子", "花了"),
            ("Ана", "Аня"),
        ] {
            assert_ne!(skeleton(one), skeleton(other), "{one} {other}");
        }
    }

    #[test]
    fn words_that_call_people_and_titles_are_reserved() {
        for name in [
            "everyone",
            "EVERYONE",
            "Here",
            "all",
            "here.",
            "_here_",
            "eνeryοne",
            "hеrе",
            "ｅveryone",
        ] {
            assert!(parse_owner(name).is_err(), "{name:?}");
        }
        for name in ["admin", "Admin", "admin_", "adrnin", "аԁmіn", "root"] {
            assert!(parse(name).is_err(), "{name:?}");
        }
        assert!(parse_owner("admin").is_ok());
        for name in ["..", ".", "@ana", "@", "_", "-+-", "@@"] {
            assert_eq!(parse(name), Err(Refusal::Signs), "{name:?}");
        }
        for name in [
            "ana@home",
            "_ana",
            "ana.",
            "hereford",
            "administrata",
            "Allan",
        ] {
            assert!(parse(name).is_ok(), "{name:?}");
        }
    }

    #[test]
    fn a_name_is_bounded_in_what_is_seen() {
        assert!(parse(&"é".repeat(40)).is_ok());
        assert!(parse(&"क्षि".repeat(12)).is_ok());
        assert!(parse(&"花".repeat(20)).is_ok());
        for name in [
            "W".repeat(41),
            "W".repeat(149),
            "é".repeat(151),
            "花".repeat(21),
        ] {
            assert_eq!(parse(&name), Err(Refusal::TooLong), "{name}");
        }
    }

    #[test]
    fn a_name_may_be_typed_in_the_longest_way() {
        let composed = "\u{1F82}".repeat(40);
        let decomposed: String = "\u{3B1}\u{313}\u{300}\u{345}".repeat(40);

        assert_eq!(parse(&decomposed).unwrap().shown, composed);
        assert_eq!(key(&decomposed), key(&composed));
        assert!(!key(&"\u{3B1}\u{313}\u{300}\u{345}".repeat(150)).ends_with(' '));
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
