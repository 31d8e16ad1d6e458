//! The forms to edit, delete, react and pin, for browsers without JavaScript. They send the same
//! commands as `message.edit`, `message.delete`, `message.react` and `message.pin`, so checks and
//! error messages are the same.

use actix_web::{Either, HttpRequest, HttpResponse, http::StatusCode, web};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::message::{AboutMessage, seen};
use crate::{
    accounts::{NextPath, Page, Redirect, SignedIn, Zone},
    chat::{
        log::MessageId,
        messages::{
            ChangeMessage, MessageChange, Messages, NotChanged, RefusalCode, Refused, RefusedAt,
        },
        rooms::RoomId,
    },
    error::{Error, Result},
    security::client_addr,
    words,
};

type Place = (RoomId, MessageId);
type Answer = Result<Either<Redirect, HttpResponse>>;

#[derive(Debug, Deserialize)]
pub(crate) struct EditForm {
    body: String,
    client_id: Uuid,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ReactionForm {
    emoji: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct PinForm {
    on: bool,
    next: Option<NextPath>,
}

pub(crate) async fn edit_message(
    me: SignedIn,
    page: Page,
    zone: Zone,
    place: web::Path<Place>,
    messages: web::Data<Messages>,
) -> Result<HttpResponse> {
    let seen = seen(&messages, *place, me.user.id).await?;
    if !seen.is_own() {
        return Err(Error::Forbidden);
    }
    if seen.message.deleted.is_some() {
        return Err(Error::NotFound);
    }
    let own = EditPage {
        about: AboutMessage::new(&seen, &zone),
        body: seen.message.body,
        client_id: Uuid::new_v4(),
        error: None,
    };
    own.show(page, place.0).await
}

/// The data of `edit.hbs`.
#[derive(Serialize)]
struct EditPage {
    #[serde(flatten)]
    about: AboutMessage,
    /// The text in the edit box.
    body: String,
    client_id: Uuid,
    /// The reason why the form was refused.
    error: Option<String>,
}

impl EditPage {
    async fn show(self, page: Page, room: RoomId) -> Result<HttpResponse> {
        let page = page.framed_in(Some(room.0)).await?;
        page.titled("edit-title").render("chat/messages/edit", self)
    }
}

pub(crate) async fn update_message(
    me: SignedIn,
    page: Page,
    place: web::Path<Place>,
    form: web::Form<EditForm>,
    request: HttpRequest,
    messages: web::Data<Messages>,
) -> Answer {
    let (place, form) = (*place, form.into_inner());
    let change = MessageChange::Edit(form.body.clone());
    let asked = asked(&me, &request, place, form.client_id, change);
    let Some(refused) = ask(&messages, asked).await? else {
        return Ok(Either::Left(back_to(place)));
    };
    let seen = seen(&messages, place, me.user.id).await?;
    let page = page
        .with_status(status(&refused))
        .with_retry_after(refused.retry_after());
    let own = EditPage {
        about: AboutMessage::new(&seen, &Zone::of(&request)),
        body: form.body,
        client_id: form.client_id,
        error: Some(refused.text),
    };
    own.show(page, place.0).await.map(Either::Right)
}

/// Shows the page that asks before a message is deleted.
pub(crate) async fn confirm_delete(
    me: SignedIn,
    page: Page,
    zone: Zone,
    place: web::Path<Place>,
    messages: web::Data<Messages>,
) -> Result<HttpResponse> {
    let seen = seen(&messages, *place, me.user.id).await?;
    if seen.message.deleted.is_some() {
        return Err(Error::NotFound);
    }
    if !seen.may_delete() {
        return Err(Error::Forbidden);
    }
    let own = DeletePage {
        about: AboutMessage::new(&seen, &zone),
        error: None,
    };
    own.show(page, place.0).await
}

/// The data of `delete.hbs`.
#[derive(Serialize)]
struct DeletePage {
    #[serde(flatten)]
    about: AboutMessage,
    /// The reason why the form was refused.
    error: Option<String>,
}

impl DeletePage {
    async fn show(self, page: Page, room: RoomId) -> Result<HttpResponse> {
        let page = page.framed_in(Some(room.0)).await?;
        page.titled("delete-title")
            .render("chat/messages/delete", self)
    }
}

pub(crate) async fn delete_message(
    me: SignedIn,
    page: Page,
    place: web::Path<Place>,
    request: HttpRequest,
    messages: web::Data<Messages>,
) -> Answer {
    let place = *place;
    let asked = asked(&me, &request, place, Uuid::new_v4(), MessageChange::Delete);
    let Some(refused) = ask(&messages, asked).await? else {
        let done = back_to(place).done(words::text("message-deleted-done"));
        return Ok(Either::Left(done));
    };
    let seen = seen(&messages, place, me.user.id).await?;
    let page = page
        .with_status(status(&refused))
        .with_retry_after(refused.retry_after());
    let own = DeletePage {
        about: AboutMessage::new(&seen, &Zone::of(&request)),
        error: Some(refused.text),
    };
    own.show(page, place.0).await.map(Either::Right)
}

/// Adds a reaction, or removes it if the person has reacted with this emoji already.
pub(crate) async fn toggle_reaction(
    me: SignedIn,
    place: web::Path<Place>,
    form: web::Form<ReactionForm>,
    request: HttpRequest,
    messages: web::Data<Messages>,
) -> Result<Redirect> {
    let place = *place;
    let emoji = form.into_inner().emoji.trim().to_owned();
    let change = MessageChange::React { emoji, on: None };
    let asked = asked(&me, &request, place, Uuid::new_v4(), change);
    let refused = ask(&messages, asked).await?;
    answer(back_to(place), refused)
}

/// Pins the message, or unpins it. Leads back to the message, or to the page that the form names.
pub(crate) async fn pin_message(
    me: SignedIn,
    place: web::Path<Place>,
    form: web::Form<PinForm>,
    request: HttpRequest,
    messages: web::Data<Messages>,
) -> Result<Redirect> {
    let (place, form) = (*place, form.into_inner());
    let change = MessageChange::Pin(form.on);
    let asked = asked(&me, &request, place, Uuid::new_v4(), change);
    let refused = ask(&messages, asked).await?;
    let done = match form.on {
        true => "pins-done",
        false => "pins-removed",
    };
    let back = match form.next {
        Some(next) => Redirect::to(next.as_str()),
        None => back_to(place),
    };
    match refused {
        None => Ok(back.done(words::text(done))),
        refused => answer(back, refused),
    }
}

/// Leads back after a change that has no page of its own, with the reason if it was refused.
fn answer(back: Redirect, refused: Option<Refused>) -> Result<Redirect> {
    let Some(refused) = refused else {
        return Ok(back);
    };
    match (refused.code, refused.retry_after()) {
        // Time is all that is needed, so the error page offers to try again.
        (RefusalCode::Rate, Some(retry_after)) => Err(Error::TooMany { retry_after }),
        (RefusalCode::Busy | RefusalCode::Closing, _) => Err(Error::Busy("a change of a message")),
        _ => Ok(back.danger(refused.text)),
    }
}

fn asked(
    me: &SignedIn,
    request: &HttpRequest,
    (room, message): Place,
    client_id: Uuid,
    change: MessageChange,
) -> ChangeMessage {
    ChangeMessage {
        room,
        message,
        user: me.user.id,
        ip: client_addr(request),
        client_id,
        change,
    }
}

/// Changes the message. Returns `None` if it was accepted, otherwise the refusal.
///
/// # Errors
/// [`Error::NotFound`] if the person may not see the message, [`Error::Forbidden`] if it belongs to
/// another person.
async fn ask(messages: &Messages, asked: ChangeMessage) -> Result<Option<Refused>> {
    let (place, user, client_id) = ((asked.room, asked.message), asked.user, asked.client_id);
    let answer = messages.change.send(asked).await;
    match answer.unwrap_or(Err(NotChanged::Closing)) {
        Ok(_) => Ok(None),
        Err(NotChanged::Refused(Error::NotFound)) => Err(Error::NotFound),
        Err(NotChanged::NotYours) => Err(Error::Forbidden),
        Err(reason) => {
            let seen = seen(messages, place, user).await?;
            let at = RefusedAt {
                room: place.0,
                client_id,
                name: Some(&seen.member.title),
            };
            Ok(Some(at.change(&reason)))
        }
    }
}

fn status(refused: &Refused) -> StatusCode {
    match refused.code {
        RefusalCode::NotAllowed => StatusCode::FORBIDDEN,
        RefusalCode::Rate => StatusCode::TOO_MANY_REQUESTS,
        RefusalCode::Busy | RefusalCode::Closing => StatusCode::SERVICE_UNAVAILABLE,
        RefusalCode::Gone | RefusalCode::Conflict | RefusalCode::OtherHistory => {
            StatusCode::CONFLICT
        }
        RefusalCode::TooLong
        | RefusalCode::Empty
        | RefusalCode::Invalid
        | RefusalCode::TooLate
        | RefusalCode::TooMany => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

fn back_to((room, message): Place) -> Redirect {
    Redirect::to(format!("/rooms/{room}/messages/{message}/"))
}
