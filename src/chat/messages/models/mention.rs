//! Mentions: the people whom a message names or answers.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use crate::{
    accounts::{UserId, username},
    chat::{
        log::MessageId,
        messages::{call::Call, formatting::Named},
        rooms::RoomId,
    },
    db::Connection,
    schema::{members, mentions, users},
};

/// Members of a room whom a text mentions.
#[derive(Debug, Default)]
pub(crate) struct Mentioned {
    /// Those whom it names. The keys are normalised names.
    named: HashMap<String, (UserId, String)>,
    /// The call, with the people whom it calls.
    call: Option<(Call, Vec<UserId>)>,
}

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
        Ok(Self {
            named: rows.into_iter().map(person).collect(),
            call: None,
        })
    }

    /// Adds a call of these people.
    pub(crate) fn calling(mut self, call: Option<(Call, Vec<UserId>)>) -> Self {
        self.call = call;
        self
    }

    /// Returns the call of a stored message, with the people whom it called, if it called any.
    pub(crate) fn call_of(
        conn: &mut Connection,
        message: MessageId,
    ) -> QueryResult<Option<(Call, Vec<UserId>)>> {
        let called = mentions::table
            .filter(mentions::message_id.eq(message))
            .filter(mentions::call_word.is_not_null())
            .select((mentions::user_id, mentions::call_word.assume_not_null()))
            .load::<(UserId, Call)>(conn)?;
        let word = called.first().map(|(_, word)| *word);
        Ok(word.map(|word| (word, called.into_iter().map(|(user, _)| user).collect())))
    }

    /// Loads the mentions of a stored message.
    pub(crate) fn by(conn: &mut Connection, message: MessageId) -> QueryResult<Self> {
        let rows = mentions::table
            .inner_join(users::table)
            .filter(mentions::message_id.eq(message))
            .filter(mentions::call_word.is_null())
            .select((users::username_key, users::id, users::username))
            .load::<(String, UserId, String)>(conn)?;
        let person = |(key, id, shown)| (key, (id, shown));
        Ok(Self {
            named: rows.into_iter().map(person).collect(),
            call: Self::call_of(conn, message)?,
        })
    }

    /// Returns what this name means, if it mentions somebody.
    pub(crate) fn get(&self, name: &str) -> Option<Named> {
        if let Some((id, shown)) = self.named.get(&username::key(name)) {
            return Some(Named::Person(*id, shown.clone()));
        }
        let (call, _) = self.call.as_ref()?;
        let word = Call::named(name).filter(|word| call.includes(*word))?;
        Some(Named::Call(word))
    }

    /// Returns the people whom the call calls and whom the text does not name.
    fn only_called(&self) -> impl Iterator<Item = (UserId, Call)> {
        let named: HashSet<UserId> = self.named.values().map(|(id, _)| *id).collect();
        let called = self.call.iter();
        called
            .flat_map(|(call, people)| people.iter().map(|user| (*user, *call)))
            .filter(move |(user, _)| !named.contains(user))
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
        let mut calls: HashMap<UserId, (bool, Option<Call>)> = HashMap::new();
        let called = self.only_called();
        calls.extend(called.map(|(user, call)| (user, (false, Some(call)))));
        if let Some(answered) = reply_author
            && is_member(conn, room, answered)?
        {
            calls.insert(answered, (true, None));
        }
        calls.extend(self.named.values().map(|(id, _)| (*id, (false, None))));
        calls.remove(&author);
        for (user, (is_reply, call)) in &calls {
            let row = (
                mentions::user_id.eq(*user),
                mentions::room_id.eq(room),
                mentions::seq.eq(seq),
                mentions::message_id.eq(message),
                mentions::is_reply.eq(*is_reply),
                mentions::call_word.eq(*call),
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
