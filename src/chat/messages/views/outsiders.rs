//! Outsiders: mentioned friends who are not in the room. The author is offered to add them, above
//! the message box and on the menu page of the message.

use actix_web::{HttpResponse, http::header::ContentType, web};
use serde::Serialize;

use crate::{
    accounts::{Page, Person, SignedIn, UserId},
    chat::{
        log::MessageId,
        messages::{Messages, VisibleMessage},
        rooms::RoomId,
    },
    db::Connection,
    error::{Error, Result},
    templates::Templates,
};

/// Returns the offer for the message of an address. Empty if the message is deleted.
pub(crate) fn of_message(
    conn: &mut Connection,
    room: RoomId,
    message: Option<MessageId>,
    user: UserId,
) -> Result<Vec<Person>> {
    let Some(message) = message else {
        return Ok(Vec::new());
    };
    match VisibleMessage::find(conn, room, message, user) {
        Ok(seen) => seen.outsiders(conn),
        Err(Error::NotFound) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// The data of `_outsiders.hbs` when scripts request it.
#[derive(Serialize)]
struct Outsiders<'a> {
    outsiders: Vec<Person>,
    room: OutsidersRoom,
    /// Whether the offer has a button that closes it.
    closable: bool,
    csrf_token: &'a str,
}

#[derive(Serialize)]
struct OutsidersRoom {
    id: RoomId,
}

/// `GET /rooms/{room}/messages/{message}/outsiders/`: the offer without the rest of the page, for
/// scripts.
pub(crate) async fn show_outsiders(
    me: SignedIn,
    page: Page,
    place: web::Path<(RoomId, MessageId)>,
    messages: web::Data<Messages>,
    templates: web::Data<Templates>,
) -> Result<HttpResponse> {
    let ((room, message), user) = (place.into_inner(), me.user.id);
    let found = messages.database.read(move |conn| {
        let seen = VisibleMessage::find(conn, room, message, user)?;
        seen.outsiders(conn)
    });
    let alone = Outsiders {
        outsiders: found.await?,
        room: OutsidersRoom { id: room },
        closable: true,
        csrf_token: page.csrf_token(),
    };
    Ok(HttpResponse::Ok()
        .content_type(ContentType::html())
        .body(templates.render("chat/messages/_outsiders", &alone)?))
}
