//! Changes of a stored message: edit, delete, react, pin. Each change checks the permission and
//! returns its events, none if nothing changed (idempotent).

use std::time::Duration;

use diesel::prelude::*;
use uuid::Uuid;

use super::{
    mention::{Mentioned, delete_mentions},
    message::Message,
    not_changed::NotChanged,
    pin::{self, PinnedMessage},
    reaction::Reaction,
    room_event::RoomEvent,
    version::MessageVersion,
};
use crate::{
    accounts::UserId,
    chat::{
        log::{EventKind, MessageId, NewEvent, NoticeKind},
        messages::{
            call::Call,
            formatting::{RENDERING, Rendered},
        },
        rooms::{Role, RoomId, RoomMember},
    },
    db::{Connection, Timestamp},
    error::Error,
    schema::{messages, reactions},
};

/// A message that the person who asks may see. Changes need this value, so that none skips the
/// check.
#[derive(Debug)]
pub struct VisibleMessage {
    /// The person who asks, as a member of the room.
    pub member: RoomMember,
    /// The message as it is now.
    pub message: Message,
}

impl VisibleMessage {
    /// Finds message `id` in `room`, which `user` must be in. Notices cannot be changed, so they
    /// are not found.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the message or the room does not exist or the person is not in the
    /// room, so that outsiders cannot tell these apart.
    pub fn find(
        conn: &mut Connection,
        room: RoomId,
        id: MessageId,
        user: UserId,
    ) -> Result<Self, Error> {
        let member = RoomMember::find(conn, room, user)?;
        let message = Message::get(conn, id)?;
        if message.room != room || message.notice.is_some() {
            return Err(Error::NotFound);
        }
        Ok(Self { member, message })
    }

    /// Returns whether the person is the author.
    pub fn is_own(&self) -> bool {
        self.message.author.id == self.member.user
    }

    /// Returns whether the person may delete the message.
    pub fn may_delete(&self) -> bool {
        self.message.deleted.is_none() && (self.is_own() || self.member.role != Role::Member)
    }

    /// Returns whether the person may edit the message, which is allowed for the time `window`.
    pub fn may_edit(&self, window: Duration) -> bool {
        self.message.deleted.is_none()
            && self.is_own()
            && Timestamp::now() <= self.message.created_at.plus(window)
    }

    /// Replaces the text with `body`, and keeps the old one as a version. `client_id` is the
    /// idempotency key: a repeat changes nothing, even if the message was edited again since.
    ///
    /// # Errors
    /// [`NotChanged`]. Only the author may edit, for the time `window`, and where members may
    /// write.
    pub fn edit(
        self,
        conn: &mut Connection,
        (client_id, body, rendered): (Uuid, &str, &Rendered),
        window: Duration,
    ) -> Result<Option<RoomEvent>, NotChanged> {
        if !self.is_own() {
            return Err(NotChanged::NotYours);
        }
        if self.message.deleted.is_some() {
            return Err(NotChanged::Gone);
        }
        let Self { member, message } = self;
        if message.body == body || MessageVersion::is_known(conn, message.id, client_id)? {
            return Ok(None);
        }
        let now = Timestamp::now();
        if now > message.created_at.plus(window) {
            return Err(NotChanged::TooLate);
        }
        let member = member.writable(conn)?;
        let before = MessageVersion {
            body: message.body,
            created_at: message.edited_at.unwrap_or(message.created_at),
        };
        before.keep(conn, message.id, client_id)?;
        // A call can only be kept. Otherwise an edit would call without the question before it, and
        // without its rate limit.
        let call = Mentioned::call_of(conn, message.id)?;
        let call = call.filter(|_| Call::among(rendered.names()).is_some());
        let called = Mentioned::find(conn, member.room.id, rendered.names())?.calling(call);
        diesel::update(messages::table.find(message.id))
            .set((
                messages::body.eq(body),
                messages::html.eq(rendered.html(|name| called.get(name))),
                messages::rendering.eq(RENDERING),
                messages::edited_at.eq(now),
            ))
            .execute(conn)?;
        delete_mentions(conn, message.id)?;
        let original = message.reply.and_then(|reply| reply.original);
        let reply_author = original.map(|(author, _)| author.id);
        let (place, number) = ((member.room.id, member.user), (message.id, message.seq));
        called.keep(conn, place, number, reply_author)?;
        Ok(Some(tell(
            conn,
            &member,
            message.id,
            EventKind::MessageEdited,
        )?))
    }

