//! Numbered room events as members receive them, both live and when they catch up.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    accounts::{UserId, UserRef},
    chat::{
        log::{EventKind, MessageId},
        messages::{Markup, MessageView, Reaction, Reply, RoomEvent},
        rooms::RoomId,
    },
};

/// One numbered event of a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum RoomChange {
    /// A person posted a message.
    #[serde(rename = "message.created")]
    MessageCreated(MessageCreated),
    /// A message was edited, deleted, pinned or unpinned, or reactions to it changed.
    #[serde(rename = "message.changed")]
    MessageChanged(MessageChanged),
    /// A member joined, left or got another role.
    #[serde(rename = "member.changed")]
    MemberChanged(MemberChanged),
    /// The name, topic, state or pinned messages of the room changed.
    #[serde(rename = "room.changed")]
    RoomChanged(RoomChanged),
}

/// A new message, as every member receives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageCreated {
    /// The room.
    pub room: RoomId,
    /// The number of the event.
    pub seq: i64,
    /// The row id of the message.
    pub id: MessageId,
    /// The author.
    pub author: UserRef,
    /// The text as typed.
    pub body: String,
    /// ISO 8601, UTC.
    pub created_at: String,
    /// The markup of the message.
    pub html: String,
    /// The idempotency key, with which the author's tabs find their optimistic copy of the message.
    pub client_id: Uuid,
    /// The people whom the message mentions or answers. Empty when it is sent again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<UserId>,
    /// The message that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<QuotedMessage>,
}

/// The answered message, as the answer quotes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotedMessage {
    /// The row id of the answered message.
    pub id: MessageId,
    /// Its author, or null if it is deleted.
    pub author: Option<UserRef>,
    /// The start of its text at the time of the answer, at most 140 characters. Empty if it is
    /// deleted.
    pub quote: String,
}

/// The people who reacted to a message with one emoji.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReactionState {
    /// The emoji in its Unicode spelling.
    pub emoji: String,
    /// The people in the order of their reactions.
    pub people: Vec<UserId>,
}

/// The current state of a changed message, which replaces the one that the browser has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageChanged {
    /// The room.
    pub room: RoomId,
    /// The number of the event.
    pub seq: i64,
    /// The row id of the message.
    pub id: MessageId,
    /// The number of the event that created the message.
    pub message_seq: i64,
    /// The kind of change.
    pub change: MessageVerb,
    /// The person who changed it.
    pub by: UserId,
    /// The text as typed. Empty if it is deleted.
    pub body: String,
    /// When the text last changed (ISO 8601, UTC).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<String>,
    /// All reactions, in the order of first use.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reactions: Vec<ReactionState>,
    /// The person who pinned it, if it is pinned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pinned_by: Option<UserId>,
    /// The markup of the message.
    pub html: String,
}

/// The kind of change of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageVerb {
    /// The text was edited.
    Edited,
    /// The message was deleted.
    Deleted,
    /// Its reactions changed.
    Reacted,
    /// The message was pinned.
    Pinned,
    /// The message was unpinned.
    Unpinned,
}

/// The kind of change of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemberChange {
    /// The person became a member.
    Joined,
    /// The person is no longer a member.
    Left,
    /// The role changed.
    Role,
}

/// A member joined, left or got another role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberChanged {
    /// The room.
    pub room: RoomId,
    /// The number of the event.
    pub seq: i64,
    /// The kind of change.
    pub change: MemberChange,
    /// The member.
    pub user: UserRef,
    /// The person who did it.
    pub by: UserId,
    /// The notice in the log, if there is one.
    #[serde(flatten)]
    pub notice: Option<Notice>,
}

/// The name, topic, state or pinned messages of a room changed. Pages that show the room load it
/// again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomChanged {
    /// The room.
    pub room: RoomId,
    /// The number of the event.
    pub seq: i64,
    /// The person who did it.
    pub by: UserId,
    /// The notice in the log, if there is one.
    #[serde(flatten)]
    pub notice: Option<Notice>,
}

/// A notice: a line of the log that no person typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Its row id.
    pub id: MessageId,
    /// The markup of the line.
    pub html: String,
}

