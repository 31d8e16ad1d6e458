//! The public part of a person: name and avatar.

use serde::{Deserialize, Serialize};

use super::{User, UserId};

/// The number of colours of avatars in `static/css`, `hue-0` to `hue-11`.
const HUES: i64 = 12;

/// A person as pages and events show them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The row id.
    pub id: UserId,
    /// The name as the person typed it.
    pub username: String,
    /// The first two letters in upper case, for the avatar.
    pub initials: String,
    /// The colour of the avatar, 0 to 11, derived from the id.
    pub hue: i64,
}

impl Person {
    /// Derives the avatar from id and name.
    pub fn new(id: UserId, username: impl Into<String>) -> Self {
        let username = username.into();
        let initials = username
            .chars()
            .filter(|letter| letter.is_alphanumeric())
            .take(2)
            .flat_map(char::to_uppercase)
            .collect();
        Self {
            id,
            username,
            initials,
            hue: id.0.rem_euclid(HUES),
        }
    }
}

/// A person in events: id and name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserRef {
    /// The row id.
    pub id: UserId,
    /// The user name.
    pub username: String,
}

impl From<&User> for UserRef {
    fn from(user: &User) -> Self {
        Self {
            id: user.id,
            username: user.username.clone(),
        }
    }
}

impl From<&Person> for UserRef {
    fn from(person: &Person) -> Self {
        Self {
            id: person.id,
            username: person.username.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_skip_signs_and_the_hue_stays_in_range() {
        let person = Person::new(UserId(25), "_ana.maria");
        assert_eq!((person.initials.as_str(), person.hue), ("AN", 1));
        assert_eq!(Person::new(UserId(3), "דנה").initials, "דנ");
    }
}
