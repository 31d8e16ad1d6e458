//! Reminders: messages that a person wants to see again at some time. Private: only queries of that
//! person read them. A reminder has no copy of the text, which is looked up when it is shown.

use diesel::prelude::*;

use crate::{
    accounts::UserId,
    chat::log::MessageId,
    db::{Connection, Timestamp, id_type, text_enum},
    error::{Error, Result},
    schema::reminders,
    words,
};

id_type! {
    /// The id of a reminder.
    ReminderId
}

text_enum! {
    /// What became of a reminder so far. One that is done is deleted.
    ReminderState {
        /// It waits for its time.
        Waiting = "waiting",
        /// Its time has come, and the person has not dealt with it yet.
        Due = "due",
    }
}

/// A reminder.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = reminders)]
pub struct Reminder {
    /// The row id.
    pub id: ReminderId,
    /// The person.
    pub user_id: UserId,
    /// The message.
    pub message_id: MessageId,
    /// When the person is reminded, or was.
    pub due_at: Timestamp,
    /// What became of it.
    pub state: ReminderState,
}

impl Reminder {
    /// Reminds a person of a message, which they may see. There is one reminder for each message
    /// and person: another moment replaces the earlier one (idempotent).
    ///
    /// # Errors
    /// [`Error::Invalid`] if the person has `most` other reminders.
    pub(crate) fn set(
        conn: &mut Connection,
        (user, message): (UserId, MessageId),
        due_at: Timestamp,
        most: usize,
    ) -> Result<()> {
        let count: i64 = reminders::table
            .filter(reminders::user_id.eq(user))
            .filter(reminders::message_id.ne(message))
            .count()
            .get_result(conn)?;
        if usize::try_from(count).is_ok_and(|count| count >= most) {
            let text = words::text_with("reminder-error-many", &[("most", most.into())]);
            return Err(Error::invalid("when", text));
        }
        diesel::insert_into(reminders::table)
            .values((
                reminders::user_id.eq(user),
                reminders::message_id.eq(message),
                reminders::due_at.eq(due_at),
                reminders::created_at.eq(Timestamp::now()),
            ))
            .on_conflict((reminders::user_id, reminders::message_id))
            .do_update()
            .set((
                reminders::due_at.eq(due_at),
                reminders::state.eq(ReminderState::Waiting),
            ))
            .execute(conn)?;
        Ok(())
    }

    /// Returns the reminder of this person for a message.
    pub(crate) fn about(
        conn: &mut Connection,
        (user, message): (UserId, MessageId),
    ) -> QueryResult<Option<Self>> {
        reminders::table
            .filter(reminders::user_id.eq(user))
            .filter(reminders::message_id.eq(message))
            .select(Self::as_select())
            .first(conn)
            .optional()
    }

    /// Moves a reminder of this person, which may be due, to a later time.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub(crate) fn postpone(
        conn: &mut Connection,
        (id, user): (ReminderId, UserId),
        due_at: Timestamp,
    ) -> Result<()> {
        let own = reminders::table
            .find(id)
            .filter(reminders::user_id.eq(user));
        let moved = diesel::update(own)
            .set((
                reminders::due_at.eq(due_at),
                reminders::state.eq(ReminderState::Waiting),
            ))
            .execute(conn)?;
        match moved {
            0 => Err(Error::NotFound),
            _ => Ok(()),
        }
    }

    /// Deletes a reminder of this person. Idempotent.
    pub(crate) fn delete(
        conn: &mut Connection,
        (id, user): (ReminderId, UserId),
    ) -> QueryResult<()> {
        let own = reminders::table
            .find(id)
            .filter(reminders::user_id.eq(user));
        diesel::delete(own).execute(conn)?;
        Ok(())
    }

    /// Counts those of a person that are due.
    pub(crate) fn count_due(conn: &mut Connection, user: UserId) -> QueryResult<usize> {
        let count: i64 = reminders::table
            .filter(reminders::user_id.eq(user))
            .filter(reminders::state.eq(ReminderState::Due))
            .count()
            .get_result(conn)?;
        Ok(usize::try_from(count).unwrap_or(0))
    }

    /// Returns at most `most` reminders whose time has come, the earliest first.
    pub(crate) fn due(conn: &mut Connection, now: Timestamp, most: i64) -> QueryResult<Vec<Self>> {
        reminders::table
            .filter(reminders::state.eq(ReminderState::Waiting))
            .filter(reminders::due_at.le(now))
            .order(reminders::due_at)
            .limit(most)
            .select(Self::as_select())
            .load(conn)
    }

    /// Returns the time of the next one.
    pub(crate) fn next(conn: &mut Connection) -> QueryResult<Option<Timestamp>> {
        reminders::table
            .filter(reminders::state.eq(ReminderState::Waiting))
            .order(reminders::due_at)
            .select(reminders::due_at)
            .first(conn)
            .optional()
    }

    /// Marks it as due. Returns false if it was moved or deleted since it was read.
    pub(crate) fn mark_due(&self, conn: &mut Connection) -> QueryResult<bool> {
        let unchanged = reminders::table
            .find(self.id)
            .filter(reminders::state.eq(ReminderState::Waiting))
            .filter(reminders::due_at.eq(self.due_at));
        let marked = diesel::update(unchanged)
            .set(reminders::state.eq(ReminderState::Due))
            .execute(conn)?;
        Ok(marked > 0)
    }
}
