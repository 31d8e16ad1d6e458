//! Unread badges: in the list of conversations, the title and the icon, as the server renders them.
//! `static/js/reading/unread.js` updates them in the browser. `chat/reading/models/reading.rs`
//! decides which messages count.

use std::collections::HashMap;

use serde::Serialize;

use crate::{
    accounts::UserId,
    chat::{
        reading::{AllRead, Level, Reading},
        rooms::{RoomId, RoomKind, RoomMember},
    },
    db::Connection,
    error::Result,
    words,
};

/// Larger counts are shown as "99+".
const LARGEST: i64 = 99;

/// The unread counts of all rooms of one person.
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

    /// Sets the counts of a room to 0, because its newest messages are on the page (without
    /// JavaScript).
    pub(crate) fn forget(&mut self, room: RoomId) {
        if let Some(reading) = self.readings.get_mut(&room) {
            (reading.unread, reading.mentions) = (0, 0);
        }
    }

    /// Returns the number of unread messages in a room.
    pub(crate) fn unread(&self, room: RoomId) -> i64 {
        self.readings.get(&room).map_or(0, |reading| reading.unread)
    }

    /// Returns whether the room is in the list of conversations.
    pub(crate) fn lists(&self, room: RoomId) -> bool {
        let reading = self.readings.get(&room);
        reading.is_none_or(|reading| reading.level != Level::Hidden)
    }

    /// Returns the place of the room among the pinned ones, if it is pinned.
    pub(crate) fn pin(&self, room: RoomId) -> Option<i64> {
        self.readings.get(&room).and_then(|reading| reading.pin)
    }

    /// Returns whether the person wants no notification about the room.
    pub(crate) fn is_muted(&self, room: RoomId) -> bool {
        let reading = self.readings.get(&room);
        reading.is_some_and(|reading| reading.level == Level::Nothing)
    }

    /// Returns the badge of the room with the title `name`.
    pub(crate) fn of(&self, room: RoomId, name: &str) -> Badge {
        let counts = self.readings.get(&room).map(Counts::from);
        counts.unwrap_or_default().badge(name)
    }

    /// Returns the badge of a folded section that has these rooms. Its label has no title.
    pub(crate) fn of_section(&self, rooms: &[&RoomMember]) -> Badge {
        let readings = rooms
            .iter()
            .filter_map(|member| self.readings.get(&member.room.id));
        let sum = readings
            .map(Counts::from)
            .fold(Counts::default(), Counts::plus);
        sum.badge("")
    }

    /// Returns the number in the title and on the icon, which includes `requests` friend requests.
    /// `None` for zero.
    pub(crate) fn total(&self, requests: usize) -> Option<String> {
        let called: i64 = self.readings.values().map(Reading::called).sum();
        let total = called.saturating_add(i64::try_from(requests).unwrap_or(i64::MAX));
        (total > 0).then(|| capped(total))
    }

    /// Returns whether "mark all read" and its undo are available.
    pub(crate) fn waiting(&self) -> Waiting {
        Waiting {
            any: self.readings.values().any(|reading| reading.unread > 0),
            undo: self.can_undo,
        }
    }
}

/// The badge of one room, for `_conversation.hbs`, or of a section.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Badge {
    /// Whether there are unread messages.
    any: bool,
    /// The number of mentions. Without mentions, the badge is a dot.
    number: Option<String>,
    /// The accessible name of the room's link.
    label: String,
}

/// The data of `_read_all.hbs`.
#[derive(Serialize)]
pub(crate) struct Waiting {
    /// Whether there are unread messages in any room.
    any: bool,
    /// Whether "mark all read" can be undone.
    undo: bool,
}

fn capped(number: i64) -> String {
    if number > LARGEST {
        return format!("{LARGEST}+");
    }
    number.to_string()
}

/// What a badge counts.
#[derive(Clone, Copy, Default)]
struct Counts {
    unread: i64,
    mentions: i64,
    /// Whether a message outside of direct conversations mentions the person.
    is_mentioned: bool,
}

impl From<&Reading> for Counts {
    fn from(reading: &Reading) -> Self {
        Self {
            unread: reading.unread,
            mentions: reading.mentions,
            is_mentioned: reading.kind != RoomKind::Direct && reading.mentions > 0,
        }
    }
}

impl Counts {
    fn plus(self, other: Self) -> Self {
        Self {
            unread: self.unread + other.unread,
            mentions: self.mentions + other.mentions,
            is_mentioned: self.is_mentioned || other.is_mentioned,
        }
    }

    /// Returns the badge. Its label is the title, then, for example, `, 3 unread`, then
    /// `, mentioned`.
    fn badge(self, name: &str) -> Badge {
        let mut label = name.to_owned();
        if self.unread > 0 {
            let count = capped(self.unread);
            label += &words::text_with("js-unread", &[("count", count.into())]);
        }
        if self.unread > 0 && self.is_mentioned {
            label += &words::text("js-mentioned");
        }
        Badge {
            any: self.unread > 0,
            number: (self.unread > 0 && self.mentions > 0).then(|| capped(self.mentions)),
            label,
        }
    }
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
                pin: None,
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
        assert_eq!(badges.total(0).as_deref(), Some("4"));
        assert_eq!(badges.total(2).as_deref(), Some("6"));
        assert_eq!(of(9), badge(false, None, "Garden"));
    }
}
