//! The members whom a message can mention, for the completion list that opens at `@`.

use actix_web::{HttpResponse, web};

use crate::{
    accounts::SignedIn,
    chat::rooms::{RoomId, RoomMember},
    db::Database,
    error::Result,
};

/// The maximum number of names. Longer lists are useless to people.
const MOST: i64 = 1_000;

/// `GET /rooms/{room}/names/`: `[{"id": 2, "username": "bo"}]`, for members of the room. Leaves out
/// the people whom the reader blocks.
pub(crate) async fn list_names(
    me: SignedIn,
    room: web::Path<RoomId>,
    database: web::Data<Database>,
) -> Result<HttpResponse> {
    let (room, user) = (*room, me.user.id);
    let people = database.read(move |conn| {
        let member = RoomMember::find(conn, room, user)?;
        let mut people = member.people(conn, MOST)?;
        let folded = member.folded(conn)?;
        people.retain(|person| !folded.contains(person.id));
        Ok(people)
    });
    Ok(HttpResponse::Ok().json(people.await?))
}
