//! What a person may see of the messages of their reminders, checked at the moment of showing: they
//! may have left the room since, the message may be deleted, or its author blocked.

use std::collections::{HashMap, hash_map::Entry};

use diesel::prelude::*;

use super::reminder::{Reminder, ReminderState};
use crate::{
    accounts::UserId,
    chat::{
        log::MessageId,
        messages::{
            READ_CHARS,
            formatting::{EXCERPT_CHARS, is_action, plain},
            substr,
        },
        rooms::{RoomId, RoomKind, RoomMember},
    },
    db::Connection,
    error::{Result, found},
    friends::BlockedPeople,
    schema::{messages, reminders, users},
    words,
};

/// A reminder with what its person may see of the message.
#[derive(Debug, Clone)]
pub(crate) struct Reminded {
    pub(crate) reminder: Reminder,
    /// `None` if the person is not in the room any more.
    pub(crate) message: Option<RemindedMessage>,
}

/// A message of which somebody is reminded, in a room of that person.
#[derive(Debug, Clone)]
pub(crate) struct RemindedMessage {
    /// The path of the message.
    pub(crate) path: String,
    pub(crate) room_name: String,
    pub(crate) room_kind: RoomKind,
    /// Whether the author is the person themselves.
    pub(crate) is_own: bool,
    /// The name of the author. `None` if the person blocks the author.
    pub(crate) author: Option<String>,
    /// The beginning of the text on one line, or why it is not shown.
    pub(crate) text: String,
    /// Whether `text` is from the message.
    pub(crate) is_shown: bool,
}

/// The columns of a message.
#[derive(Queryable, Selectable)]
#[diesel(table_name = messages)]
struct Row {
    id: MessageId,
    room_id: RoomId,
    author_id: UserId,
    #[diesel(select_expression = substr(messages::body, 1_i32, READ_CHARS))]
    #[diesel(select_expression_type = substr<messages::body, i32, i32>)]
    body: String,
    #[diesel(select_expression = messages::deleted_at.is_not_null())]
    #[diesel(select_expression_type = diesel::dsl::IsNotNull<messages::deleted_at>)]
    is_deleted: bool,
}

impl Reminded {
    /// Returns all reminders of a person, those that are due first, then by time.
    pub(crate) fn all_of(conn: &mut Connection, user: UserId) -> Result<Vec<Self>> {
        let mut all = Self::of(conn, user, None)?;
        all.sort_by_key(|one| {
            let Reminder {
                state, due_at, id, ..
            } = one.reminder;
            (state == ReminderState::Waiting, due_at, id)
        });
        Ok(all)
    }

    /// Returns those of a person that are due, the earliest first.
    pub(crate) fn due_of(conn: &mut Connection, user: UserId) -> Result<Vec<Self>> {
        let mut all = Self::all_of(conn, user)?;
        all.retain(|one| one.reminder.state == ReminderState::Due);
        Ok(all)
    }

    /// Returns what the person of this reminder may see.
    pub(crate) fn one(conn: &mut Connection, reminder: &Reminder) -> Result<Option<Self>> {
        let found = Self::of(conn, reminder.user_id, Some(reminder.message_id))?;
        Ok(found.into_iter().next())
    }

    fn of(conn: &mut Connection, user: UserId, message: Option<MessageId>) -> Result<Vec<Self>> {
        let mut query = reminders::table
            .inner_join(messages::table.inner_join(users::table))
            .filter(reminders::user_id.eq(user))
            .select((Reminder::as_select(), Row::as_select(), users::name))
            .into_boxed();
        if let Some(message) = message {
            query = query.filter(reminders::message_id.eq(message));
        }
        let rows: Vec<(Reminder, Row, String)> = query.load(conn)?;
        let blocked = BlockedPeople::of(conn, user)?;
        let mut members: HashMap<RoomId, Option<RoomMember>> = HashMap::new();
        let mut all = Vec::with_capacity(rows.len());
        for (reminder, row, author) in rows {
            let member = match members.entry(row.room_id) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => new.insert(found(RoomMember::find(conn, row.room_id, user))?),
            };
            let message = member
                .as_ref()
                .map(|member| RemindedMessage::new(member, row, author, &blocked));
            all.push(Self { reminder, message });
        }
        Ok(all)
    }
}

impl RemindedMessage {
    /// Returns the key of the words that name the room behind the author, unless the room has the
    /// name of the author.
    pub(crate) fn place_key(&self) -> Option<&'static str> {
        match (self.room_kind, self.is_own) {
            (RoomKind::Direct, false) => None,
            (RoomKind::Direct, true) => Some("reminder-to"),
            (RoomKind::Group | RoomKind::Open | RoomKind::Closed | RoomKind::Notes, _) => {
                Some("reminder-in")
            }
        }
    }

    fn new(member: &RoomMember, row: Row, author: String, blocked: &BlockedPeople) -> Self {
        let kind = member.room.kind;
        let is_folded = kind.folds_blocked() && blocked.contains(row.author_id);
        let text = if is_folded {
            words::text("js-blocked")
        } else if row.is_deleted {
            words::text("js-message-deleted")
        } else if is_action(&row.body) {
            format!("{author} {}", plain(&row.body, EXCERPT_CHARS))
        } else {
            plain(&row.body, EXCERPT_CHARS)
        };
        Self {
            path: format!("/rooms/{}/messages/{}/", row.room_id, row.id),
            room_name: member.title.clone(),
            room_kind: kind,
            is_own: row.author_id == member.user,
            author: (!is_folded).then_some(author),
            text,
            is_shown: !is_folded && !row.is_deleted,
        }
    }
}
