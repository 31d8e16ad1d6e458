//! Emoji as Unicode lists them: for the picker, and for the program, which would otherwise carry a
//! table of 700 KB in its memory.

use emojis::{Emoji, iter};
use serde_json::json;

/// A list of `[emoji, name, other names]` in the order of Unicode, without skin tones.
pub(crate) fn for_picker() -> String {
    let entry = |emoji: &'static Emoji| {
        let codes: Vec<&str> = emoji.shortcodes().collect();
        let codes = codes.join(" ").replace('_', " ");
        json!([emoji.as_str(), emoji.name(), codes])
    };
    json!(iter().map(entry).collect::<Vec<_>>()).to_string()
}

/// Every emoji in full, also with skin tones, a line each, in the order that they have without
/// variation selectors.
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
