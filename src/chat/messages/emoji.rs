//! Which text is an emoji. `build/` writes the list, and the one of the picker with all names.

use std::sync::LazyLock;

/// The reactions that are one press away; `static/js/messages/emoji-picker.js` gets them from the page.
/// With the names that Unicode gives them.
pub(crate) const QUICK_EMOJI: [(&str, &str); 8] = [
    ("👍", "thumbs up"),
    ("❤️", "red heart"),
    ("😂", "face with tears of joy"),
    ("🎉", "party popper"),
    ("😮", "face with open mouth"),
    ("😢", "crying face"),
    ("🙏", "folded hands"),
    ("👀", "eyes"),
];

/// In the order that they have without variation selectors.
static ALL: LazyLock<Vec<&str>> = LazyLock::new(|| {
    include_str!(concat!(env!("OUT_DIR"), "/emoji.txt"))
        .lines()
        .collect()
});

/// The emoji as Unicode spells it in full, if `text` is one, with or without what asks for colours.
pub(crate) fn find(text: &str) -> Option<&'static str> {
    let found = ALL.binary_search_by(|known| bare(known).cmp(bare(text)));
    found.ok().map(|index| ALL[index])
}

/// Without variation selector 16.
fn bare(emoji: &str) -> impl Iterator<Item = char> {
    emoji.chars().filter(|letter| *letter != '\u{fe0f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_emoji_of_unicode_is_found_in_its_full_form() {
        assert!(ALL.len() > 3_500, "{}", ALL.len());
        let toned = |emoji: &'static emojis::Emoji| emoji.skin_tones().into_iter().flatten();
        for emoji in emojis::iter().chain(emojis::iter().flat_map(toned)) {
            let full = emoji.as_str();
            let bare: String = bare(full).collect();
            assert_eq!(find(full), Some(full));
            assert_eq!(find(&bare), Some(full), "without selectors");
        }
    }

    #[test]
    fn other_text_is_no_emoji() {
        for text in ["", "a", "é", "1", "#", "\u{fe0f}", "👍👍", "👍 ", "©x"] {
            assert_eq!(find(text), None, "{text}");
        }
    }
}
