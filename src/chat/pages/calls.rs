//! `@everyone` and `@here`: the question before many people are notified.

use std::collections::HashSet;

use actix_web::{HttpResponse, http::header::ContentType, web};
use serde::{Deserialize, Serialize};

use super::asker::Asker;
use crate::{
    accounts::UserId,
    chat::{
        live::Chat,
        messages::{ASKS_ABOVE, Call, formatting},
        presence::WhoIsOnline,
        rooms::{RoomId, RoomMember},
    },
    db::Connection,
    error::{Error, Result},
    templates::Templates,
    words,
};

/// Returns who is online.
pub(super) async fn online(chat: &Chat) -> Result<HashSet<UserId>> {
    let online = chat.presence.send(WhoIsOnline).await;
    online.map_err(|_closed| Error::ActorGone("the presence server"))
}

/// Returns the number of people whom this text would notify by a call, if the author must be asked
/// before.
pub(super) async fn asks_about(
    chat: &Chat,
    (room, author): (RoomId, UserId),
    body: &str,
) -> Result<Option<usize>> {
    // Without the sign there is nothing to render.
    if !body.contains('@') {
        return Ok(None);
    }
    match Call::among(formatting::render(body).names()) {
        Some(call) => many(chat, (room, author), call).await,
        None => Ok(None),
    }
}

async fn many(chat: &Chat, (room, author): (RoomId, UserId), call: Call) -> Result<Option<usize>> {
    let online = online(chat).await?;
    let count = move |conn: &mut Connection| {
        let member = RoomMember::find(conn, room, author)?;
        Ok(member.count_called(conn, call, &online)?)
    };
    let count = chat.database.read(count).await?;
    Ok(count.filter(|count| *count > ASKS_ABOVE))
}

/// Returns the question of the form without scripts.
pub(super) fn question(count: usize) -> String {
    words::text_with("calls-question-form", &[("count", count.into())])
}

#[derive(Debug, Deserialize)]
pub(crate) struct CallQuery {
    word: Call,
}

/// The data of `_call_question.hbs`.
#[derive(Serialize)]
struct Question {
    count: usize,
}

/// `GET /rooms/{room}/calls/?word=everyone`: the dialog that asks, or 204 if nothing must be asked.
pub(crate) async fn show_question(
    asker: Asker,
    room: web::Path<RoomId>,
    query: web::Query<CallQuery>,
    templates: web::Data<Templates>,
) -> Result<HttpResponse> {
    let place = (*room, asker.user.id);
    let Some(count) = many(&asker.chat, place, query.word).await? else {
        return Ok(HttpResponse::NoContent().finish());
    };
    let dialog = templates.render("chat/messages/_call_question", &Question { count })?;
    Ok(HttpResponse::Ok()
        .content_type(ContentType::html())
        .body(dialog))
}
