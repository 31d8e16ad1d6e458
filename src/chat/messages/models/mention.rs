//! Mentions: the people whom a message names or answers.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::{
    accounts::{UserId, username},
    chat::{log::MessageId, rooms::RoomId},
    db::Connection,
    schema::{members, mentions, users},
};

/// Members of a room who are named in a text. The keys are normalised names.
#[derive(Debug, Default)]
pub(crate) struct Mentioned(HashMap<String, (UserId, String)>);

impl Mentioned {
    /// Finds the members of the room with these names. Other names stay text.
    pub(crate) fn find(conn: &mut Connection, room: RoomId, names: &[String]) -> QueryResult<Self> {
        if names.is_empty() {
            return Ok(Self::default());
        }
        let keys: Vec<String> = names.iter().map(|name| username::key(name)).collect();
        let rows = users::table
            .inner_join(members::table)
            .filter(users::username_key.eq_any(keys))
            .filter(members::room_id.eq(room))
            .select((users::username_key, users::id, users::username))
            .load::<(String, UserId, String)>(conn)?;
        let person = |(key, id, shown)| (key, (id, shown));
        Ok(Self(rows.into_iter().map(person).collect()))
    }

    /// Loads the mentions of a stored message.
    pub(crate) fn by(conn: &mut Connection, message: MessageId) -> QueryResult<Self> {
        let rows = mentions::table
            .inner_join(users::table)
            .filter(mentions::message_id.eq(message))
            .select((users::username_key, users::id, users::username))
            .load::<(String, UserId, String)>(conn)?;
        let person = |(key, id, shown)| (key, (id, shown));
        Ok(Self(rows.into_iter().map(person).collect()))
    }

    /// Returns the person with this name, and the name to show.
    pub(crate) fn get(&self, name: &str) -> Option<(UserId, String)> {
        self.0.get(&username::key(name)).cloned()
    }

    /// Stores the mentions of the message with that number, and returns them sorted by id. Excludes
    /// the author, and a `reply_author` who has left the room.
    pub(crate) fn keep(
        &self,
        conn: &mut Connection,
        (room, author): (RoomId, UserId),
        (message, seq): (MessageId, i64),
        reply_author: Option<UserId>,
    ) -> QueryResult<Vec<UserId>> {
        let mut calls: HashMap<UserId, bool> = HashMap::new();
        if let Some(answered) = reply_author
            && is_member(conn, room, answered)?
        {
            calls.insert(answered, true);
        }
        calls.extend(self.0.values().map(|(id, _)| (*id, false)));
        calls.remove(&author);
        for (user, is_reply) in &calls {
            let row = (
                mentions::user_id.eq(*user),
                mentions::room_id.eq(room),
                mentions::seq.eq(seq),
                mentions::message_id.eq(message),
                mentions::is_reply.eq(*is_reply),
            );
            diesel::insert_into(mentions::table)
                .values(row)
                .execute(conn)?;
        }
        let mut called: Vec<UserId> = calls.into_keys().collect();
        called.sort();
        Ok(called)
    }
}

/// Deletes all mentions of the message.
pub(crate) fn delete_mentions(conn: &mut Connection, message: MessageId) -> QueryResult<usize> {
    diesel::delete(mentions::table.filter(mentions::message_id.eq(message))).execute(conn)
}

fn is_member(conn: &mut Connection, room: RoomId, user: UserId) -> QueryResult<bool> {
    let here = members::table
        .filter(members::room_id.eq(room))
        .filter(members::user_id.eq(user));
    diesel::select(diesel::dsl::exists(here)).get_result(conn)
}
