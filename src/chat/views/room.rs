//! The page of a room.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    super::{
        models::{Place, RoomId, RoomMember, Stretch},
        protocol::Refused,
    },
    Chat,
    attention::{UnreadHere, Visit},
    conversations::Conversations,
    face::face,
    history::{PlaceQuery, ShownLog},
    page_data,
    posting::NewMessageForm,
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
    (zone, request): (Zone, HttpRequest),
    chat: web::Data<Chat>,
) -> Result<HttpResponse> {
    let visit = Visit::of(&request);
    let shown = ShownRoom {
        room: *room,
        place: query.place(),
        zone,
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
    pub(super) place: Place,
    pub(super) zone: Zone,
    /// How it is looked at.
    pub(super) visit: Visit,
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
            let unread = UnreadHere::read(conn, &member, &conversations)?;
            let stretch = unread.open(conn, &member, stretch, (place, len))?;
            Ok((member, stretch, can_post, conversations, unread))
        });
        let (member, stretch, can_post, mut conversations, unread) = loaded.await?;
        let here = conversations.here(chat).await?;
        let reads = unread.read_by(&stretch, member.room.last_seq);
        if self.visit == Visit::Plain && reads == Some(member.room.last_seq) {
            conversations.badges.forget(room);
        }
        let (form, refused) = self.refused.unzip();
        let mut data = json!({
            "title": member.title,
            "room": {
                "id": room,
                "name": member.title,
                "topic": member.room.topic,
                "role": member.role,
                "face": face(&member, &here),
                "health": status::health_line(&chat.health, room),
                "catch_up_path": unread.catch_up_path(&member),
            },
            "reads": reads,
            "catch_up": unread.catch_up(room, &self.zone),
            "zone": self.zone.name(),
            "pending": { "message": pending(me) },
            "can_post": can_post,
            "closed": (!can_post).then(|| words::text("room-closed")),
            "draft": form.as_ref().map_or("", |form| form.body.as_str()),
            "refusal": refused.map(|refused| refused.text),
            "client_id": form.map_or_else(Uuid::new_v4, |form| form.client_id),
            "max_chars": chat.settings.message_chars,
            "page_data": page_data(me, page, chat, (&conversations.preferences, Some(&member))),
        });
        conversations.add_to(&mut data, Some(room), &here);
        let shown = ShownLog {
            member,
            stretch,
            zone: self.zone,
            unread_from: unread.from,
        };
        if let (Value::Object(data), Value::Object(log)) = (&mut data, shown.data(chat)) {
            data.extend(log);
        }
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
