//! Changes that only the owner of a room may make: who can join, archive, delete.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::{asker::Asker, confirm::Question};
use crate::{
    accounts::{Page, Redirect, UserId},
    chat::{
        messages::RoomEvent,
        rooms::{RoomId, RoomKind, RoomMember, RoomOwner},
    },
    db::{Connection, Timestamp},
    error::Result,
    security::Action,
};

pub(crate) fn details(room: RoomId) -> Redirect {
    Redirect::to(format!("/rooms/{room}/details/"))
}

fn owner(conn: &mut Connection, room: RoomId, me: UserId) -> Result<RoomOwner> {
    RoomMember::find(conn, room, me)?.owner()
}

/// Makes `change` as the room's owner.
async fn change(
    asker: &Asker,
    room: RoomId,
    change: impl FnOnce(&mut Connection, &RoomOwner) -> Result<Vec<RoomEvent>> + Send + 'static,
) -> Result<Redirect> {
    let change = move |conn: &mut Connection, me| {
        let owner = owner(conn, room, me)?;
        change(conn, &owner)
    };
    asker.change(Action::RoomChange, change).await?;
    Ok(details(room))
}

pub(crate) async fn confirm_kind(
    asker: Asker,
    page: Page,
    room: web::Path<RoomId>,
) -> Result<HttpResponse> {
    let room = *room;
    let owner = asker.read(move |conn, me| owner(conn, room, me)).await?;
    let (name, kind) = match owner.room.kind {
        RoomKind::Open => ("close", "closed"),
        _ => ("open", "open"),
    };
    let question = Question::new(&owner, name, "kind/").field("kind", kind);
    let question = match kind {
        "open" => question.point("ask-open-read").point("ask-open-join"),
        _ => question.point("ask-close-stay").point("ask-close-links"),
    };
    question.ask(&asker, page).await
}

#[derive(Debug, Deserialize)]
pub(crate) struct KindForm {
    kind: String,
}

pub(crate) async fn set_kind(
    asker: Asker,
    room: web::Path<RoomId>,
    form: web::Form<KindForm>,
) -> Result<Redirect> {
    let is_open = form.kind == "open";
    change(&asker, *room, move |conn, owner| {
        owner.convert(conn, is_open)
    })
    .await
}

pub(crate) async fn confirm_archive(
    asker: Asker,
    page: Page,
    room: web::Path<RoomId>,
) -> Result<HttpResponse> {
    let room = *room;
    let owner = asker.read(move |conn, me| owner(conn, room, me)).await?;
    let question = Question::new(&owner, "archive", "archive/");
    let question = question.point("ask-archive-read").point("ask-archive-back");
    question.ask(&asker, page).await
}

pub(crate) async fn archive_room(asker: Asker, room: web::Path<RoomId>) -> Result<Redirect> {
    change(&asker, *room, |conn, owner| owner.archive(conn)).await
}

pub(crate) async fn unarchive_room(asker: Asker, room: web::Path<RoomId>) -> Result<Redirect> {
    change(&asker, *room, |conn, owner| owner.unarchive(conn)).await
}

pub(crate) async fn confirm_delete(
    asker: Asker,
    page: Page,
    room: web::Path<RoomId>,
) -> Result<HttpResponse> {
    let room = *room;
    let owner = asker.read(move |conn, me| owner(conn, room, me)).await?;
    let moment = Timestamp::now().plus(asker.chat.limits.room_delete_after.0);
    let question = Question::new(&owner, "delete", "delete/")
        .with("day", moment.utc("%-d %B %Y"))
        .point("ask-delete-until")
        .point("ask-delete-all");
    question.ask(&asker, page).await
}

pub(crate) async fn delete_room(asker: Asker, room: web::Path<RoomId>) -> Result<Redirect> {
    let delay = asker.chat.limits.room_delete_after.0;
    let delete = move |conn: &mut Connection, owner: &RoomOwner| {
        owner.delete_after(conn, Timestamp::now(), delay)
    };
    change(&asker, *room, delete).await
}

pub(crate) async fn keep_room(asker: Asker, room: web::Path<RoomId>) -> Result<Redirect> {
    change(&asker, *room, |conn, owner| owner.keep(conn)).await
}
