//! Reading messages: one, several by id, or a page of consecutive ones.

use std::collections::HashMap;

use diesel::{connection::DefaultLoadingMode, prelude::*};
use uuid::Uuid;

use super::{
    budget::{Budget, pin_weight, quote_weight, text_weight},
    details::{Deletion, Details},
    reaction::Reaction,
    reply::Reply,
    row::{Columns, rows},
};
use crate::{
    accounts::{Person, UserId, UserRef},
    chat::{
        log::{MessageId, NoticeKind},
        messages::formatting::{self, RENDERING},
        rooms::{RoomId, RoomMember},
    },
    db::{Connection, Timestamp},
    schema::messages,
};

/// A message with its author.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The row id.
    pub id: MessageId,
    /// The room.
    pub room: RoomId,
    /// The number of the event that created it.
    pub seq: i64,
    /// The author.
    pub author: Person,
    /// The idempotency key, chosen by the author's browser.
    pub client_id: Uuid,
    /// The text as typed. Empty if it is deleted.
    pub body: String,
    /// The markup for pages.
    pub html: String,
    /// When it was stored. Only for display: the order is that of `seq`.
    pub created_at: Timestamp,
    /// When the author last edited it.
    pub edited_at: Option<Timestamp>,
    /// Who deleted it, if it is deleted.
    pub deleted: Option<Deletion>,
    /// The message that it answers.
    pub reply: Option<Reply>,
    /// The reactions in the order of first use.
    pub reactions: Vec<Reaction>,
    /// The person who pinned it, if it is pinned.
    pub pinned_by: Option<UserRef>,
    /// The kind of notice, if no person typed this line. Then `body` is only a value for its text.
    pub notice: Option<NoticeKind>,
}

impl Message {
    /// Returns the newest message of `room` as its `client_id` and text, if `author` posted it after
    /// `since` and nobody has changed it.
    pub(crate) fn just_posted(
        conn: &mut Connection,
        room: RoomId,
        author: UserId,
        since: Timestamp,
    ) -> QueryResult<Option<(String, String)>> {
        let newest: Option<(UserId, Timestamp, String, String)> = messages::table
            .filter(messages::room_id.eq(room))
            .filter(messages::edited_at.is_null())
            .filter(messages::deleted_at.is_null())
            .order(messages::seq.desc())
            .select((
                messages::author_id,
                messages::created_at,
                messages::client_id,
                messages::body,
            ))
            .first(conn)
            .optional()?;
        let own = newest.filter(|(by, at, ..)| *by == author && *at > since);
        Ok(own.map(|(_, _, client_id, body)| (client_id, body)))
    }

    /// Returns whether `user` reacted with `emoji`.
    pub fn has_reaction(&self, emoji: &str, user: UserId) -> bool {
        let same = self.reactions.iter().find(|same| same.emoji == emoji);
        same.is_some_and(|same| same.people.iter().any(|person| person.id == user))
    }

    /// Builds the message from its row. Moves replies and reactions out of `details`.
    fn from_columns((row, author): Columns, details: &mut Details) -> Self {
        let deleted = row.deleted_by.map(|by| match by == row.author_id {
            true => Deletion::ByAuthor,
            false => Deletion::ByModerator,
        });
        let html = match row.rendering {
            RENDERING => row.html,
            _ if row.notice.is_some() => String::new(),
            _ => formatting::render(&row.body).html(|name| details.called(row.id, name)),
        };
        Self {
            reply: details.reply_of(row.reply_to, row.reply_quote),
            reactions: details.reactions_of(row.id),
            pinned_by: row.pinned_by.and_then(|id| details.pinner(id)),
            id: row.id,
            room: row.room_id,
            seq: row.seq,
            author: Person::from(author),
            client_id: Uuid::parse_str(&row.client_id).unwrap_or_default(),
            body: row.body,
            html,
            created_at: row.created_at,
            edited_at: row.edited_at,
            deleted,
            notice: row.notice,
        }
    }

    /// Returns an upper bound of the bytes of the message on a page.
    pub(crate) fn weight(&self) -> usize {
        let quoted = self.reply.as_ref().map_or(0, |reply| {
            let original = reply.original.as_ref();
            let (author, text) = original.map_or(("", ""), |(author, text)| {
                (author.name.as_str(), text.as_str())
            });
            quote_weight(author, text)
        });
        let reactions: usize = self.reactions.iter().map(Reaction::weight).sum();
        let by = self.pinned_by.as_ref();
        let pinned = by.map_or(0, |by| pin_weight(&by.name));
        text_weight(&self.body, &self.html) + quoted + reactions + pinned
    }

