//! The numbered events of a room as its members receive them: live, and again when they catch up.

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
    /// Somebody posted.
    #[serde(rename = "message.created")]
    MessageCreated(MessageCreated),
    /// A message was edited or deleted, or reactions to it changed.
    #[serde(rename = "message.changed")]
    MessageChanged(MessageChanged),
    /// Somebody came, left or got another role.
    #[serde(rename = "member.changed")]
    MemberChanged(MemberChanged),
    /// Name, topic or state of the room changed.
    #[serde(rename = "room.changed")]
    RoomChanged(RoomChanged),
}

/// A message as every member hears of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageCreated {
    /// Where.
    pub room: RoomId,
    /// Number of the event.
    pub seq: i64,
    /// Row id of the message.
    pub id: MessageId,
    /// Who wrote it.
    pub author: UserRef,
    /// As typed.
    pub body: String,
    /// ISO 8601, UTC.
    pub created_at: String,
    /// The message as the page shows it.
    pub html: String,
    /// The author's name for it, by which the author's sockets know it.
    pub client_id: Uuid,
    /// Whom it calls by name or as an answer; empty when it is told again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<UserId>,
    /// What it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<QuotedMessage>,
}

/// What a message answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotedMessage {
    /// Row id of the answered message.
    pub id: MessageId,
    /// Who wrote it; null once it is deleted.
    pub author: Option<UserRef>,
    /// How it began when it was answered, at most 140 characters; empty once it is deleted.
    pub quote: String,
}

/// One emoji at a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReactionState {
    /// As Unicode writes it.
    pub emoji: String,
    /// Who, in the order in which they came.
    pub people: Vec<UserId>,
}

/// A message as it is now; whoever has it replaces it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageChanged {
    /// Where.
    pub room: RoomId,
    /// Number of the event.
    pub seq: i64,
    /// Row id of the message.
    pub id: MessageId,
    /// Number of the event that created the message.
    pub message_seq: i64,
    /// What changed.
    pub change: MessageVerb,
    /// Who changed it.
    pub by: UserId,
    /// As typed; empty if it is deleted.
    pub body: String,
    /// ISO 8601, UTC: when its text last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<String>,
    /// All reactions, in the order of first use.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reactions: Vec<ReactionState>,
    /// The message as the page shows it.
    pub html: String,
}

/// What changed of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageVerb {
    /// Its text.
    Edited,
    /// It was deleted.
    Deleted,
    /// Reactions to it.
    Reacted,
}

/// What changed of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemberChange {
    /// Is one from now on.
    Joined,
    /// Is one no longer.
    Left,
    /// What they may do.
    Role,
}

/// Somebody came, left or got another role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberChanged {
    /// Where.
    pub room: RoomId,
    /// Number of the event.
    pub seq: i64,
    /// What changed.
    pub change: MemberChange,
    /// Whom it is about.
    pub user: UserRef,
    /// Who did it.
    pub by: UserId,
    /// The line of the log that tells of it, with the id of its row.
    #[serde(flatten)]
    pub notice: Option<Notice>,
}

/// Name, topic or state of a room changed: whoever shows the room reads it anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomChanged {
    /// Which.
    pub room: RoomId,
    /// Number of the event.
    pub seq: i64,
    /// Who did it.
    pub by: UserId,
    /// The line of the log that tells of it, with the id of its row.
    #[serde(flatten)]
    pub notice: Option<Notice>,
}

/// A line of the log that no person typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Its row id.
    pub id: MessageId,
    /// The line as the page shows it.
    pub html: String,
}

impl RoomChange {
    /// The event with its message rendered; nothing if what it is about is gone for good.
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

    /// Number of the event.
    pub fn seq(&self) -> i64 {
        match self {
            Self::MessageCreated(event) => event.seq,
            Self::MessageChanged(event) => event.seq,
            Self::MemberChanged(event) => event.seq,
            Self::RoomChanged(event) => event.seq,
        }
    }

    /// Where it happened.
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
    /// The event of a rendered message.
    pub fn new(view: &MessageView, html: String) -> Self {
        Self {
            room: view.room,
            seq: view.seq,
            id: view.id,
            author: UserRef {
                id: view.author.id,
                username: view.author.username.clone(),
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
