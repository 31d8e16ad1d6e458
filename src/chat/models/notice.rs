//! Lines of the log that no person typed: who came, who left, what the room is called now. They
//! are stored as what happened and put into words where they are shown.

use diesel::prelude::*;
use uuid::Uuid;

use super::{
    EventKind, Message, MessageId, Room, RoomEvent, RoomId, event::NewEvent, text_enum::text_enum,
};
use crate::{
    accounts::Person,
    db::{Connection, Timestamp},
    schema::messages,
};

text_enum! {
    /// What a line of the log tells; its words are `notice-<word>`, with `$actor` who did it and
    /// `$value` a name or a text.
    NoticeKind {
        /// The room was made.
        Created = "created",
        /// The actor came through the list of open rooms.
        Joined = "joined",
        /// The actor came by a link.
        Invited = "invited",
        /// The people of the value were added.
        Added = "added",
        /// The person of the value was removed.
        Removed = "removed",
        /// The actor left.
        Left = "left",
        /// The person of the value became a moderator.
        Moderator = "moderator",
        /// The person of the value is a moderator no longer.
        Member = "member",
        /// The room belongs to the person of the value now.
        Owner = "owner",
        /// The value is the new name.
        Renamed = "renamed",
        /// The value is the new topic.
        Topic = "topic",
        /// There is no topic any more.
        TopicGone = "topic-gone",
        /// Everybody may join from now on.
        Opened = "opened",
        /// Only the invited may join from now on.
        Closed = "closed",
        /// Nobody may write from now on.
        Archived = "archived",
        /// Members may write again.
        Unarchived = "unarchived",
        /// The room goes on the day of the value.
        Deleting = "deleting",
        /// The room does not go.
        Kept = "kept",
    }
}

impl NoticeKind {
    /// The key of its words.
    pub fn words_key(self) -> String {
        format!("notice-{}", self.word())
    }
}

/// Something that happens in a room beside messages, about to be written.
pub(super) struct Happening<'a> {
    pub(super) kind: EventKind,
    pub(super) actor: &'a Person,
    /// Whom it is about.
    pub(super) subject: Option<Person>,
    /// What the log tells of it, if anything.
    pub(super) notice: Option<(NoticeKind, String)>,
}

impl Happening<'_> {
    /// Writes the event, and the line of the log, under the room's next number. The room stays
    /// where it is in the lists of its members.
    pub(super) fn write(self, conn: &mut Connection, room: RoomId) -> QueryResult<RoomEvent> {
        let event = NewEvent {
            kind: self.kind,
            actor: self.actor.id,
            message: None,
            user: self.subject.as_ref().map(|person| person.id),
        };
        let (seq, message) = match self.notice {
            None => (event.append(conn, room)?, None),
            Some(notice) => {
                let seq = Room::next_seq(conn, room)?;
                let line = insert(conn, room, seq, (self.actor, notice))?;
                let message = Some(line.id);
                NewEvent { message, ..event }.insert(conn, room, seq)?;
                (seq, Some(line))
            }
        };
        Ok(RoomEvent {
            room,
            seq,
            kind: self.kind,
            actor: self.actor.id,
            message,
            user: self.subject,
        })
    }
}

fn insert(
    conn: &mut Connection,
    room: RoomId,
    seq: i64,
    (author, (notice, body)): (&Person, (NoticeKind, String)),
) -> QueryResult<Message> {
    let (client_id, created_at) = (Uuid::new_v4(), Timestamp::now());
    let id: MessageId = diesel::insert_into(messages::table)
        .values((
            messages::room_id.eq(room),
            messages::author_id.eq(author.id),
            messages::client_id.eq(client_id.to_string()),
            messages::body.eq(&body),
            messages::seq.eq(seq),
            messages::created_at.eq(created_at),
            messages::notice.eq(notice),
        ))
        .returning(messages::id)
        .get_result(conn)?;
    Ok(Message {
        id,
        room,
        seq,
        author: author.clone(),
        client_id,
        body,
        html: String::new(),
        created_at,
        edited_at: None,
        deleted: None,
        reply: None,
        reactions: Vec::new(),
        notice: Some(notice),
    })
}
