//! The card of a person: who it is, what they say about themselves, the rooms in common, and what
//! one can do. Scripts show the same in a dialog (`static/js/people/card.js`).

use std::collections::HashSet;

use actix_web::{HttpResponse, web};
use diesel::prelude::*;
use serde::Serialize;

use super::{asker::Asker, pane::Pane};
use crate::{
    accounts::{Page, Person, Profile, User, UserId, Zone},
    chat::{
        presence::{PresenceState, WhoIsHere, may_see},
        reading::Level,
        rooms::{Room, RoomId, RoomKind, RoomMember},
        shell::presence_word,
    },
    db::{Connection, Timestamp},
    error::{Error, Result},
    friends::{Relation, blocked_with},
    schema::members,
    words,
};

/// The number of rooms in common that the card names. It counts the others.
const ROOMS_SHOWN: usize = 12;

/// `GET /people/{person}/`: for the person, and for people who see the person anywhere else: in a
/// conversation, or in the lists of friends.
pub(crate) async fn show_card(
    asker: Asker,
    page: Page,
    person: web::Path<UserId>,
) -> Result<HttpResponse> {
    let (other, most) = (*person, asker.chat.limits.rooms_per_socket);
    let card = asker.read(move |conn, me| Card::read(conn, (me, other), most));
    let mut card = card.await?;
    if card.is_near {
        let users = vec![other];
        let here = asker.chat.presence.send(WhoIsHere { users }).await;
        let here = here.map_err(|_closed| Error::ActorGone("the presence server"))?;
        card.presence = here.get(&other).copied().unwrap_or_default();
        card.presence_word = presence_word(card.presence);
    }
    let pane = Pane::new(card.person.name.clone());
    pane.render(&asker, page, "chat/people/card", CardPage { card })
        .await
}

/// The data of `chat/people/card.hbs`.
#[derive(Serialize)]
struct CardPage {
    card: Card,
}

/// The data of `_card.hbs`.
#[derive(Serialize)]
struct Card {
    person: Person,
    /// The path of the card.
    path: String,
    /// The relation, as the person who asks sees it.
    relation: Relation,
    is_me: bool,
    /// Whether the person who asks may see presence and local time.
    #[serde(skip)]
    is_near: bool,
    presence: PresenceState,
    presence_word: String,
    about: String,
    /// The time where the person is, for example `Tuesday, 14:02`.
    local_time: Option<String>,
    rooms: Vec<CommonRoom>,
    /// The number of rooms in common that are not named.
    more_rooms: usize,
    /// The direct conversation, and whether it is muted.
    direct: Option<Direct>,
}

#[derive(Serialize)]
struct CommonRoom {
    path: String,
    name: String,
}

#[derive(Serialize)]
struct Direct {
    room: RoomId,
    muted: bool,
}

impl Card {
    /// # Errors
    /// [`Error::NotFound`] also for people whom `me` may not see.
    fn read(conn: &mut Connection, (me, other): (UserId, UserId), most: usize) -> Result<Self> {
        let is_me = me == other;
        if !is_me && !Relation::is_known(conn, me, other)? {
            return Err(Error::NotFound);
        }
        let profile = Profile::of(conn, other)?;
        let relation = Relation::shown(conn, me, other)?;
        let is_near = is_me || may_see(conn, me)?.contains(&other);
        let now = Timestamp::now();
        let is_apart = blocked_with(conn, me)?.contains(&other);
        let mut rooms = if is_me {
            Vec::new()
        } else {
            rooms_in_common(conn, (me, other), most)?
        };
        let more_rooms = rooms.len().saturating_sub(ROOMS_SHOWN);
        rooms.truncate(ROOMS_SHOWN);
        Ok(Self {
            path: format!("/people/{other}/"),
            direct: direct(conn, me, other, relation)?,
            person: Person {
                status: profile.status.at(now).filter(|_| !is_apart),
                ..Person::from(&User::find(conn, other)?)
            },
            local_time: Zone::named(&profile.shared_zone)
                .filter(|_| is_near)
                .map(|zone| zone.format(now, "%A, %H:%M")),
            about: profile.about,
            presence: PresenceState::Offline,
            presence_word: words::text("presence-offline"),
            relation,
            is_me,
            is_near,
            rooms,
            more_rooms,
        })
    }
}

/// Returns the named rooms and groups that both are in.
fn rooms_in_common(
    conn: &mut Connection,
    (me, other): (UserId, UserId),
    most: usize,
) -> QueryResult<Vec<CommonRoom>> {
    let theirs: HashSet<RoomId> = members::table
        .filter(members::user_id.eq(other))
        .select(members::room_id)
        .load(conn)?
        .into_iter()
        .collect();
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let mine = RoomMember::all_of(conn, me, most)?.into_iter();
    let common = mine
        .filter(|member| theirs.contains(&member.room.id) && member.room.kind != RoomKind::Direct);
    let row = |member: RoomMember| CommonRoom {
        path: format!("/rooms/{}/", member.room.id),
        name: member.title,
    };
    Ok(common.map(row).collect())
}

fn direct(
    conn: &mut Connection,
    me: UserId,
    other: UserId,
    relation: Relation,
) -> Result<Option<Direct>> {
    if relation != Relation::Friend {
        return Ok(None);
    }
    let Some(room) = Room::direct_between(conn, me, other)? else {
        return Ok(None);
    };
    let member = RoomMember::find(conn, room, me)?;
    let level = Level::of(conn, &member)?;
    Ok(Some(Direct {
        room,
        muted: matches!(level, Level::Nothing | Level::Hidden),
    }))
}
