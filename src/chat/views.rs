//! The list of conversations and the room, readable and writable without a script.

use std::collections::HashSet;

use actix::Addr;
use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web,
};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    markup::Markup,
    models::{Message, Room, RoomId, RoomMember},
    protocol::Refused,
    server::{ChatServer, NotPosted, PostMessage, WhoIsHere},
    view::log,
};
use crate::{
    accounts::{Page, Person, SignedIn, User, UserId},
    config::Limits as Settings,
    db::{Connection, Database},
    error::{Error, Result},
    friends::{Friendship, friends_of},
    security::client_addr,
    words,
};

/// All addresses of the app.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.route("/", web::get().to(list_conversations))
        .route("/", web::head().to(list_conversations))
        .route("/rooms/with/{user}/", web::get().to(show_direct))
        .route("/rooms/{room}/", web::get().to(show_room))
        .route("/rooms/{room}/messages/", web::post().to(create_message));
}

/// What every page of the chat shows beside its own.
struct Conversations {
    rows: Vec<RoomMember>,
    friends: Vec<UserId>,
}

impl Conversations {
    fn read(conn: &mut Connection, me: UserId, most: usize) -> Result<Self> {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let friends = friends_of(conn, me)?;
        Ok(Self {
            rows: RoomMember::all_of(conn, me, most)?,
            friends: friends.into_iter().map(|friend| friend.id).collect(),
        })
    }

    /// Which of the friends are here.
    async fn online(&self, chat: &Chat) -> Result<HashSet<UserId>> {
        let users = self.friends.clone();
        let online = chat.server.send(WhoIsHere { users }).await;
        let online = online.map_err(|_closed| Error::ActorGone("the chat server"))?;
        Ok(online.into_iter().collect())
    }

    fn data(&self, current: Option<RoomId>, online: &HashSet<UserId>) -> Vec<Value> {
        let row = |member: &RoomMember| {
            let Person {
                id,
                username,
                initials,
                hue,
            } = &member.other;
            json!({
                "room_id": member.room.id,
                "path": format!("/rooms/{}/", member.room.id),
                "name": username,
                "person_id": id,
                "initials": initials,
                "hue": hue,
                "current": current == Some(member.room.id),
                "online": online.contains(id),
                "unread": 0,
            })
        };
        self.rows.iter().map(row).collect()
    }
}

/// What the views of the chat stand on; registered as `web::Data`.
#[derive(Clone)]
pub struct Chat {
    /// The one actor.
    pub server: Addr<ChatServer>,
    /// For history.
    pub database: Database,
    /// Of messages.
    pub markup: Markup,
    /// Page length and message length.
    pub settings: std::sync::Arc<Settings>,
}

async fn list_conversations(
    me: SignedIn,
    page: Page,
    chat: web::Data<Chat>,
) -> Result<HttpResponse> {
    let (user, most) = (me.user.id, chat.settings.rooms_per_socket);
    let conversations = chat
        .database
        .read(move |conn| Conversations::read(conn, user, most))
        .await?;
    let online = conversations.online(&chat).await?;
    let data = json!({
        "title": words::text("chat-title"),
        "conversations": conversations.data(None, &online),
        "has_friends": !conversations.friends.is_empty(),
        "page_data": page_data(&me.user, &page, &chat, None),
    });
    page.render("chat/index", data)
}

fn page_data(me: &User, page: &Page, chat: &Chat, member: Option<&RoomMember>) -> Value {
    json!({
        "me": { "id": me.id, "username": me.username },
        "room": member.map(|member| member.room.id),
        "last_seq": member.map(|member| member.room.last_seq),
        "max_chars": chat.settings.message_chars,
        "csrf_token": page.csrf_token(),
    })
}

