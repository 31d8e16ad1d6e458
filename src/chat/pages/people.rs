//! Members of a room: add friends, remove members, appoint moderators, leave.

use actix_web::{Either, HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::{
    asker::Asker,
    confirm::Question,
    fields::Fields,
    new_room::{Choice, choices},
    pane::{Pane, refused},
    room_changes::details,
};
use crate::{
    accounts::{Page, Person, Redirect, UserId},
    chat::{
        live::PurgeRooms,
        rooms::{ListedMember, Role, RoomId, RoomMember},
    },
    db::Timestamp,
    error::{Error, FieldErrors, Result, sentences},
    friends::friends_of,
    security::Action,
    words,
};

pub(crate) async fn new_people(
    asker: Asker,
    page: Page,
    room: web::Path<RoomId>,
) -> Result<HttpResponse> {
    show(&asker, page, *room, Vec::new(), FieldErrors::new()).await
}

pub(crate) async fn add_people(
    asker: Asker,
    page: Page,
    room: web::Path<RoomId>,
    fields: web::Form<Fields>,
) -> Result<Either<Redirect, HttpResponse>> {
    let (room, people) = (*room, fields.all::<UserId>("people")?);
    let most = asker.chat.limits.group_people;
    let wanted = people.clone();
    let add = move |conn: &mut _, me| {
        let host = RoomMember::find(conn, room, me)?.host()?;
        host.add(conn, &people, most)
    };
    let (page, errors) = match asker.change(Action::Invitation, add).await {
        Ok(_) if fields.text("next") == "room" => {
            return Ok(Either::Left(Redirect::to(format!("/rooms/{room}/"))));
        }
        Ok(_) => return Ok(Either::Left(details(room))),
        Err(error) => refused(page, error)?,
    };
    let shown = show(&asker, page, room, wanted, errors).await?;
    Ok(Either::Right(shown))
}

async fn show(
    asker: &Asker,
    page: Page,
    room: RoomId,
    wanted: Vec<UserId>,
    mut errors: FieldErrors,
) -> Result<HttpResponse> {
    let read = move |conn: &mut _, me| {
        let host = RoomMember::find(conn, room, me)?.host()?;
        let listing = host.list_members(conn)?;
        let mut friends = friends_of(conn, me)?;
        friends.retain(|friend| !listing.iter().any(|listed| listed.person.id == friend.id));
        Ok((host, friends))
    };
    let (host, friends) = asker.read(read).await?;
    let pane = Pane::below_details(&host, words::text("rooms-add-title"));
    let people = errors.remove("people").or_else(|| errors.remove("form"));
    let own = AddPeoplePage {
        action: format!("/rooms/{room}/people/"),
        no: format!("/rooms/{room}/details/"),
        name: host.title.clone(),
        friends: choices(friends, &wanted),
        errors: AddPeopleErrors { people },
    };
    pane.render(asker, page, "chat/membership/add_people", own)
        .await
}

/// The data of `chat/membership/add_people.hbs`.
#[derive(Serialize)]
struct AddPeoplePage {
    /// The path to which the form is sent.
    action: String,
    /// The path of the button that cancels.
    no: String,
    /// The name of the room.
    name: String,
    /// The person's friends who are not in the room.
    friends: Vec<Choice>,
    errors: AddPeopleErrors,
}

#[derive(Serialize)]
struct AddPeopleErrors {
    people: Option<String>,
}

pub(crate) async fn confirm_removal(
    asker: Asker,
    page: Page,
    path: web::Path<(RoomId, UserId)>,
) -> Result<HttpResponse> {
    let (room, other) = *path;
    let read = move |conn: &mut _, me| {
        let member = RoomMember::find(conn, room, me)?;
        let removal = member.clone().removal(conn, other)?;
        Ok((member, removal.listed))
    };
    let (member, listed) = asker.read(read).await?;
    let action = format!("people/{other}/remove/");
    let question = Question::new(&member, "remove", &action)
        .with("name", listed.person.name)
        .point("ask-remove-read")
        .point("ask-remove-back");
    question.ask(&asker, page).await
}

pub(crate) async fn remove_person(
    asker: Asker,
    path: web::Path<(RoomId, UserId)>,
) -> Result<Redirect> {
    let (room, other) = *path;
    let remove = move |conn: &mut _, me| {
        let removal = RoomMember::find(conn, room, me)?.removal(conn, other)?;
        removal.remove(conn)
    };
    asker.change(Action::RoomChange, remove).await?;
    Ok(details(room))
}

#[derive(Debug, Deserialize)]
pub(crate) struct RoleForm {
    role: String,
}

pub(crate) async fn set_role(
    asker: Asker,
    path: web::Path<(RoomId, UserId)>,
    form: web::Form<RoleForm>,
) -> Result<Redirect> {
    let (room, other) = *path;
    let is_moderator = match form.role.as_str() {
        "moderator" => true,
        "member" => false,
        _ => return Err(Error::BadRequest("a role")),
    };
    let set = move |conn: &mut _, me| {
        let owner = RoomMember::find(conn, room, me)?.owner()?;
        owner.set_moderator(conn, other, is_moderator)
    };
    asker.change(Action::RoomChange, set).await?;
    Ok(details(room))
}

pub(crate) async fn confirm_leave(
    asker: Asker,
    page: Page,
    room: web::Path<RoomId>,
) -> Result<HttpResponse> {
    let room = *room;
    let read = move |conn: &mut _, me| {
        let leaver = RoomMember::find(conn, room, me)?.leaver()?;
        let listing = leaver.list_members(conn)?;
        Ok((leaver, listing))
    };
    let (leaver, listing) = asker.read(read).await?;
    let name = match listing.len() {
        1 => "end",
        _ => "leave",
    };
    let mut question = Question::new(&leaver, name, "leave/");
    if listing.len() > 1 {
        question = question.point("ask-leave-history");
        if leaver.role == Role::Owner && leaver.room.kind.is_named() {
            question = question.heirs(heirs(&listing, leaver.user));
        }
    }
    question.ask(&asker, page).await
}

/// Returns all other members. The first is the one who becomes the owner by default.
fn heirs(listing: &[ListedMember], me: UserId) -> Vec<Person> {
    let follows = RoomMember::successor(listing).map(|heir| heir.person.id);
    let others = listing.iter().map(|listed| &listed.person);
    let mut others: Vec<Person> = others.filter(|person| person.id != me).cloned().collect();
    others.sort_by_key(|person| Some(person.id) != follows);
    others
}

pub(crate) async fn leave_room(
    asker: Asker,
    room: web::Path<RoomId>,
    fields: web::Form<Fields>,
) -> Result<Redirect> {
    let (room, heir) = (*room, fields.all::<UserId>("heir")?.first().copied());
    let read = move |conn: &mut _, me| {
        let leaver = RoomMember::find(conn, room, me)?.leaver()?;
        Ok((leaver.title.clone(), leaver.count(conn)?))
    };
    let (left, people) = asker.read(read).await?;
    let leave = move |conn: &mut _, me| {
        let leaver = RoomMember::find(conn, room, me)?.leaver()?;
        leaver.leave(conn, heir)
    };
    match asker.change(Action::RoomChange, leave).await {
        Ok(_) => {
            if people == 1 {
                purge(&asker);
            }
            let sentence = words::text_with("rooms-left", &[("room", left.into())]);
            Ok(Redirect::to("/").done(sentence))
        }
        // The chosen member has left in the meantime (a race), so the page asks again.
        Err(Error::Invalid(errors)) => {
            Ok(Redirect::to(format!("/rooms/{room}/leave/")).danger(sentences(errors)))
        }
        Err(error) => Err(error),
    }
}

/// Deletes a room after its last member has left. If that fails, the hourly purge deletes it.
fn purge(asker: &Asker) {
    let now = Timestamp::now();
    if asker.chat.server.try_send(PurgeRooms { now }).is_err() {
        log::debug!(target: "parlour::chat", "an empty room waits for the next purge");
    }
}
