//! What a member has chosen for themselves in a room: the notification level, and its place in the
//! list of conversations. The menu in the list does the same (`static/js/shell/row-menu.js`).

use actix_web::{HttpResponse, web};
use serde::Serialize;

use super::{asker::Asker, pane::Pane};
use crate::{
    accounts::{Page, UserId},
    chat::{
        reading::{Level, Pins, Reading},
        rooms::{RoomId, RoomMember},
    },
    db::Connection,
    error::Result,
    words,
};

/// The data of `notifications.hbs`.
#[derive(Serialize)]
struct NotificationsPage {
    level: LevelChoice,
    in_list: InList,
}

/// The data of `_level.hbs`.
#[derive(Serialize)]
struct LevelChoice {
    room: RoomId,
    options: Vec<LevelOption>,
    /// The path to go to after the form.
    next: String,
}

#[derive(Serialize)]
struct LevelOption {
    value: Level,
    /// The key of its label in the locale files.
    label: String,
    /// The key of its explanation in the locale files.
    hint: String,
    on: bool,
    is_default: bool,
}

/// The data of `_in_list.hbs`.
#[derive(Serialize)]
struct InList {
    room: RoomId,
    /// The path to go to after a form.
    next: String,
    pinned: bool,
    /// Whether there are pinned conversations above it, and below it.
    up: bool,
    down: bool,
    /// Whether it can be pinned: a hidden one is not in the list.
    may_pin: bool,
    unread: bool,
}

/// What the page reads from the database.
struct Chosen {
    member: RoomMember,
    reading: Reading,
    pins: Pins,
}

impl Chosen {
    fn read(conn: &mut Connection, room: RoomId, me: UserId) -> Result<Self> {
        Ok(Self {
            member: RoomMember::find(conn, room, me)?,
            reading: Reading::of(conn, me, room)?,
            pins: Pins::of(conn, me)?,
        })
    }

    fn level(&self) -> LevelChoice {
        let option = |level: &Level| LevelOption {
            value: *level,
            label: format!("level-{}", level.word()),
            hint: format!("level-{}-hint", level.word()),
            on: *level == self.reading.level,
            is_default: *level == Level::default_of(self.member.room.kind),
        };
        LevelChoice {
            room: self.member.room.id,
            options: Level::ALL.iter().map(option).collect(),
            next: format!("/rooms/{}/", self.member.room.id),
        }
    }

    fn in_list(self) -> InList {
        let room = self.member.room.id;
        let place = self.pins.place(room);
        let last = self.pins.into_rooms().len().saturating_sub(1);
        InList {
            room,
            next: format!("/rooms/{room}/notifications/"),
            pinned: place.is_some(),
            up: place.is_some_and(|place| place > 0),
            down: place.is_some_and(|place| place < last),
            may_pin: place.is_none() && self.reading.level != Level::Hidden,
            unread: self.reading.unread > 0,
        }
    }
}

/// `GET /rooms/{room}/notifications/`
pub(crate) async fn show_notifications(
    asker: Asker,
    page: Page,
    room: web::Path<RoomId>,
) -> Result<HttpResponse> {
    let room = *room;
    let chosen = asker
        .read(move |conn, me| Chosen::read(conn, room, me))
        .await?;
    let name = chosen.member.title.as_str().into();
    let title = words::text_with("level-title", &[("name", name)]);
    let pane = Pane::of(&chosen.member, title);
    let own = NotificationsPage {
        level: chosen.level(),
        in_list: chosen.in_list(),
    };
    pane.render(&asker, page, "chat/reading/notifications", own)
        .await
}