impl RoomChange {
    /// Renders the event. Returns `None` if its message or member no longer exists.
    pub fn new(event: RoomEvent, markup: &Markup) -> Option<Self> {
        let RoomEvent {
            room,
            seq,
            kind,
            actor,
            message,
            user,
        } = event;
        let shown = message.map(MessageView::new).map(|view| {
            let html = markup.render(&view);
            (view, html)
        });
        let message_changed = |change: MessageVerb, (view, html): (MessageView, String)| {
            Self::MessageChanged(MessageChanged {
                room,
                seq,
                id: view.id,
                message_seq: view.seq,
                change,
                by: actor,
                reactions: view.reactions.iter().map(ReactionState::from).collect(),
                pinned_by: view.pinned_by.map(|person| person.id),
                edited_at: view.edited.map(|(iso, _)| iso),
                body: view.body,
                html,
            })
        };
        let member_changed = |change: MemberChange, shown: Option<(MessageView, String)>| {
            Some(Self::MemberChanged(MemberChanged {
                room,
                seq,
                change,
                user: UserRef::from(&user?),
                by: actor,
                notice: shown.map(Notice::from),
            }))
        };
        Some(match kind {
            EventKind::MessageCreated => {
                let (view, html) = shown?;
                Self::MessageCreated(MessageCreated::new(&view, html))
            }
            EventKind::MessageEdited => message_changed(MessageVerb::Edited, shown?),
            EventKind::MessageDeleted => message_changed(MessageVerb::Deleted, shown?),
            EventKind::MessageReacted => message_changed(MessageVerb::Reacted, shown?),
            EventKind::MessagePinned => message_changed(MessageVerb::Pinned, shown?),
            EventKind::MessageUnpinned => message_changed(MessageVerb::Unpinned, shown?),
            EventKind::MemberJoined => member_changed(MemberChange::Joined, shown)?,
            EventKind::MemberLeft => member_changed(MemberChange::Left, shown)?,
            EventKind::MemberRole => member_changed(MemberChange::Role, shown)?,
            EventKind::RoomChanged => Self::RoomChanged(RoomChanged {
                room,
                seq,
                by: actor,
                notice: shown.map(Notice::from),
            }),
        })
    }

    /// Returns the number of the event.
    pub fn seq(&self) -> i64 {
        match self {
            Self::MessageCreated(event) => event.seq,
            Self::MessageChanged(event) => event.seq,
            Self::MemberChanged(event) => event.seq,
            Self::RoomChanged(event) => event.seq,
        }
    }

    /// Returns the room of the event.
    pub fn room(&self) -> RoomId {
        match self {
            Self::MessageCreated(created) => created.room,
            Self::MessageChanged(changed) => changed.room,
            Self::MemberChanged(changed) => changed.room,
            Self::RoomChanged(changed) => changed.room,
        }
    }
}

impl From<(MessageView, String)> for Notice {
    fn from((view, html): (MessageView, String)) -> Self {
        Self { id: view.id, html }
    }
}

impl MessageCreated {
    /// Returns the event of a rendered message.
    pub fn new(view: &MessageView, html: String) -> Self {
        Self {
            room: view.room,
            seq: view.seq,
            id: view.id,
            author: UserRef {
                id: view.author.id,
                username: view.author.username.clone(),
                name: view.author.name.clone(),
            },
            body: view.body.clone(),
            created_at: view.created_at.clone(),
            html,
            client_id: view.client_id,
            mentions: Vec::new(),
            reply: view.reply.as_ref().map(QuotedMessage::from),
        }
    }
}

impl From<&Reply> for QuotedMessage {
    fn from(reply: &Reply) -> Self {
        let original = reply.original.as_ref();
        Self {
            id: reply.to,
            author: original.map(|(author, _)| UserRef::from(author)),
            quote: original.map_or_else(String::new, |(_, quote)| quote.clone()),
        }
    }
}

impl From<&Reaction> for ReactionState {
    fn from(reaction: &Reaction) -> Self {
        Self {
            emoji: reaction.emoji.clone(),
            people: reaction.people.iter().map(|person| person.id).collect(),
        }
    }
}
