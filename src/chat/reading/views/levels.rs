//! What a member is notified of in a room: a page of its own, and the same form on the page about
//! the room.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    accounts::{NextPath, Page, Redirect, SignedIn},
    chat::{
        layer::{frame, tell_people},
        reading::{Level, ServerEvent},
        rooms::{RoomId, RoomKind, RoomMember},
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

/// What `chat/reading/_level.hbs` shows; `next` is where its form leads.
pub(crate) fn level_form(room: RoomId, kind: RoomKind, chosen: Level, next: &str) -> Value {
    let option = |level: Level| {
        json!({
            "value": level,
            "label": format!("level-{}", level.word()),
            "hint": format!("level-{}-hint", level.word()),
            "on": level == chosen,
            "is_default": level == Level::default_of(kind),
        })
    };
    json!({
        "room": room,
        "options": Level::ALL.iter().copied().map(option).collect::<Vec<_>>(),
        "next": next,
    })
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
    let own = json!({
        "title": words::text_with("level-title", &[("name", member.title.as_str().into())]),
        "room_name": member.title,
        "back": next,
        "level": level_form(room, member.room.kind, level, &next),
    });
    page.render("chat/reading/notifications", own)
}

/// `POST /rooms/{room}/notifications/`
pub(crate) async fn change_level(
    me: SignedIn,
    room: web::Path<RoomId>,
    form: web::Form<LevelForm>,
    (database, layer): (web::Data<Database>, web::Data<channels::Layer>),
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
