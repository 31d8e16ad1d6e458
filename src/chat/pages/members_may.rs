//! The forms with which moderators decide what the members of a room may do.

use actix_web::web;
use serde::Deserialize;

use super::{asker::Asker, room_changes::details};
use crate::{
    accounts::Redirect,
    chat::{
        membership::MembersMay,
        rooms::{RoomId, RoomMember},
    },
    db::Connection,
    error::Result,
    security::Action,
};

#[derive(Debug, Deserialize)]
pub(crate) struct MembersForm {
    may: bool,
}

/// `POST /rooms/{room}/members/{right}/`: lets all members `invite`, `call` or `pin`, or moderators
/// only.
pub(crate) async fn let_members(
    asker: Asker,
    place: web::Path<(RoomId, MembersMay)>,
    form: web::Form<MembersForm>,
) -> Result<Redirect> {
    let ((room, right), may, me) = (*place, form.may, asker.user.id);
    asker.count(Action::RoomChange)?;
    let changed = move |conn: &mut Connection| {
        let moderator = RoomMember::find(conn, room, me)?.moderator()?;
        Ok(moderator.let_members(conn, right, may)?)
    };
    asker.chat.database.write(changed).await?;
    Ok(details(room))
}
