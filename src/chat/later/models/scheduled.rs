//! Scheduled messages: those that wait, and those that could not be sent. Their author keeps the
//! text until the message is sent or they delete it.

use diesel::prelude::*;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    accounts::UserId,
    chat::{log::MessageId, messages::NewMessage, rooms::RoomId},
    db::{Connection, Timestamp, id_type, text_enum},
    error::{Error, Result, found},
    schema::scheduled_messages,
    words,
};

id_type! {
    /// The id of a scheduled message.
    ScheduledId
}

text_enum! {
    /// What became of a scheduled message so far.
    State {
        /// It waits for its time.
        Waiting = "waiting",
        /// Its author has taken it back into the box of the room.
        Returned = "returned",
        /// Not sent: the author is not in the room any more, or the room is gone.
        Left = "left",
        /// Not sent: nobody may write in the room any more.
        Closed = "closed",
        /// Not sent: the text is longer than messages may be now.
        TooLong = "too_long",
        /// Not sent: its author has sent another text with the same idempotency key, for example
        /// after going back to the form.
        Replaced = "replaced",
    }
}

impl State {
    /// Returns whether the server tried to send the message and refused it.
    pub fn is_refusal(self) -> bool {
        match self {
            Self::Waiting | Self::Returned => false,
            Self::Left | Self::Closed | Self::TooLong | Self::Replaced => true,
        }
    }

    /// Returns why the message is not going to be sent, if it is not, as text for people.
    pub(crate) fn problem(self) -> Option<String> {
        let key = match self {
            Self::Waiting => return None,
            Self::Returned => "later-returned",
            Self::Left => "later-left",
            Self::Closed => "later-closed",
            Self::TooLong => "later-too-long",
            Self::Replaced => "later-replaced",
        };
        Some(words::text(key))
    }
}

/// Selects the row of `read` while it still waits with the text and the time that were read.
#[diesel::dsl::auto_type(no_type_alias)]
fn unchanged<'a>(read: &'a Scheduled) -> _ {
    let id: ScheduledId = read.id;
    let due_at: Timestamp = read.due_at;
    let waiting: State = State::Waiting;
    let body: &'a str = &read.body;
    scheduled_messages::table
        .find(id)
        .filter(scheduled_messages::state.eq(waiting))
        .filter(scheduled_messages::due_at.eq(due_at))
        .filter(scheduled_messages::body.eq(body))
}

/// A scheduled message.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = scheduled_messages)]
pub struct Scheduled {
    /// The row id.
    pub id: ScheduledId,
    /// The author.
    pub author_id: UserId,
    /// The room, unless it is gone.
    pub room_id: Option<RoomId>,
    /// The idempotency key that the message will have.
    pub client_id: String,
    /// The text, validated when it was scheduled.
    pub body: String,
    /// The message that it answers.
    pub reply_to: Option<MessageId>,
    /// When it is sent. For a returned one: when it is deleted.
    pub due_at: Timestamp,
    /// What became of it.
    pub state: State,
}

impl Scheduled {
    /// Schedules a message. A repeat with the same key changes its text and time.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the author has `most` scheduled messages.
    pub(crate) fn create(
        conn: &mut Connection,
        message: &NewMessage,
        due_at: Timestamp,
        most: usize,
    ) -> Result<()> {
        let key = message.client_id.to_string();
        let count: i64 = scheduled_messages::table
            .filter(scheduled_messages::author_id.eq(message.author))
            .filter(scheduled_messages::client_id.ne(&key))
            .count()
            .get_result(conn)?;
        if usize::try_from(count).is_ok_and(|count| count >= most) {
            let text = words::text_with("later-error-many", &[("most", most.into())]);
            return Err(Error::invalid("when", text));
        }
        diesel::insert_into(scheduled_messages::table)
            .values((
                scheduled_messages::author_id.eq(message.author),
                scheduled_messages::room_id.eq(message.room),
                scheduled_messages::client_id.eq(&key),
                scheduled_messages::body.eq(&message.body),
                scheduled_messages::reply_to.eq(message.reply_to),
                scheduled_messages::due_at.eq(due_at),
                scheduled_messages::created_at.eq(Timestamp::now()),
            ))
            .on_conflict((scheduled_messages::author_id, scheduled_messages::client_id))
            .do_update()
            .set((
                scheduled_messages::room_id.eq(message.room),
                scheduled_messages::body.eq(&message.body),
                scheduled_messages::reply_to.eq(message.reply_to),
                scheduled_messages::due_at.eq(due_at),
                scheduled_messages::state.eq(State::Waiting),
            ))
            .execute(conn)?;
        Ok(())
    }

    /// Returns all of one author, those not sent first, then by time.
    pub(crate) fn of(conn: &mut Connection, author: UserId) -> QueryResult<Vec<Self>> {
        let mut all: Vec<Self> = scheduled_messages::table
            .filter(scheduled_messages::author_id.eq(author))
            .select(Self::as_select())
            .load(conn)?;
        all.sort_by_key(|one| (!one.state.is_refusal(), one.due_at, one.id));
        Ok(all)
    }

