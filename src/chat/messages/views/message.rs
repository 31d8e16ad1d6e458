//! The pages of one message: what can be done with it, and what it said before.

use actix_web::{HttpResponse, web};
use serde_json::{Value, json};

use crate::{
    accounts::{Page, SignedIn, UserId, Zone},
    chat::{
        log::MessageId,
        messages::{
            MessageVersion, Messages, QUICK_EMOJI, VisibleMessage,
            formatting::{EXCERPT_CHARS, plain},
        },
        rooms::RoomId,
    },
    db::Timestamp,
    error::{Error, Result},
    words,
};

/// The message that an address names, if `user` may see it.
pub(crate) async fn seen(
    messages: &Messages,
    (room, message): (RoomId, MessageId),
    user: UserId,
) -> Result<VisibleMessage> {
    let found = messages
        .database
        .read(move |conn| VisibleMessage::find(conn, room, message, user));
    found.await
}

/// `chat/messages/_quoted.hbs` and what pages about a message have in common.
pub(crate) fn shown(seen: &VisibleMessage, title: &str, zone: &Zone) -> Value {
    let message = &seen.message;
    let (room, id) = (message.room, message.id);
    json!({
        "title": words::text(title),
        "room": { "id": room, "name": seen.member.title },
        "path_of": format!("/rooms/{room}/messages/{id}/"),
        "message": {
            "id": id,
            "author": message.author,
            "body": message.body,
            "excerpt": plain(&message.body, EXCERPT_CHARS),
            "created_at": message.created_at.iso(),
            "time": readable(message.created_at, zone),
        },
    })
}

fn readable(at: Timestamp, zone: &Zone) -> String {
    zone.format(at, "%-d %B %Y, %H:%M")
}

/// `GET /rooms/{room}/messages/{message}/actions/`: the message menu without a script.
pub(crate) async fn show_actions(
    me: SignedIn,
    (page, zone): (Page, Zone),
    place: web::Path<(RoomId, MessageId)>,
    messages: web::Data<Messages>,
) -> Result<HttpResponse> {
    let (place, user) = (place.into_inner(), me.user.id);
    let loaded = messages.database.read(move |conn| {
        let seen = VisibleMessage::find(conn, place.0, place.1, user)?;
        let can_post = seen.member.may_post(conn)?;
        let outsiders = seen.outsiders(conn)?;
        Ok((seen, can_post, outsiders))
    });
    let (seen, can_post, outsiders) = loaded.await?;
    if seen.message.deleted.is_some() {
        return Err(Error::NotFound);
    }
    let mut data = shown(&seen, "message-actions", &zone);
    let quick: Vec<Value> = QUICK_EMOJI
        .iter()
        .map(|(emoji, _)| json!({ "emoji": emoji, "on": seen.message.has_reaction(emoji, user) }))
        .collect();
    data["can_post"] = can_post.into();
    data["can_edit"] = (can_post && seen.may_edit(messages.limits.edit_window.0)).into();
    data["can_delete"] = seen.may_delete().into();
    data["is_edited"] = seen.message.edited_at.is_some().into();
    data["quick"] = quick.into();
    data["outsiders"] = json!(outsiders);
    page.render("chat/messages/actions", data)
}

/// `GET /rooms/{room}/messages/{message}/versions/`: newest text first; for everybody in the room.
pub(crate) async fn list_versions(
    me: SignedIn,
    (page, zone): (Page, Zone),
    place: web::Path<(RoomId, MessageId)>,
    messages: web::Data<Messages>,
) -> Result<HttpResponse> {
    let (place, user, budget) = (place.into_inner(), me.user.id, messages.page_budget());
    let loaded = messages.database.read(move |conn| {
        let seen = VisibleMessage::find(conn, place.0, place.1, user)?;
        let versions = MessageVersion::of(conn, seen.message.id, budget)?;
        let in_all = MessageVersion::count(conn, seen.message.id)?;
        Ok((seen, versions, in_all))
    });
    let (seen, versions, in_all) = loaded.await?;
    if seen.message.deleted.is_some() {
        return Err(Error::NotFound);
    }
    let message = &seen.message;
    let now = MessageVersion {
        body: message.body.clone(),
        created_at: message.edited_at.unwrap_or(message.created_at),
    };
    let version = |version: &MessageVersion| {
        json!({
            "body": version.body,
            "at": version.created_at.iso(),
            "time": readable(version.created_at, &zone),
        })
    };
    let mut data = shown(&seen, "versions-title", &zone);
    data["now"] = version(&now);
    data["earlier"] = versions.iter().map(version).collect();
    let shown = i64::try_from(versions.len()).unwrap_or(i64::MAX);
    let left_out = Some(in_all - shown).filter(|left_out| *left_out > 0);
    data["left_out"] =
        json!(left_out.map(|count| words::text_with("versions-cut", &[("count", count.into())])));
    page.render("chat/messages/versions", data)
}
