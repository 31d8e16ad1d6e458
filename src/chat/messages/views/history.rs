//! One page of a room's history (keyset pagination): the cursor in the address, the log alone for
//! scripts, and the permanent address of a message.

use actix_web::{
    HttpResponse,
    http::header::{ContentType, LOCATION},
    web,
};
use serde::{Deserialize, Serialize};

use crate::{
    accounts::{SignedIn, Zone},
    chat::{
        log::MessageId,
        messages::{HistoryPage, Messages, Place},
        rooms::{RoomId, RoomKind, RoomMember},
    },
    db::Epoch,
    error::Result,
    friends::BlockedPeople,
    templates::Templates,
    words,
};

/// The cursor of a page: `?before=`, `?after=` or `?around=` the number of an event. Without a
/// cursor, the page shows the newest messages, or the first unread ones if they are older.
/// `?newest` always shows the newest messages.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct PlaceQuery {
    before: Option<i64>,
    after: Option<i64>,
    around: Option<i64>,
    newest: Option<String>,
}

impl PlaceQuery {
    pub(crate) fn place(&self) -> Place {
        let newest = self.newest.as_ref().map(|_| Place::Before(i64::MAX));
        let before = self.before.map(Place::Before);
        let after = self.after.map(Place::After);
        let around = self.around.map(Place::Around);
        around.or(before).or(after).or(newest).unwrap_or_default()
    }
}

/// A page of the history, ready to be rendered.
pub(crate) struct ShownLog {
    pub(crate) member: RoomMember,
    pub(crate) page: HistoryPage,
    pub(crate) zone: Zone,
    /// The number of the event that created the first unread message.
    pub(crate) unread_from: Option<i64>,
    /// The people whose messages are folded.
    pub(crate) folded: BlockedPeople,
}

/// The data of `_log.hbs`, apart from the id of the room and the epoch. The links work without
/// JavaScript.
#[derive(Serialize)]
pub(crate) struct Log {
    /// The markup of the messages.
    log: String,
    earlier: Option<String>,
    later: Option<String>,
    last_seq: i64,
    /// The text of a log without messages.
    empty: String,
}

/// The data of `_log.hbs` when scripts request it without the rest of the page.
#[derive(Serialize)]
struct LogAlone<'a> {
    #[serde(flatten)]
    log: Log,
    room: LogRoom,
    epoch: &'a Epoch,
}

#[derive(Serialize)]
struct LogRoom {
    id: RoomId,
}

impl Log {
    pub(crate) fn new(shown: ShownLog, messages: &Messages) -> Self {
        let ShownLog {
            member,
            page,
            zone,
            unread_from,
            folded,
        } = shown;
        let room = member.room.id;
        Self {
            log: messages
                .markup
                .log(page.messages, &zone, unread_from, &folded),
            earlier: page
                .earlier
                .map(|seq| format!("/rooms/{room}/?before={seq}")),
            // A page opens at its end. The anchor makes this one open at its first message, which
            // is the next to be read.
            later: page
                .later
                .map(|seq| format!("/rooms/{room}/?after={seq}#earlier")),
            last_seq: member.room.last_seq,
            empty: empty_words(&member),
        }
    }
}

/// Returns the text of a log without messages.
fn empty_words(member: &RoomMember) -> String {
    match member.room.kind {
        RoomKind::Direct => {
            let name = [("name", member.title.as_str().into())];
            words::text_with("room-empty", &name)
        }
        RoomKind::Notes => words::text("rooms-notes-empty"),
        RoomKind::Group | RoomKind::Open | RoomKind::Closed => words::text("rooms-empty"),
    }
}

/// With `?message=`, the page shows the messages around that one.
#[derive(Debug, Deserialize)]
pub(crate) struct LogQuery {
    message: Option<MessageId>,
    before: Option<i64>,
    after: Option<i64>,
    around: Option<i64>,
}

/// `GET /rooms/{room}/log/`: the log of the page with the same query, without the rest of the page.
pub(crate) async fn show_log(
    me: SignedIn,
    zone: Zone,
    room: web::Path<RoomId>,
    query: web::Query<LogQuery>,
    messages: web::Data<Messages>,
    templates: web::Data<Templates>,
) -> Result<HttpResponse> {
    let (room, user, budget) = (*room, me.user.id, messages.page_budget());
    let LogQuery {
        message,
        before,
        after,
        around,
    } = query.into_inner();
    let place = PlaceQuery {
        before,
        after,
        around,
        newest: None,
    };
    let place = place.place();
    let loaded = messages.database.read(move |conn| {
        let member = RoomMember::find(conn, room, user)?;
        let place = match message {
            Some(message) => Place::Around(member.seq_of(conn, message)?),
            None => place,
        };
        let page = HistoryPage::read(conn, &member, place, budget)?;
        let folded = member.folded(conn)?;
        Ok((member, page, folded))
    });
    let (member, page, folded) = loaded.await?;
    let shown = ShownLog {
        member,
        page,
        zone,
        // No divider "New messages": the page keeps the one that it got when the room was opened.
        unread_from: None,
        folded,
    };
    let alone = LogAlone {
        log: Log::new(shown, &messages),
        room: LogRoom { id: room },
        epoch: messages.database.epoch(),
    };
    let html = templates.render("chat/messages/_log", &alone)?;
    Ok(HttpResponse::Ok()
        .content_type(ContentType::html())
        .body(html))
}

/// `GET /rooms/{room}/messages/{message}/`: redirects to the history page around the message.
pub(crate) async fn show_message(
    me: SignedIn,
    place: web::Path<(RoomId, MessageId)>,
    messages: web::Data<Messages>,
) -> Result<HttpResponse> {
    let ((room, message), user) = (place.into_inner(), me.user.id);
    let seq = messages.database.read(move |conn| {
        let member = RoomMember::find(conn, room, user)?;
        Ok(member.seq_of(conn, message)?)
    });
    let seq = seq.await?;
    let place = format!("/rooms/{room}/?around={seq}#message-{message}");
    Ok(HttpResponse::SeeOther()
        .insert_header((LOCATION, place))
        .finish())
}
