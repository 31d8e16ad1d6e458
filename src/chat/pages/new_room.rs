//! The form for a new conversation: with friends, in a room with a name, or notes to self.

use actix_web::{Either, HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::{
    asker::Asker,
    fields::Fields,
    pane::{Pane, RoomFormErrors, refused},
};
use crate::{
    accounts::{Page, Person, Redirect, UserId},
    chat::{
        membership::NewRoom,
        messages::RoomChange,
        rooms::{NAME_BYTES, Room, RoomId, RoomName, TOPIC_CHARS, Topic},
    },
    error::{Error, FieldErrors, Result},
    friends::friends_of,
    security::Action,
    words,
};

#[derive(Debug, Deserialize)]
pub(crate) struct Wish {
    /// The friend who is selected at first.
    with: Option<UserId>,
    /// `group`, `room` or `notes`.
    kind: Option<String>,
}

/// The content of the form.
#[derive(Debug, Default)]
struct Wanted {
    kind: String,
    is_open: bool,
    name: String,
    topic: String,
    people: Vec<UserId>,
}

impl Wanted {
    fn read(fields: &Fields) -> Result<Self> {
        Ok(Self {
            kind: fields.text("kind").to_owned(),
            is_open: fields.text("access") == "open",
            name: fields.text("name").to_owned(),
            topic: fields.text("topic").to_owned(),
            people: fields.all("people")?,
        })
    }
}

pub(crate) async fn new_room(
    asker: Asker,
    page: Page,
    wish: web::Query<Wish>,
) -> Result<HttpResponse> {
    let wish = wish.into_inner();
    let wanted = Wanted {
        kind: wish.kind.unwrap_or_default(),
        people: wish.with.into_iter().collect(),
        ..Wanted::default()
    };
    show(&asker, page, wanted, FieldErrors::new()).await
}

pub(crate) async fn create_room(
    asker: Asker,
    page: Page,
    fields: web::Form<Fields>,
) -> Result<Either<Redirect, HttpResponse>> {
    let wanted = Wanted::read(&fields)?;
    let (page, errors) = match make(&asker, &wanted).await {
        Ok(place) => return Ok(Either::Left(Redirect::to(place))),
        Err(error) => refused(page, error)?,
    };
    show(&asker, page, wanted, errors).await.map(Either::Right)
}

/// Creates the conversation. Returns its path.
async fn make(asker: &Asker, wanted: &Wanted) -> Result<String> {
    let people = wanted.people.clone();
    let most = asker.chat.limits.group_people;
    match wanted.kind.as_str() {
        "notes" => open_notes(asker).await,
        "room" => {
            let room = NewRoom {
                is_open: wanted.is_open,
                name: RoomName::parse(&wanted.name)?,
                topic: Topic::parse(&wanted.topic)?,
                people,
            };
            let found = move |conn: &mut _, me| room.create(conn, me);
            place(&asker.change(Action::RoomCreation, found).await?)
        }
        // Any two friends have a direct conversation already.
        "group" if people.len() == 1 => Ok(format!("/rooms/with/{}/", people[0])),
        "group" => {
            let same = people.clone();
            let known = move |conn: &mut _, me| Ok(Room::group_of(conn, me, &same)?);
            if let Some(room) = asker.read(known).await? {
                return Ok(path(room));
            }
            let found = move |conn: &mut _, me| Room::create_group(conn, me, &people, most);
            place(&asker.change(Action::RoomCreation, found).await?)
        }
        _ => Err(Error::invalid("form", words::text("rooms-error-kind"))),
    }
}

async fn open_notes(asker: &Asker) -> Result<String> {
    let open = |conn: &mut _, me| Ok(Room::open_notes(conn, me)?.1);
    asker.change(Action::RoomCreation, open).await?;
    let room = asker.read(|conn, me| Ok(Room::notes_of(conn, me)?)).await?;
    Ok(path(room.ok_or(Error::NotFound)?))
}

/// Returns the path of the new room, in which the events happened.
fn place(changes: &[RoomChange]) -> Result<String> {
    let first = changes.first();
    let first = first.ok_or_else(|| Error::internal("a new room has a first event"))?;
    Ok(path(first.room()))
}

fn path(room: RoomId) -> String {
    format!("/rooms/{room}/")
}

async fn show(
    asker: &Asker,
    page: Page,
    wanted: Wanted,
    errors: FieldErrors,
) -> Result<HttpResponse> {
    let friends = asker.read(|conn, me| Ok(friends_of(conn, me)?)).await?;
    let kind = match wanted.kind.as_str() {
        "room" => "room",
        "notes" => "notes",
        _ if friends.is_empty() && wanted.kind.is_empty() => "room",
        _ => "group",
    };
    let pane = Pane::new(words::text("rooms-new-title"));
    let own = NewRoomPage {
        kind,
        is_open: wanted.is_open,
        name: wanted.name,
        topic: wanted.topic,
        name_bytes: NAME_BYTES,
        topic_chars: TOPIC_CHARS,
        friends: choices(friends, &wanted.people),
        errors: errors.into(),
    };
    pane.render(asker, page, "chat/membership/new_room", own)
        .await
}

/// The data of `chat/membership/new_room.hbs`.
#[derive(Serialize)]
struct NewRoomPage {
    /// The selected kind.
    kind: &'static str,
    is_open: bool,
    name: String,
    topic: String,
    /// The maximum length of a name, in bytes.
    name_bytes: usize,
    /// The maximum length of a topic, in characters.
    topic_chars: usize,
    friends: Vec<Choice>,
    errors: RoomFormErrors,
}

/// A friend with a check box, for `chat/membership/_choose.hbs`.
#[derive(Serialize)]
pub(crate) struct Choice {
    #[serde(flatten)]
    person: Person,
    chosen: bool,
}

/// Returns a check box for each friend. Those in `chosen` are checked.
pub(crate) fn choices(friends: Vec<Person>, chosen: &[UserId]) -> Vec<Choice> {
    let choice = |person: Person| Choice {
        chosen: chosen.contains(&person.id),
        person,
    };
    friends.into_iter().map(choice).collect()
}