    /// Deletes the text with its versions, reactions, mentions and pin, and the quotes of it in
    /// other messages. The row stays, so that the sequence has no gap.
    ///
    /// # Errors
    /// [`NotChanged::NotYours`] if the member is neither the author nor a moderator.
    pub fn delete(self, conn: &mut Connection) -> Result<Vec<RoomEvent>, NotChanged> {
        if !self.is_own() && self.member.role == Role::Member {
            return Err(NotChanged::NotYours);
        }
        if self.message.deleted.is_some() {
            return Ok(Vec::new());
        }
        let Self { member, message } = self;
        diesel::update(messages::table.find(message.id))
            .set((
                messages::body.eq(""),
                messages::html.eq(""),
                messages::deleted_at.eq(Timestamp::now()),
                messages::deleted_by.eq(member.user),
                messages::edited_at.eq(None::<Timestamp>),
                messages::has_reactions.eq(false),
                messages::reply_to.eq(None::<MessageId>),
                messages::reply_quote.eq(None::<String>),
            ))
            .execute(conn)?;
        diesel::update(messages::table.filter(messages::reply_to.eq(message.id)))
            .set(messages::reply_quote.eq(None::<String>))
            .execute(conn)?;
        MessageVersion::forget_all(conn, message.id)?;
        delete_mentions(conn, message.id)?;
        diesel::delete(reactions::table.filter(reactions::message_id.eq(message.id)))
            .execute(conn)?;
        let was_pinned = pin::remove(conn, message.id)? > 0;
        let mut events = vec![tell(conn, &member, message.id, EventKind::MessageDeleted)?];
        if was_pinned {
            events.push(pin::pins_changed(conn, &member, None)?);
        }
        Ok(events)
    }

    /// Adds or removes a reaction. If `on` is `None`, toggles it.
    ///
    /// # Errors
    /// [`NotChanged`]. Every member who may write may react.
    pub fn react(
        self,
        conn: &mut Connection,
        emoji: &str,
        on: Option<bool>,
    ) -> Result<Option<RoomEvent>, NotChanged> {
        let Self { member, message } = self;
        if message.deleted.is_some() {
            return Err(NotChanged::Gone);
        }
        let member = member.writable(conn)?;
        let on = on.unwrap_or_else(|| !message.has_reaction(emoji, member.user));
        let present = (message.id, message.reactions.as_slice());
        if !Reaction::set(conn, present, member.user, (emoji, on))? {
            return Ok(None);
        }
        Ok(Some(tell(
            conn,
            &member,
            message.id,
            EventKind::MessageReacted,
        )?))
    }

    /// Pins the message, or unpins it. A room has at most `most` pinned messages. The first event
    /// is the change of the message, the second one that of the room, whose head counts its pins.
    ///
    /// # Errors
    /// [`NotChanged`]. Every member who may write may pin, unless the room leaves it to moderators.
    pub fn pin(
        self,
        conn: &mut Connection,
        on: bool,
        most: u32,
    ) -> Result<Vec<RoomEvent>, NotChanged> {
        let Self { member, message } = self;
        if message.deleted.is_some() {
            return Err(NotChanged::Gone);
        }
        let member = member.writable(conn)?;
        if !member.may_pin() {
            return Err(NotChanged::MayNotPin);
        }
        if message.pinned_by.is_some() == on {
            return Ok(Vec::new());
        }
        if !on {
            pin::remove(conn, message.id)?;
            let unpinned = tell(conn, &member, message.id, EventKind::MessageUnpinned)?;
            return Ok(vec![unpinned, pin::pins_changed(conn, &member, None)?]);
        }
        if PinnedMessage::count(conn, &member)? >= i64::from(most) {
            return Err(NotChanged::TooManyPins { most });
        }
        let kind = EventKind::MessagePinned;
        let seq = append(conn, &member, message.id, kind)?;
        pin::insert(conn, &member, (message.id, seq))?;
        let pinned = told(conn, &member, message.id, (kind, seq))?;
        let notice = (NoticeKind::Pinned, message.id.to_string());
        Ok(vec![
            pinned,
            pin::pins_changed(conn, &member, Some(notice))?,
        ])
    }
}

/// Appends the event to the log, and returns it with the message as it is now.
fn tell(
    conn: &mut Connection,
    member: &RoomMember,
    message: MessageId,
    kind: EventKind,
) -> QueryResult<RoomEvent> {
    let seq = append(conn, member, message, kind)?;
    told(conn, member, message, (kind, seq))
}

/// Appends the event to the log, and returns its number.
fn append(
    conn: &mut Connection,
    member: &RoomMember,
    message: MessageId,
    kind: EventKind,
) -> QueryResult<i64> {
    let event = NewEvent {
        kind,
        actor: member.user,
        message: Some(message),
        user: None,
    };
    event.append(conn, member.room.id)
}

/// Returns an event of the log with the message as it is now.
fn told(
    conn: &mut Connection,
    member: &RoomMember,
    message: MessageId,
    (kind, seq): (EventKind, i64),
) -> QueryResult<RoomEvent> {
    Ok(RoomEvent {
        room: member.room.id,
        seq,
        kind,
        actor: member.user,
        message: Some(Message::get(conn, message)?),
        user: None,
    })
}
