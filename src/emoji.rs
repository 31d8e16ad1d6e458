//! Recognition of emoji, for messages and for the status of people. `build/` generates the list, and
//! the list with names for the picker.

use std::sync::LazyLock;

/// All emoji, sorted by their spelling without variation selectors, for binary search.
static ALL: LazyLock<Vec<&str>> = LazyLock::new(|| {
    include_str!(concat!(env!("OUT_DIR"), "/emoji.txt"))
        .lines()
        .collect()
});

/// Returns the fully qualified spelling if `text` is one emoji, with or without variation
/// selectors.
pub(crate) fn find(text: &str) -> Option<&'static str> {
    let found = ALL.binary_search_by(|known| bare(known).cmp(bare(text)));
    found.ok().map(|index| ALL[index])
}

/// Iterates over the characters without variation selector 16.
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
