//! Messages in the form that templates need, both for pages and for live updates.

use std::time::Duration;

use jiff::civil::Date;
use uuid::Uuid;

use super::{
    body::is_big_emoji,
    models::{details::Deletion, message::Message, reaction::Reaction, reply::Reply},
};
use crate::{
    accounts::{Person, UserId, UserRef, Zone},
    chat::{
        log::{Gathers, MessageId, NoticeKind},
        messages::formatting,
        rooms::RoomId,
    },
    db::Timestamp,
    words,
};

/// The maximum time between two messages of one author in a group, which shows the name once.
const GROUPED_WITHIN: Duration = Duration::from_secs(5 * 60);

/// The data of `chat/messages/_message.hbs`. [`Markup`](super::Markup) renders it.
#[derive(Debug, Clone)]
pub struct MessageView {
    /// The row id.
    pub id: MessageId,
    /// The number of the event that created it.
    pub seq: i64,
    /// The author.
    pub author: Person,
    /// The text as typed. Of a notice: the value of its text.
    pub body: String,
    /// The names that a notice has as its value, each on a line.
    pub names: String,
    /// The text as markup.
    pub html: String,
    /// ISO 8601, UTC.
    pub created_at: String,
    /// The time, for example `08:02`. Scripts convert it to the browser's zone.
    pub time: String,
    /// Whether the text is a few emoji and nothing else.
    pub big_emoji: bool,
    /// The room.
    pub room: RoomId,
    /// The idempotency key, chosen by the author's browser.
    pub client_id: Uuid,
    /// The time of the last edit: ISO 8601, and as text for people.
    pub edited: Option<(String, String)>,
    /// The deletion, if it is deleted.
    pub deleted: Option<Deletion>,
    /// The message that it answers.
    pub reply: Option<Reply>,
    /// The reactions, in the order of first use.
    pub reactions: Vec<Reaction>,
    /// The person who pinned it, if it is pinned.
    pub pinned_by: Option<UserRef>,
    /// The kind of notice, or `None` for a message that a person typed. A notice is never grouped.
    pub notice: Option<NoticeKind>,
}

impl MessageView {
    /// Converts a stored message.
    pub fn new(message: Message) -> Self {
        Self {
            id: message.id,
            seq: message.seq,
            big_emoji: is_big_emoji(&message.body),
            names: match message.notice.and_then(NoticeKind::gathers) {
                Some(Gathers::Values) => message.body.clone(),
                Some(Gathers::Actors | Gathers::Messages) | None => String::new(),
            },
            body: match message.notice {
                Some(_) => message.body.replace('\n', ", "),
                None => message.body,
            },
            html: message.html,
            created_at: message.created_at.iso(),
            time: message.created_at.utc(&words::text("format-clock")),
            author: message.author,
            room: message.room,
            client_id: message.client_id,
            edited: message
                .edited_at
                .map(|at| (at.iso(), at.utc(&words::text("format-day-time")))),
            deleted: message.deleted,
            reply: message.reply,
            reactions: message.reactions,
            pinned_by: message.pinned_by,
            notice: message.notice,
        }
    }
}

/// One row of the log: a message, with a day divider above it if a new day begins.
pub(super) struct Entry {
    pub(super) day: Option<Day>,
    /// Whether it follows a message of the same author, and does not repeat the name.
    pub(super) follows: bool,
    pub(super) message: MessageView,
}

/// A day divider.
pub(super) struct Day {
    /// `2026-11-23`
    pub iso: String,
    /// `23 November 2026`
    pub text: String,
}

/// Returns the rows of the log, with times in `zone`.
pub(super) fn entries(messages: Vec<Message>, zone: &Zone) -> Vec<Entry> {
    let mut entries = Vec::with_capacity(messages.len());
    // Author, time and day of the previous message. The author is `None` after a deleted one, which
    // nothing may follow.
    let mut before: Option<(Option<UserId>, Timestamp, Date)> = None;
    let clock = words::text("format-clock");
    for message in messages {
        let at = message.created_at;
        let author = message.notice.is_none().then_some(message.author.id);
        let today = zone.day(at);
        let is_same_day = before.is_some_and(|(_, _, day)| day == today);
        let follows = before.is_some_and(|(same, before, _)| {
            is_same_day && author.is_some() && same == author && is_together(before, at)
        });
        // What somebody does is read behind their name.
        let stands_alone = message.reply.is_some() || formatting::is_action(&message.body);
        let follows = follows && !stands_alone && message.deleted.is_none();
        let day = (!is_same_day).then(|| Day {
            iso: today.to_string(),
            text: zone.format(at, &words::text("format-day")),
        });
        let could_be_followed = author.filter(|_| message.deleted.is_none());
        before = Some((could_be_followed, at, today));
        entries.push(Entry {
            day,
            follows,
            message: MessageView {
                time: zone.format(at, &clock),
                edited: message
                    .edited_at
                    .map(|at| (at.iso(), zone.format(at, &words::text("format-day-time")))),
                ..MessageView::new(message)
            },
        });
    }
    entries
}

/// Returns whether two messages are close enough to be grouped. `grouping.js` has the same rule.
fn is_together(one: Timestamp, other: Timestamp) -> bool {
    Duration::from_millis(one.0.abs_diff(other.0)) <= GROUPED_WITHIN
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(author: i64, minute: i64) -> Message {
        Message {
            id: MessageId(minute),
            room: RoomId(1),
            seq: minute,
            author: Person::new(UserId(author), "ana"),
            client_id: Uuid::nil(),
            body: "hello".into(),
            html: "hello".into(),
            created_at: Timestamp(minute * 60_000),
            edited_at: None,
            deleted: None,
            reply: None,
            reactions: Vec::new(),
            pinned_by: None,
            notice: None,
        }
    }

    #[test]
    fn an_answer_and_what_comes_after_a_deleted_message_stand_for_themselves() {
        let mut log: Vec<_> = (0..4).map(|minute| message(1, minute)).collect();
        log[1].reply = Some(Reply {
            to: MessageId(0),
            original: None,
        });
        log[2].deleted = Some(Deletion::ByAuthor);
        let follows: Vec<bool> = entries(log, &Zone::default())
            .iter()
            .map(|row| row.follows)
            .collect();
        assert_eq!(follows, [false; 4]);
    }

    #[test]
    fn a_line_that_nobody_typed_parts_a_group_and_joins_none() {
        let left = Message {
            notice: Some(NoticeKind::Left),
            ..message(1, 1)
        };
        let rows = entries(
            vec![message(1, 0), left.clone(), left, message(1, 2)],
            &Zone::default(),
        );
        assert!(rows.iter().all(|row| !row.follows));
    }

    #[test]
    fn one_author_within_five_minutes_of_the_same_day_is_grouped() {
        let day = 24 * 60;
        let log = vec![
            message(1, 0),
            message(1, 5),
            message(2, 5),
            message(1, 6),
            message(1, 12),
            message(1, day),
        ];
        let rows = entries(log, &Zone::default());
        let follows: Vec<bool> = rows.iter().map(|row| row.follows).collect();
        assert_eq!(follows, [false, true, false, false, false, false]);
        let days: Vec<bool> = rows.iter().map(|row| row.day.is_some()).collect();
        assert_eq!(days, [true, false, false, false, false, true]);
        assert_eq!(
            rows[5].day.as_ref().map(|day| day.text.as_str()),
            Some("2 January 1970")
        );
    }
}
