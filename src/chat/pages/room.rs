//! The page of a room.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{pane::RoomHead, unread_here::UnreadHere, visit::Visit};
use crate::{
    accounts::{Page, Person, SignedIn, User, Zone},
    chat::{
        live::Chat,
        log::MessageId,
        messages::{
            HistoryPage, MessageData, Place, QUOTE_CHARS, Refused, VisibleMessage,
            formatting::plain,
            views::{PlaceQuery, ShownLog, outsiders},
        },
        receipts,
        rooms::{RoomId, RoomMember},
        shell::{Conversations, page_data},
    },
    db::Connection,
    error::{Error, Result},
    words,
};

#[derive(Debug, Deserialize)]
pub(crate) struct NewMessageForm {
    pub(super) body: String,
    pub(super) client_id: Uuid,
    /// The message that it answers; empty for none.
    #[serde(default)]
    pub(super) reply_to: String,
}

/// What the box is about.
#[derive(Debug, Deserialize)]
pub(crate) struct BoxQuery {
    /// It answers this message.
    reply: Option<MessageId>,
    /// This message was just written, and names somebody who is not here.
    named: Option<MessageId>,
}

pub(crate) async fn show_room(
    me: SignedIn,
    page: Page,
    (room, query, answer): (
        web::Path<RoomId>,
        web::Query<PlaceQuery>,
        web::Query<BoxQuery>,
    ),
    (zone, request): (Zone, HttpRequest),
    chat: web::Data<Chat>,
) -> Result<HttpResponse> {
    let shown = ShownRoom {
        room: *room,
        place: query.place(),
        reply: answer.reply,
        named: answer.named,
        zone,
        visit: Visit::of(&request),
        refused: None,
    };
    let data = shown.data(&me.user, &page, &chat).await?;
    page.render("chat/pages/room", data)
}

/// A room page about to be shown.
pub(crate) struct ShownRoom {
    pub(crate) room: RoomId,
    pub(crate) place: Place,
    /// The message that the box answers.
    pub(crate) reply: Option<MessageId>,
    /// A message that names somebody who may be added.
    pub(crate) named: Option<MessageId>,
    pub(crate) zone: Zone,
    /// How it is looked at.
    pub(crate) visit: Visit,
    /// What was typed, under which name, and why it was refused.
    pub(crate) refused: Option<(NewMessageForm, Refused)>,
}

impl ShownRoom {
    /// What the page shows; where no script will tell so, it is read by that.
    pub(crate) async fn data(self, me: &User, page: &Page, chat: &Chat) -> Result<Value> {
        let (visit, room) = (self.visit, self.room);
        let data = self.looked_at(me, page, chat).await?;
        if let Some(seq) = data["reads"].as_i64() {
            let read = data["read"].as_i64().unwrap_or(0);
            visit.reads(chat, me, room, (seq, read)).await?;
        }
        Ok(data)
    }

    async fn looked_at(self, me: &User, page: &Page, chat: &Chat) -> Result<Value> {
        let (room, user, place) = (self.room, me.id, self.place);
        let (reply, named) = (self.reply, self.named);
        let (budget, most) = (chat.messages.page_budget(), chat.limits.rooms_per_socket);
        let loaded = chat.database.read(move |conn| {
            let member = RoomMember::find(conn, room, user)?;
            let history = HistoryPage::read(conn, &member, place, budget)?;
            let can_post = member.may_post(conn)?;
            let conversations = Conversations::read(conn, user, most)?;
            let unread = UnreadHere::read(conn, &member, &conversations)?;
            let history = unread.open(conn, &member, history, (place, budget))?;
            let reply = answered(conn, &member, reply)?;
            let outsiders = outsiders::of_message(conn, (room, named), user)?;
            let head = RoomHead::read(conn, &member)?;
            Ok((
                (member, history, can_post, unread),
                (conversations, head, reply, outsiders),
            ))
        });
        let ((member, history, can_post, unread), around) = loaded.await?;
        let (mut conversations, head, reply, outsiders) = around;
        let here = conversations.here(chat).await?;
        let reads = unread.read_by(&history, member.room.last_seq);
        if self.visit == Visit::Plain && reads == Some(member.room.last_seq) {
            conversations.badges.forget(room);
        }
        let (form, refused) = self.refused.unzip();
        let mut shown = head.data(&member, &here);
        shown["catch_up_path"] = json!(unread.catch_up_path(&member));
        shown["health"] = json!(receipts::views::health_line(&chat.health, room));
        let mut data = json!({
            "title": member.title,
            "room": shown,
            "reads": reads,
            "read": member.read_seq,
            "catch_up": unread.catch_up(room, &self.zone),
            "zone": self.zone.name(),
            "pending": MessageData::pending(&Person::new(me.id, me.username.clone())),
            "can_post": can_post,
            "closed": (!can_post).then(|| words::text(closed_key(&member))),
            "draft": form.as_ref().map_or("", |form| form.body.as_str()),
            "refusal": refused.map(|refused| refused.text),
            "reply": reply,
            "outsiders": outsiders,
            "client_id": form.map_or_else(Uuid::new_v4, |form| form.client_id),
            "max_chars": chat.limits.message_chars,
            "page_data": page_data(me, page, chat, (&conversations.preferences, Some(&member))),
        });
        conversations.add_to(&mut data, Some(room), &here);
        let shown = ShownLog {
            member,
            page: history,
            zone: self.zone,
            unread_from: unread.from,
        };
        if let (Value::Object(data), Value::Object(log)) = (&mut data, shown.data(&chat.messages)) {
            data.extend(log);
        }
        Ok(data)
    }
}

/// What stands above the box while it answers a message; nothing for one that is gone.
fn answered(
    conn: &mut Connection,
    member: &RoomMember,
    reply: Option<MessageId>,
) -> Result<Option<Value>> {
    let Some(id) = reply else { return Ok(None) };
    let message = match VisibleMessage::find(conn, member.room.id, id, member.user) {
        Ok(seen) => seen.message,
        Err(Error::NotFound) => return Ok(None),
        Err(error) => return Err(error),
    };
    let is_there = message.deleted.is_none();
    Ok(is_there.then(|| {
        json!({ "id": message.id, "author": message.author.username, "text": plain(&message.body, QUOTE_CHARS) })
    }))
}

/// Why nobody can write here.
fn closed_key(member: &RoomMember) -> &'static str {
    if member.is_archived() {
        "room-archived"
    } else {
        "room-closed"
    }
}
