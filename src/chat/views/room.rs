//! The page of a room.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    super::{
        models::{Message, RoomId, RoomMember},
        protocol::Refused,
        view::log,
    },
    Chat,
    attention::{UnreadHere, Visit},
    conversations::Conversations,
    face::face,
    page_data,
    posting::NewMessageForm,
};
use crate::{
    accounts::{Page, Person, SignedIn, User},
    error::Result,
    words,
};

#[derive(Debug, Deserialize)]
pub(super) struct Place {
    /// Show the messages before this event.
    before: Option<i64>,
}

pub(super) async fn show_room(
    me: SignedIn,
    page: Page,
    room: web::Path<RoomId>,
    (place, request): (web::Query<Place>, HttpRequest),
    chat: web::Data<Chat>,
) -> Result<HttpResponse> {
    let visit = Visit::of(&request);
    let shown = ShownRoom {
        room: *room,
        before: place.before,
        visit,
        refused: None,
    };
    let data = shown.data(&me.user, &page, &chat).await?;
    if let Some(seq) = data["reads"].as_i64() {
        visit.reads(&chat, &me.user, *room, seq).await?;
    }
    page.render("chat/room", data)
}

/// A room page about to be shown.
pub(super) struct ShownRoom {
    pub(super) room: RoomId,
    pub(super) before: Option<i64>,
    /// How it is looked at.
    pub(super) visit: Visit,
    /// What was typed, under which name, and why it was refused.
    pub(super) refused: Option<(NewMessageForm, Refused)>,
}

impl ShownRoom {
    pub(super) async fn data(self, me: &User, page: &Page, chat: &Chat) -> Result<Value> {
        let (room, user, before) = (self.room, me.id, self.before);
        let (len, most) = (chat.settings.page_len, chat.settings.rooms_per_socket);
        let loaded = chat.database.read(move |conn| {
            let member = RoomMember::find(conn, room, user)?;
            let messages = Message::before(conn, &member, before, len)?;
            let can_post = member.may_post(conn)?;
            let conversations = Conversations::read(conn, user, most)?;
            let unread = UnreadHere::read(conn, &member, &conversations.badges)?;
            Ok((member, messages, can_post, conversations, unread))
        });
        let (member, messages, can_post, mut conversations, unread) = loaded.await?;
        let online = conversations.online(chat).await?;
        let first_seq = messages.first().map(|message| message.seq);
        let last_seq = messages.last().map(|message| message.seq);
        // A page of the newest shows all that is new; another one what it has, if nothing before that is new.
        let is_newest = before.is_none();
        let reads = unread.read_by(is_newest, first_seq.zip(last_seq), member.room.last_seq);
        if self.visit == Visit::Plain && is_newest {
            conversations.badges.forget(room);
        }
        let is_full = messages.len() == usize::try_from(len).unwrap_or(usize::MAX);
        let earlier = first_seq
            .filter(|seq| is_full && *seq > 1)
            .map(|seq| format!("/rooms/{room}/?before={seq}"));
        let (form, refused) = self.refused.unzip();
        let mut data = json!({
            "title": member.title,
            "room": {
                "id": room,
                "name": member.title,
                "topic": member.room.topic,
                "role": member.role,
                "face": face(&member, &online),
            },
            "log": log(&chat.markup, messages, unread.from),
            "reads": reads,
            "catch_up": unread.catch_up(room),
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
            "page_data": page_data(me, page, chat, (&conversations.preferences, Some(&member))),
        });
        conversations.add_to(&mut data, Some(room), &online);
        Ok(data)
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
