//! The emoji of reactions.

pub(crate) use crate::emoji::find;

/// The quick reactions, with their Unicode names. The page passes them to
/// `static/js/messages/emoji-picker.js`.
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
