//! The pinned messages of a room: their page, and their lines on the page about the room.

use actix_web::{HttpResponse, web};
use serde::Serialize;

use super::{asker::Asker, pane::Pane, shown_time::ShownTime};
use crate::{
    accounts::{Page, Person, Zone},
    chat::{
        log::MessageId,
        messages::{
            PinnedMessage,
            formatting::{EXCERPT_CHARS, plain},
        },
        rooms::{RoomId, RoomMember},
    },
    db::Connection,
    error::Result,
    friends::BlockedPeople,
    words,
};

/// The data of `chat/messages/_pin.hbs`.
#[derive(Serialize)]
pub(crate) struct ShownPin {
    id: MessageId,
    /// The path of the message.
    path: String,
    author: Person,
    excerpt: String,
    posted: ShownTime,
    /// Whether the reader blocks the author, so that the text is folded.
    is_blocked: bool,
    /// For example `Pinned by ana`.
    by: String,
    pinned: ShownTime,
    may_unpin: bool,
}

impl ShownPin {
    /// Converts a pinned message. Texts of people in `folded` are folded.
    pub(crate) fn new(
        pin: &PinnedMessage,
        (folded, may_unpin): (&BlockedPeople, bool),
        zone: &Zone,
    ) -> Self {
        let message = &pin.message;
        let by = message.pinned_by.as_ref();
        let name = by.map_or("", |by| by.name.as_str());
        Self {
            id: message.id,
            path: format!("/rooms/{}/messages/{}/", message.room, message.id),
            author: message.author.clone(),
            excerpt: plain(&message.body, EXCERPT_CHARS),
            posted: ShownTime::new(message.created_at, zone),
            is_blocked: folded.contains(message.author.id),
            by: words::text_with("pinned-by", &[("name", name.into())]),
            pinned: ShownTime::new(pin.pinned_at, zone),
            may_unpin,
        }
    }
}

/// The data of `chat/messages/pins.hbs`.
#[derive(Serialize)]
struct PinsPage {
    pins: Vec<ShownPin>,
    /// The path of this page, to which unpinning leads back.
    pins_next: String,
    /// Whether the person may pin messages, for the text of an empty list.
    may_pin: bool,
}

/// `GET /rooms/{room}/pins/`: the pinned messages, the one that was pinned last first.
pub(crate) async fn list_pins(
    asker: Asker,
    page: Page,
    room: web::Path<RoomId>,
    zone: Zone,
) -> Result<HttpResponse> {
    let (room, mut budget) = (*room, asker.chat.messages.page_budget());
    budget.messages = asker.chat.limits.room_pins;
    let read = move |conn: &mut Connection, me| {
        let member = RoomMember::find(conn, room, me)?;
        let pins = PinnedMessage::of(conn, &member, budget)?;
        let folded = member.folded(conn)?;
        let may_pin = member.may_post(conn)? && member.may_pin();
        Ok((member, pins, folded, may_pin))
    };
    let (member, pins, folded, may_pin) = asker.read(read).await?;
    let shown = |pin: &PinnedMessage| ShownPin::new(pin, (&folded, may_pin), &zone);
    let own = PinsPage {
        pins: pins.iter().map(shown).collect(),
        pins_next: format!("/rooms/{room}/pins/"),
        may_pin,
    };
    let title = [("room", member.title.as_str().into())];
    let pane = Pane::of(&member, words::text_with("pins-title", &title));
    pane.render(&asker, page, "chat/messages/pins", own).await
}
