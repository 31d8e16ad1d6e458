//! The emoji of Unicode: a list for the picker, and one for the server, so that it need not keep a
//! table of 700 KB in memory.

use emojis::{Emoji, iter};
use serde_json::json;

/// Returns a list of `[emoji, name, other names]` in the order of Unicode, without skin tones.
pub(crate) fn for_picker() -> String {
    let entry = |emoji: &'static Emoji| {
        let codes: Vec<&str> = emoji.shortcodes().collect();
        let codes = codes.join(" ").replace('_', " ");
        json!([emoji.as_str(), emoji.name(), codes])
    };
    json!(iter().map(entry).collect::<Vec<_>>()).to_string()
}

/// Returns all emoji, also with skin tones, one per line, sorted by their text without variation
/// selectors.
pub(crate) fn sorted() -> String {
    let mut all: Vec<&str> = iter()
        .flat_map(|emoji| {
            let toned = emoji.skin_tones().into_iter().flatten();
            toned.chain([emoji]).map(Emoji::as_str)
        })
        .collect();
    all.sort_by_key(|emoji| emoji.replace('\u{fe0f}', ""));
    all.dedup();
    all.join("\n")
}
