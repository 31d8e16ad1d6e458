//! "Catch me up": a summary of the messages that a person missed in a room, as a page of its own
//! and at the top of the room.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use crate::{
    accounts::{Page, SignedIn, Zone},
    chat::{
        messages::formatting::{EXCERPT_CHARS, plain},
        reading::{CatchUp, Missed},
        rooms::{RoomId, RoomMember},
    },
    db::{Connection, Database},
    error::Result,
    words::{self, FluentValue},
};

/// The minimum number of unread messages from which the room shows the summary by itself.
const OFFERED_FROM: i64 = 21;

#[derive(Debug, Deserialize)]
pub(crate) struct CatchUpQuery {
    /// The event after which the summary starts. The default is the read cursor.
    since: Option<i64>,
}

/// The data of `catch_up.hbs`.
#[derive(Serialize)]
struct CatchUpPage {
    room_name: String,
    /// The path of the room.
    back: String,
    catch_up: CatchUpLists,
}

/// The data of `_catch_up.hbs` and `_missed.hbs`.
#[derive(Serialize)]
pub(crate) struct CatchUpLists {
    /// For example `3 mentions, 2 replies, 41 messages by 5 people`.
    summary: String,
    lists: Vec<CatchUpList>,
}

/// Missed messages of one kind.
#[derive(Serialize)]
struct CatchUpList {
    heading: String,
    lines: Vec<CatchUpLine>,
}

#[derive(Serialize)]
struct CatchUpLine {
    /// The path of the message.
    path: String,
    /// The user name of the author.
    author: String,
    excerpt: String,
    /// ISO 8601, UTC.
    created_at: String,
    time: String,
}

/// Returns the messages that `member` missed, if there are enough for a summary.
pub(crate) fn offered(
    conn: &mut Connection,
    member: &RoomMember,
    unread: i64,
) -> Result<Option<CatchUp>> {
    if unread < OFFERED_FROM {
        return Ok(None);
    }
    Ok(Some(CatchUp::read(conn, member, member.read_seq)?))
}

impl CatchUpLists {
    /// Converts missed messages. Leaves out empty lists.
    pub(crate) fn new(missed: &CatchUp, room: RoomId, zone: &Zone) -> Self {
        let line = |message: &Missed| CatchUpLine {
            path: format!("/rooms/{room}/messages/{}/", message.id),
            author: message.author.name.clone(),
            excerpt: plain(&message.body, EXCERPT_CHARS),
            created_at: message.created_at.iso(),
            time: zone.format(message.created_at, "%-d %B, %H:%M %Z"),
        };
        let list = |key: &str, in_all: i64, lines: Vec<CatchUpLine>| CatchUpList {
            heading: counted(key, in_all),
            lines,
        };
        let mentions = missed.mentions.iter().map(line).collect();
        let replies = missed.replies.iter().map(line).collect();
        let reacted = missed.reacted.iter().map(|(one, _)| line(one)).collect();
        let mut lists = vec![
            list("catch-up-mentions", missed.mentions_in_all, mentions),
            list("catch-up-replies", missed.replies_in_all, replies),
            list("catch-up-reacted", 0, reacted),
        ];
        lists.retain(|list| !list.lines.is_empty());
        Self {
            summary: summary(missed),
            lists,
        }
    }
}

fn counted(key: &str, count: i64) -> String {
    words::text_with(key, &[("count", count.into())])
}

/// Returns, for example, `3 mentions, 2 replies, 41 messages by 5 people`.
fn summary(missed: &CatchUp) -> String {
    if missed.messages == 0 {
        return words::text("catch-up-nothing");
    }
    let mut parts = Vec::new();
    if missed.mentions_in_all > 0 {
        parts.push(counted("catch-up-mentions", missed.mentions_in_all));
    }
    if missed.replies_in_all > 0 {
        parts.push(counted("catch-up-replies", missed.replies_in_all));
    }
    let people = counted("catch-up-people", missed.people);
    let values: [(&str, FluentValue<'_>); 2] =
        [("count", missed.messages.into()), ("people", people.into())];
    parts.push(words::text_with("catch-up-messages", &values));
    parts.join(", ")
}

/// `GET /rooms/{room}/catch-up/`
pub(crate) async fn show_catch_up(
    me: SignedIn,
    page: Page,
    room: web::Path<RoomId>,
    query: web::Query<CatchUpQuery>,
    database: web::Data<Database>,
    zone: Zone,
) -> Result<HttpResponse> {
    let (room, user, since) = (*room, me.user.id, query.since);
    let (name, missed) = database
        .read(move |conn| {
            let member = RoomMember::find(conn, room, user)?;
            let since = since.unwrap_or(member.read_seq).max(0);
            let missed = CatchUp::read(conn, &member, since)?;
            Ok((member.title, missed))
        })
        .await?;
    let title = words::text_with("catch-up-title", &[("name", name.as_str().into())]);
    let own = CatchUpPage {
        room_name: name,
        back: format!("/rooms/{room}/"),
        catch_up: CatchUpLists::new(&missed, room, &zone),
    };
    page.framed_in(Some(room.0))
        .await?
        .with_title(title)
        .render("chat/reading/catch_up", own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_names_only_what_there_is() {
        let mut missed = CatchUp {
            since: 0,
            messages: 41,
            people: 5,
            mentions: Vec::new(),
            mentions_in_all: 0,
            replies: Vec::new(),
            replies_in_all: 0,
            reacted: Vec::new(),
        };
        assert_eq!(summary(&missed), "41 messages by 5 people");
        let nothing = CatchUp {
            messages: 0,
            people: 0,
            ..missed.clone()
        };
        assert_eq!(summary(&nothing), "nothing new");
        (missed.mentions_in_all, missed.replies_in_all) = (1, 2);
        (missed.messages, missed.people) = (3, 1);
        assert_eq!(
            summary(&missed),
            "1 mention, 2 replies, 3 messages by 1 person"
        );
    }
}
