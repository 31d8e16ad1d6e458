//! "Catch me up": a summary of the messages that a person missed in a room, as a page of its own
//! and at the top of the room.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use crate::{
    accounts::{Page, Person, SignedIn, Zone},
    chat::{
        log::MessageId,
        messages::{
            Reaction,
            formatting::{EXCERPT_CHARS, plain},
        },
        reading::{CatchUp, Missed},
        rooms::{RoomId, RoomMember},
    },
    db::{Connection, Database},
    error::Result,
    preferences::Preferences,
    words::{self, FluentValue},
};

/// The minimum number of unread messages from which the room shows the summary by itself.
const OFFERED_FROM: i64 = 21;
/// The maximum number of mentions and replies in the summary of one room.
const LISTED: i64 = 10;

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
    /// Whether the room has unread messages, which a button marks as read.
    unread: bool,
    letter_keys: bool,
}

/// The data of `_catch_up.hbs`.
#[derive(Serialize)]
pub(crate) struct CatchUpLists {
    /// The room.
    room: RoomId,
    /// For example `3 mentions, 2 replies, 41 messages by 5 people`.
    summary: String,
    lists: Vec<CatchUpList>,
    /// The people who joined, for their faces.
    joined: Vec<Person>,
    /// For example `martha, jonas and 2 more joined`.
    joined_text: String,
    /// For example `and 12 more messages`, if some are not listed.
    more: Option<String>,
}

/// Missed messages of one kind.
#[derive(Serialize)]
struct CatchUpList {
    /// The level of the heading.
    level: u8,
    heading: String,
    lines: Vec<CatchUpLine>,
}

/// The data of `_missed_line.hbs`.
#[derive(Serialize)]
struct CatchUpLine {
    id: MessageId,
    /// The path of the message.
    path: String,
    author: Person,
    excerpt: String,
    /// Why it is listed, for example `Replied to you` or `Pinned by ana`.
    why: Option<String>,
    /// A quote of the answered message.
    quote: Option<String>,
    reactions: Vec<CatchUpReaction>,
    /// ISO 8601, UTC.
    created_at: String,
    time: String,
}

#[derive(Serialize)]
struct CatchUpReaction {
    emoji: String,
    count: usize,
    /// For screen readers, for example `👍 from 3 people`.
    label: String,
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
    let missed = CatchUp::read(conn, member, member.read_seq, LISTED)?;
    Ok(Some(CatchUp {
        // The page shows them itself.
        latest: Vec::new(),
        ..missed
    }))
}

impl CatchUpLists {
    /// Converts missed messages. Leaves out empty lists.
    pub(crate) fn new(missed: &CatchUp, room: RoomId, zone: &Zone) -> Self {
        let lines =
            |messages: &[Missed]| messages.iter().map(|one| line(one, room, zone)).collect();
        let list = |heading: String, messages: &[Missed]| CatchUpList {
            level: 2,
            heading,
            lines: lines(messages),
        };
        let mut lists = vec![
            list(calls_heading(missed), &missed.calls),
            list(words::text("catch-up-pinned"), &missed.pinned),
            list(words::text("catch-up-reacted"), &missed.reacted),
            list(words::text("catch-up-latest"), &missed.latest),
        ];
        lists.retain(|list| !list.lines.is_empty());
        let more = missed.not_listed();
        Self {
            room,
            summary: summary(missed),
            lists,
            joined: missed.joined.clone(),
            joined_text: joined_text(missed),
            more: (more > 0).then(|| counted("catch-up-more", more)),
        }
    }

    /// Makes them a part of the section of their room, for a page with several rooms.
    pub(crate) fn inside(mut self) -> Self {
        for list in &mut self.lists {
            list.level = 3;
        }
        self
    }
}

