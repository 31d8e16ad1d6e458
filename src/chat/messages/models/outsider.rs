//! Outsiders: people who are named in a message but are not in its room, so that they could be
//! added.

use diesel::{
    dsl::{exists, not},
    prelude::*,
};

use super::change::VisibleMessage;
use crate::{
    accounts::{Person, UserRef, username},
    chat::{messages::formatting, rooms::RoomHost},
    db::Connection,
    error::Result,
    friends::Friendship,
    schema::{members, users},
};

impl RoomHost {
    /// Returns the friends of this member among `names` who are not in the room. Reveals nothing
    /// about other people, not even whether such a name exists.
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
            .select(UserRef::as_select())
            .load::<UserRef>(conn)?;
        let mut outsiders = Vec::with_capacity(named.len());
        for person in named {
            if Friendship::is_open(conn, self.user, person.id)? {
                outsiders.push(Person::from(person));
            }
        }
        Ok(outsiders)
    }
}

impl VisibleMessage {
    /// Returns the people named in the message whom the person who asks could add to the room.
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
