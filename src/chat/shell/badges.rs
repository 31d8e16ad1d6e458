//! What the list of conversations, the title and the icon say of what is unread, as pages show it
//! before a script has run. `static/js/reading/unread.js` says the same of what comes afterwards.

use std::collections::HashMap;

use serde::Serialize;

use crate::{
    accounts::UserId,
    chat::{
        reading::{AllRead, Level, Reading},
        rooms::{RoomId, RoomKind},
    },
    db::Connection,
    error::Result,
    words,
};

/// Larger numbers are "99+".
const LARGEST: i64 = 99;

/// What is unread in all rooms of one person.
pub(crate) struct Badges {
    readings: HashMap<RoomId, Reading>,
    can_undo: bool,
}

impl Badges {
    pub(crate) fn read(conn: &mut Connection, me: UserId) -> Result<Self> {
        Ok(Self {
            readings: Reading::all_of(conn, me)?,
            can_undo: AllRead::is_fresh(conn, me)?,
        })
    }

    /// Whoever looks at a room's newest messages without a script has read them.
    pub(crate) fn forget(&mut self, room: RoomId) {
        if let Some(reading) = self.readings.get_mut(&room) {
            (reading.unread, reading.mentions) = (0, 0);
        }
    }

    /// How many messages of a room are unread.
    pub(crate) fn unread(&self, room: RoomId) -> i64 {
        self.readings.get(&room).map_or(0, |reading| reading.unread)
    }

    /// Whether the room is in the list.
    pub(crate) fn lists(&self, room: RoomId) -> bool {
        let reading = self.readings.get(&room);
        reading.is_none_or(|reading| reading.level != Level::Hidden)
    }

    /// What the link of a room, called `name`, says of it.
    pub(crate) fn of(&self, room: RoomId, name: &str) -> Badge {
        let Some(reading) = self
            .readings
            .get(&room)
            .filter(|reading| reading.unread > 0)
        else {
            return Badge {
                any: false,
                number: None,
                label: name.to_owned(),
            };
        };
        Badge {
            any: true,
            number: (reading.mentions > 0).then(|| capped(reading.mentions)),
            label: label(name, reading),
        }
    }

    /// The number of the title and of the icon, null for none.
    pub(crate) fn total(&self) -> Option<String> {
        let total: i64 = self.readings.values().map(Reading::called).sum();
        (total > 0).then(|| capped(total))
    }

    /// What "mark all read" can do.
    pub(crate) fn waiting(&self) -> Waiting {
        Waiting {
            any: self.readings.values().any(|reading| reading.unread > 0),
            undo: self.can_undo,
        }
    }
}

/// What is unread in one room, as `_conversation.hbs` shows it.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Badge {
    /// Something is unread.
    any: bool,
    /// Mentions; a dot without one.
    number: Option<String>,
    /// The accessible name of the room's link.
    label: String,
}

/// What `_read_all.hbs` shows.
#[derive(Serialize)]
pub(crate) struct Waiting {
    /// Something is unread.
    any: bool,
    /// "Mark all read" can be undone.
    undo: bool,
}

fn capped(number: i64) -> String {
    if number > LARGEST {
        return format!("{LARGEST}+");
    }
    number.to_string()
}

/// The name, then `, 3 unread`, then `, mentioned`.
fn label(name: &str, reading: &Reading) -> String {
    let count = capped(reading.unread);
    let mut label = name.to_owned();
    label += &words::text_with("js-unread", &[("count", count.into())]);
    if reading.kind != RoomKind::Direct && reading.mentions > 0 {
        label += &words::text("js-mentioned");
    }
    label
}

#[cfg(test)]
mod tests {
    use super::*;

    fn badges(rooms: [(RoomKind, Level, i64, i64); 4]) -> Badges {
        let reading = |(room, (kind, level, unread, mentions))| {
            let room = RoomId(room);
            let reading = Reading {
                room,
                read_seq: 0,
                last_seq: 500,
                unread,
                mentions,
                level,
                kind,
            };
            (room, reading)
        };
        Badges {
            readings: (1..).zip(rooms).map(reading).collect(),
            can_undo: false,
        }
    }

    #[test]
    fn numbers_are_for_calls_dots_for_chatter_and_names_say_both() {
        let badges = badges([
            (RoomKind::Direct, Level::Everything, 3, 3),
            (RoomKind::Group, Level::Mentions, 100, 1),
            (RoomKind::Group, Level::Hidden, 5, 5),
            (RoomKind::Closed, Level::Nothing, 2, 0),
        ]);
        let of = |room| badges.of(RoomId(room), "Garden");
        let badge = |any, number: Option<&str>, label: &str| Badge {
            any,
            number: number.map(str::to_owned),
            label: label.to_owned(),
        };
        assert_eq!(of(1), badge(true, Some("3"), "Garden, 3 unread"));
        assert_eq!(
            of(2),
            badge(true, Some("1"), "Garden, 99+ unread, mentioned")
        );
        assert_eq!(of(4), badge(true, None, "Garden, 2 unread"));
        assert!(!badges.lists(RoomId(3)) && badges.lists(RoomId(9)));
        assert_eq!(badges.total().as_deref(), Some("4"));
        assert_eq!(of(9), badge(false, None, "Garden"));
    }
}
