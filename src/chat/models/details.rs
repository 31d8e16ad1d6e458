//! What belongs to a message and lies in other tables, for many messages at once: what they answer,
//! and the reactions to them.

use std::collections::HashMap;

use diesel::prelude::*;

use super::{MessageId, Reaction, Reply, message::Row};
use crate::{
    accounts::{Person, UserId},
    db::Connection,
    schema::{messages, users},
};

/// Who deleted a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deletion {
    /// Whoever wrote it.
    ByAuthor,
    /// A moderator or the owner of the room.
    ByModerator,
}

/// By message. Two queries at most, and none for a page without answers and reactions.
#[derive(Debug, Default)]
pub(super) struct Details {
    authors: HashMap<MessageId, Person>,
    reactions: HashMap<MessageId, Vec<Reaction>>,
}

impl Details {
    pub(super) fn of<'a>(
        conn: &mut Connection,
        rows: impl Iterator<Item = &'a Row>,
    ) -> QueryResult<Self> {
        let (mut answered, mut reacted) = (Vec::new(), Vec::new());
        for row in rows {
            answered.extend(row.reply_to.filter(|_| row.reply_quote.is_some()));
            reacted.extend(row.has_reactions.then_some(row.id));
        }
        Ok(Self {
            authors: authors_of(conn, &answered)?,
            reactions: Reaction::to(conn, &reacted)?,
        })
    }

    pub(super) fn reply_of(&self, row: &Row) -> Option<Reply> {
        let to = row.reply_to?;
        let author = self.authors.get(&to).cloned();
        Some(Reply {
            to,
            original: author.zip(row.reply_quote.clone()),
        })
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
        .select((messages::id, users::id, users::username))
        .load::<(MessageId, UserId, String)>(conn)?;
    let author = |(message, id, username)| (message, Person::new(id, username));
    Ok(rows.into_iter().map(author).collect())
}
