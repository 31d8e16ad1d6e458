//! The open rooms, which everybody on this server may join.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::{asker::Asker, pane::Pane};
use crate::{
    accounts::{Page, Person, Redirect, UserId},
    chat::{membership::OpenRoom, rooms::RoomId},
    error::Result,
    security::Action,
    words,
};

/// The number of rooms on one page.
const PAGE_LEN: i64 = 50;

#[derive(Debug, Deserialize)]
pub(crate) struct Place {
    /// The number of the page, from 0.
    #[serde(default)]
    page: u16,
}

pub(crate) async fn list_open_rooms(
    asker: Asker,
    page: Page,
    place: web::Query<Place>,
) -> Result<HttpResponse> {
    let number = i64::from(place.page);
    // Read one room more than a page shows, to find out whether there is a next page.
    let slice = (number * PAGE_LEN, PAGE_LEN + 1);
    let rooms = asker.read(move |conn, me| Ok(OpenRoom::all(conn, me, slice)?));
    let rooms = rooms.await?;
    let shown = usize::try_from(PAGE_LEN).unwrap_or(usize::MAX);
    let pane = Pane::new(words::text("rooms-open-title"));
    let own = OpenRoomsPage {
        previous: (number > 0).then(|| format!("/rooms/?page={}", number - 1)),
        next: (rooms.len() > shown).then(|| format!("/rooms/?page={}", number + 1)),
        rooms: rooms.into_iter().take(shown).map(Row::from).collect(),
    };
    pane.render(&asker, page, "chat/membership/open_rooms", own)
        .await
}

/// The data of `chat/membership/open_rooms.hbs`.
#[derive(Serialize)]
struct OpenRoomsPage {
    rooms: Vec<Row>,
    /// The path of the previous page.
    previous: Option<String>,
    /// The path of the next page.
    next: Option<String>,
}

#[derive(Serialize)]
struct Row {
    id: RoomId,
    name: String,
    topic: String,
    hue: i64,
    /// The number of people in the room.
    members: i64,
    /// Whether the person is in the room.
    is_inside: bool,
    path: String,
}

impl From<OpenRoom> for Row {
    fn from(open: OpenRoom) -> Self {
        let id = open.room.id;
        Self {
            id,
            hue: Person::new(UserId(id.0), open.room.name.clone()).hue,
            name: open.room.name,
            topic: open.room.topic,
            members: open.members,
            is_inside: open.is_inside,
            path: format!("/rooms/{id}/"),
        }
    }
}

pub(crate) async fn join_open_room(asker: Asker, room: web::Path<RoomId>) -> Result<Redirect> {
    let room = *room;
    let join = move |conn: &mut _, me| OpenRoom::join(conn, room, me);
    asker.change(Action::RoomChange, join).await?;
    Ok(Redirect::to(format!("/rooms/{room}/")))
}