    /// Returns one of this author.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub(crate) fn find(conn: &mut Connection, id: ScheduledId, author: UserId) -> Result<Self> {
        let found = scheduled_messages::table
            .find(id)
            .filter(scheduled_messages::author_id.eq(author))
            .select(Self::as_select())
            .first(conn)?;
        Ok(found)
    }

    /// Returns one that its author has taken back into the box of this room.
    pub(crate) fn returned(
        conn: &mut Connection,
        (id, author): (ScheduledId, UserId),
        room: RoomId,
    ) -> Result<Option<Self>> {
        let found = found(Self::find(conn, id, author))?;
        Ok(found.filter(|one| one.state == State::Returned && one.room_id == Some(room)))
    }

    /// Cancels one of this author. Idempotent.
    pub(crate) fn cancel(conn: &mut Connection, id: ScheduledId, author: UserId) -> Result<()> {
        let own = scheduled_messages::table
            .find(id)
            .filter(scheduled_messages::author_id.eq(author));
        diesel::delete(own).execute(conn)?;
        Ok(())
    }

    /// Marks it as taken back into the box, so that it is not sent. The text is kept until `until`,
    /// because the answer with the text may be lost.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub(crate) fn give_back(
        conn: &mut Connection,
        (id, author): (ScheduledId, UserId),
        until: Timestamp,
    ) -> Result<Self> {
        let found = Self::find(conn, id, author)?;
        diesel::update(scheduled_messages::table.find(id))
            .set((
                scheduled_messages::state.eq(State::Returned),
                scheduled_messages::due_at.eq(until),
            ))
            .execute(conn)?;
        Ok(found)
    }

    /// Returns at most `most` messages that are due, the earliest first.
    pub(crate) fn due(conn: &mut Connection, now: Timestamp, most: i64) -> QueryResult<Vec<Self>> {
        scheduled_messages::table
            .filter(scheduled_messages::state.eq(State::Waiting))
            .filter(scheduled_messages::due_at.le(now))
            .order(scheduled_messages::due_at)
            .limit(most)
            .select(Self::as_select())
            .load(conn)
    }

    /// Returns when the next one is due.
    pub(crate) fn next(conn: &mut Connection) -> QueryResult<Option<Timestamp>> {
        scheduled_messages::table
            .filter(scheduled_messages::state.eq(State::Waiting))
            .order(scheduled_messages::due_at)
            .select(scheduled_messages::due_at)
            .first(conn)
            .optional()
    }

    /// Deletes what was taken back long ago.
    pub(crate) fn forget_returned(conn: &mut Connection, now: Timestamp) -> QueryResult<usize> {
        let old = scheduled_messages::table
            .filter(scheduled_messages::state.eq(State::Returned))
            .filter(scheduled_messages::due_at.le(now));
        diesel::delete(old).execute(conn)
    }

    /// Removes it from those that wait, in the transaction that stores the message.
    ///
    /// # Errors
    /// [`Error::Conflict`] if it was changed, cancelled or sent since it was read.
    pub(crate) fn take(&self, conn: &mut Connection) -> Result<()> {
        match diesel::delete(unchanged(self)).execute(conn)? {
            0 => Err(Error::Conflict),
            _ => Ok(()),
        }
    }

    /// Keeps the text with the reason why it was not sent. Returns false and does nothing if it was
    /// changed, cancelled or sent since it was read.
    pub(crate) fn refuse(&self, conn: &mut Connection, reason: State) -> QueryResult<bool> {
        let refused = diesel::update(unchanged(self))
            .set(scheduled_messages::state.eq(reason))
            .execute(conn)?;
        Ok(refused > 0)
    }

    /// Returns the idempotency key.
    ///
    /// # Errors
    /// [`Error::Internal`] for a row that [`Self::create`] has not written: another key could send
    /// the message twice.
    pub(crate) fn key(&self) -> Result<Uuid> {
        self.client_id.parse().map_err(Error::internal)
    }
}

/// The numbers of scheduled messages, for pages that link to them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct LaterCounts {
    /// Those that wait.
    pub waiting: usize,
    /// Those that could not be sent.
    pub refused: usize,
}

impl LaterCounts {
    /// Returns the counts, if there is anything to show.
    pub(crate) fn shown(self) -> Option<Self> {
        (self.waiting + self.refused > 0).then_some(self)
    }

    /// Counts those of one author, in one room or in all.
    pub(crate) fn of(
        conn: &mut Connection,
        author: UserId,
        room: Option<RoomId>,
    ) -> QueryResult<Self> {
        let states = scheduled_messages::table
            .filter(scheduled_messages::author_id.eq(author))
            .select((scheduled_messages::room_id, scheduled_messages::state))
            .load::<(Option<RoomId>, State)>(conn)?;
        let mut counts = Self::default();
        for (of, state) in states {
            if room.is_some() && of != room {
                continue;
            }
            counts.waiting += usize::from(state == State::Waiting);
            counts.refused += usize::from(state.is_refusal());
        }
        Ok(counts)
    }
}