    /// Returns the bytes of text and markup together, a lower bound of its frame.
    pub(crate) fn text_bytes(&self) -> usize {
        self.body.len() + self.html.len()
    }

    /// Completes rows with their details. Takes up to three more queries, however many rows there
    /// are.
    fn complete(conn: &mut Connection, rows: Vec<Columns>) -> QueryResult<Vec<Self>> {
        let mut details = Details::of(conn, rows.iter().map(|(row, _)| row))?;
        let message = |columns| Self::from_columns(columns, &mut details);
        Ok(rows.into_iter().map(message).collect())
    }

    /// Finds one message in any room.
    pub(crate) fn get(conn: &mut Connection, id: MessageId) -> QueryResult<Self> {
        let row = rows().filter(messages::id.eq(id)).first::<Columns>(conn)?;
        let mut details = Details::of(conn, std::iter::once(&row.0))?;
        Ok(Self::from_columns(row, &mut details))
    }

    /// Returns the messages before event `seq` (or the newest) that fit into the budget, oldest
    /// first, at least one if there is one.
    pub fn before(
        conn: &mut Connection,
        member: &RoomMember,
        seq: Option<i64>,
        budget: Budget,
    ) -> QueryResult<Vec<Self>> {
        let rows = budget.take(
            rows()
                .filter(messages::room_id.eq(member.room.id))
                .filter(messages::seq.lt(seq.unwrap_or(i64::MAX)))
                .order(messages::seq.desc())
                .limit(i64::from(budget.messages))
                .load_iter::<Columns, DefaultLoadingMode>(conn)?,
            |(row, _)| row.weight(),
        )?;
        let mut messages = Self::complete(conn, rows)?;
        budget.cut(&mut messages, Self::weight);
        messages.reverse();
        Ok(messages)
    }

    /// Returns the messages after event `seq` that fit into the budget, oldest first, at least one
    /// if there is one.
    pub fn after(
        conn: &mut Connection,
        member: &RoomMember,
        seq: i64,
        budget: Budget,
    ) -> QueryResult<Vec<Self>> {
        let rows = budget.take(
            rows()
                .filter(messages::room_id.eq(member.room.id))
                .filter(messages::seq.gt(seq))
                .order(messages::seq)
                .limit(i64::from(budget.messages))
                .load_iter::<Columns, DefaultLoadingMode>(conn)?,
            |(row, _)| row.weight(),
        )?;
        let mut messages = Self::complete(conn, rows)?;
        budget.cut(&mut messages, Self::weight);
        Ok(messages)
    }

    /// Returns whether the room has a message before event `seq`.
    pub(crate) fn any_before(
        conn: &mut Connection,
        member: &RoomMember,
        seq: i64,
    ) -> QueryResult<bool> {
        let earlier = messages::table
            .filter(messages::room_id.eq(member.room.id))
            .filter(messages::seq.lt(seq));
        diesel::select(diesel::dsl::exists(earlier)).get_result(conn)
    }

    /// Returns whether the room has a message after event `seq`.
    pub(crate) fn any_after(
        conn: &mut Connection,
        member: &RoomMember,
        seq: i64,
    ) -> QueryResult<bool> {
        let later = messages::table
            .filter(messages::room_id.eq(member.room.id))
            .filter(messages::seq.gt(seq));
        diesel::select(diesel::dsl::exists(later)).get_result(conn)
    }

    /// Returns the messages with these ids, or `None` if their texts exceed `most_bytes`.
    pub(crate) fn by_ids(
        conn: &mut Connection,
        ids: &[MessageId],
        most_bytes: usize,
    ) -> QueryResult<Option<HashMap<MessageId, Self>>> {
        if ids.is_empty() {
            return Ok(Some(HashMap::new()));
        }
        let mut found = Vec::new();
        let mut bytes = 0_usize;
        for columns in rows()
            .filter(messages::id.eq_any(ids))
            .load_iter::<Columns, DefaultLoadingMode>(conn)?
        {
            let columns = columns?;
            bytes = bytes.saturating_add(columns.0.body.len() + columns.0.html.len());
            if bytes > most_bytes {
                return Ok(None);
            }
            found.push(columns);
        }
        let found = Self::complete(conn, found)?;
        let by_id = |message: Self| (message.id, message);
        Ok(Some(found.into_iter().map(by_id).collect()))
    }
}
