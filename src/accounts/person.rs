//! A person as everybody may see them, on pages and in events.

use serde::{Deserialize, Serialize};

use super::models::{User, UserId};

/// Avatars have one of so many colours.
const HUES: i64 = 12;

/// Who it is and how they are drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The person.
    pub id: UserId,
    /// As people see it; templates put it into `<bdi>`.
    pub username: String,
    /// Two capitals, for the avatar.
    pub initials: String,
    /// Colour of the avatar, 0 to 11.
    pub hue: i64,
}

impl Person {
    /// What is drawn follows from id and name.
    pub fn new(id: UserId, username: impl Into<String>) -> Self {
        let username = username.into();
        Self {
            id,
            initials: initials(&username),
            hue: id.0.rem_euclid(HUES),
            username,
        }
    }
}

impl From<&User> for Person {
    fn from(user: &User) -> Self {
        Self::new(user.id, user.username.as_str())
    }
}

/// Characters do: user names hold no combining marks that could be torn off.
fn initials(username: &str) -> String {
    username.to_uppercase().chars().take(2).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_avatar_has_two_capitals_and_a_colour() {
        for (username, initials) in [
            ("ana", "AN"),
            ("élan", "ÉL"),
            ("x", "X"),
            ("ßa", "SS"),
            ("花子", "花子"),
        ] {
            assert_eq!(Person::new(UserId(25), username).initials, initials);
        }
        assert_eq!(Person::new(UserId(25), "ana").hue, 1);
    }
}
