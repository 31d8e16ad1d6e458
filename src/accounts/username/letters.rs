//! The characters of user names: Django's `[\w.@+-]`, widened by the vowel signs and other marks
//! without which many scripts cannot write a name.

use unicode_normalization::char::{canonical_combining_class, is_combining_mark};
use unicode_script::{Script, UnicodeScript};

/// Signs that a name may contain beside letters and digits.
const SIGNS: [char; 5] = ['_', '.', '@', '+', '-'];

/// The combining class of viramas, which join two consonants.
const VIRAMA: u8 = 9;

/// The maximum number of marks on one letter. Burmese syllables have up to five.
const MAX_MARKS: usize = 6;

/// The maximum number of marks on one letter that belong to no script, such as accents. With more
/// of them, a name paints over its neighbours.
const MAX_ACCENTS: usize = 2;

/// Returns whether a name may contain the character: letters, digits, five signs, and marks. Not
/// every text of such characters is a name, see `are_marks_readable`.
pub fn is_allowed(letter: char) -> bool {
    is_word_letter(letter) || SIGNS.contains(&letter) || is_mark(letter)
}

/// Returns whether the character is a letter or a digit. Excludes the letters of Unicode that show
/// nothing.
pub(super) fn is_word_letter(letter: char) -> bool {
    let is_blank = matches!(letter, '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}');
    !is_blank && !is_combining_mark(letter) && letter.is_alphanumeric()
}

pub(super) fn is_sign(letter: char) -> bool {
    SIGNS.contains(&letter)
}

/// Returns whether the character is a visible mark of a letter. Excludes strokes through the
/// letter, frames around it, and selectors of variants, which show nothing.
fn is_mark(letter: char) -> bool {
    let is_excluded = matches!(
        letter,
        '\u{334}'..='\u{338}'
            | '\u{34F}'
            | '\u{488}'..='\u{489}'
            | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}'
            | '\u{1ABE}'
            | '\u{20D0}'..='\u{20FF}'
            | '\u{FE00}'..='\u{FE2F}'
            | '\u{E0100}'..='\u{E01EF}'
    );
    is_combining_mark(letter) && !is_excluded
}

/// Returns whether the character joins or separates the shapes of its neighbours and shows nothing
/// itself (ZWNJ, ZWJ).
pub(crate) fn is_joiner(letter: char) -> bool {
    matches!(letter, '\u{200C}' | '\u{200D}')
}

/// Returns whether all characters are allowed, and joiners are only where they change the visible
/// text. Source: UAX #31, layout and format control characters, contexts A1, A2 and B.
pub(super) fn are_allowed(name: &str) -> bool {
    let mut before = None;
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        let is_fine = match letter {
            joiner if is_joiner(joiner) => joins(before, joiner, letters.peek().copied()),
            letter => is_allowed(letter),
        };
        if !is_fine {
            return false;
        }
        before = Some(letter);
    }
    true
}

fn joins(before: Option<char>, joiner: char, after: Option<char>) -> bool {
    let (Some(before), Some(after)) = (before, after) else {
        return false;
    };
    let is_arabic = |letter: char| letter.script() == Script::Arabic && is_word_letter(letter);
    let is_after_virama = canonical_combining_class(before) == VIRAMA && is_word_letter(after);
    is_after_virama || joiner == '\u{200C}' && is_arabic(before) && is_arabic(after)
}

/// Returns whether no letter of any text has more marks than can be read. Unlike in user names,
/// marks may stand on signs and emoji, but not on nothing.
pub(in crate::accounts) fn are_marks_bounded(text: &str) -> bool {
    let (mut marks, mut accents, mut has_base) = (0, 0, false);
    for letter in text.chars().filter(|letter| !is_joiner(*letter)) {
        // Selectors of variants show nothing, and the frame of a key is part of an emoji.
        if matches!(letter, '\u{FE00}'..='\u{FE0F}' | '\u{20E3}') {
            continue;
        }
        if !is_combining_mark(letter) {
            (marks, accents, has_base) = (0, 0, !letter.is_whitespace());
            continue;
        }
        marks += 1;
        accents += usize::from(letter.script() == Script::Inherited);
        if !has_base || marks > MAX_MARKS || accents > MAX_ACCENTS {
            return false;
        }
    }
    true
}

/// Returns whether marks stand on letters, not more than can be read.
pub(super) fn are_marks_readable(name: &str) -> bool {
    let mut has_letter = false;
    let (mut marks, mut accents, mut last) = (0, 0, None);
    for letter in name.chars().filter(|letter| !is_joiner(*letter)) {
        if !is_mark(letter) {
            has_letter = is_word_letter(letter);
            (marks, accents, last) = (0, 0, None);
            continue;
        }
        marks += 1;
        accents += usize::from(letter.script() == Script::Inherited);
        let is_fine =
            has_letter && last != Some(letter) && marks <= MAX_MARKS && accents <= MAX_ACCENTS;
        if !is_fine {
            return false;
        }
        last = Some(letter);
    }
    true
}
