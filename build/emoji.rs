//! The emoji of Unicode: a list for the picker, and one for the server, so that it need not keep a
//! table of 700 KB in memory.

use emojis::{Emoji, Group, SkinTone};
use serde_json::{Value, json};

/// Returns the emoji in their groups, in the order of Unicode: nine lists of `[emoji, name, short
/// codes]`. An emoji with skin tones has a fourth item, its form with the lightest one. The names are
/// those of Unicode, and the short codes those of GitHub (both from the crate `emojis`, MIT or Apache).
pub(crate) fn for_picker() -> String {
    let groups = Group::iter().map(|group| group.emojis().map(entry).collect());
    json!(groups.collect::<Vec<Vec<Value>>>()).to_string()
}

fn entry(emoji: &'static Emoji) -> Value {
    let codes = emoji.shortcodes().collect::<Vec<_>>().join(" ");
    match emoji.with_skin_tone(SkinTone::Light) {
        Some(toned) => json!([emoji.as_str(), emoji.name(), codes, toned.as_str()]),
        None => json!([emoji.as_str(), emoji.name(), codes]),
    }
}

/// Returns all emoji, also with skin tones, one per line, sorted by their text without variation
/// selectors.
pub(crate) fn sorted() -> String {
    let mut all: Vec<&str> = emojis::iter()
        .flat_map(|emoji| {
            let toned = emoji.skin_tones().into_iter().flatten();
            toned.chain([emoji]).map(Emoji::as_str)
        })
        .collect();
    all.sort_by_key(|emoji| emoji.replace('\u{fe0f}', ""));
    all.dedup();
    all.join("\n")
}
