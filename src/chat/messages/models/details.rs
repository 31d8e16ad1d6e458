//! Batch loading of the parts of messages that are in other tables: replies, reactions, and the
//! names of those who pinned messages. It avoids one query per message (N+1 queries).

use std::collections::HashMap;

use diesel::prelude::*;
use serde::Serialize;

use super::{mention::Mentioned, reaction::Reaction, reply::Reply, row::Row};
use crate::{
    accounts::{Person, UserId, UserRef},
    chat::{
        log::MessageId,
        messages::formatting::{Named, RENDERING},
    },
    db::Connection,
    schema::{messages, users},
};

/// Who deleted a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Deletion {
    /// The author.
    #[serde(rename = "author")]
    ByAuthor,
    /// A moderator or the owner of the room.
    #[serde(rename = "moderator")]
    ByModerator,
}

/// Details by message. Loading takes at most three queries, and none for a page without replies,
/// reactions and pins. Only after an upgrade of the renderer, each message that may have mentions
/// needs one more.
#[derive(Debug, Default)]
pub(super) struct Details {
    authors: HashMap<MessageId, Person>,
    reactions: HashMap<MessageId, Vec<Reaction>>,
    /// The mentions of messages whose markup an older renderer made.
    called: HashMap<MessageId, Mentioned>,
    /// The people who pinned messages.
    pinners: HashMap<UserId, UserRef>,
}

impl Details {
    pub(super) fn of<'a>(
        conn: &mut Connection,
        rows: impl Iterator<Item = &'a Row>,
    ) -> QueryResult<Self> {
        let (mut answered, mut reacted, mut pinners) = (Vec::new(), Vec::new(), Vec::new());
        let mut called = HashMap::new();
        for row in rows {
            if row.rendering != RENDERING && row.may_mention() {
                called.insert(row.id, Mentioned::by(conn, row.id)?);
            }
            answered.extend(row.reply_to.filter(|_| row.reply_quote.is_some()));
            reacted.extend(row.has_reactions.then_some(row.id));
            pinners.extend(row.pinned_by);
        }
        Ok(Self {
            authors: authors_of(conn, &answered)?,
            reactions: Reaction::to(conn, &reacted)?,
            called,
            pinners: UserRef::of_ids(conn, &pinners)?,
        })
    }

    pub(super) fn reply_of(&self, to: Option<MessageId>, quote: Option<String>) -> Option<Reply> {
        let to = to?;
        let author = self.authors.get(&to).cloned();
        Some(Reply {
            to,
            original: author.zip(quote),
        })
    }

    /// Returns what this name of the message meant when it was stored.
    pub(super) fn called(&self, message: MessageId, name: &str) -> Option<Named> {
        self.called.get(&message)?.get(name)
    }

    /// Returns the person who pinned a message.
    pub(super) fn pinner(&self, id: UserId) -> Option<UserRef> {
        self.pinners.get(&id).cloned()
    }

    pub(super) fn reactions_of(&mut self, message: MessageId) -> Vec<Reaction> {
        self.reactions.remove(&message).unwrap_or_default()
    }
}

fn authors_of(conn: &mut Connection, ids: &[MessageId]) -> QueryResult<HashMap<MessageId, Person>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = messages::table
        .inner_join(users::table)
        .filter(messages::id.eq_any(ids))
        .select((messages::id, UserRef::as_select()))
        .load::<(MessageId, UserRef)>(conn)?;
    let author = |(message, author)| (message, Person::from(author));
    Ok(rows.into_iter().map(author).collect())
}
