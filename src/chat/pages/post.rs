//! The form that posts a message, for browsers without JavaScript.

use std::time::Duration;

use actix_web::{
    HttpRequest, HttpResponse, Responder as _, ResponseError as _,
    http::{StatusCode, header},
    web,
};
use uuid::Uuid;

use super::{
    asker::Asker,
    calls,
    commands::{self, Command},
    room::{NewMessageForm, ShownRoom},
    visit::Visit,
};
use crate::{
    accounts::{Page, UserId, Zone},
    chat::{
        live::Chat,
        messages::{
            Message, MessageCreated, NotPosted, Place, PostMessage, RefusalCode, Refused,
            RefusedAt, views::outsiders,
        },
        rooms::{RoomId, RoomMember},
    },
    db::Timestamp,
    error::{Error, Result},
    security::client_addr,
};

/// The time after a message in which a form with the same text asks before it posts it again: long
/// enough for a slow page and a second thought.
const REPEATED_WITHIN: Duration = Duration::from_secs(120);

/// Sends the same command as `message.post`, so checks and error messages are the same. The page
/// contains the `client_id` (idempotency key), so that a form that is sent twice posts one message.
pub(crate) async fn create_message(
    asker: Asker,
    page: Page,
    room: web::Path<RoomId>,
    form: web::Form<NewMessageForm>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let (room, mut form) = (*room, form.into_inner());
    let chat = &asker.chat;
    if let Some(command) = Command::read(&form.body) {
        return match command.run(&asker, room).await {
            Ok(done) => Ok(done.respond_to(&request)),
            Err(error) => refuse_command(error, (room, form), page, (&asker, &request)).await,
        };
    }
    if let Some(question) = question(chat, (room, asker.user.id), &mut form).await? {
        return explain(question, (room, form), page, (&asker, &request)).await;
    }
    let repeats = form.again.is_empty() && repeats(chat, room, asker.user.id, &form).await?;
    let post = PostMessage {
        room,
        author: asker.user.id,
        ip: client_addr(&request),
        client_id: form.client_id,
        body: form.body.clone(),
        reply_to: form.reply_to.parse().ok(),
    };
    let answer = if repeats {
        Err(NotPosted::Refused(Error::Conflict))
    } else {
        let answer = chat.messages.post.send(post).await;
        answer.unwrap_or(Err(NotPosted::Closing))
    };
    let reason = match answer {
        Ok(created) => {
            let place = after_posting(chat, &created, asker.user.id).await?;
            return Ok(to_room(&place));
        }
        Err(NotPosted::Refused(Error::NotFound)) => return Err(Error::NotFound),
        Err(reason) => reason,
    };
    let user = asker.user.id;
    let member = chat
        .database
        .read(move |conn| RoomMember::find(conn, room, user))
        .await?;
    let at = RefusedAt {
        room,
        client_id: form.client_id,
        name: Some(&member.title),
    };
    let refused = if repeats {
        form.again = "1".to_owned();
        at.repeated()
    } else {
        at.post(&reason)
    };
    if matches!(reason, NotPosted::Refused(Error::Conflict)) {
        // Another text than the one that was sent with this key, or the same one on purpose.
        form.client_id = Uuid::new_v4();
    }
    let page = page
        .with_status(status_of(refused.code))
        .with_retry_after(refused.retry_after());
    let shown = not_sent(room, form, refused, &request);
    shown.render(&asker.user, page, chat).await
}

/// Shows why a command was not run, with the command in the box.
async fn refuse_command(
    error: Error,
    (room, form): (RoomId, NewMessageForm),
    page: Page,
    (asker, request): (&Asker, &HttpRequest),
) -> Result<HttpResponse> {
    let Some(text) = commands::refusal(&error) else {
        return Err(error);
    };
    let page = page.with_status(error.status_code());
    explain(text, (room, form), page, (asker, request)).await
}

/// Returns the question whether the message may notify so many people, unless the form has its answer.
async fn question(
    chat: &Chat,
    place: (RoomId, UserId),
    form: &mut NewMessageForm,
) -> Result<Option<String>> {
    if !form.calls.is_empty() {
        return Ok(None);
    }
    let count = calls::asks_about(chat, place, &form.body).await?;
    Ok(count.map(|count| {
        "1".clone_into(&mut form.calls);
        calls::question(count)
    }))
}

/// Shows a sentence about the text, which stays in the box.
async fn explain(
    text: String,
    (room, form): (RoomId, NewMessageForm),
    page: Page,
    (asker, request): (&Asker, &HttpRequest),
) -> Result<HttpResponse> {
    let at = RefusedAt {
        room,
        client_id: form.client_id,
        name: None,
    };
    let shown = not_sent(room, form, at.command(text), request);
    shown.render(&asker.user, page, &asker.chat).await
}

/// Returns the page of the room with the text that was not sent in its box, and the reason.
fn not_sent(
    room: RoomId,
    form: NewMessageForm,
    refused: Refused,
    request: &HttpRequest,
) -> ShownRoom {
    ShownRoom {
        room,
        place: Place::End,
        reply: form.reply_to.parse().ok(),
        named: None,
        zone: Zone::of(request),
        visit: Visit::Plain,
        draft: Some(form),
        refused: Some(refused),
    }
}

fn to_room(place: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, place))
        .cookie(Visit::forget_script())
        .finish()
}

fn status_of(refusal: RefusalCode) -> StatusCode {
    match refusal {
        RefusalCode::Rate => StatusCode::TOO_MANY_REQUESTS,
        RefusalCode::Busy | RefusalCode::Closing => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// Returns whether the person has just posted the same text from another page: after Back, the
/// browser loads the page again, with another `client_id`, and the person may not know that the
/// message was sent.
async fn repeats(chat: &Chat, room: RoomId, author: UserId, form: &NewMessageForm) -> Result<bool> {
    let since = Timestamp::now().minus(REPEATED_WITHIN);
    let newest = move |conn: &mut _| Ok(Message::just_posted(conn, room, author, since)?);
    let newest = chat.database.read(newest).await?;
    let key = form.client_id.to_string();
    let is_same = |body: &str| body.trim() == form.body.replace("\r\n", "\n").trim();
    Ok(newest.is_some_and(|(client_id, body)| client_id != key && is_same(&body)))
}

/// Returns the path of the room. If the message mentions outsiders, the page offers to add them.
async fn after_posting(chat: &Chat, created: &MessageCreated, me: UserId) -> Result<String> {
    let (room, message) = (created.room, created.id);
    if created.body.contains('@') {
        let found = move |conn: &mut _| outsiders::of_message(conn, room, Some(message), me);
        if !chat.database.read(found).await?.is_empty() {
            return Ok(format!("/rooms/{room}/?named={message}"));
        }
    }
    Ok(format!("/rooms/{room}/"))
}
