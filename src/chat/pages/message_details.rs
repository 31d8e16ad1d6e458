//! The details of one message: why one was notified of it or not, how many have it, who has seen it,
//! and a form to mark it unread.

use actix_web::{HttpResponse, web};
use serde_json::{Value, json};

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
    (chat, zone): (web::Data<Chat>, Zone),
) -> Result<HttpResponse> {
    let ((room, message), user) = (*place, me.user.id);
    let (name, told, seen) = chat
        .database
        .read(move |conn| {
            let member = RoomMember::find(conn, room, user)?;
            let told = member.details_of(conn, message)?;
            let seen = member.seen_by(conn)?;
            Ok((member.title, told, seen))
        })
        .await?;
    let question = WhoReceived { room, user };
    let delivered = chat.delivery.send(question).await.ok().flatten();
    let own = json!({
        "title": words::text("details-title"),
        "room_name": name,
        "back": format!("/rooms/{room}/messages/{message}/"),
        "unread_path": format!("/rooms/{room}/messages/{message}/unread/"),
        "message_id": message,
        "author": told.author.username,
        "created_at": told.created_at.iso(),
        "time": zone.format(told.created_at, "%-d %B %Y, %H:%M %Z"),
        "excerpt": plain(&told.body, EXCERPT_CHARS),
        "why": why(&told),
        "delivered": delivered_to(&told, delivered.as_ref()),
        "seen": seen_by(&told, seen),
        "can_mark": !told.facts.own && !told.is_notice,
    });
    page.render("chat/reading/message_details", own)
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

/// Those who have seen an own message; null where that is not shown.
fn seen_by(told: &MessageDetails, seen: Vec<Seen>) -> Value {
    if !told.facts.own || seen.is_empty() {
        return Value::Null;
    }
    let seen = seen.into_iter().filter(|seen| seen.seq >= told.seq);
    let people = seen.map(|seen| Person::new(seen.user.id, seen.user.username));
    json!({ "people": people.collect::<Vec<_>>() })
}

/// How many of the others have an own message on a device; null where nobody asks.
fn delivered_to(told: &MessageDetails, delivered: Option<&Delivered>) -> Value {
    let Some(delivered) = delivered.filter(|_| told.facts.own && !told.is_notice) else {
        return Value::Null;
    };
    let have = |position: &&Position| position.seq >= told.seq;
    let count = delivered.positions.iter().filter(have).count();
    let values = [("count", count.into()), ("all", delivered.of.into())];
    match delivered.of {
        0 => Value::Null,
        _ => words::text_with("details-delivered-to", &values).into(),
    }
}
