//! The public part of a person: names and avatar.
//!
//! Everybody has a user name, by which people find, sign in and mention. Whoever chose a display
//! name is shown by it: [`Person::name`] and [`UserRef::name`] are what pages and events show.

use std::collections::HashMap;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::{User, UserId, status::Status};
use crate::{db::Connection, schema::users};

/// The number of colours of avatars in `static/css`, `hue-0` to `hue-11`.
const HUES: i64 = 12;

/// A person as pages and events show them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The row id.
    pub id: UserId,
    /// The user name as the person typed it.
    pub username: String,
    /// The name to show: the display name, or else the user name.
    pub name: String,
    /// The user name, if [`Self::name`] does not contain it. Lists of people show it beside.
    pub handle: Option<String>,
    /// At most two letters of the name in upper case, for the avatar.
    pub initials: String,
    /// The colour of the avatar, 0 to 11, derived from the id.
    pub hue: i64,
    /// The status, in lists that show it.
    pub status: Option<Status>,
}

impl Person {
    /// Derives the avatar of a person who has no display name.
    pub fn new(id: UserId, username: impl Into<String>) -> Self {
        let username = username.into();
        Self::from(UserRef {
            id,
            name: username.clone(),
            username,
        })
    }
}

impl From<UserRef> for Person {
    fn from(UserRef { id, username, name }: UserRef) -> Self {
        let suffix = told_apart("", &username);
        let is_told_apart = name.ends_with(&suffix);
        let plain = name.strip_suffix(&suffix).unwrap_or(&name);
        let initials = match initials_of(plain) {
            // A name of emoji only.
            none if none.is_empty() => initials_of(&username),
            some => some,
        };
        Self {
            id,
            handle: (name != username && !is_told_apart).then(|| username.clone()),
            initials,
            hue: id.0.rem_euclid(HUES),
            status: None,
            username,
            name,
        }
    }
}

/// Returns the form of a name that looks like the name of somebody else, as the generated column
/// `users.name` has it.
fn told_apart(display_name: &str, username: &str) -> String {
    format!("{display_name} (@{username})")
}

/// Returns the first letters of the first and the last word, or the first two letters of a name of
/// one word. `static/js/page/faces.js` does the same.
fn initials_of(name: &str) -> String {
    let letters = |word: &str, count: usize| -> String {
        let letters = word.chars().filter(|letter| letter.is_alphanumeric());
        letters.take(count).flat_map(char::to_uppercase).collect()
    };
    let has_letter = |word: &&str| word.contains(char::is_alphanumeric);
    let mut words = name.split_whitespace().filter(has_letter);
    match (words.next(), words.next_back()) {
        (Some(first), Some(last)) => letters(first, 1) + &letters(last, 1),
        _ => letters(name, 2),
    }
}

/// A person in events: id and names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Queryable, Selectable)]
#[serde(from = "Wire", into = "Wire")]
#[diesel(table_name = users)]
pub struct UserRef {
    /// The row id.
    pub id: UserId,
    /// The user name.
    pub username: String,
    /// The name to show.
    pub name: String,
}

impl UserRef {
    /// Returns the people with these ids.
    pub fn of_ids(conn: &mut Connection, ids: &[UserId]) -> QueryResult<HashMap<UserId, Self>> {
        // For an empty list, SQLite would scan all people.
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let people = users::table
            .filter(users::id.eq_any(ids))
            .select(Self::as_select())
            .load::<Self>(conn)?;
        Ok(people
            .into_iter()
            .map(|person| (person.id, person))
            .collect())
    }
}

/// The JSON of a [`UserRef`]: the name only if it is another one than the user name.
#[derive(Serialize, Deserialize)]
struct Wire {
    id: UserId,
    username: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

impl From<UserRef> for Wire {
    fn from(UserRef { id, username, name }: UserRef) -> Self {
        Self {
            id,
            name: Some(name).filter(|name| *name != username),
            username,
        }
    }
}

impl From<Wire> for UserRef {
    fn from(Wire { id, username, name }: Wire) -> Self {
        Self {
            id,
            name: name.unwrap_or_else(|| username.clone()),
            username,
        }
    }
}

impl From<&User> for UserRef {
    fn from(user: &User) -> Self {
        Self {
            id: user.id,
            username: user.username.clone(),
            name: user.name.clone(),
        }
    }
}

impl From<&User> for Person {
    fn from(user: &User) -> Self {
        Self::from(UserRef::from(user))
    }
}

impl From<&Person> for UserRef {
    fn from(person: &Person) -> Self {
        Self {
            id: person.id,
            username: person.username.clone(),
            name: person.name.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> Person {
        let (id, username) = (UserId(25), "ana_m".to_owned());
        Person::from(UserRef {
            id,
            username,
            name: name.to_owned(),
        })
    }

    #[test]
    fn initials_skip_signs_and_the_hue_stays_in_range() {
        let person = Person::new(UserId(25), "_ana.maria");
        assert_eq!((person.initials.as_str(), person.hue), ("AN", 1));
        assert_eq!(Person::new(UserId(3), "דנה").initials, "דנ");
    }

    #[test]
    fn initials_are_those_of_the_first_and_the_last_word() {
        for (name, initials) in [
            ("Ana Maria Lopez", "AL"),
            ("Ana", "AN"),
            ("★ Ana ★", "AN"),
            ("Ana (@ana_m)", "AN"),
            ("Ana Lopez (@ana_m)", "AL"),
            ("🐴", "AN"),
        ] {
            assert_eq!(named(name).initials, initials, "{name}");
        }
    }

    #[test]
    fn the_user_name_stands_beside_a_name_that_does_not_contain_it() {
        assert_eq!(named("Ana").handle.as_deref(), Some("ana_m"));
        assert_eq!(named("Ana (@ana_m)").handle, None);
        assert_eq!(named("ana_m").handle, None);
    }
}
