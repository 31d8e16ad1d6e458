//! The details of one message: why the person was notified or not, how many people have received
//! it, who has seen it, and a form that marks it as unread.

use actix_web::{HttpResponse, web};
use serde::Serialize;

use crate::{
    accounts::{Page, Person, SignedIn, Zone},
    chat::{
        live::Chat,
        log::MessageId,
        messages::{
            Call,
            formatting::{EXCERPT_CHARS, plain},
        },
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
    let browser = zone.clone();
    let (told, seen) = chat
        .database
        .read(move |conn| {
            let member = RoomMember::find(conn, room, user)?;
            let told = member.details_of(conn, message, &browser)?;
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
        called_by: told.call.map(|call| words::text(called_by(call))),
        delivered: delivered_to(&told, delivered.as_ref()),
        seen: seen_by(&told, seen),
        can_mark: !told.facts.own && !told.is_notice,
        author: told.author.name,
    };
    page.framed_in(Some(room.0))
        .await?
        .titled("details-title")
        .render("chat/reading/message_details", own)
}

/// The data of `chat/reading/message_details.hbs`.
#[derive(Serialize)]
struct MessageDetailsPage {
    /// The path of the message.
    back: String,
    /// The path of the form that marks it as unread.
    unread_path: String,
    message_id: MessageId,
    /// The user name of the author.
    author: String,
    /// ISO 8601, UTC.
    created_at: String,
    time: String,
    /// The start of the text. Empty if it is deleted.
    excerpt: String,
    /// The reason why the person was notified or not.
    why: String,
    /// The sentence about `@everyone` or `@here`, if that called the person.
    called_by: Option<String>,
    /// The number of people who have received it. `None` where the page does not show it.
    delivered: Option<String>,
    seen: Option<SeenBy>,
    /// Whether the person can mark it as unread.
    can_mark: bool,
}

/// The people who have seen this message of the person.
#[derive(Serialize)]
struct SeenBy {
    people: Vec<Person>,
}

/// Returns the sentence about the notification.
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

/// Returns the key of the sentence about a call.
fn called_by(call: Call) -> &'static str {
    match call {
        Call::Everyone => "why-call-everyone",
        Call::Here => "why-call-here",
    }
}

/// Returns the people who have seen this message of the person. `None` where the page does not show
/// them.
fn seen_by(told: &MessageDetails, seen: Vec<Seen>) -> Option<SeenBy> {
    if !told.facts.own || seen.is_empty() {
        return None;
    }
    let seen = seen.into_iter().filter(|seen| seen.seq >= told.seq);
    let people = seen.map(|seen| Person::from(seen.user));
    Some(SeenBy {
        people: people.collect(),
    })
}

/// Returns the sentence about how many people have received this message of the person.
fn delivered_to(told: &MessageDetails, delivered: Option<&Delivered>) -> Option<String> {
    let is_told = told.facts.own && !told.is_notice;
    let delivered = delivered.filter(|delivered| is_told && delivered.of > 0)?;
    let have = |position: &&Position| position.seq >= told.seq;
    let count = delivered.positions.iter().filter(have).count();
    let values = [("count", count.into()), ("all", delivered.of.into())];
    Some(words::text_with("details-delivered-to", &values))
}
