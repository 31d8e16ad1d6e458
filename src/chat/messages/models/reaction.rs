//! Reactions to messages: which people used which emoji.

use std::collections::HashMap;

use diesel::prelude::*;

use super::{budget::reaction_weight, not_changed::NotChanged};
use crate::{
    accounts::{UserId, UserRef},
    chat::log::MessageId,
    db::{Connection, Timestamp},
    schema::{messages, reactions, users},
};

/// The maximum number of different emoji at one message, to keep it readable.
const MOST_DIFFERENT: usize = 20;

/// The number of names that are shown at a reaction. The others are counted.
pub(crate) const NAMES_AT_A_REACTION: usize = 20;

/// The people who reacted to a message with one emoji.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reaction {
    /// The emoji in its Unicode spelling.
    pub emoji: String,
    /// The people in the order of their reactions.
    pub people: Vec<UserRef>,
}

impl Reaction {
    /// Returns an upper bound of the bytes of the reaction on a page.
    pub(crate) fn weight(&self) -> usize {
        let named = self.people.iter().take(NAMES_AT_A_REACTION);
        let names = named.map(|person| person.name.as_str());
        reaction_weight(self.people.len(), names)
    }

    /// Returns the reactions to each of these messages, in the order of first use.
    pub(crate) fn to(
        conn: &mut Connection,
        ids: &[MessageId],
    ) -> QueryResult<HashMap<MessageId, Vec<Self>>> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let mut rows = reactions::table
            .inner_join(users::table)
            .filter(reactions::message_id.eq_any(ids))
            .select((
                reactions::id,
                reactions::message_id,
                reactions::emoji,
                UserRef::as_select(),
            ))
            .load::<(i64, MessageId, String, UserRef)>(conn)?;
        // The query returns them in index order.
        rows.sort_unstable_by_key(|row| row.0);
        let mut found: HashMap<MessageId, Vec<Self>> = HashMap::new();
        for (_, message, emoji, person) in rows {
            let all = found.entry(message).or_default();
            match all.iter_mut().find(|reaction| reaction.emoji == emoji) {
                Some(reaction) => reaction.people.push(person),
                None => all.push(Self {
                    emoji,
                    people: vec![person],
                }),
            }
        }
        Ok(found)
    }

    /// Adds or removes `emoji` of `user` at a message that has the reactions `present`. Returns
    /// false if nothing changed (idempotent).
    ///
    /// # Errors
    /// [`NotChanged::TooManyReactions`].
    pub(crate) fn set(
        conn: &mut Connection,
        (message, present): (MessageId, &[Self]),
        user: UserId,
        (emoji, on): (&str, bool),
    ) -> Result<bool, NotChanged> {
        let same = present.iter().find(|reaction| reaction.emoji == emoji);
        let is_on = same.is_some_and(|same| same.people.iter().any(|person| person.id == user));
        if is_on == on {
            return Ok(false);
        }
        if on && same.is_none() && present.len() >= MOST_DIFFERENT {
            return Err(NotChanged::TooManyReactions);
        }
        if on {
            add(conn, message, user, emoji)?;
        } else {
            let mine = reactions::table
                .filter(reactions::message_id.eq(message))
                .filter(reactions::emoji.eq(emoji))
                .filter(reactions::user_id.eq(user));
            diesel::delete(mine).execute(conn)?;
        }
        let before: usize = present.iter().map(|reaction| reaction.people.len()).sum();
        diesel::update(messages::table.find(message))
            .set(messages::has_reactions.eq(on || before > 1))
            .execute(conn)?;
        Ok(true)
    }
}

fn add(conn: &mut Connection, message: MessageId, user: UserId, emoji: &str) -> QueryResult<usize> {
    let row = (
        reactions::message_id.eq(message),
        reactions::emoji.eq(emoji),
        reactions::user_id.eq(user),
        reactions::created_at.eq(Timestamp::now()),
    );
    diesel::insert_into(reactions::table)
        .values(row)
        .execute(conn)
}
