//! People whose names stand in a message, and who are not in its room.

use diesel::{
    dsl::{exists, not},
    prelude::*,
};

use super::change::VisibleMessage;
use crate::{
    accounts::{Person, UserId, username},
    chat::{messages::formatting, rooms::RoomHost},
    db::Connection,
    error::Result,
    friends::Friendship,
    schema::{members, users},
};

impl RoomHost {
    /// Those of `names` whom this member could add: friends who are not here. Of anybody else nothing
    /// is told, not even that there is such a name.
    pub fn outsiders(&self, conn: &mut Connection, names: &[String]) -> QueryResult<Vec<Person>> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let keys: Vec<String> = names.iter().map(|name| username::key(name)).collect();
        let is_here = members::table
            .filter(members::room_id.eq(self.room.id))
            .filter(members::user_id.eq(users::id));
        let named = users::table
            .filter(users::username_key.eq_any(keys))
            .filter(not(exists(is_here)))
            .order(users::username_key)
            .select((users::id, users::username))
            .load::<(UserId, String)>(conn)?;
        let mut outsiders = Vec::with_capacity(named.len());
        for (id, name) in named {
            if Friendship::is_open(conn, self.user, id)? {
                outsiders.push(Person::new(id, name));
            }
        }
        Ok(outsiders)
    }
}

impl VisibleMessage {
    /// People whom the message names and whom the person who asks could add to the room.
    pub fn outsiders(&self, conn: &mut Connection) -> Result<Vec<Person>> {
        let message = &self.message;
        if message.deleted.is_some() || !message.body.contains('@') {
            return Ok(Vec::new());
        }
        let Ok(host) = self.member.clone().host() else {
            return Ok(Vec::new());
        };
        let rendered = formatting::render(&message.body);
        Ok(host.outsiders(conn, rendered.names())?)
    }
}
