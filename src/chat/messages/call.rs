//! The words `@everyone` and `@here`, which mention many members of a room at once. No user can have
//! such a name (`accounts/username/look_alike.rs`).

use crate::{accounts::username, db::text_enum};

/// The number of people from which the author is asked before the message is sent: more than ten.
pub(crate) const ASKS_ABOVE: usize = 10;

text_enum! {
    /// A word that calls many members.
    Call {
        /// All members.
        Everyone = "everyone",
        /// The members who are online at the moment.
        Here = "here",
    }
}

impl Call {
    /// Returns the call with this name, written without the `@`.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let key = username::key(name);
        Self::ALL.iter().copied().find(|call| call.word() == key)
    }

    /// Returns the call among the names of a message. `@everyone` includes `@here`.
    pub(crate) fn among(names: &[String]) -> Option<Self> {
        let mut here = None;
        for name in names {
            match Self::named(name) {
                Some(Self::Everyone) => return Some(Self::Everyone),
                Some(Self::Here) => here = Some(Self::Here),
                None => {}
            }
        }
        here
    }

    /// Returns whether a message with this call marks `word`, too.
    pub(crate) fn includes(self, word: Self) -> bool {
        self == Self::Everyone || word == Self::Here
    }
}
