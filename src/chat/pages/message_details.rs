//! The details of one message: why one was notified of it or not, how many have it, who has seen it,
//! and a form to mark it unread.

use actix_web::{HttpResponse, web};
use serde::Serialize;

use crate::{
    accounts::{Page, Person, SignedIn, Zone},
    chat::{
        live::Chat,
        log::MessageId,
        messages::formatting::{EXCERPT_CHARS, plain},
        reading::{MessageDetails, Seen},
        receipts::{Delivered, Position, WhoReceived},
        rooms::{RoomId, RoomMember},
    },
    error::Result,
    words,
};

/// `GET /rooms/{room}/messages/{message}/details/`
pub(crate) async fn show_details(
    me: SignedIn,
    page: Page,
    place: web::Path<(RoomId, MessageId)>,
    chat: web::Data<Chat>,
    zone: Zone,
) -> Result<HttpResponse> {
    let ((room, message), user) = (*place, me.user.id);
    let (told, seen) = chat
        .database
        .read(move |conn| {
            let member = RoomMember::find(conn, room, user)?;
            let told = member.details_of(conn, message)?;
            let seen = member.seen_by(conn)?;
            Ok((told, seen))
        })
        .await?;
    let question = WhoReceived { room, user };
    let delivered = chat.delivery.send(question).await.ok().flatten();
    let own = MessageDetailsPage {
        back: format!("/rooms/{room}/messages/{message}/"),
        unread_path: format!("/rooms/{room}/messages/{message}/unread/"),
        message_id: message,
        created_at: told.created_at.iso(),
        time: zone.format(told.created_at, "%-d %B %Y, %H:%M %Z"),
        excerpt: plain(&told.body, EXCERPT_CHARS),
        why: why(&told),
        delivered: delivered_to(&told, delivered.as_ref()),
        seen: seen_by(&told, seen),
        can_mark: !told.facts.own && !told.is_notice,
        author: told.author.username,
    };
    page.titled("details-title")
        .render("chat/reading/message_details", own)
}

/// What `chat/reading/message_details.hbs` shows.
#[derive(Serialize)]
struct MessageDetailsPage {
    /// The path of the message.
    back: String,
    /// Where the form that marks it unread is sent.
    unread_path: String,
    message_id: MessageId,
    /// The user name.
    author: String,
    /// ISO 8601, UTC.
    created_at: String,
    time: String,
    /// Empty once the message is deleted.
    excerpt: String,
    /// Why the reader was notified of it or not.
    why: String,
    /// How many devices have it; none where that is not told.
    delivered: Option<String>,
    seen: Option<SeenBy>,
    /// The reader can mark it unread.
    can_mark: bool,
}

/// The people who have seen an own message.
#[derive(Serialize)]
struct SeenBy {
    people: Vec<Person>,
}

/// The sentence about the notification.
fn why(told: &MessageDetails) -> String {
    let mut reasons: Vec<String> = told
        .facts
        .against()
        .into_iter()
        .map(|reason| words::text(reason.key()))
        .collect();
    if told.is_notice {
        reasons = vec![words::text("why-notice")];
    } else if told.is_before {
        reasons = vec![words::text("why-before")];
    }
    if reasons.is_empty() {
        return words::text("why-notified");
    }
    let reasons = reasons.join(", ");
    words::text_with("why-not-notified", &[("reasons", reasons.into())])
}

/// The people who have seen an own message; none where that is not shown.
fn seen_by(told: &MessageDetails, seen: Vec<Seen>) -> Option<SeenBy> {
    if !told.facts.own || seen.is_empty() {
        return None;
    }
    let seen = seen.into_iter().filter(|seen| seen.seq >= told.seq);
    let people = seen.map(|seen| Person::new(seen.user.id, seen.user.username));
    Some(SeenBy {
        people: people.collect(),
    })
}

/// The sentence about how many of the others have an own message on a device.
fn delivered_to(told: &MessageDetails, delivered: Option<&Delivered>) -> Option<String> {
    let is_told = told.facts.own && !told.is_notice;
    let delivered = delivered.filter(|delivered| is_told && delivered.of > 0)?;
    let have = |position: &&Position| position.seq >= told.seq;
    let count = delivered.positions.iter().filter(have).count();
    let values = [("count", count.into()), ("all", delivered.of.into())];
    Some(words::text_with("details-delivered-to", &values))
}
