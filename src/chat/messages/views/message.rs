//! The pages of one message: its menu, and its earlier versions.

use actix_web::{HttpResponse, web};
use serde::Serialize;

use crate::{
    accounts::{Page, Person, SignedIn, UserId, Zone},
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

/// Finds the message of an address, if `user` may see it.
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

/// The fields that all pages of a message have.
#[derive(Serialize)]
pub(crate) struct AboutMessage {
    room: RoomName,
    /// The path of the message.
    path_of: String,
    message: Quoted,
}

#[derive(Serialize)]
struct RoomName {
    id: RoomId,
    /// The name of the room, as this member sees it.
    name: String,
}

/// The data of `_quoted.hbs`.
#[derive(Serialize)]
struct Quoted {
    id: MessageId,
    author: Person,
    excerpt: String,
    /// ISO 8601, UTC.
    created_at: String,
    time: String,
}

impl AboutMessage {
    pub(crate) fn new(seen: &VisibleMessage, zone: &Zone) -> Self {
        let message = &seen.message;
        let (room, id) = (message.room, message.id);
        Self {
            room: RoomName {
                id: room,
                name: seen.member.title.clone(),
            },
            path_of: format!("/rooms/{room}/messages/{id}/"),
            message: Quoted {
                id,
                author: message.author.clone(),
                excerpt: plain(&message.body, EXCERPT_CHARS),
                created_at: message.created_at.iso(),
                time: readable(message.created_at, zone),
            },
        }
    }
}

/// The data of `actions.hbs`.
#[derive(Serialize)]
struct ActionsPage {
    #[serde(flatten)]
    about: AboutMessage,
    can_post: bool,
    can_edit: bool,
    can_delete: bool,
    can_pin: bool,
    is_pinned: bool,
    is_edited: bool,
    quick: Vec<QuickEmoji>,
    outsiders: Vec<Person>,
}

#[derive(Serialize)]
struct QuickEmoji {
    emoji: &'static str,
    /// Whether the person has reacted with this emoji.
    on: bool,
}

/// The data of `versions.hbs`.
#[derive(Serialize)]
struct VersionsPage {
    #[serde(flatten)]
    about: AboutMessage,
    now: Version,
    earlier: Vec<Version>,
    /// The sentence that counts the versions that are not shown.
    left_out: Option<String>,
}

#[derive(Serialize)]
struct Version {
    body: String,
    /// ISO 8601, UTC.
    at: String,
    time: String,
}

impl Version {
    fn new(version: MessageVersion, zone: &Zone) -> Self {
        Self {
            body: version.body,
            at: version.created_at.iso(),
            time: readable(version.created_at, zone),
        }
    }
}

fn readable(at: Timestamp, zone: &Zone) -> String {
    zone.format(at, &words::text("format-day-time"))
}

/// `GET /rooms/{room}/messages/{message}/actions/`: the menu of a message, without JavaScript.
pub(crate) async fn show_actions(
    me: SignedIn,
    page: Page,
    zone: Zone,
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
    let quick = QUICK_EMOJI.iter().map(|(emoji, _)| QuickEmoji {
        emoji,
        on: seen.message.has_reaction(emoji, user),
    });
    let own = ActionsPage {
        about: AboutMessage::new(&seen, &zone),
        can_post,
        can_edit: can_post && seen.may_edit(messages.limits.edit_window.0),
        can_delete: seen.may_delete(),
        can_pin: can_post && seen.member.may_pin(),
        is_pinned: seen.message.pinned_by.is_some(),
        is_edited: seen.message.edited_at.is_some(),
        quick: quick.collect(),
        outsiders,
    };
    page.framed_in(Some(place.0.0))
        .await?
        .titled("message-actions")
        .render("chat/messages/actions", own)
}

/// `GET /rooms/{room}/messages/{message}/versions/`: all versions, the newest first, for every
/// member of the room.
pub(crate) async fn list_versions(
    me: SignedIn,
    page: Page,
    zone: Zone,
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
    let shown = i64::try_from(versions.len()).unwrap_or(i64::MAX);
    let left_out = Some(in_all - shown).filter(|left_out| *left_out > 0);
    let version = |version| Version::new(version, &zone);
    let own = VersionsPage {
        about: AboutMessage::new(&seen, &zone),
        now: version(now),
        earlier: versions.into_iter().map(version).collect(),
        left_out: left_out
            .map(|count| words::text_with("versions-cut", &[("count", count.into())])),
    };
    page.framed_in(Some(place.0.0))
        .await?
        .titled("versions-title")
        .render("chat/messages/versions", own)
}
