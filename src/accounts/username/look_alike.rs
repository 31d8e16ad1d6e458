//! Names that look like others: `аna` with a Cyrillic `а` beside `ana`, or `everyone`. Source:
//! Unicode Technical Standard #39.

use std::{collections::HashSet, sync::LazyLock};

use unicode_script::Script;
use unicode_security::{mixed_script::AugmentedScriptSet, skeleton};

use super::{fold, letters};

/// Words that mention many people, or could be read so.
const CALLS: [&str; 6] = ["everyone", "everybody", "here", "all", "channel", "room"];

/// Words that seem to speak for the server. Only its owners may have them as names.
const STAFF: [&str; 7] = [
    "admin",
    "administrator",
    "moderator",
    "owner",
    "root",
    "system",
    "parlour",
];

static CALL_SKELETONS: LazyLock<HashSet<String>> = LazyLock::new(|| of_all(&CALLS));
static STAFF_SKELETONS: LazyLock<HashSet<String>> = LazyLock::new(|| of_all(&STAFF));

fn of_all(words: &[&str]) -> HashSet<String> {
    words.iter().map(|word| of(word)).collect()
}

/// Returns the skeleton of a name: two names with the same skeleton look alike, in upper or lower
/// case. It is for comparison only.
pub fn of(name: &str) -> String {
    // Folded in between, because `I` looks like `l`, and `i` does not.
    let prototypes: String = skeleton(name).collect();
    skeleton(&fold(&prototypes)).collect()
}

/// Returns whether the name is a word that mentions many people.
pub(super) fn is_call(name: &str) -> bool {
    CALL_SKELETONS.contains(&of(without_signs(name)))
}

/// Returns whether the name is a word that only an owner of the server may have.
pub(super) fn is_staff(name: &str) -> bool {
    STAFF_SKELETONS.contains(&of(without_signs(name)))
}

fn without_signs(name: &str) -> &str {
    name.trim_matches(|letter| letters::is_sign(letter) || !letters::is_allowed(letter))
}

/// Returns whether all letters are of one script, or of scripts that are mixed in everyday writing:
/// those of Japanese, Chinese and Korean, each with Latin ("highly restrictive").
pub(super) fn is_of_one_script(name: &str) -> bool {
    let mut all = AugmentedScriptSet::default();
    let mut beside_latin = AugmentedScriptSet::default();
    for letter in name.chars() {
        let scripts = AugmentedScriptSet::for_char(letter);
        all.intersect_with(scripts);
        if !scripts.base.contains_script(Script::Latin) {
            beside_latin.intersect_with(scripts);
        }
    }
    !all.is_empty() || beside_latin.kore || beside_latin.hanb || beside_latin.jpan
}
