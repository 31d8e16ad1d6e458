//! Forms that move read cursors.

use actix::Recipient;
use actix_web::web;
use serde::Deserialize;

use crate::{
    accounts::{NextPath, NoticeKind, Redirect, SignedIn, UserRef},
    chat::{
        log::MessageId,
        reading::{AllRead, MoveReading},
        rooms::{RoomId, RoomMember},
    },
    error::{Error, Result},
    words,
};

#[derive(Debug, Deserialize)]
pub(crate) struct ReadForm {
    #[serde(default)]
    next: NextPath,
}

/// The actor that stores read cursors.
type Positions = web::Data<Recipient<MoveReading>>;

async fn move_reading(positions: &Positions, wanted: MoveReading) -> Result<Vec<RoomId>> {
    let moved = positions.send(wanted).await;
    moved.unwrap_or(Err(Error::Busy("the chat server")))
}

/// `POST /rooms/{room}/messages/{message}/unread/`: marks the message and all later ones as unread.
pub(crate) async fn mark_unread(
    me: SignedIn,
    place: web::Path<(RoomId, MessageId)>,
    positions: Positions,
) -> Result<Redirect> {
    let ((room, message), user) = (*place, me.user.id);
    let moved = MoveReading::new(UserRef::from(&me.user), move |conn| {
        let member = RoomMember::find(conn, room, user)?;
        let seq = member.seq_of(conn, message)?;
        let moved = member.unread_from(conn, seq)?;
        Ok(moved.then_some(room).into_iter().collect())
    });
    move_reading(&positions, moved).await?;
    // Do not redirect to the room, because opening it would mark the message as read again.
    Ok(Redirect::to("/").done(words::text("unread-done")))
}

/// `POST /rooms/{room}/read/`: marks everything in the room as read, which can be undone
/// like "mark all read".
pub(crate) async fn mark_read(
    me: SignedIn,
    room: web::Path<RoomId>,
    form: web::Form<ReadForm>,
    positions: Positions,
) -> Result<Redirect> {
    let (room, user) = (*room, me.user.id);
    let moved = MoveReading::new(UserRef::from(&me.user), move |conn| {
        let member = RoomMember::find(conn, room, user)?;
        let moved = AllRead::mark_room(conn, &member)?;
        Ok(moved.then_some(room).into_iter().collect())
    });
    move_reading(&positions, moved).await?;
    Ok(Redirect::to(form.next.as_str()).done(words::text("read-done")))
}

/// `POST /read-all/`: marks everything in all rooms as read.
pub(crate) async fn read_all(
    me: SignedIn,
    form: web::Form<ReadForm>,
    positions: Positions,
) -> Result<Redirect> {
    let user = me.user.id;
    let moved = MoveReading::new(UserRef::from(&me.user), move |conn| {
        Ok(AllRead::mark(conn, user)?)
    });
    move_reading(&positions, moved).await?;
    Ok(Redirect::to(form.next.as_str()).done(words::text("read-all-done")))
}

/// `POST /read-all/undo/`
pub(crate) async fn undo_read_all(
    me: SignedIn,
    form: web::Form<ReadForm>,
    positions: Positions,
) -> Result<Redirect> {
    let user = me.user.id;
    let moved = MoveReading::new(UserRef::from(&me.user), move |conn| {
        Ok(AllRead::undo(conn, user)?)
    });
    let undone = move_reading(&positions, moved).await?;
    let done = Redirect::to(form.next.as_str());
    Ok(match undone.is_empty() {
        true => done.with(NoticeKind::Warn, words::text("read-all-too-late")),
        false => done.done(words::text("read-all-undone")),
    })
}
