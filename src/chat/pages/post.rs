//! The form that posts a message, for browsers without JavaScript.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web,
};

use super::{
    room::{NewMessageForm, ShownRoom},
    visit::Visit,
};
use crate::{
    accounts::{Page, SignedIn, UserId, Zone},
    chat::{
        live::Chat,
        messages::{
            MessageCreated, NotPosted, Place, PostMessage, RefusalCode, RefusedAt, views::outsiders,
        },
        rooms::{RoomId, RoomMember},
    },
    error::{Error, Result},
    security::client_addr,
};

/// Sends the same command as `message.post`, so checks and error messages are the same. The page
/// contains the `client_id` (idempotency key), so that a form that is sent twice posts one message.
pub(crate) async fn create_message(
    me: SignedIn,
    page: Page,
    room: web::Path<RoomId>,
    form: web::Form<NewMessageForm>,
    request: HttpRequest,
    chat: web::Data<Chat>,
) -> Result<HttpResponse> {
    let (room, form) = (*room, form.into_inner());
    let post = PostMessage {
        room,
        author: me.user.id,
        ip: client_addr(&request),
        client_id: form.client_id,
        body: form.body.clone(),
        reply_to: form.reply_to.parse().ok(),
    };
    let answer = chat.messages.post.send(post).await;
    let reason = match answer.unwrap_or(Err(NotPosted::Closing)) {
        Ok(created) => {
            let place = after_posting(&chat, &created, me.user.id).await?;
            return Ok(HttpResponse::SeeOther()
                .insert_header((header::LOCATION, place))
                .cookie(Visit::forget_script())
                .finish());
        }
        Err(NotPosted::Refused(Error::NotFound)) => return Err(Error::NotFound),
        Err(reason) => reason,
    };
    let user = me.user.id;
    let member = chat
        .database
        .read(move |conn| RoomMember::find(conn, room, user))
        .await?;
    let at = RefusedAt {
        room,
        client_id: form.client_id,
        name: Some(&member.title),
    };
    let refused = at.post(&reason);
    let wait = refused.retry_after();
    let status = match refused.code {
        RefusalCode::Rate => StatusCode::TOO_MANY_REQUESTS,
        RefusalCode::Busy | RefusalCode::Closing => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let shown = ShownRoom {
        room,
        place: Place::End,
        reply: form.reply_to.parse().ok(),
        named: None,
        zone: Zone::of(&request),
        visit: Visit::Plain,
        draft: Some(form),
        refused: Some(refused),
    };
    let page = page.with_status(status).with_retry_after(wait);
    shown.render(&me.user, page, &chat).await
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
