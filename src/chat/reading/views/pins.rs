//! The form that pins a conversation, and moves it among the pinned ones.

use actix::Recipient;
use actix_web::web;
use serde::Deserialize;

use crate::{
    accounts::{NextPath, Redirect, SignedIn},
    chat::{
        reading::{Arrange, PinMove},
        rooms::RoomId,
    },
    config::Limits,
    error::{Error, Result},
    words,
};

#[derive(Debug, Deserialize)]
pub(crate) struct PinForm {
    to: PinMove,
    #[serde(default)]
    next: NextPath,
}

/// `POST /rooms/{room}/pin/`
pub(crate) async fn change_pin(
    me: SignedIn,
    room: web::Path<RoomId>,
    form: web::Form<PinForm>,
    limits: web::Data<Limits>,
    arranging: web::Data<Recipient<Arrange>>,
) -> Result<Redirect> {
    let wanted = Arrange::pin(me.user.id, *room, form.to, limits.pinned_rooms);
    let arranged = arranging.send(wanted).await;
    let back = Redirect::to(form.next.as_str());
    match arranged.unwrap_or(Err(Error::Busy("the chat server"))) {
        Ok(title) => {
            let key = match form.to {
                PinMove::Pin => "pin-done",
                PinMove::Unpin => "pin-removed",
                PinMove::Up | PinMove::Down => "pin-moved",
            };
            Ok(back.done(words::text_with(key, &[("name", title.into())])))
        }
        Err(Error::Invalid(_)) => Ok(back.danger(words::text("error-too-many-pins"))),
        Err(error) => Err(error),
    }
}