fn line(message: &Missed, room: RoomId, zone: &Zone) -> CatchUpLine {
    let reaction = |reaction: &Reaction| {
        let count = reaction.people.len();
        let values: [(&str, FluentValue<'_>); 2] = [
            ("emoji", reaction.emoji.as_str().into()),
            ("count", count.into()),
        ];
        CatchUpReaction {
            emoji: reaction.emoji.clone(),
            count,
            label: words::text_with("catch-up-reaction", &values),
        }
    };
    CatchUpLine {
        id: message.id,
        path: format!("/rooms/{room}/messages/{}/", message.id),
        author: message.author.clone(),
        excerpt: plain(&message.body, EXCERPT_CHARS),
        why: why(message),
        quote: message.context.as_ref().map(|(_, quote)| quote.clone()),
        reactions: message.reactions.iter().map(reaction).collect(),
        created_at: message.created_at.iso(),
        time: zone.format(message.created_at, "%-d %B, %H:%M %Z"),
    }
}

/// Returns who pinned the message, or whom it answers, if it answers somebody.
fn why(message: &Missed) -> Option<String> {
    if let Some(by) = &message.pinned_by {
        return Some(words::text_with(
            "pinned-by",
            &[("name", by.name.as_str().into())],
        ));
    }
    match &message.context {
        _ if message.is_reply => Some(words::text("catch-up-to-you")),
        Some((author, _)) => Some(words::text_with(
            "catch-up-to",
            &[("name", author.name.as_str().into())],
        )),
        None => None,
    }
}

/// Returns, for example, `3 mentions, 2 replies`.
fn calls_heading(missed: &CatchUp) -> String {
    calls(missed).join(", ")
}

fn calls(missed: &CatchUp) -> Vec<String> {
    let kinds = [
        ("catch-up-mentions", missed.mentions_in_all),
        ("catch-up-replies", missed.replies_in_all),
    ];
    let some = kinds.into_iter().filter(|(_, count)| *count > 0);
    some.map(|(key, count)| counted(key, count)).collect()
}

/// Returns, for example, `martha, jonas and 2 more joined`, or nothing.
fn joined_text(missed: &CatchUp) -> String {
    let names: Vec<&str> = missed
        .joined
        .iter()
        .map(|person| person.name.as_str())
        .collect();
    let more = missed.joined_in_all - names.len();
    match (names.split_last(), more) {
        (None, _) => String::new(),
        (Some((last, [])), 0) => joined("catch-up-joined", last, "", 0),
        (Some((last, others)), 0) => joined("catch-up-joined-all", &others.join(", "), last, 0),
        (Some(_), more) => joined("catch-up-joined-more", &names.join(", "), "", more),
    }
}

fn joined(key: &str, names: &str, last: &str, more: usize) -> String {
    let values: [(&str, FluentValue<'_>); 3] = [
        ("names", names.into()),
        ("last", last.into()),
        ("more", more.into()),
    ];
    words::text_with(key, &values)
}

fn counted(key: &str, count: i64) -> String {
    words::text_with(key, &[("count", count.into())])
}

/// Returns, for example, `3 mentions, 2 replies, 41 messages by 5 people`.
fn summary(missed: &CatchUp) -> String {
    if missed.messages == 0 {
        return words::text("catch-up-nothing");
    }
    let mut parts = calls(missed);
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
    let (name, missed, unread, letter_keys) = database
        .read(move |conn| {
            let member = RoomMember::find(conn, room, user)?;
            let since = since.unwrap_or(member.read_seq).max(0);
            let missed = CatchUp::read(conn, &member, since, LISTED)?;
            let unread = member.first_unread(conn)?.is_some();
            let letter_keys = Preferences::of(conn, user)?.letter_keys;
            Ok((member.title, missed, unread, letter_keys))
        })
        .await?;
    let title = words::text_with("catch-up-title", &[("name", name.as_str().into())]);
    let own = CatchUpPage {
        room_name: name,
        back: format!("/rooms/{room}/"),
        catch_up: CatchUpLists::new(&missed, room, &zone),
        unread,
        letter_keys,
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
            messages: 41,
            people: 5,
            ..CatchUp::default()
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

    #[test]
    fn who_joined_is_named_up_to_three_and_then_counted() {
        let person = |name: &str| Person::new(crate::accounts::UserId(1), name);
        let mut missed = CatchUp::default();
        assert_eq!(joined_text(&missed), "");
        for (name, expected) in [
            ("martha", "martha joined"),
            ("jonas", "martha and jonas joined"),
            ("eve", "martha, jonas and eve joined"),
        ] {
            missed.joined.push(person(name));
            missed.joined_in_all += 1;
            assert_eq!(joined_text(&missed), expected);
        }
        missed.joined_in_all = 5;
        assert_eq!(joined_text(&missed), "martha, jonas, eve and 2 more joined");
    }
}
