//! The last line of a conversation in the list: author, text and time of its latest message.

use serde::Serialize;

use crate::{
    accounts::UserId,
    chat::{
        log::MessageId,
        messages::LatestMessage,
        rooms::{RoomKind, RoomMember},
    },
    friends::BlockedPeople,
    words,
};

/// The data of `_last_line.hbs`. Page scripts keep it up to date (`static/js/shell/last-lines.js`).
#[derive(Serialize)]
pub(crate) struct LastLine {
    message: MessageId,
    author: UserId,
    /// The author, unless it is obvious from the conversation.
    by: Option<String>,
    text: String,
    /// When, as ISO 8601.
    at: String,
    /// When, as text, UTC. Scripts show the local time.
    time: String,
}

impl LastLine {
    /// Returns the line of `latest` as `member` sees it, who blocks these people.
    pub(crate) fn new(
        latest: &LatestMessage,
        member: &RoomMember,
        blocked: &BlockedPeople,
    ) -> Self {
        let at = latest.created_at;
        let is_folded = member.room.kind.folds_blocked() && blocked.contains(latest.author);
        let text = if is_folded {
            words::text("js-blocked")
        } else if latest.is_deleted {
            words::text("js-message-deleted")
        } else {
            latest.excerpt.clone()
        };
        Self {
            message: latest.id,
            author: latest.author,
            by: by(latest, member).filter(|_| !is_folded),
            text,
            at: at.iso(),
            time: at.utc(&words::text("format-day-short")),
        }
    }
}

fn by(latest: &LatestMessage, member: &RoomMember) -> Option<String> {
    match member.room.kind {
        RoomKind::Notes => None,
        _ if latest.is_action => Some(latest.name.clone()),
        _ if latest.author == member.user => Some(words::text("js-last-own")),
        RoomKind::Direct => None,
        RoomKind::Group | RoomKind::Open | RoomKind::Closed => Some(words::text_with(
            "js-last-by",
            &[("name", latest.name.as_str().into())],
        )),
    }
}
