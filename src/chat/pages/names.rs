//! The members whom a message can mention, for the completion list that opens at `@`.

use actix_web::{HttpResponse, web};

use super::{asker::Asker, calls::online};
use crate::{
    accounts::{UserId, UserRef},
    chat::{
        messages::Call,
        rooms::{RoomId, RoomMember},
    },
    error::Result,
    words,
};

/// The maximum number of names. Longer lists are useless to people.
const MOST: i64 = 1_000;

/// `GET /rooms/{room}/names/`: `[{"id": 2, "username": "bo"}]`, for members of the room. Leaves out
/// the people whom the reader blocks. `everyone` and `here` are among them where they call people,
/// with ids that no person has, and the number of people in their names.
pub(crate) async fn list_names(asker: Asker, room: web::Path<RoomId>) -> Result<HttpResponse> {
    let (room, online) = (*room, online(&asker.chat).await?);
    let people = asker.read(move |conn, me| {
        let member = RoomMember::find(conn, room, me)?;
        let mut people = member.people(conn, MOST)?;
        let folded = member.folded(conn)?;
        people.retain(|person| !folded.contains(person.id));
        for (id, call) in (-2..).zip(Call::ALL) {
            if let Some(count) = member.count_called(conn, *call, &online)? {
                people.push(named(UserId(id), *call, count));
            }
        }
        Ok(people)
    });
    Ok(HttpResponse::Ok().json(people.await?))
}

fn named(id: UserId, call: Call, count: usize) -> UserRef {
    let key = match call {
        Call::Everyone => "calls-everyone",
        Call::Here => "calls-here",
    };
    UserRef {
        id,
        username: call.word().to_owned(),
        name: words::text_with(key, &[("count", count.into())]),
    }
}
