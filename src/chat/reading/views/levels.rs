//! The form that chooses the notification level of a room.

use actix::Recipient;
use actix_web::web;
use serde::Deserialize;

use crate::{
    accounts::{NextPath, Redirect, SignedIn},
    chat::{
        reading::{Arrange, Level},
        rooms::RoomId,
    },
    error::{Error, Result},
    words,
};

#[derive(Debug, Deserialize)]
pub(crate) struct LevelForm {
    level: Level,
    #[serde(default)]
    next: NextPath,
}

/// `POST /rooms/{room}/notifications/`
pub(crate) async fn change_level(
    me: SignedIn,
    room: web::Path<RoomId>,
    form: web::Form<LevelForm>,
    arranging: web::Data<Recipient<Arrange>>,
) -> Result<Redirect> {
    let wanted = Arrange::level(me.user.id, *room, form.level);
    let arranged = arranging.send(wanted).await;
    let name = arranged.unwrap_or(Err(Error::Busy("the chat server")))?;
    let done = words::text_with("level-done", &[("name", name.into())]);
    Ok(Redirect::to(form.next.as_str()).done(done))
}