/// The way from a person to the conversation with them. Right after an acceptance the chat server
/// may not have made it yet; friends have one all the same.
async fn show_direct(
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

#[derive(Debug, Deserialize)]
struct Place {
    /// Show the messages before this event.
    before: Option<i64>,
}

async fn show_room(
    me: SignedIn,
    page: Page,
    room: web::Path<RoomId>,
    place: web::Query<Place>,
    chat: web::Data<Chat>,
) -> Result<HttpResponse> {
    let shown = ShownRoom {
        room: *room,
        before: place.before,
        refused: None,
    };
    let data = shown.data(&me.user, &page, &chat).await?;
    page.render("chat/room", data)
}

/// A room page about to be shown.
struct ShownRoom {
    room: RoomId,
    before: Option<i64>,
    /// What was typed, under which name, and why it was refused.
    refused: Option<(NewMessageForm, Refused)>,
}

impl ShownRoom {
    async fn data(self, me: &User, page: &Page, chat: &Chat) -> Result<Value> {
        let (room, user, before) = (self.room, me.id, self.before);
        let (len, most) = (chat.settings.page_len, chat.settings.rooms_per_socket);
        let loaded = chat.database.read(move |conn| {
            let member = RoomMember::find(conn, room, user)?;
            let messages = Message::before(conn, &member, before, len)?;
            let can_post = member.may_post(conn)?;
            let conversations = Conversations::read(conn, user, most)?;
            Ok((member, messages, can_post, conversations))
        });
        let (member, messages, can_post, conversations) = loaded.await?;
        let online = conversations.online(chat).await?;
        let first_seq = messages.first().map(|message| message.seq);
        let last_seq = messages.last().map(|message| message.seq);
        let is_full = messages.len() == usize::try_from(len).unwrap_or(usize::MAX);
        let earlier = first_seq
            .filter(|seq| is_full && *seq > 1)
            .map(|seq| format!("/rooms/{room}/?before={seq}"));
        let (form, refused) = self.refused.unzip();
        Ok(json!({
            "title": member.other.username,
            "conversations": conversations.data(Some(room), &online),
            "room": {
                "id": room,
                "name": member.other.username,
                "person": {
                    "id": member.other.id,
                    "username": member.other.username,
                    "initials": member.other.initials,
                    "hue": member.other.hue,
                    "online": online.contains(&member.other.id),
                },
            },
            "log": log(&chat.markup, messages),
            "pending": { "message": pending(me) },
            "first_seq": first_seq,
            "last_seq": last_seq,
            "can_post": can_post,
            "closed": (!can_post).then(|| words::text("room-closed")),
            "draft": form.as_ref().map_or("", |form| form.body.as_str()),
            "refusal": refused.map(|refused| refused.text),
            "client_id": form.map_or_else(Uuid::new_v4, |form| form.client_id),
            "earlier": earlier,
            "max_chars": chat.settings.message_chars,
            "page_data": page_data(me, page, chat, Some(&member)),
        }))
    }
}

/// What scripts copy for a message that is on its way.
fn pending(me: &User) -> Value {
    json!({
        "id": "pending",
        "author": Person::new(me.id, me.username.clone()),
        "html": "",
        "created_at": "",
        "time": "",
        "big_emoji": false,
    })
}

#[derive(Debug, Deserialize)]
struct NewMessageForm {
    body: String,
    client_id: Uuid,
}

/// The form twin of `message.post`: the same checks, the same words, and the page's own
/// `client_id`, so that a form sent twice is one message.
async fn create_message(
    me: SignedIn,
    page: Page,
    (room, form): (web::Path<RoomId>, web::Form<NewMessageForm>),
    request: HttpRequest,
    chat: web::Data<Chat>,
) -> Result<HttpResponse> {
    let (room, form) = (*room, form.into_inner());
    let post = PostMessage {
        room,
        author: me.user.id,
        ip: client_addr(&request),
        client_id: form.client_id,
        body: form.body.clone(),
    };
    let answer = chat.server.send(post).await;
    let reason = match answer.unwrap_or(Err(NotPosted::Closing)) {
        Ok(_) => {
            let place = format!("/rooms/{room}/");
            return Ok(HttpResponse::SeeOther()
                .insert_header((header::LOCATION, place))
                .finish());
        }
        Err(NotPosted::Refused(Error::NotFound)) => return Err(Error::NotFound),
        Err(reason) => reason,
    };
    let user = me.user.id;
    let member = chat
        .database
        .read(move |conn| RoomMember::find(conn, room, user))
        .await?;
    let refused = Refused::new(room, form.client_id, &reason, Some(&member.other.username));
    let shown = ShownRoom {
        room,
        before: None,
        refused: Some((form, refused)),
    };
    let data = shown.data(&me.user, &page, &chat).await?;
    page.with_status(StatusCode::UNPROCESSABLE_ENTITY)
        .render("chat/room", data)
}
