//! "Catch me up": what happened in a room since one left, as a page and on top of the room.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::{Value, json};

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

/// A room with more unread messages offers to catch up by itself.
const OFFERED_FROM: i64 = 21;

#[derive(Debug, Deserialize)]
pub(crate) struct CatchUpQuery {
    /// After this event; without it, after what is read.
    since: Option<i64>,
}

/// What `chat/reading/_catch_up.hbs` shows.
pub(crate) struct CatchUpLists(CatchUp);

impl CatchUpLists {
    /// What `member` missed, if that is much.
    pub(crate) fn offered(
        conn: &mut Connection,
        member: &RoomMember,
        unread: i64,
    ) -> Result<Option<Self>> {
        if unread < OFFERED_FROM {
            return Ok(None);
        }
        let missed = CatchUp::read(conn, member, member.read_seq)?;
        Ok(Some(Self(missed)))
    }

    pub(crate) fn data(&self, room: RoomId, zone: &Zone) -> Value {
        let Self(missed) = self;
        let line = |message: &Missed| {
            json!({
                "path": format!("/rooms/{room}/messages/{}/", message.id),
                "author": message.author.username,
                "excerpt": plain(&message.body, EXCERPT_CHARS),
                "created_at": message.created_at.iso(),
                "time": zone.format(message.created_at, "%-d %B, %H:%M %Z"),
            })
        };
        let list = |key: &str, messages: &[Missed], in_all: i64| {
            let lines: Vec<Value> = messages.iter().map(line).collect();
            json!({ "heading": counted(key, in_all), "lines": lines })
        };
        let mut lists = Vec::new();
        if !missed.mentions.is_empty() {
            lists.push(list(
                "catch-up-mentions",
                &missed.mentions,
                missed.mentions_in_all,
            ));
        }
        if !missed.replies.is_empty() {
            lists.push(list(
                "catch-up-replies",
                &missed.replies,
                missed.replies_in_all,
            ));
        }
        if !missed.reacted.is_empty() {
            let messages: Vec<Missed> = missed.reacted.iter().map(|(one, _)| one.clone()).collect();
            lists.push(list("catch-up-reacted", &messages, 0));
        }
        json!({
            "summary": summary(missed),
            "lists": lists,
            "path": format!("/rooms/{room}/catch-up/?since={}", missed.since),
        })
    }
}

fn counted(key: &str, count: i64) -> String {
    words::text_with(key, &[("count", count.into())])
}

/// "3 mentions, 2 replies, 41 messages by 5 people"
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
    (room, query): (web::Path<RoomId>, web::Query<CatchUpQuery>),
    (database, zone): (web::Data<Database>, Zone),
) -> Result<HttpResponse> {
    let (room, user, since) = (*room, me.user.id, query.since);
    let (name, missed) = database
        .read(move |conn| {
            let member = RoomMember::find(conn, room, user)?;
            let since = since.unwrap_or(member.read_seq).max(0);
            let missed = CatchUp::read(conn, &member, since)?;
            Ok((member.title, CatchUpLists(missed)))
        })
        .await?;
    let own = json!({
        "title": words::text_with("catch-up-title", &[("name", name.as_str().into())]),
        "room_name": name,
        "back": format!("/rooms/{room}/"),
        "catch_up": missed.data(room, &zone),
    });
    page.render("chat/reading/catch_up", own)
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
