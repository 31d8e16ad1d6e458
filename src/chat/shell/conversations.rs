//! The list of conversations, which stands beside every page of the chat, and the way from a person
//! to the conversation with them.

use actix_web::{HttpResponse, http::header, web};
use serde_json::{Value, json};

use super::{
    badges::Badges,
    face::{Here, face},
};
use crate::{
    accounts::{Page, SignedIn, UserId},
    chat::{
        live::Chat,
        presence::WhoIsHere,
        rooms::{Room, RoomId, RoomMember},
        shell::page_data,
    },
    db::Connection,
    error::{Error, Result},
    friends::{Friendship, friends_of},
    preferences::Preferences,
    words,
};

/// What every page of the chat shows beside its own.
pub(crate) struct Conversations {
    rows: Vec<RoomMember>,
    friends: Vec<UserId>,
    /// How the reader of the page wants it.
    pub(crate) preferences: Preferences,
    /// What is unread.
    pub(crate) badges: Badges,
}

impl Conversations {
    pub(crate) fn read(conn: &mut Connection, me: UserId, most: usize) -> Result<Self> {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let friends = friends_of(conn, me)?;
        Ok(Self {
            rows: RoomMember::all_of(conn, me, most)?,
            friends: friends.into_iter().map(|friend| friend.id).collect(),
            preferences: Preferences::of(conn, me)?,
            badges: Badges::read(conn, me)?,
        })
    }

    /// Which of the friends are here.
    pub(crate) async fn here(&self, chat: &Chat) -> Result<Here> {
        let users = self.friends.clone();
        let here = chat.presence.send(WhoIsHere { users }).await;
        here.map_err(|_closed| Error::ActorGone("the chat server"))
    }

    /// The fields of `_sidebar.hbs` and of the title, to be added to those of a page.
    pub(crate) fn add_to(&self, data: &mut Value, current: Option<RoomId>, here: &Here) {
        let row = |member: &&RoomMember| {
            json!({
                "room_id": member.room.id,
                "path": format!("/rooms/{}/", member.room.id),
                "face": face(member, here),
                "current": current == Some(member.room.id),
                "unread": self.badges.of(member.room.id, &member.title),
            })
        };
        let (listed, hidden): (Vec<_>, Vec<_>) = self
            .rows
            .iter()
            .partition(|member| self.badges.lists(member.room.id));
        let rows = |members: Vec<&RoomMember>| members.iter().map(row).collect::<Vec<_>>();
        data["conversations"] = rows(listed).into();
        data["hidden_conversations"] = rows(hidden).into();
        data["waiting"] = self.badges.waiting();
        data["badge"] = self.badges.total().into();
    }
}

pub(crate) async fn list_conversations(
    me: SignedIn,
    page: Page,
    chat: web::Data<Chat>,
) -> Result<HttpResponse> {
    let (user, most) = (me.user.id, chat.limits.rooms_per_socket);
    let conversations = chat
        .database
        .read(move |conn| Conversations::read(conn, user, most))
        .await?;
    let here = conversations.here(&chat).await?;
    let mut data = json!({
        "title": words::text("chat-title"),
        "has_friends": !conversations.friends.is_empty(),
        "page_data": page_data(&me.user, &page, &chat, (&conversations.preferences, None)),
    });
    conversations.add_to(&mut data, None, &here);
    page.render("chat/shell/index", data)
}

/// The way from a person to the conversation with them. Right after an acceptance the chat server
/// may not have made it yet; friends have one all the same.
pub(crate) async fn show_direct(
    me: SignedIn,
    other: web::Path<UserId>,
    chat: web::Data<Chat>,
) -> Result<HttpResponse> {
    let (me, other) = (me.user.id, *other);
    let known = chat.database.read(move |conn| {
        let room = Room::direct_between(conn, me, other)?;
        Ok((room, Friendship::exists(conn, me, other)?))
    });
    let room = match known.await? {
        (Some(room), _) => room,
        (None, true) => {
            let opened = move |conn: &mut _| Ok(Room::open_direct(conn, me, other)?);
            chat.database.write(opened).await?.0.id
        }
        (None, false) => return Err(Error::NotFound),
    };
    let place = format!("/rooms/{room}/");
    Ok(HttpResponse::SeeOther()
        .insert_header((header::LOCATION, place))
        .finish())
}
