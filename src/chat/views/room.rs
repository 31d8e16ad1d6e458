//! The page of a room.

use actix_web::{HttpResponse, web};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    super::{
        models::{Place, RoomId, RoomMember, Stretch},
        protocol::Refused,
    },
    Chat,
    conversations::Conversations,
    history::{PlaceQuery, ShownLog},
    page_data,
    posting::NewMessageForm,
    rooms::RoomHead,
    status,
};
use crate::{
    accounts::{Page, Person, SignedIn, User, Zone},
    error::Result,
    words,
};

pub(super) async fn show_room(
    me: SignedIn,
    page: Page,
    (room, query): (web::Path<RoomId>, web::Query<PlaceQuery>),
    zone: Zone,
    chat: web::Data<Chat>,
) -> Result<HttpResponse> {
    let shown = ShownRoom {
        room: *room,
        place: query.place(),
        zone,
        refused: None,
    };
    let data = shown.data(&me.user, &page, &chat).await?;
    page.render("chat/room", data)
}

/// A room page about to be shown.
pub(super) struct ShownRoom {
    pub(super) room: RoomId,
    pub(super) place: Place,
    pub(super) zone: Zone,
    /// What was typed, under which name, and why it was refused.
    pub(super) refused: Option<(NewMessageForm, Refused)>,
}

impl ShownRoom {
    pub(super) async fn data(self, me: &User, page: &Page, chat: &Chat) -> Result<Value> {
        let (room, user, place) = (self.room, me.id, self.place);
        let (len, most) = (chat.settings.page_len, chat.settings.rooms_per_socket);
        let loaded = chat.database.read(move |conn| {
            let member = RoomMember::find(conn, room, user)?;
            let stretch = Stretch::read(conn, &member, place, len)?;
            let can_post = member.may_post(conn)?;
            let conversations = Conversations::read(conn, user, most)?;
            let head = RoomHead::read(conn, &member)?;
            Ok((member, stretch, can_post, (conversations, head)))
        });
        let (member, stretch, can_post, (conversations, head)) = loaded.await?;
        let here = conversations.here(chat).await?;
        let (form, refused) = self.refused.unzip();
        let mut shown = head.data(&member, &here);
        shown["health"] = json!(status::health_line(&chat.health, room));
        let mut data = json!({
            "title": member.title,
            "conversations": conversations.data(Some(room), &here),
            "room": shown,
            "zone": self.zone.name(),
            "pending": { "message": pending(me) },
            "can_post": can_post,
            "closed": (!can_post).then(|| words::text(closed_key(&member))),
            "draft": form.as_ref().map_or("", |form| form.body.as_str()),
            "refusal": refused.map(|refused| refused.text),
            "client_id": form.map_or_else(Uuid::new_v4, |form| form.client_id),
            "max_chars": chat.settings.message_chars,
            "page_data": page_data(me, page, chat, (&conversations.preferences, Some(&member))),
        });
        let shown = ShownLog {
            member,
            stretch,
            zone: self.zone,
        };
        if let (Value::Object(data), Value::Object(log)) = (&mut data, shown.data(chat)) {
            data.extend(log);
        }
        Ok(data)
    }
}

/// Why nobody can write here.
fn closed_key(member: &RoomMember) -> &'static str {
    if member.is_archived() {
        "room-archived"
    } else {
        "room-closed"
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
