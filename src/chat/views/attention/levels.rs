//! What a member is notified of in a room: a page of its own, and the same form on the page about
//! the room.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::Chat;
use crate::{
    accounts::{NextPath, Page, Redirect, SignedIn, user_group},
    chat::{
        events::{ChatEvent, ConsumerEvent},
        models::{Level, RoomId, RoomKind, RoomMember},
        protocol::ServerEvent,
    },
    error::Result,
    words,
};

#[derive(Debug, Deserialize)]
pub(crate) struct LevelForm {
    level: Level,
    #[serde(default)]
    next: NextPath,
}

/// What `chat/_level.hbs` shows; `next` is where its form leads.
pub(in super::super) fn level_form(
    room: RoomId,
    kind: RoomKind,
    chosen: Level,
    next: &str,
) -> Value {
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
    chat: web::Data<Chat>,
) -> Result<HttpResponse> {
    let (room, user) = (*room, me.user.id);
    let (member, level) = chat
        .database
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
    page.render("chat/notifications", own)
}

/// `POST /rooms/{room}/notifications/`
pub(crate) async fn change_level(
    me: SignedIn,
    room: web::Path<RoomId>,
    form: web::Form<LevelForm>,
    (chat, layer): (web::Data<Chat>, web::Data<channels::Layer>),
) -> Result<Redirect> {
    let (room, user, level) = (*room, me.user.id, form.level);
    let chosen = chat.database.write(move |conn| {
        let member = RoomMember::find(conn, room, user)?;
        level.choose(conn, &member)?;
        Ok(member.title)
    });
    let name = chosen.await?;
    let frame = ServerEvent::LevelChanged { room, level }.frame();
    let told = ConsumerEvent::Chat(ChatEvent::Told { frame });
    layer.group_send(&user_group(user), told).await?;
    let done = words::text_with("level-done", &[("name", name.into())]);
    Ok(Redirect::to(form.next.as_str()).done(done))
}
