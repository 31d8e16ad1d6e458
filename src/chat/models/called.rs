//! Whom new messages call, for the browsers of those people.

use std::collections::HashMap;

use diesel::prelude::*;

use super::{EventKind, Message, MessageId, RoomEvent};
use crate::{accounts::UserId, db::Connection, schema::mentions};

/// People by the message that calls them.
pub type Called = HashMap<MessageId, Vec<UserId>>;

/// Whom the messages posted among `events` call.
pub fn called_by(conn: &mut Connection, events: &[RoomEvent]) -> QueryResult<Called> {
    let posted = events
        .iter()
        .filter(|event| event.kind == EventKind::MessageCreated);
    let mut called = Called::new();
    // Most messages call nobody, and need no query to know it.
    let may_call = |message: &&Message| message.reply.is_some() || message.body.contains('@');
    let messages = posted.filter_map(|event| event.message.as_ref());
    for message in messages.filter(may_call) {
        let people: Vec<UserId> = mentions::table
            .filter(mentions::message_id.eq(message.id))
            .select(mentions::user_id)
            .load(conn)?;
        if !people.is_empty() {
            called.insert(message.id, people);
        }
    }
    Ok(called)
}
