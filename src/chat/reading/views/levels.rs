//! The notification level of a room: a page of its own, and the same form on the details page of
//! the room.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use crate::{
    accounts::{NextPath, Page, Redirect, SignedIn},
    chat::{
        layer::{frame, tell_people},
        reading::{Level, ServerEvent},
        rooms::{RoomId, RoomMember},
    },
    db::Database,
    error::Result,
    words,
};

#[derive(Debug, Deserialize)]
pub(crate) struct LevelForm {
    level: Level,
    #[serde(default)]
    next: NextPath,
}

/// The data of `notifications.hbs`.
#[derive(Serialize)]
struct NotificationsPage {
    room_name: String,
    /// The path of the room.
    back: String,
    level: LevelChoice,
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

impl LevelChoice {
    fn new(member: &RoomMember, chosen: Level, next: String) -> Self {
        let option = |level: &Level| LevelOption {
            value: *level,
            label: format!("level-{}", level.word()),
            hint: format!("level-{}-hint", level.word()),
            on: *level == chosen,
            is_default: *level == Level::default_of(member.room.kind),
        };
        Self {
            room: member.room.id,
            options: Level::ALL.iter().map(option).collect(),
            next,
        }
    }
}

/// `GET /rooms/{room}/notifications/`
pub(crate) async fn edit_level(
    me: SignedIn,
    page: Page,
    room: web::Path<RoomId>,
    database: web::Data<Database>,
) -> Result<HttpResponse> {
    let (room, user) = (*room, me.user.id);
    let (member, level) = database
        .read(move |conn| {
            let member = RoomMember::find(conn, room, user)?;
            let level = Level::of(conn, &member)?;
            Ok((member, level))
        })
        .await?;
    let next = format!("/rooms/{room}/");
    let title = words::text_with("level-title", &[("name", member.title.as_str().into())]);
    let own = NotificationsPage {
        level: LevelChoice::new(&member, level, next.clone()),
        room_name: member.title,
        back: next,
    };
    page.with_title(title)
        .render("chat/reading/notifications", own)
}

/// `POST /rooms/{room}/notifications/`
pub(crate) async fn change_level(
    me: SignedIn,
    room: web::Path<RoomId>,
    form: web::Form<LevelForm>,
    database: web::Data<Database>,
    layer: web::Data<channels::Layer>,
) -> Result<Redirect> {
    let (room, user, level) = (*room, me.user.id, form.level);
    let chosen = database.write(move |conn| {
        let member = RoomMember::find(conn, room, user)?;
        level.choose(conn, &member)?;
        Ok(member.title)
    });
    let name = chosen.await?;
    let changed = ServerEvent::LevelChanged { room, level };
    tell_people(&layer, [user], frame(&changed)).await?;
    let done = words::text_with("level-done", &[("name", name.into())]);
    Ok(Redirect::to(form.next.as_str()).done(done))
}
